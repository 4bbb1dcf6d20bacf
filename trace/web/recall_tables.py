"""The two papers of a recall as tables: whom to call, and the 24-hour sheet."""

from collections.abc import Sequence
from typing import Any

from marketplaces.carriers import directory
from trace.services.tables import Column, Table
from trace.services.tracing.contacts import Contact
from trace.services.tracing.day_sheet import SheetRow
from trace.services.tracing.sheet_words import cells, headings
from trace.texts.catalogs import t
from trace.web.trace_tables import kg

CALLS = (
    *(("who", "text"), ("how", "phone"), ("way", "text"), ("number", "text"), ("day", "day")),
    *(("state", "text"), ("lots", "text"), ("pieces", "number"), ("weight", "weight_kg")),
    *(("called_by", "text"), ("result", "text")),
)


def calls(contacts: Sequence[Contact], title: str, lang: str) -> Table:
    """Whom to call and how: first what a telephone shows without being pushed, last two empty columns for
    who called and what came of it.
    """
    columns = [Column(name, t(lang, f"calls.column.{name}"), kind) for name, kind in CALLS]
    return Table(title, columns, [_call(one, lang) for one in contacts])


def _call(one: Contact, lang: str) -> Sequence[Any]:
    words = {"order": "order.state", "parcel": "ship.state", "partner": "consignment.state"}[one.way]
    state = t(lang, f"{words}.{one.state}") if one.state else ""
    weight = kg(one.grams) if one.grams else ""
    who = one.who if one.way != "parcel" else directory.label(one.via)
    pieces = one.pieces or ""
    way, lots = t(lang, f"trace.way.{one.way}"), ", ".join(one.lots)
    return [who, how(one, lang), way, one.number, one.day, state, lots, pieces, weight, "", ""]


def how(one: Contact, lang: str) -> str:
    """How they are reached, as nothing of a buyer is kept."""
    if one.way == "order":
        return t(lang, "calls.how.order", marketplace=t(lang, f"marketplace.{one.via}"))
    if one.way == "parcel":
        return t(lang, "calls.how.parcel", carrier=directory.label(one.via))
    return one.phone or t(lang, "calls.how.no_phone")


def sheet(rows: Sequence[SheetRow], title: str) -> Table:
    """The 24-hour sheet as a table."""
    columns = [Column(name, heading, kind) for name, heading, kind in headings()]
    return Table(title, columns, [cells(row) for row in rows], (t("en", "sheet.note"),))
