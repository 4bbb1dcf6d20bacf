"""Which months' facts were written since somebody last looked: noted in the transaction that writes them.

A note is seen when the facts it stands for are, and not before. So whoever reads the notes, then looks at the
months they name, and only then takes away the very notes it read, misses nothing, wherever it breaks off.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import delete, insert, select
from sqlmodel import Session, col

from trace.records.month_closing import MonthTouch
from trace.records.scan import Scan
from trace.records.sums import SalesMonth, ShopMonth
from trace.services.lineage import portions
from trace.services.sums import month_of
from trace.standards.local_time import local_day

SALES, SCANS = "sales", "scans"
TOLD_OF: dict[str, dict[str, frozenset[str]]] = {
    SALES: {
        "market_order": frozenset(("id", "shop_id", "ext_order_id", "day", "status", "is_priced")),
        "market_order_line": frozenset(
            ("id", "order_id", "listing_id", "quantity", "net_quantity", "revenue_vnd")
        ),
        "day_total": frozenset(
            ("id", "listing_id", "day", "orders", "transactions", "quantity", "revenue_vnd", "ended_at")
        ),
        "listing": frozenset(("id", "unit_g")),
    },
    SCANS: {
        "scan": frozenset(("id", "kid", "serial", "lot_id", "scanned_at", "state", "province")),
        "stamp_seen": frozenset(("kid", "serial", "cleared_at")),
        "ghost_day": frozenset(("id", "day", "state", "looks")),
    },
}
"""The columns of which every change is noted, by subject and table; of no other is it."""


@dataclass(frozen=True)
class Seen:
    """Notes that were read: their numbers, and the subjects of each month by its first."""

    numbers: tuple[int, ...]
    subjects: dict[date, frozenset[str]]


def touch(session: Session, subject: str, days: Iterable[date]) -> None:
    """Note that this transaction writes facts of these days."""
    rows = [{"subject": subject, "month": month} for month in sorted({month_of(day) for day in days})]
    if rows:
        session.connection().execute(insert(MonthTouch), rows)


def touch_listing(session: Session, listing_id: int) -> None:
    """The same of every month in which the listing sold: what a piece of it weighs is another."""
    sold = select(col(SalesMonth.month)).where(col(SalesMonth.listing_id) == listing_id)
    touch(session, SALES, session.execute(sold).scalars())


def touch_shops(session: Session, shops: Iterable[int]) -> None:
    """The same of every month in which these shops sold: their facts were written and nobody noted it."""
    sold = select(col(ShopMonth.month)).where(col(ShopMonth.shop_id).in_(tuple(shops)))
    touch(session, SALES, session.execute(sold.distinct()).scalars())


def touch_stamp(session: Session, kid: int, serial: int) -> None:
    """The same of every month in which the stamp was looked at: whether it looks copied is another."""
    looked = select(col(Scan.scanned_at)).where(col(Scan.kid) == kid, col(Scan.serial) == serial)
    touch(session, SCANS, map(local_day, session.execute(looked).scalars()))


def seen(session: Session) -> Seen:
    """Every note there is."""
    rows = session.execute(select(col(MonthTouch.id), col(MonthTouch.subject), col(MonthTouch.month))).all()
    subjects: dict[date, frozenset[str]] = {}
    for _, subject, month in rows:
        subjects[month] = subjects.get(month, frozenset()) | {subject}
    return Seen(tuple(number for number, *_ in rows), subjects)


def forget(session: Session, one: Seen) -> None:
    """Take away notes that were read, and no others."""
    for some in portions(one.numbers):
        session.execute(delete(MonthTouch).where(col(MonthTouch.id).in_(some)))
