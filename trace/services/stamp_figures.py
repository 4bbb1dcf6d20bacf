"""Stamps scanned in a period, each once however often: sums by the day and the day before it.

A stamp's first scan of a period is the one whose scan before lies before the period. So of each day is kept
how many stamps were scanned on it by the day of their scan before (``NEVER`` where there was none), and of
each month likewise by the last day before it: added up over the parts of any period, those whose day before
lies before its first day are its stamps. The same of scans that looked like a copy alone. All cooperatives
together: a stamp may be another's later, and would count for both.

They are added to in the transaction that stores the scans, after all other sums. A scan that is stored late
takes its place between its neighbours.
"""

import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, datetime
from itertools import pairwise
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Integer,
    and_,
    bindparam,
    case,
    cast,
    delete,
    func,
    select,
    text,
    tuple_,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col
from sqlmodel.sql.sqltypes import UTCDateTime

from trace.records.scan import Scan
from trace.records.stamp import SERIALS
from trace.records.sums import StampDay, StampMonth, StampSums
from trace.services.figures.instants import local_day_of
from trace.services.sums import Difference, Place, compared, month_of
from trace.services.verdicts import State
from trace.standards.local_time import day_bounds, local_day

NEVER = date(1, 1, 1)
"""The day before of a stamp's first scan."""
TABLES: dict[type[StampSums], str] = {StampDay: "day", StampMonth: "month"}
SUSPECT = State.CLONE_SUSPECT.value

Stamp = tuple[int, int]
Scanned = tuple[Stamp, date]
Link = tuple[type[StampSums], date, date]
"""A table, the day or month, and the day before."""
Sums = Counter[tuple[type[StampSums], date, date, bool]]


def links(session: Session, scans: Collection[Mapping[str, Any]]) -> Sums:
    """What scans (given as their rows) change; ask before they are stored, with their stamps held."""
    owned = [scan for scan in scans if scan["org_id"] is not None]
    _hold(session, owned)
    found: Sums = Counter()
    for is_suspect in (False, True):
        places = {
            ((scan["kid"], scan["serial"]), local_day(scan["scanned_at"]))
            for scan in owned
            if not is_suspect or scan["state"] == SUSPECT
        }
        for link, more in _changes(_neighbours(session, places, is_suspect=is_suspect)).items():
            found[*link, is_suspect] += more
    return found


def _hold(session: Session, scans: Collection[Mapping[str, Any]]) -> None:
    """Stamps that have no row of their own can be held by nothing else."""
    if not scans or session.connection().dialect.name != "postgresql":
        return
    stamps = sorted({scan["kid"] * SERIALS + scan["serial"] for scan in scans})
    hold = text("SELECT pg_advisory_xact_lock(one) FROM unnest(CAST(:stamps AS bigint[])) AS one")
    session.connection().execute(hold, {"stamps": stamps}).all()


def _neighbours(
    session: Session, places: Collection[Scanned], *, is_suspect: bool
) -> Iterator[tuple[Scanned, date, date | None]]:
    """Days on which their stamp was not scanned yet, with the days of its scan before and after."""
    last = _last_days(session, {stamp for stamp, _ in places}, is_suspect=is_suspect)
    late = set()
    for stamp, day in places:
        known = last.get(stamp, NEVER)
        if known < day:
            yield (stamp, day), known, None
        elif known > day:
            late.add((stamp, day))
    yield from _between(session, late, is_suspect=is_suspect)


def _last_days(session: Session, stamps: Collection[Stamp], *, is_suspect: bool) -> dict[Stamp, date]:
    """The day of each stamp's newest scan: one step into an index a stamp, for each scan pays it."""
    if not stamps:
        return {}
    connection, given = session.connection(), sorted(stamps)
    kids, serials = (list(column) for column in zip(*given, strict=True))
    dialect = connection.dialect.name
    stamps_ = {"stamps": json.dumps(given)} if dialect == "sqlite" else {"kids": kids, "serials": serials}
    rows = connection.execute(_NEWEST[dialect, is_suspect], stamps_)
    return {(kid, serial): local_day(at) for kid, serial, at in rows if at is not None}


def _given(dialect: str) -> Any:
    """Stamps given as one value, however many there are."""
    if dialect == "sqlite":
        value = func.json_each(bindparam("stamps")).table_valued("value").c.value
        kid, serial = (func.json_extract(value, f"$[{n}]") for n in (0, 1))
    else:
        kid = func.unnest(cast(bindparam("kids"), ARRAY(Integer)))
        serial = func.unnest(cast(bindparam("serials"), ARRAY(BigInteger)))
    return select(kid.label("kid"), serial.label("serial")).subquery("own")


def _newest(dialect: str, *rules: Any) -> Any:
    own = _given(dialect)
    its = (col(Scan.kid) == own.c.kid, col(Scan.serial) == own.c.serial)
    scans = select(col(Scan.scanned_at)).where(*its, col(Scan.org_id).is_not(None), *rules).correlate(own)
    newest = scans.order_by(col(Scan.scanned_at).desc()).limit(1).scalar_subquery()
    return select(own.c.kid, own.c.serial, newest)


_RULES: dict[bool, tuple[Any, ...]] = {False: (), True: (col(Scan.state) == SUSPECT,)}
_NEWEST = {
    (dialect, is_suspect): _newest(dialect, *rules)
    for dialect in ("sqlite", "postgresql")
    for is_suspect, rules in _RULES.items()
}


def _between(
    session: Session, places: Collection[Scanned], *, is_suspect: bool
) -> Iterator[tuple[Scanned, date, date | None]]:
    """The same of days before their stamp's newest scan."""
    for on in sorted({day for _, day in places}):
        stamps = sorted(stamp for stamp, day in places if day == on)
        since, after = day_bounds(on)
        given = {"stamps": stamps, "since": since, "after": after}
        rows = session.connection().execute(_AROUND[is_suspect], given)
        known = {(kid, serial): ends for kid, serial, *ends in rows}
        for stamp in stamps:
            last, here, next_ = known.get(stamp, (None, None, None))
            if here is None:
                yield (stamp, on), _day(last) or NEVER, _day(next_)


def _around(*rules: Any) -> Any:
    """A stamp's last scan before the day, its first on it, its first after it."""
    since, after = (bindparam(name, type_=UTCDateTime()) for name in ("since", "after"))
    at, own = col(Scan.scanned_at), (col(Scan.kid), col(Scan.serial))
    here = and_(at >= since, at < after)
    return (
        select(
            *own,
            func.max(case((at < since, at))),
            func.min(case((here, at))),
            func.min(case((at >= after, at))),
        )
        .where(tuple_(*own).in_(bindparam("stamps", expanding=True)), col(Scan.org_id).is_not(None), *rules)
        .group_by(*own)
    )


_AROUND = {False: _around(), True: _around(col(Scan.state) == SUSPECT)}


def _day(at: datetime | None) -> date | None:
    return local_day(at) if at is not None else None


def _changes(found: Iterable[tuple[Scanned, date, date | None]]) -> Counter[Link]:
    """Each day takes its place between its neighbours; days of one stamp in their order."""
    moved: Counter[Link] = Counter()
    last: dict[Stamp, date] = {}
    for (stamp, day), stored, later in sorted(found, key=lambda one: one[0]):
        before = max(stored, last.get(stamp, NEVER))
        last[stamp] = day
        ends = [later] if later is not None else []
        moved.update(_links([before, day, *ends]))
        moved.subtract(_links([before, *ends]))
    return moved


def _links(days: Iterable[date]) -> Iterator[Link]:
    """What the days of one stamp's scans are in the sums, but for the first."""
    for before, day in pairwise(days):
        yield StampDay, day, before
        if month_of(day) != month_of(before):
            yield StampMonth, month_of(day), before


def add(session: Session, found: Sums) -> None:
    """Put what ``links`` found into the sums; call it last."""
    dialect = sqlite if session.connection().dialect.name == "sqlite" else postgresql
    for table, when in TABLES.items():
        rows = [
            {when: on, "before": before, "is_suspect": is_suspect, "stamps": more}
            for (of, on, before, is_suspect), more in sorted(found.items(), key=lambda one: one[0][1:])
            if of is table and more
        ]
        if rows:
            statement: Any = dialect.insert(table)
            more_ = col(table.stamps) + statement.excluded.stamps
            keys = [when, "before", "is_suspect"]
            statement = statement.on_conflict_do_update(index_elements=keys, set_={"stamps": more_})
            session.connection().execute(statement, rows)


def differences(session: Session) -> Iterator[tuple[Place, Difference]]:
    """Where sums are not what the scans say; they are few, and brought up together."""
    session.flush()
    for is_suspect in (False, True):
        facts = _facts(session, is_suspect=is_suspect)
        for table, when in TABLES.items():
            right: dict[Any, tuple[int, ...]] = {
                ((is_suspect, before.isoformat()), on): (count,)
                for (of, on, before), count in facts.items()
                if of is table
            }
            columns: tuple[Any, ...] = (table.before, getattr(table, when), table.stamps)
            kept = session.execute(select(*columns).where(col(table.is_suspect) == is_suspect))
            rows = (((is_suspect, before.isoformat()), on, stamps) for before, on, stamps in kept if stamps)
            yield from (((), one) for one in compared(str(table.__tablename__), rows, right))


def _facts(session: Session, *, is_suspect: bool) -> Counter[Link]:
    """What the scans of all stamps come to."""
    rules = [col(Scan.org_id).is_not(None)] + ([col(Scan.state) == SUSPECT] if is_suspect else [])
    day = local_day_of(col(Scan.scanned_at)).label("day")
    days = select(col(Scan.kid), col(Scan.serial), day).where(*rules).distinct().subquery()
    before = func.lag(days.c.day).over(partition_by=(days.c.kid, days.c.serial), order_by=days.c.day)
    both = select(days.c.day, before.label("before")).subquery()
    question = select(both.c.day, both.c.before, func.count()).group_by(both.c.day, both.c.before)
    found: Counter[Link] = Counter()
    for on, last, count in session.execute(question):
        for link in _links([date.fromisoformat(last) if last else NEVER, date.fromisoformat(on)]):
            found[link] += int(count)
    return found


def mend(session: Session) -> None:
    """Write them anew from the scans."""
    if session.connection().dialect.name == "postgresql":
        # Whoever stores scans waits here for the rest of its transaction: none is counted twice or missed.
        session.execute(text("LOCK TABLE stamp_day, stamp_month IN SHARE ROW EXCLUSIVE MODE"))
    right: Sums = Counter()
    for is_suspect in (False, True):
        right.update({(*link, is_suspect): n for link, n in _facts(session, is_suspect=is_suspect).items()})
    for table in TABLES:
        session.execute(delete(table))
    add(session, right)
