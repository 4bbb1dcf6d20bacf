"""Comparing a period's orders with the marketplace's own list: what differed is listed to a person."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from marketplaces.values import Order, Window
from trace.records.market_order import MarketOrder
from trace.records.scan import Alarm
from trace.records.shop import Shop
from trace.services.selling import unfit

SYNC_GAP = "sync_gap"
MOST_NAMED = 50


@dataclass
class Comparison:
    """Orders last changed within the period: theirs, ours, and those that differ."""

    period: Window
    theirs: set[str] = field(default_factory=set)
    ours: set[str] = field(default_factory=set)
    missing: set[str] = field(default_factory=set)
    """Theirs that we had not."""
    outdated: set[str] = field(default_factory=set)
    """Ours that said something else."""

    @property
    def extra(self) -> set[str]:
        """Ours that they do not list."""
        return self.ours - self.theirs

    @property
    def differences(self) -> int:
        """How many orders differ."""
        return len(self.missing) + len(self.outdated) + len(self.extra)


def compare_page(
    session: Session, shop_id: int, orders: Iterable[Order], found: Comparison, now: datetime
) -> None:
    """Hold a page of theirs against what is stored, before it is taken in."""
    told = [order for order in orders if not unfit(order, now)]
    rule = (
        col(MarketOrder.shop_id) == shop_id,
        col(MarketOrder.ext_order_id).in_({order.ext_order_id for order in told}),
    )
    stored = {row.ext_order_id: row for row in session.execute(select(MarketOrder).where(*rule)).scalars()}
    for order in told:
        if order.modified_at > found.period.until:
            continue  # changed since the last reading: the next one brings it
        found.theirs.add(order.ext_order_id)
        row = stored.get(order.ext_order_id)
        if row is None:
            found.missing.add(order.ext_order_id)
        elif row.payload_hash != order.payload_hash and order.modified_at >= row.ext_modified_at:
            found.outdated.add(order.ext_order_id)


def note_ours(session: Session, shop_id: int, found: Comparison) -> None:
    """Which of our orders fall into the period."""
    rule = (
        col(MarketOrder.shop_id) == shop_id,
        col(MarketOrder.ext_modified_at).between(found.period.since, found.period.until),
    )
    found.ours = set(session.execute(select(col(MarketOrder.ext_order_id)).where(*rule)).scalars())


def report(session: Session, shop_id: int, found: Comparison, now: datetime) -> Alarm | None:
    """Raise (or raise again) the shop's alarm when anything differed; none when all agrees."""
    if not found.differences:
        return None
    shop = session.get_one(Shop, shop_id)
    subject = f"sync/{shop.marketplace}/{shop.ext_shop_id}"[:80]
    alarm = session.execute(select(Alarm).where(col(Alarm.subject) == subject)).scalar_one_or_none()
    if alarm is None:
        alarm = Alarm(kind=SYNC_GAP, subject=subject, org_id=shop.org_id, times=0, raised_at=now, last_at=now)
        session.add(alarm)
    alarm.times, alarm.last_at, alarm.cleared_at = alarm.times + 1, now, None
    alarm.detail = json.dumps(
        {
            "since": found.period.since.isoformat(),
            "until": found.period.until.isoformat(),
            "ours": len(found.ours),
            "theirs": len(found.theirs),
            **{name: sorted(getattr(found, name))[:MOST_NAMED] for name in ("missing", "outdated", "extra")},
        }
    )
    session.flush()
    return alarm
