"""Indicators 6 to 8: transactions, what they earned, price a kilogram, what was called off.

Orders are placed and completed ones; transactions (Decision 1034/QĐ-BTTTT) completed ones; pieces and đồng
are net of what was cancelled or returned; the day is the marketplace's creation time at +07:00.
"""

from typing import Any

from sqlalchemy import func
from sqlmodel import col

from trace.records.market_order import MarketOrder, MarketOrderLine, OrderStatus, SalesDay, ShopDay
from trace.records.shop import Listing
from trace.services.figures.counting import Total
from trace.services.figures.facts.sales import LINES, LISTING_DAYS, ORDERS, SHOP_DAYS
from trace.services.figures.measure import Measure, Unit

_PLACED = (OrderStatus.PLACED, OrderStatus.COMPLETED)
_COUNTED = col(MarketOrder.status).in_(_PLACED)
_WEIGHED = col(Listing.unit_g).is_not(None)
_FINAL = (OrderStatus.COMPLETED, OrderStatus.RETURNED)
_MADE = (*_FINAL, OrderStatus.PLACED, OrderStatus.CANCELLED)


def _orders(*statuses: OrderStatus) -> Total:
    return Total(fact=ORDERS, value=func.count(), where=(col(MarketOrder.status).in_(statuses),))


def _shops(value: Any, *statuses: OrderStatus) -> Total:
    return Total(fact=SHOP_DAYS, value=func.sum(value), rows=(_orders(*statuses),))


def _listings(value: Any, of_line: Any, *rules: Any) -> Total:
    """A sum over listings and days, and the same over the order lines those follow."""
    lines = Total(fact=LINES, value=func.sum(of_line), where=(_COUNTED, *rules))
    return Total(fact=LISTING_DAYS, value=func.sum(value), where=rules, rows=(lines,))


_EARNED = _listings(col(SalesDay.revenue_vnd), col(MarketOrderLine.revenue_vnd))
_EARNED_WEIGHED = _listings(col(SalesDay.revenue_vnd), col(MarketOrderLine.revenue_vnd), _WEIGHED)
_SOLD_G = _listings(
    col(SalesDay.quantity) * col(Listing.unit_g),
    col(MarketOrderLine.net_quantity) * col(Listing.unit_g),
    _WEIGHED,
)

MEASURES = (
    Measure(6, "transactions", 1, Unit.COUNT, _shops(col(ShopDay.transactions), OrderStatus.COMPLETED)),
    Measure(6, "orders", 1, Unit.COUNT, _shops(col(ShopDay.orders), *_PLACED)),
    Measure(7, "revenue", 1, Unit.VND, _EARNED),
    Measure(7, "sold", 1, Unit.GRAMS, _SOLD_G),
    Measure(7, "price", 1, Unit.VND_PER_KG, _EARNED_WEIGHED, _SOLD_G),
    Measure(8, "cancelled", 1, Unit.SHARE, _orders(OrderStatus.CANCELLED), _orders(*_MADE), better=-1),
    Measure(8, "returned", 1, Unit.SHARE, _orders(OrderStatus.RETURNED), _orders(*_FINAL), better=-1),
)
