"""What a shop's first reading will bring, counted before anything is kept."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from marketplaces.values import Order, Page
from trace.records.job import Job, JobState
from trace.records.market_order import OrderStatus
from trace.records.shop import Shop
from trace.services import admission, schedules, shops
from trace.services.admission import Act, Actor
from trace.services.exchanging import HOME
from trace.services.listings import shelf_number, shelf_of
from trace.services.order_sums import COUNTED
from trace.services.selling import unfit
from trace.standards.local_time import local_day

KIND = "preview_orders"
MOST_WORDS = 20
"""Words of a marketplace that no table knows, at the most shown."""


@dataclass(frozen=True)
class _Seen:
    """What is remembered of one order."""

    modified_at: datetime
    day: date
    status: str
    status_raw: str
    pieces: int
    revenue_vnd: int
    unmatched: int
    is_abroad: bool


@dataclass
class Preview:
    """Orders seen so far; one that comes more than once is counted as it was last changed.

    ``matched`` are the shelf numbers of listings that have a product.
    """

    matched: Collection[str]
    now: datetime
    orders: dict[str, _Seen] = field(default_factory=dict)
    faulty: set[str] = field(default_factory=set)

    def add(self, page: Page) -> None:
        """One more page."""
        self.faulty.update(record.ext_order_id for record in page.bad)
        for order in page.orders:
            if unfit(order, self.now):
                self.faulty.add(order.ext_order_id)
                continue
            known = self.orders.get(order.ext_order_id)
            if known is None or known.modified_at <= order.modified_at:
                self.orders[order.ext_order_id] = self._seen(order)

    def _seen(self, order: Order) -> _Seen:
        unmatched = sum(shelf_number(line) not in self.matched for line in order.lines)
        return _Seen(
            order.modified_at,
            local_day(order.created_at),
            order.status,
            order.status_raw,
            sum(line.net_quantity for line in order.lines),
            sum(line.revenue_vnd for line in order.lines),
            unmatched,
            order.currency != HOME,
        )

    def figures(self) -> dict[str, Any]:
        """What will stand in the books; pieces and revenue of counted orders only, as in the day figures.

        Orders in other currencies are worth đồng by the rates of their days: here they are told apart.
        """
        seen = self.orders.values()
        counted = [one for one in seen if one.status in COUNTED]
        words = Counter(one.status_raw for one in seen if one.status == OrderStatus.UNMAPPED)
        return {
            "orders": len(self.orders),
            "counted": len(counted),
            "pieces": sum(one.pieces for one in counted),
            "revenue_vnd": sum(one.revenue_vnd for one in counted),
            "abroad": sum(one.is_abroad for one in counted),
            "unmatched_lines": sum(one.unmatched for one in seen),
            "faulty": len(self.faulty - self.orders.keys()),
            "unknown": dict(words.most_common(MOST_WORDS)),
            **_days(seen),
        }


def _days(seen: Iterable[_Seen]) -> dict[str, str]:
    days = [one.day for one in seen]
    return {"first_day": min(days).isoformat(), "last_day": max(days).isoformat()} if days else {}


def matched_numbers(session: Session, shop_id: int) -> set[str]:
    """Shelf numbers of the shop's listings that have a product."""
    return {number for number, row in shelf_of(session, shop_id).items() if row.product_id is not None}


def ask(session: Session, actor: Actor, shop_id: int, now: datetime) -> int:
    """Have the orders looked at; the job's number.

    Raises:
        Refused: the shop is kept by files.
    """
    shop = admission.fetch(session, actor, Act.MANAGE_SHOP, Shop, id=shop_id)
    shops.refuse_by_file(shop)
    shop.paused_until = None
    return schedules.run_now(session, KIND, str(shop.id), now, shop_id=shop.id)


@dataclass(frozen=True)
class Looked:
    """How far the looking is: ``state`` is empty before anybody asked."""

    state: str = ""
    figures: dict[str, Any] | None = None
    error: str = ""

    @property
    def is_at_work(self) -> bool:
        """Waiting or being done."""
        return self.state in {JobState.PENDING, JobState.RUNNING}


def last_look(session: Session, shop_id: int) -> Looked:
    """The last preview asked for."""
    rule = (col(Job.shop_id) == shop_id, col(Job.kind) == KIND)
    job: Job | None = session.execute(
        select(Job).where(*rule).order_by(col(Job.id).desc()).limit(1)
    ).scalar_one_or_none()
    if job is None:
        return Looked()
    return Looked(job.state, _with_days(job.figures.get("preview")), job.error)


def _with_days(figures: dict[str, Any] | None) -> dict[str, Any] | None:
    """Days as days again, where there are any."""
    if figures is None:
        return None
    days = {"first_day", "last_day"}
    return {name: date.fromisoformat(told) if name in days else told for name, told in figures.items()}
