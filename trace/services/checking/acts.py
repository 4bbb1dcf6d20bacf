"""R4, R5, R8, R9, R11: acts are done once, sums follow rows, the log is whole, a job has one holder."""

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import func, or_, select
from sqlmodel import Session, col

from trace.records.account import RequestKey
from trace.records.job import Job, JobState
from trace.records.market_order import MarketOrder
from trace.services import recounting
from trace.services.auditing.findings import Counts
from trace.services.auditing.verifying import differences
from trace.services.checking.broken import Broken, Outside


def once(session: Session, _outside: Outside) -> Iterator[Broken]:
    """R4: a key stands once for whoever sent it, and with the answer its act was given."""
    key = (col(RequestKey.account_id), col(RequestKey.key))
    for account, said in _doubled(session, *key):
        yield Broken(f"request {said} of account {account}", "stands more than once")
    unanswered = select(*key).where(col(RequestKey.status) == 0)
    for account, said in session.execute(unanswered):
        yield Broken(f"request {said} of account {account}", "was kept without what it was answered")


def orders(session: Session, _outside: Outside) -> Iterator[Broken]:
    """R5: an order of a shop is there once."""
    for shop, said in _doubled(session, col(MarketOrder.shop_id), col(MarketOrder.ext_order_id)):
        yield Broken(f"order {said} of shop {shop}", "stands more than once")


def sums(session: Session, _outside: Outside) -> Iterator[Broken]:
    """R5, R8: sums of orders, scans, stamps and harvests are those of their rows."""
    found = recounting.differences(session)
    for one in found.named:
        yield Broken(f"{one.table} {one.key} {one.day}", f"says {one.stored}, its rows {one.facts}")
    more = found.count - len(found.named)
    if more:
        yield Broken("sums", f"{more} more differ")


def logged(session: Session, outside: Outside) -> Iterable[Broken]:
    """R9: the log is whole and as long as its signed checkpoints say, and rows are as it saw them."""
    for one in differences(session, outside.seals, Counts()):
        place = ", ".join(f"{name} {value}" for name, value in one.place.items())
        yield Broken(one.key, place)


def leases(session: Session, outside: Outside) -> Iterator[Broken]:
    """R11: a job at work has a holder, and a shop one job at work."""
    running = col(Job.state) == JobState.RUNNING
    nobody = or_(col(Job.lease_owner).is_(None), col(Job.lease_until).is_(None), col(Job.fence) < 1)
    for number, kind in session.execute(select(col(Job.id), col(Job.kind)).where(running, nobody)):
        yield Broken(f"job {number} ({kind})", "is at work and nobody holds it")
    shops = running, col(Job.shop_id).is_not(None), col(Job.lease_until) > outside.now
    for (shop,) in _doubled(session, col(Job.shop_id), where=shops):
        yield Broken(f"shop {shop}", "has more than one job at work")


def _doubled(session: Session, *columns: Any, where: Iterable[Any] = ()) -> Iterable[Any]:
    """What stands in more than one row. An index forbids it; an index can be lost."""
    return session.execute(select(*columns).where(*where).group_by(*columns).having(func.count() > 1))
