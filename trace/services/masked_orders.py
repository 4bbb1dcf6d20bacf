"""Orders first told under a masked number, and found again when they come under their own.

Such a number reads ``2712******8001@1795316400``: its stars stand for figures, and the moment of the order in
seconds tells it apart. Were the row not taken over, the order would count twice from then on.
"""

from collections.abc import Iterable
from fnmatch import fnmatchcase

from sqlalchemy import select
from sqlmodel import Session, col

from marketplaces.values import Order
from trace.records.market_order import Caution, MarketOrder

MASK = "*"


def take_over_masked(session: Session, shop_id: int, orders: Iterable[Order]) -> dict[str, MarketOrder]:
    """Rows that bear a masked form of these orders' numbers, given the numbers; by number."""
    rule = (
        col(MarketOrder.shop_id) == shop_id,
        col(MarketOrder.caution) == Caution.NO_DETAIL,
        col(MarketOrder.ext_order_id).contains(MASK, autoescape=True),
    )
    masked = list(session.execute(select(MarketOrder).where(*rule)).scalars())
    found: dict[str, MarketOrder] = {}
    for order in orders if masked else ():
        row = next((row for row in masked if _is_of(row, order)), None)
        if row is not None:
            masked.remove(row)
            row.ext_order_id = order.ext_order_id
            found[order.ext_order_id] = row
    return found


def _is_of(row: MarketOrder, order: Order) -> bool:
    if MASK in order.ext_order_id or row.ordered_at != order.created_at:
        return False
    return fnmatchcase(order.ext_order_id, row.ext_order_id.partition("@")[0])
