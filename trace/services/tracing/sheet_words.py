"""The 24-hour sheet in words. It goes to an agency abroad, so it is English whoever asks for it."""

from collections.abc import Iterator
from typing import Any

from trace.services.tracing.day_sheet import SheetRow
from trace.texts.catalogs import t
from trace.texts.formats import kilograms

LANG = "en"
SHEET = (
    *(("event", "text"), ("tlc", "text"), ("tlc_source", "text"), ("product", "text")),
    *(("quantity", "weight_kg"), ("unit", "text"), ("place", "text"), ("field", "text")),
    *(("other_place", "text"), ("day", "day"), ("inputs", "text"), ("reference_kind", "text")),
    *(("reference", "text"), ("firm", "text"), ("phone", "text"), ("missing", "text")),
)


def headings() -> Iterator[tuple[str, str, str]]:
    """Name, heading and kind of each column."""
    for name, kind in SHEET:
        yield name, t(LANG, f"sheet.column.{name}"), kind


def cells(row: SheetRow) -> list[Any]:
    """One event's cells; what is not held is called missing."""
    lost = t(LANG, "sheet.missing")
    kinds = [t(LANG, f"sheet.kde.{name}") for name in row.missing]
    held = row.grams is not None
    return [
        t(LANG, f"sheet.event.{row.event}"), row.lot_code, row.source, row.product,
        float(kilograms(row.grams)) if row.grams is not None else "", "kg" if held else "",
        row.place or lost, row.field, row.other_place or (lost if "receiver" in row.missing else ""),
        row.day or lost, row.inputs, t(LANG, f"sheet.reference.{row.reference_kind}"), row.reference,
        row.firm, row.phone or lost, "; ".join(kinds),
    ]  # fmt: skip
