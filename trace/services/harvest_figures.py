"""Sums of harvests by day and month, added to in the transaction that writes a harvest lot.

They hold what counts in figures (``lot_states.counts``). Whoever changes such a lot takes out what it was
and puts in what it is; additions of two transactions never lose each other. Sums are written after lots.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import date, timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, func, insert, literal, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from trace.records.lot import Lot, LotKind, LotState
from trace.records.sums import HarvestDay, HarvestMonth, HarvestSums
from trace.services.lineage import portions
from trace.services.lot_states import counts
from trace.services.sums import (
    Difference,
    PickedIn,
    Place,
    Row,
    Sums,
    differing,
    month_of,
    next_month,
    streamed,
    together,
)

COLUMNS = ("grams",)
THING = ("org_id", "commune_code", "old_commune_code", "crop", "variety", "growing_area_id")
TABLES: dict[type[HarvestSums], str] = {HarvestDay: "day", HarvestMonth: "month"}
HARVEST: Any = LotKind.HARVEST.value == col(Lot.kind)

Entry = tuple[Any, date, int]
"""Whose and where, the day of picking, grams."""


def entry(lot: Lot, sign: int = 1) -> list[Entry]:
    """What a lot, which was not withdrawn, adds to the sums as it stands now; ``sign`` -1 takes it out.

    Nothing for drafts and for what is no harvest.
    """
    if lot.kind != LotKind.HARVEST or lot.state == LotState.DRAFT:
        return []
    return [_told(lot, sign)]


def drafts_among(session: Session, lots: Collection[int]) -> list[Entry]:
    """What drafts of these lots, whose rows are locked, will add once they are none.

    They are read anew: whoever waited for the lock may have seen a draft that was corrected meanwhile.
    """
    drafts = select(Lot).where(HARVEST, col(Lot.state) == LotState.DRAFT)
    drafts = drafts.execution_options(populate_existing=True)
    return [
        _told(lot, 1)
        for some in portions(lots)
        for lot in session.execute(drafts.where(col(Lot.id).in_(some))).scalars()
    ]


def _told(lot: Lot, sign: int) -> Entry:
    place = (lot.commune_code, lot.old_commune_code or "")
    thing = (lot.org_id, *place, lot.crop, lot.variety, lot.growing_area_id or 0)
    return thing, lot.harvested_on, sign * lot.weight_g


def add(session: Session, entries: Collection[Entry]) -> None:
    """Bring the sums up by these; call it last in the transaction that writes the lots."""
    days = together(entries)
    if days:
        _add(session, HarvestDay, days)
        _add(session, HarvestMonth, _by_month(days))


def _by_month(days: Mapping[tuple[Any, date], Sums]) -> dict[Any, Sums]:
    return together((thing, month_of(day), *sums) for (thing, day), sums in days.items())


def _add(session: Session, table: type[HarvestSums], sums: Mapping[tuple[Any, date], Sums]) -> None:
    if not sums:
        return  # a day's harvest moved to another one of its month
    names = (*THING, TABLES[table], *COLUMNS)
    ordered = sorted(sums.items())  # all write them in one order: none waits in a circle
    rows = [dict(zip(names, (*thing, when, *one), strict=True)) for (thing, when), one in ordered]
    connection = session.connection()
    connection.execute(_statement(table, is_sqlite=connection.dialect.name == "sqlite"), rows)


@cache
def _statement(table: type[HarvestSums], *, is_sqlite: bool) -> Any:
    """Put together once: building it cost more than it does."""
    statement: Any = (sqlite if is_sqlite else postgresql).insert(table)
    more = {name: getattr(table, name) + statement.excluded[name] for name in COLUMNS}
    return statement.on_conflict_do_update(index_elements=[*THING, TABLES[table]], set_=more)


def differences(session: Session) -> Iterator[tuple[Place, Difference]]:
    """Where sums are not what the lots say, and of which month: one at a time."""
    names = (str(HarvestDay.__tablename__), str(HarvestMonth.__tablename__))
    for month in _months(session):
        facts = streamed(session, _facts(month).order_by(col(Lot.org_id)))
        stored = [streamed(session, _stored(table, month)) for table in TABLES]
        days, months = (map(_as_row, rows) for rows in stored)
        found = differing(names, map(_as_row, facts), (days, months), thing=lambda row: row[0][0])
        yield from ((PickedIn(month), one) for one in found)


def _months(session: Session) -> Iterator[date]:
    """Every month with harvests or sums, and those between."""
    ends: list[date] = []
    for when in (col(Lot.harvested_on), *(getattr(table, name) for table, name in TABLES.items())):
        both = (select(end(when)).scalar_subquery() for end in (func.min, func.max))
        ends += [day for day in session.execute(select(*both)).one() if day is not None]
    month = month_of(min(ends)) if ends else None
    while month is not None and month <= max(ends):
        yield month
        month = next_month(month)


def _facts(month: date) -> Select[Any]:
    """What the lots of a month come to by day: thing, day, sums."""
    thing: tuple[Any, ...] = (
        col(Lot.org_id),
        col(Lot.commune_code),
        func.coalesce(col(Lot.old_commune_code), literal("")),
        col(Lot.crop),
        col(Lot.variety),
        func.coalesce(col(Lot.growing_area_id), literal(0)),
    )
    named = [one.label(name) for one, name in zip(thing, THING, strict=True)]
    question = select(*named, col(Lot.harvested_on).label("day"), func.sum(col(Lot.weight_g)))
    inside = col(Lot.harvested_on).between(month, next_month(month) - timedelta(days=1))
    return question.where(HARVEST, counts(), inside).group_by(*named, col(Lot.harvested_on))


def _stored(table: type[HarvestSums], month: date) -> Select[Any]:
    columns = [getattr(table, name) for name in (*THING, TABLES[table], *COLUMNS)]
    left = getattr(table, COLUMNS[0]) != 0
    return select(*columns).where(_lies_in(table, month), left).order_by(columns[0])


def _lies_in(table: type[HarvestSums], month: date) -> ColumnElement[bool]:
    when: Any = getattr(table, TABLES[table])
    rule: ColumnElement[bool] = when.between(month, next_month(month) - timedelta(days=1))
    return rule


def _as_row(row: Row) -> Row:
    return (tuple(row[: len(THING)]), *row[len(THING) :])


def mend(session: Session, month: date) -> None:
    """Write the sums of a month anew, by statements alone: no row of them passes through here."""
    if session.connection().dialect.name == "postgresql":
        # Whoever writes lots waits here for the rest of its transaction: none is counted twice or missed.
        session.execute(text("LOCK TABLE harvest_day, harvest_month IN SHARE ROW EXCLUSIVE MODE"))
    for table in TABLES:
        session.execute(delete(table).where(_lies_in(table, month)))
    session.execute(insert(HarvestDay).from_select([*THING, "day", *COLUMNS], _facts(month)))
    thing = [getattr(HarvestDay, name) for name in THING]
    whole = select(*thing, literal(month), func.sum(col(HarvestDay.grams)))
    whole = whole.where(_lies_in(HarvestDay, month)).group_by(*thing)
    session.execute(insert(HarvestMonth).from_select([*THING, "month", *COLUMNS], whole))
