"""Indicators 6 to 9: transactions, what they earned, price a kilogram, what was called off, known lots.

Orders are placed and completed ones; transactions (Decision 1034/QĐ-BTTTT) completed ones; pieces and đồng
are net of what was cancelled or returned; the day is the marketplace's creation time at +07:00. What a
person typed in as a day's totals counts with the orders, and is a row of its own behind them.
"""

from typing import Any

from sqlmodel import col

from trace.records.allocation import Allocation
from trace.records.file_exchange import DayTotal
from trace.records.market_order import MarketOrder, MarketOrderLine, OrderStatus, SalesDay, ShopDay
from trace.records.shop import Listing
from trace.services.figures.counting import Added, Count, Quantile, Summed, Total
from trace.services.figures.facts.sales import ALLOCATIONS, LINES, LISTING_DAYS, ORDERS, SHOP_DAYS, TYPED
from trace.services.figures.measure import Measure, Unit
from trace.services.statistics import COUNTED

_COUNTED = col(MarketOrder.status).in_(COUNTED)
_PRICED = col(MarketOrder.is_priced)
_WEIGHED = col(Listing.unit_g).is_not(None)
_FINAL = (OrderStatus.COMPLETED, OrderStatus.RETURNED)
_MADE = (*_FINAL, OrderStatus.PLACED, OrderStatus.CANCELLED)
_OPEN = col(DayTotal.ended_at).is_(None)


def _orders(*statuses: OrderStatus, rules: tuple[Any, ...] = ()) -> Total:
    return Total(fact=ORDERS, where=(col(MarketOrder.status).in_(statuses), *rules))


def _shops(sums: Any, typed: Any, *statuses: OrderStatus) -> Count:
    """Orders: the sums of shops, else the orders and what was typed in."""
    rows = (_orders(*statuses), Total(fact=TYPED, amount=typed, where=(_OPEN,)))
    return Summed(Total(fact=SHOP_DAYS, amount=sums), Added(rows))


def _listings(sums: Any, of_line: Any, typed: Any, *rules: Any) -> Count:
    """What lines hold: the sums of listings, else the lines and what was typed in."""
    lines = Total(fact=LINES, amount=of_line, where=(_COUNTED, *rules))
    rows = (lines, Total(fact=TYPED, amount=typed, where=(_OPEN, *rules)))
    return Summed(Total(fact=LISTING_DAYS, amount=sums, where=rules), Added(rows))


_G_OF_LINE = col(MarketOrderLine.net_quantity) * col(Listing.unit_g)
_PRICED_LINES = (_COUNTED, _PRICED, _WEIGHED, col(MarketOrderLine.net_quantity) > 0)
_EARNED = _listings(col(SalesDay.revenue_vnd), col(MarketOrderLine.revenue_vnd), col(DayTotal.revenue_vnd))
_SOLD_G = _listings(
    col(SalesDay.quantity) * col(Listing.unit_g),
    _G_OF_LINE,
    col(DayTotal.quantity) * col(Listing.unit_g),
    _WEIGHED,
)
_ALLOCATED_G = Total(
    fact=ALLOCATIONS,
    amount=col(Allocation.pieces) * col(Allocation.unit_g),
    where=(_COUNTED, col(Allocation.lot_id).is_not(None)),
)


def _price(share: float) -> Quantile:
    """Đồng a kilogram of the lines' goods, by their weight."""
    a_kilogram = col(MarketOrderLine.revenue_vnd) * 1000 // _G_OF_LINE
    return Quantile(fact=LINES, amount=a_kilogram, weight=_G_OF_LINE, share=share, where=_PRICED_LINES)


def _of_priced(amount: Any) -> Total:
    return Total(fact=LINES, amount=amount, where=_PRICED_LINES)


MEASURES = (
    Measure(
        6,
        "transactions",
        1,
        Unit.COUNT,
        _shops(col(ShopDay.transactions), col(DayTotal.transactions), OrderStatus.COMPLETED),
    ),
    Measure(6, "orders", 1, Unit.COUNT, _shops(col(ShopDay.orders), col(DayTotal.orders), *COUNTED)),
    Measure(7, "revenue", 1, Unit.VND, _EARNED),
    Measure(7, "sold", 1, Unit.GRAMS, _SOLD_G),
    Measure(
        7,
        "price",
        1,
        Unit.VND_PER_KG,
        _of_priced(col(MarketOrderLine.revenue_vnd)),
        _of_priced(_G_OF_LINE),
    ),
    Measure(7, "price_spread", 1, Unit.TIMES, _price(0.9), _price(0.1), better=0),
    Measure(
        7,
        "unpriced",
        1,
        Unit.COUNT,
        _orders(*COUNTED, rules=(col(MarketOrder.is_priced).is_(False),)),
        better=-1,
    ),
    Measure(8, "cancelled", 1, Unit.SHARE, _orders(OrderStatus.CANCELLED), _orders(*_MADE), better=-1),
    Measure(8, "returned", 1, Unit.SHARE, _orders(OrderStatus.RETURNED), _orders(*_FINAL), better=-1),
    Measure(9, "traceable_share", 1, Unit.SHARE, _ALLOCATED_G, _SOLD_G),
)
