"""What was sold, told once a shop, lot and batch of orders: never an order, and nothing of who bought.

Pieces are sold when their order is completed: what was placed may be cancelled, and is taken from the lot
without being told. A share knows what was told of it and in which event, so a batch asks for what changed:
more is a ``retail_selling`` event, less of a completed or returned order goods that came back, and anything
else (cancelled after all, another lot chosen) makes the event wrong, which is declared and told anew.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import case, func, select, update
from sqlmodel import Session, col

from trace.records.account import Role
from trace.records.allocation import Allocation
from trace.records.event import Event
from trace.records.lot import Lot
from trace.records.market_order import MarketOrder, OrderStatus
from trace.records.shop import Shop
from trace.services.admission import Actor
from trace.services.identifiers import lot_uri
from trace.services.lineage import portions
from trace.services.logging_acts import append_event, body_of
from trace.standards import epcis
from trace.standards.epcis import PREFIX, Quantity, Scene

SELL, TAKE_BACK = "sell", "take_back"
SHOP = Actor(None, Role.COOP_MANAGER)
"""Nobody here: what a shop tells has no account."""
CAME_BACK = (OrderStatus.COMPLETED.value, OrderStatus.RETURNED.value)
"""States in which pieces that are sold no more were returned; in any other they never were sold."""
Pile = tuple[int, int]
"""A shop and a lot."""


@dataclass(frozen=True)
class Lost:
    """Pieces told as sold that their share has no more; ``event`` is the row that told of them."""

    order_id: int
    lot_id: int
    grams: int
    event: int | None
    came_back: bool


def take_told(share: Allocation, pieces: int, *, came_back: bool) -> list[Lost]:
    """Take pieces, told ones first, out of what was told of a share."""
    gone = min(share.told, pieces)
    if not gone or share.lot_id is None:
        return []
    lost = Lost(share.order_id, share.lot_id, gone * share.unit_g, share.sale_event, came_back)
    share.told -= gone
    share.sale_event = share.sale_event if share.told else None
    return [lost]


def tell_sales(session: Session, orders: Collection[int], lost: Sequence[Lost], now: datetime) -> None:
    """Tell what changed in the shares of these orders, and of those that are gone."""
    session.flush()
    gained, lessened = _changed(session, orders)
    back = [*lost, *lessened]
    shops = _shops_of(session, {row.order_id for row in (*gained, *back)})
    for pile, rows in _piled(gained, shops):
        _sell(session, pile, rows, now)
    for pile, gone in _piled((one for one in back if one.came_back), shops):
        _take_back(session, pile, gone, now)
    wrong: dict[int, int] = defaultdict(int)
    for one in back:
        if one.event is not None and not one.came_back:
            wrong[one.event] += one.grams
    for event, grams in wrong.items():
        _declare_wrong(session, session.get_one(Event, event), grams, now)


def _changed(session: Session, orders: Collection[int]) -> tuple[list[Any], list[Lost]]:
    """Shares with more to tell, and what others have less of."""
    is_sold = col(MarketOrder.status) == OrderStatus.COMPLETED.value
    due = case((is_sold, col(Allocation.pieces)), else_=0)
    question = (
        select(Allocation, MarketOrder.status, due.label("due"))  # type: ignore[call-overload]
        .join(MarketOrder, col(MarketOrder.id) == col(Allocation.order_id))
        .where(col(Allocation.lot_id).is_not(None), col(Allocation.told) != due)
        .order_by(col(Allocation.id))
    )
    gained: list[Any] = []
    lessened: list[Lost] = []
    for some in portions(orders):
        rows = session.execute(question.where(col(Allocation.order_id).in_(some))).all()
        for share, status, count in rows:
            if count > share.told:
                gained.append(_Gain(share, (count - share.told) * share.unit_g))
            else:
                lessened += take_told(share, share.told - count, came_back=status in CAME_BACK)
    return gained, lessened


@dataclass(frozen=True)
class _Gain:
    """A share of which more grams are sold than were told."""

    share: Allocation
    grams: int

    @property
    def order_id(self) -> int:
        """Whose share it is."""
        return self.share.order_id

    @property
    def lot_id(self) -> int:
        """The lot it came from."""
        return self.share.lot_id or 0


def _shops_of(session: Session, orders: Collection[int]) -> dict[int, int]:
    question = select(col(MarketOrder.id), col(MarketOrder.shop_id))
    return {
        order: shop
        for some in portions(orders)
        for order, shop in session.execute(question.where(col(MarketOrder.id).in_(some)))
    }


def _piled(rows: Iterable[Any], shops: dict[int, int]) -> list[tuple[Pile, list[Any]]]:
    piles: dict[Pile, list[Any]] = defaultdict(list)
    for row in rows:
        piles[shops[row.order_id], row.lot_id].append(row)
    return sorted(piles.items(), key=lambda pile: pile[0])


def _sell(session: Session, pile: Pile, rows: list[_Gain], now: datetime) -> None:
    grams = sum(row.grams for row in rows)
    told = _event(session, pile, grams, "retail_selling", "retail_sold", now, rows[0].share.id)
    event_id = append_event(session, SHOP, SELL, ("lot", pile[1]), told, now, _org(session, pile))
    row = _row_of(session, event_id, pile[1])
    for some in portions([row.share.id for row in rows]):
        mine = col(Allocation.id).in_(some)
        session.execute(update(Allocation).where(mine).values(told=Allocation.pieces, sale_event=row))


def _row_of(session: Session, event_id: str, lot_id: int) -> int:
    """The row of an event of a lot that was just told."""
    about = (col(Event.subject_kind) == "lot", col(Event.subject_id) == lot_id)
    told = (col(Event.event_id) == event_id, col(Event.declares).is_(False))
    row: int = session.execute(select(func.max(Event.id)).where(*told, *about)).scalar_one()
    return row


def _take_back(session: Session, pile: Pile, gone: list[Lost], now: datetime) -> None:
    grams = sum(one.grams for one in gone)
    told = _event(session, pile, grams, "receiving", "returned", now, gone[0].order_id)
    append_event(session, SHOP, TAKE_BACK, ("lot", pile[1]), told, now, _org(session, pile))


def _event(
    session: Session, pile: Pile, grams: int, step: str, disposition: str, now: datetime, first: int
) -> dict[str, object]:
    """``first`` tells events of one moment apart: a row of the batch."""
    shop = session.get_one(Shop, pile[0])
    extra = {"marketplace": shop.marketplace, "shop": str(shop.id), "first": str(first)}
    goods = Quantity(lot_uri(session, session.get_one(Lot, pile[1])), weight_g=grams)
    return epcis.object_event(Scene(now, step, disposition, extra=extra), "OBSERVE", [goods])


def _org(session: Session, pile: Pile) -> int:
    return session.get_one(Shop, pile[0]).org_id


def _declare_wrong(session: Session, wrong: Event, grams: int, now: datetime) -> None:
    """So many grams of a sale never were sold: the rest is told anew, and the shares know the new event."""
    body = body_of(wrong)
    [goods] = body["quantityList"]
    left = max(0, round(goods["quantity"] * 1000) - grams)
    subject, right = ("lot", wrong.subject_id), None
    if left:
        sold = [Quantity(goods["epcClass"], weight_g=left).as_json()]
        told = {**body, "quantityList": sold, f"{PREFIX}:corrects": wrong.event_id}
        right = append_event(session, SHOP, SELL, subject, told, now, wrong.org_id)
    followed = update(Allocation).where(col(Allocation.sale_event) == wrong.id)
    session.execute(followed.values(sale_event=_row_of(session, right, wrong.subject_id) if right else None))
    reason, ids = ("incorrect_data", [right]) if right else ("did_not_occur", [])
    declared = epcis.error_declaration(body, now, reason, ids)
    append_event(session, SHOP, SELL, subject, declared, now, wrong.org_id)
