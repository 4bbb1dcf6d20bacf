"""Sums of scans by day and month, added to in the transaction that stores the scans.

Scans come and never change, so their sums are added to where those of orders are recomputed. A process
stores its scans in groups: a hot product's row is written once a group, not once a scan, and is held no
longer than the group's last step takes. All processes write these rows in the same order, after stamps and
alarms, so that they wait for each other and never in a circle.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy import case, delete, func, insert, select, text, tuple_
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from trace.records.lot import Lot
from trace.records.scan import Scan
from trace.records.sums import ScanDay, ScanMonth, ScanSums
from trace.services.figures.instants import local_day_of
from trace.services.sums import MOST_KEYS, Difference, Sums, compared, month_of, next_month, together
from trace.services.verdicts import State
from trace.standards.local_time import day_bounds, local_day

COLUMNS = ("scans", "early")
THING = ("org_id", "product_id", "province")
TABLES: dict[type[ScanSums], str] = {ScanDay: "day", ScanMonth: "month"}
_EARLY = State.NOT_ACTIVATED.value

Thing = tuple[int, int, str]
"""Cooperative, product (nought where none is known), province."""


def add(session: Session, scans: Collection[Mapping[str, Any]]) -> None:
    """Count scans that this transaction stores, given as their rows; call it last."""
    products = _products(session, {scan["lot_id"] for scan in scans} - {None})
    rows = [
        (
            (scan["org_id"], products.get(scan["lot_id"], 0), scan["province"]),
            local_day(scan["scanned_at"]),
            1,
            int(scan["state"] == _EARLY),
        )
        for scan in scans
        if scan["org_id"] is not None
    ]
    days = together(rows)
    if days:
        _add(session, ScanDay, days)
        _add(session, ScanMonth, _by_month(days))


def _products(session: Session, lots: Collection[int]) -> dict[int, int]:
    if not lots:
        return {}
    known = select(col(Lot.id), func.coalesce(col(Lot.product_id), 0)).where(col(Lot.id).in_(lots))
    return {int(lot): int(product) for lot, product in session.connection().execute(known)}


def _by_month(days: Mapping[tuple[Thing, date], Sums]) -> dict[Any, Sums]:
    return together((thing, month_of(day), *sums) for (thing, day), sums in days.items())


def _add(session: Session, table: type[ScanSums], sums: Mapping[tuple[Thing, date], Sums]) -> None:
    dialect = sqlite if session.connection().dialect.name == "sqlite" else postgresql
    statement: Any = dialect.insert(table)
    more = {name: getattr(table, name) + statement.excluded[name] for name in COLUMNS}
    statement = statement.on_conflict_do_update(index_elements=[*THING, TABLES[table]], set_=more)
    session.connection().execute(statement, _rows(table, sums))


def _rows(table: type[ScanSums], sums: Mapping[tuple[Thing, date], Sums]) -> list[dict[str, Any]]:
    names = (*THING, TABLES[table], *COLUMNS)
    return [
        dict(zip(names, (*thing, when, *counts), strict=True))
        for (thing, when), counts in sorted(sums.items())
    ]


def differences(session: Session) -> Iterator[Difference]:
    """Where sums are not what the scans say, a month at a time."""
    session.flush()
    for month in _months(session):
        last = next_month(month) - timedelta(days=1)
        days = _facts(session, month, last)
        for table, facts in ((ScanDay, days), (ScanMonth, _by_month(days))):
            yield from compared(str(table.__tablename__), _stored(session, table, month, last), facts)


def _months(session: Session) -> Iterator[date]:
    """Every month with scans or sums, and those between."""
    first_at, last_at = session.execute(
        select(select(func.min(col(Scan.scanned_at))).scalar_subquery(),
               select(func.max(col(Scan.scanned_at))).scalar_subquery())
    ).one()  # fmt: skip
    ends = [local_day(at) for at in (first_at, last_at) if at is not None]
    for table, when in TABLES.items():
        named = getattr(table, when)
        both = session.execute(select(func.min(named), func.max(named))).one()
        ends += [day for day in both if day is not None]
    month = month_of(min(ends)) if ends else None
    while month is not None and month <= max(ends):
        yield month
        month = next_month(month)


def _facts(session: Session, since: date, until: date) -> dict[Any, Sums]:
    """What the scans of these days come to."""
    day = local_day_of(col(Scan.scanned_at))
    product = func.coalesce(col(Lot.product_id), 0)
    early = func.sum(case((col(Scan.state) == _EARLY, 1), else_=0))
    question: Any = (
        select(col(Scan.org_id), product, col(Scan.province), day, func.count(), early)
        .outerjoin(Lot, col(Lot.id) == col(Scan.lot_id))
        .where(col(Scan.org_id).is_not(None))
        .where(col(Scan.scanned_at) >= day_bounds(since)[0], col(Scan.scanned_at) < day_bounds(until)[1])
        .group_by(col(Scan.org_id), product, col(Scan.province), day)
    )
    rows = session.execute(question)
    return together((tuple(thing), date.fromisoformat(on), *sums) for *thing, on, one, two in rows
                    for sums in ((one, two),))  # fmt: skip


def _stored(session: Session, table: type[ScanSums], since: date, until: date) -> Iterator[Any]:
    when = getattr(table, TABLES[table])
    columns = [getattr(table, name) for name in (*THING, TABLES[table], *COLUMNS)]
    rows = session.execute(select(*columns).where(when.between(since, until)))
    return (((org, product, province), on, *sums) for org, product, province, on, *sums in rows)


def mend(session: Session, found: Iterable[Difference]) -> None:
    """Put sums that were found to differ right, by the scans as they are now."""
    wrong = [one for one in found if one.table in {table.__tablename__ for table in TABLES}]
    if not wrong:
        return
    if session.connection().dialect.name == "postgresql":
        # Whoever stores scans waits here for the rest of its transaction: none is counted twice or missed.
        session.execute(text("LOCK TABLE scan_day, scan_month IN SHARE ROW EXCLUSIVE MODE"))
    of_days = [one for one in wrong if one.table == ScanDay.__tablename__]
    for day in sorted({one.day for one in of_days}):
        things = {one.key for one in of_days if one.day == day}
        _replace(session, ScanDay, day, things, _facts(session, day, day))
    for month in sorted({month_of(one.day) for one in wrong}):
        things = {one.key for one in wrong if month_of(one.day) == month}
        days = together(_stored(session, ScanDay, month, next_month(month) - timedelta(days=1)))
        _replace(session, ScanMonth, month, things, _by_month(days))


def _replace(
    session: Session, table: type[ScanSums], when: date, things: Collection[Thing], facts: Mapping[Any, Sums]
) -> None:
    own, ordered = tuple_(*(getattr(table, name) for name in THING)), sorted(things)
    for at in range(0, len(ordered), MOST_KEYS):
        some = own.in_(ordered[at : at + MOST_KEYS])
        session.execute(delete(table).where(some, getattr(table, TABLES[table]) == when))
    right = {(thing, on): sums for (thing, on), sums in facts.items() if thing in things and on == when}
    if right:
        session.execute(insert(table), _rows(table, right))
