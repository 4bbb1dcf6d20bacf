"""A closed month's open data: made once with the closing, hidden cells and all, and never made again.

What is hidden is settled then, by the setting of then. Were it settled anew with each reading, a cell hidden
today and one hidden yesterday could be held against each other.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from trace.records.month_closing import MonthClosing
from trace.records.open_row import OpenRow
from trace.services.admission import Actor
from trace.services.figures import words
from trace.services.figures.asking import Ask
from trace.services.figures.measure import Unit
from trace.services.month_closing.kept import read_value
from trace.services.month_closing.packing import packed, unpacked
from trace.services.open_data import areas, indicators, sales, stamps
from trace.services.open_data.suppressing import Cell, suppress

SHOWN, HIDDEN = "shown", "suppressed"
Row = dict[str, Any]


@dataclass(frozen=True)
class Month:
    """What is released: the month, the question of its days, its figures as they are frozen, by name."""

    month: str
    ask: Ask
    values: Mapping[str, str | None]


def rows_of(session: Session, actor: Actor, month: Month, least: int) -> Iterator[Row]:
    """Every row of every table of the month, as it will be read for good."""
    ask = replace(month.ask, known={})
    sold, stamped = sales.sales_of(session, actor, ask), stamps.stamps_of(session, actor, ask)
    basis = indicators.Basis(set(sold.households), set(stamped.households))
    for cell in (sold, stamped):
        suppress(cell, least)
    yield from (_row("sales", one.key, _sold(month.month, one)) for one in sold.shown())
    yield from (_row("stamps", one.key, _stamped(month.month, one)) for one in stamped.shown())
    yield from _areas(session, month, least)
    for measure, is_shown in indicators.published(session, actor, ask, basis, least):
        value = read_value(month.values.get(measure.name)) if is_shown else None
        unit = "kilograms" if measure.unit is Unit.GRAMS else measure.unit.value
        body = {"month": month.month, "indicator": measure.name, "number": measure.number, "unit": unit}
        body |= {"value": words.plain(measure, value), "formula_version": measure.version}
        yield _row("indicators", (measure.name,), body | {"status": SHOWN if is_shown else HIDDEN})


def _row(dataset: str, key: tuple[str, ...], body: Row, members: bytes | None = None) -> Row:
    written = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return {"dataset": dataset, "key": "/".join(key), "body": written, "members": members}


def _numbers(cell: Cell, *names: str) -> Row:
    """What a cell counts; nothing of a hidden one."""
    status = HIDDEN if cell.is_hidden else SHOWN
    counted = {name: None if cell.is_hidden else cell.values.get(name, 0) for name in names}
    return {"households": None if cell.is_hidden else len(cell.households), **counted, "status": status}


def _sold(month: str, cell: Cell) -> Row:
    level = ("all", "commune", "group", "marketplace")[len(cell.key)]
    commune, group, marketplace = (*cell.key, None, None, None)[:3]
    place = {"commune": commune, "ocop_group": None if group is None else int(group)}
    numbers = _numbers(cell, "orders", "transactions", "weight_g", "revenue_vnd")
    return {"month": month, "level": level, **place, "marketplace": marketplace, **numbers}


def _stamped(month: str, cell: Cell) -> Row:
    commune = cell.key[0] if cell.key else None
    level = "commune" if cell.key else "all"
    return {
        "month": month,
        "level": level,
        "commune": commune,
        **_numbers(cell, "issued", "activated", "scans"),
    }


def _areas(session: Session, month: Month, least: int) -> Iterator[Row]:
    now = areas.areas_of(session, month.ask, month.month)
    for code, one in areas.settled(now, _last_areas(session), least).items():
        body: Row = {"month": month.month, "commune": code, "as_of": one.month if one else None}
        body |= {"codes": one.codes if one else None, "area_m2": one.area_m2 if one else None}
        body |= {"households": len(one.households) if one else None}
        members = packed(sorted(one.land)) if one else None
        yield _row("areas", (code,), body | {"status": SHOWN if one else HIDDEN}, members)


def _last_areas(session: Session) -> dict[str, areas.Commune]:
    """What each commune showed when it was last shown, by whatever closing was made last."""
    question = (
        select(OpenRow)
        .join(MonthClosing, col(MonthClosing.id) == col(OpenRow.closing_id))
        .where(col(OpenRow.dataset) == "areas", col(OpenRow.members).is_not(None))
        .order_by(col(MonthClosing.closed_at), col(MonthClosing.id))
    )
    found = {}
    for row in session.execute(question).scalars():
        body, land = json.loads(row.body), set(unpacked(row.members or b""))
        found[row.key] = areas.Commune(body["as_of"], body["codes"], body["area_m2"], land)
    return found
