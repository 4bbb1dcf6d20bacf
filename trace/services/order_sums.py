"""What the sums of orders are made of: orders, their lines, lots given to them, totals that were typed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, literal_column, select
from sqlmodel import col

from trace.records.allocation import Allocation
from trace.records.file_exchange import DayTotal
from trace.records.market_order import MarketOrder, MarketOrderLine, OrderStatus

COUNTED = (OrderStatus.PLACED.value, OrderStatus.COMPLETED.value)
ENDED = (OrderStatus.COMPLETED.value, OrderStatus.RETURNED.value)
MADE = (*COUNTED, OrderStatus.CANCELLED.value, OrderStatus.RETURNED.value)


@dataclass(frozen=True, eq=False)
class Part:
    """Sums of one kind of rows for each ``key``, ``day`` and what they are told apart by besides (``more``);
    ``shop`` is whose they are."""

    key: Any
    day: Any
    shop: Any
    source: Any
    sums: Mapping[str, Any]
    where: tuple[Any, ...] = ()
    more: Mapping[str, Any] = field(default_factory=dict)

    def asked(self, columns: Sequence[str]) -> Select[Any]:
        """A row of key, day, ``more`` and these columns; nought where these rows make nothing of one."""
        values = (self.sums.get(name, literal(0)).label(name) for name in columns)
        more = (value.label(name) for name, value in self.more.items())
        question = (
            select(self.key.label("key"), self.day.label("day"), *more, *values)
            .select_from(self.source)
            .where(*self.where)
        )
        return question.group_by(self.key, self.day, *self.more)


_STATUS, _ORDER = col(MarketOrder.status), col(MarketOrder.id)
_DAY, _SHOP = col(MarketOrder.day), col(MarketOrder.shop_id)
_IS_COUNTED = _STATUS.in_(COUNTED)
_DONE: Any = OrderStatus.COMPLETED.value == _STATUS
_UNPRICED = col(MarketOrder.is_priced).is_(False)
_PRICED = and_(col(MarketOrder.is_priced), col(MarketOrderLine.net_quantity) > 0)
_LINES = MarketOrderLine.__table__.join(  # type: ignore[attr-defined]
    MarketOrder.__table__,  # type: ignore[attr-defined]
    col(MarketOrderLine.order_id) == _ORDER,
)
_PIECES = {
    "quantity": func.sum(col(MarketOrderLine.net_quantity)),
    "revenue_vnd": func.sum(col(MarketOrderLine.revenue_vnd)),
}


def _orders_of_lines(rule: Any = None) -> Any:
    """How many orders the lines are of, an order with two of them once."""
    return func.count((_ORDER if rule is None else case((rule, _ORDER))).distinct())


def _how_many(rule: Any) -> Any:
    return func.sum(case((rule, 1), else_=0))


def _in_priced(column: Any) -> Any:
    return func.sum(case((_PRICED, column), else_=0))


def _typed(key: Any) -> Part:
    """Totals that were entered by hand and that no report has ended."""
    names = ("orders", "transactions", "quantity", "revenue_vnd")
    sums = {name: func.sum(getattr(DayTotal, name)) for name in names}
    still = (col(DayTotal.ended_at).is_(None),)
    return Part(key, col(DayTotal.day), col(DayTotal.shop_id), DayTotal, sums, still)


OF_LISTING = (
    "orders",
    "transactions",
    "quantity",
    "revenue_vnd",
    "unpriced",
    "priced_quantity",
    "priced_vnd",
)
LISTING_PARTS = (
    Part(
        col(MarketOrderLine.listing_id),
        _DAY,
        _SHOP,
        _LINES,
        {
            **_PIECES,
            "orders": _orders_of_lines(),
            "transactions": _orders_of_lines(_DONE),
            "unpriced": _orders_of_lines(_UNPRICED),
            "priced_quantity": _in_priced(col(MarketOrderLine.net_quantity)),
            "priced_vnd": _in_priced(col(MarketOrderLine.revenue_vnd)),
        },
        (_IS_COUNTED,),
    ),
    _typed(col(DayTotal.listing_id)),
)
OF_SHOP = (
    *("orders", "transactions", "quantity", "revenue_vnd", "unpriced"),
    *("cancelled", "returned", "made", "ended", "twice"),
)
SHOP_PARTS = (
    Part(
        _SHOP,
        _DAY,
        _SHOP,
        MarketOrder,
        {
            "orders": _how_many(_IS_COUNTED),
            "transactions": _how_many(_DONE),
            "unpriced": _how_many(and_(_IS_COUNTED, _UNPRICED)),
            "cancelled": _how_many(OrderStatus.CANCELLED.value == _STATUS),
            "returned": _how_many(OrderStatus.RETURNED.value == _STATUS),
            "made": _how_many(_STATUS.in_(MADE)),
            "ended": _how_many(_STATUS.in_(ENDED)),
            "twice": func.count()
            - func.count(func.lower(func.trim(col(MarketOrder.ext_order_id))).distinct()),
        },
    ),
    Part(_SHOP, _DAY, _SHOP, _LINES, _PIECES, (_IS_COUNTED,)),
    _typed(col(DayTotal.shop_id)),
)

_REVENUE, _NET = col(MarketOrderLine.revenue_vnd), col(MarketOrderLine.net_quantity)
_IS_WHOLE: ColumnElement[bool] = literal_column("0") == _REVENUE % _NET
OF_PRICE = ("quantity",)
PRICE_PARTS = (
    Part(
        col(MarketOrderLine.listing_id),
        _DAY,
        _SHOP,
        _LINES,
        {"quantity": func.sum(_NET)},
        (_IS_COUNTED, _PRICED),
        {
            "earned_vnd": case((_IS_WHOLE, _REVENUE // _NET), else_=_REVENUE),
            "pieces": case((_IS_WHOLE, literal_column("1")), else_=_NET),
        },
    ),
)
"""Lines of one listing whose pieces earned the same are one: a price a kilogram is made of what one piece
weighs today, and so is the weight."""
_GRAMS = col(Allocation.pieces) * col(Allocation.unit_g)
OF_LOT = ("grams", "sold_g")
LOT_PARTS = (
    Part(
        _SHOP,
        _DAY,
        _SHOP,
        MarketOrder.__table__.join(  # type: ignore[attr-defined]
            Allocation.__table__,  # type: ignore[attr-defined]
            col(Allocation.order_id) == _ORDER,
        ),
        {"grams": func.sum(_GRAMS), "sold_g": func.sum(case((_DONE, _GRAMS), else_=0))},
        (_IS_COUNTED, col(Allocation.lot_id).is_not(None)),
        {"product_id": col(Allocation.product_id), "lot_id": col(Allocation.lot_id)},
    ),
)
