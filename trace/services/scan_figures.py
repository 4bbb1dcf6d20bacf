"""Sums of scans by day and month, added to in the transaction that stores the scans.

Scans come and never change, so their sums are added to where those of orders are recomputed. A process
stores its scans in groups: a hot product's row is written once a group, not once a scan, and is held no
longer than the group's last step takes. All processes write these rows in the same order, after stamps and
alarms, so that they wait for each other and never in a circle.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, case, delete, func, insert, literal, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from trace.records.lot import Lot
from trace.records.scan import Scan
from trace.records.sums import ScanDay, ScanMonth, ScanSums
from trace.services.figures.instants import local_date_of
from trace.services.month_touches import SCANS, touch
from trace.services.sums import (
    Difference,
    Place,
    Row,
    Sums,
    differing,
    month_of,
    next_month,
    streamed,
    together,
)
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
        touch(session, SCANS, (day for _, day in days))
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


def differences(session: Session) -> Iterator[tuple[Place, Difference]]:
    """Where sums are not what the scans say, and of which month: one at a time."""
    names = (str(ScanDay.__tablename__), str(ScanMonth.__tablename__))
    for month in _months(session):
        facts = streamed(session, _facts(month).order_by("org_id", "product_id"))
        stored = [streamed(session, _stored(table, month)) for table in TABLES]
        days, months = (map(_as_row, rows) for rows in stored)
        found = differing(names, map(_as_row, facts), (days, months), thing=lambda row: row[0][:2])
        yield from ((month, one) for one in found)


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


def _facts(month: date) -> Select[Any]:
    """What the scans of a month come to by day: thing, day, sums."""
    first, last = day_bounds(month)[0], day_bounds(next_month(month))[0]
    product = func.coalesce(col(Lot.product_id), 0)
    thing: list[Any] = [col(Scan.org_id).label("org_id"), product.label("product_id"), col(Scan.province)]
    day = local_date_of(col(Scan.scanned_at))
    early = func.sum(case((col(Scan.state) == _EARLY, 1), else_=0))
    return (
        select(*thing, day, func.count(), early)
        .outerjoin(Lot, col(Lot.id) == col(Scan.lot_id))
        .where(col(Scan.org_id).is_not(None), col(Scan.scanned_at) >= first, col(Scan.scanned_at) < last)
        .group_by(col(Scan.org_id), product, col(Scan.province), day)
    )


def _stored(table: type[ScanSums], month: date) -> Select[Any]:
    columns = [getattr(table, name) for name in (*THING, TABLES[table], *COLUMNS)]
    return select(*columns).where(_lies_in(table, month)).order_by(*columns[:2])


def _lies_in(table: type[ScanSums], month: date) -> ColumnElement[bool]:
    when: Any = getattr(table, TABLES[table])
    rule: ColumnElement[bool] = when.between(month, next_month(month) - timedelta(days=1))
    return rule


def _as_row(row: Row) -> Row:
    org, product, province, *rest = row
    return ((org, product, province), *rest)


def mend(session: Session, month: date) -> None:
    """Write the sums of a month anew, by statements alone: no row of them passes through here."""
    if session.connection().dialect.name == "postgresql":
        # Whoever stores scans waits here for the rest of its transaction: none is counted twice or missed.
        session.execute(text("LOCK TABLE scan_day, scan_month IN SHARE ROW EXCLUSIVE MODE"))
    touch(session, SCANS, [month])
    for table in TABLES:
        session.execute(delete(table).where(_lies_in(table, month)))
    session.execute(insert(ScanDay).from_select([*THING, "day", *COLUMNS], _facts(month)))
    thing = [getattr(ScanDay, name) for name in THING]
    sums = (func.sum(getattr(ScanDay, name)) for name in COLUMNS)
    whole = select(*thing, literal(month), *sums).where(_lies_in(ScanDay, month)).group_by(*thing)
    session.execute(insert(ScanMonth).from_select([*THING, "month", *COLUMNS], whole))
