"""Indicators 6 to 9: transactions, what they earned, price a kilogram, what was called off, known lots.

Orders are placed and completed ones; transactions (Decision 1034/QĐ-BTTTT) completed ones; pieces and đồng
are net of what was cancelled or returned; the day is the marketplace's creation time at +07:00. What a
person typed in as a day's totals counts with the orders, and is a row of its own behind them.
"""

from collections.abc import Callable
from typing import Any

from sqlmodel import col

from trace.records.allocation import Allocation
from trace.records.file_exchange import DayTotal
from trace.records.market_order import MarketOrder, MarketOrderLine, OrderStatus
from trace.records.shop import Listing
from trace.services.figures.counting import Added, Count, Quantile, Total
from trace.services.figures.fact import Fact
from trace.services.figures.facts.sales import ALLOCATIONS, LINES, ORDERS, TYPED
from trace.services.figures.facts.sums import GIVEN, LISTINGS, PRICES, SHOPS
from trace.services.figures.measure import Measure, Unit
from trace.services.figures.stored import Summed
from trace.services.statistics import COUNTED

_COUNTED = col(MarketOrder.status).in_(COUNTED)
_PRICED = col(MarketOrder.is_priced)
_WEIGHED = col(Listing.unit_g).is_not(None)
_FINAL = (OrderStatus.COMPLETED, OrderStatus.RETURNED)
_MADE = (*_FINAL, OrderStatus.PLACED, OrderStatus.CANCELLED)
_OPEN = col(DayTotal.ended_at).is_(None)


def _orders(*statuses: OrderStatus, rules: tuple[Any, ...] = ()) -> Total:
    return Total(fact=ORDERS, where=(col(MarketOrder.status).in_(statuses), *rules))


def of_shops(name: str, rows: Count) -> Count:
    """What stands in the sums of shops under this name, and its rows."""
    return Summed((SHOPS.counted(lambda c, fact: Total(fact=fact, amount=c[name])),), rows)


def _with_typed(name: str, *statuses: OrderStatus) -> Count:
    """Orders and what was typed in."""
    typed = Total(fact=TYPED, amount=getattr(DayTotal, name), where=(_OPEN,))
    return of_shops(name, Added((_orders(*statuses), typed)))


def _grams(c: Any, fact: Fact) -> Total:
    return Total(fact=fact, amount=c.quantity * col(Listing.unit_g), where=(_WEIGHED,))


def _earned() -> Count:
    """What lines earned, and what was typed in; shops keep it too, and are fewer."""
    name = "revenue_vnd"
    lines = Total(fact=LINES, amount=col(MarketOrderLine.revenue_vnd), where=(_COUNTED,))
    typed = Total(fact=TYPED, amount=col(DayTotal.revenue_vnd), where=(_OPEN,))
    kept = (kind.counted(lambda c, fact: Total(fact=fact, amount=c[name])) for kind in (SHOPS, LISTINGS))
    return Summed(tuple(kept), Added((lines, typed)))


_G_OF_LINE = col(MarketOrderLine.net_quantity) * col(Listing.unit_g)
_VND_A_KG_OF_LINE = col(MarketOrderLine.revenue_vnd) * 1000 // _G_OF_LINE
_PRICED_LINES = (_COUNTED, _PRICED, _WEIGHED, col(MarketOrderLine.net_quantity) > 0)
_SOLD_G = Summed(
    (LISTINGS.counted(_grams),),
    Added(
        (
            Total(fact=LINES, amount=_G_OF_LINE, where=(_COUNTED, _WEIGHED)),
            Total(fact=TYPED, amount=col(DayTotal.quantity) * col(Listing.unit_g), where=(_OPEN, _WEIGHED)),
        )
    ),
)
_ALLOCATED_G = Summed(
    (GIVEN.counted(lambda c, fact: Total(fact=fact, amount=c.grams)),),
    Total(
        fact=ALLOCATIONS,
        amount=col(Allocation.pieces) * col(Allocation.unit_g),
        where=(_COUNTED, col(Allocation.lot_id).is_not(None)),
    ),
)


def _a_kilogram(share: float) -> Count:
    """Đồng a kilogram of the lines' goods, by their weight."""

    def of_sums(c: Any, fact: Fact) -> Quantile:
        made = c.earned_vnd * 1000 // (c.pieces * col(Listing.unit_g))
        weight = c.quantity * col(Listing.unit_g)
        return Quantile(fact=fact, amount=made, weight=weight, share=share, where=(_WEIGHED,))

    lines = Quantile(
        fact=LINES,
        amount=_VND_A_KG_OF_LINE,
        weight=_G_OF_LINE,
        share=share,
        where=_PRICED_LINES,
    )
    return Summed((PRICES.counted(of_sums),), lines)


def _of_priced(amount: Any, of_sums: Callable[[Any], Any]) -> Count:
    """Of lines whose money and weight are both known."""
    kept = LISTINGS.counted(lambda c, fact: Total(fact=fact, amount=of_sums(c), where=(_WEIGHED,)))
    return Summed((kept,), Total(fact=LINES, amount=amount, where=_PRICED_LINES))


MEASURES = (
    Measure(6, "transactions", 1, Unit.COUNT, _with_typed("transactions", OrderStatus.COMPLETED)),
    Measure(6, "orders", 1, Unit.COUNT, _with_typed("orders", *COUNTED)),
    Measure(7, "revenue", 1, Unit.VND, _earned()),
    Measure(7, "sold", 1, Unit.GRAMS, _SOLD_G),
    Measure(
        7,
        "price",
        1,
        Unit.VND_PER_KG,
        _of_priced(col(MarketOrderLine.revenue_vnd), lambda c: c.priced_vnd),
        _of_priced(_G_OF_LINE, lambda c: c.priced_quantity * col(Listing.unit_g)),
    ),
    Measure(
        7,
        "price_spread",
        1,
        Unit.TIMES,
        _a_kilogram(0.9),
        _a_kilogram(0.1),
        better=0,
    ),
    Measure(
        7,
        "unpriced",
        1,
        Unit.COUNT,
        of_shops("unpriced", _orders(*COUNTED, rules=(col(MarketOrder.is_priced).is_(False),))),
        better=-1,
    ),
    Measure(
        8,
        "cancelled",
        1,
        Unit.SHARE,
        of_shops("cancelled", _orders(OrderStatus.CANCELLED)),
        of_shops("made", _orders(*_MADE)),
        better=-1,
    ),
    Measure(
        8,
        "returned",
        1,
        Unit.SHARE,
        of_shops("returned", _orders(OrderStatus.RETURNED)),
        of_shops("ended", _orders(*_FINAL)),
        better=-1,
    ),
    Measure(9, "traceable_share", 1, Unit.SHARE, _ALLOCATED_G, _SOLD_G),
)
