"""Sales figures by day, product, cooperative, commune or marketplace, straight from the day tables.

Definitions: orders = placed + completed; transactions (Decision 1034) = completed; quantity and
revenue are net of cancelled and returned lines; the day is the marketplace's creation time at
+07:00. Where a question names products, an order counts once for each product in it, and once in
the total.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, distinct, false, func, literal, select, true
from sqlmodel import Session, col

from trace.records.admin_unit import AdminUnit
from trace.records.columns import NEW_SCHEME
from trace.records.file_exchange import DayTotal
from trace.records.market_order import MarketOrder, MarketOrderLine, OrderStatus
from trace.records.organisation import Organisation
from trace.records.product import Product
from trace.records.shop import Listing, Shop
from trace.records.sums import SalesDay, ShopDay
from trace.services.admission import Act, Actor, Scope, scope_of

COUNTED = (OrderStatus.PLACED, OrderStatus.COMPLETED)


class Dimension(StrEnum):
    """What a table has one row for."""

    DAY = "day"
    PRODUCT = "product"
    COOPERATIVE = "cooperative"
    COMMUNE = "commune"
    MARKETPLACE = "marketplace"


@dataclass(frozen=True)
class Question:
    """A period (both days inclusive), filters, and what to group by."""

    since: date
    until: date
    by: Dimension = Dimension.DAY
    marketplace: str | None = None
    cooperative: str | None = None
    commune: str | None = None
    product: str | None = None

    @property
    def names_products(self) -> bool:
        """Whether orders must be counted product by product, from the order lines."""
        return self.by is Dimension.PRODUCT or self.product is not None


@dataclass(frozen=True)
class Figures:
    """Counted figures: revenue in đồng, weight in grams of the ``weighed`` pieces whose weight is known.

    The revenue of ``unpriced`` orders is not known yet and not in ``revenue_vnd``.
    """

    orders: int = 0
    transactions: int = 0
    quantity: int = 0
    revenue_vnd: int = 0
    weight_g: int = 0
    weighed: int = 0
    unpriced: int = 0


@dataclass(frozen=True)
class Row:
    """One row: its key (a day, a public id, a code, a marketplace; empty where not mapped), name, figures."""

    key: str
    name: str
    figures: Figures


@dataclass(frozen=True)
class Answer:
    """The rows of a question, and the total counted anew rather than added up."""

    question: Question
    rows: tuple[Row, ...]
    total: Figures


def sales(session: Session, actor: Actor, question: Question) -> Answer:
    """The figures this actor may see, grouped as asked: days in order, the rest by revenue.

    Raises:
        NotAllowed: the role sees no figures.
    """
    counts = _found(session, _counts(actor, question, grouped=True))
    amounts = _found(session, _amounts(actor, question, grouped=True))
    rows = [
        Row(
            "" if key is None else str(key),
            str(name or ""),
            _figures(counts.get((key, name), _NO_ORDER), amounts.get((key, name), _NONE)),
        )
        for key, name in {**counts, **amounts}
    ]
    rows.sort(key=_by_day if question.by is Dimension.DAY else _by_revenue)
    whole = (None, None)
    counted = _found(session, _counts(actor, question, grouped=False)).get(whole, _NO_ORDER)
    summed = _found(session, _amounts(actor, question, grouped=False)).get(whole, _NONE)
    return Answer(question, tuple(rows), _figures(counted, summed))


_NO_ORDER = (0, 0, 0)
_NONE = (0, 0, 0, 0)


def _figures(counted: Sequence[int], summed: Sequence[int]) -> Figures:
    orders, transactions, unpriced = counted
    quantity, revenue_vnd, weight_g, weighed = summed
    return Figures(orders, transactions, quantity, revenue_vnd, weight_g, weighed, unpriced)


def _by_day(row: Row) -> Any:
    return row.key


def _by_revenue(row: Row) -> Any:
    return (-row.figures.revenue_vnd, -row.figures.orders, row.name)


def by_hand(session: Session, actor: Actor, question: Question) -> Figures:
    """What of a period's figures a person typed in as totals of days; of no product, so none of one."""
    if question.product is not None:
        return Figures()
    columns: tuple[Any, ...] = (
        DayTotal.orders,
        DayTotal.transactions,
        DayTotal.quantity,
        DayTotal.revenue_vnd,
    )
    query: Any = (
        select(*(func.sum(column) for column in columns))
        .select_from(DayTotal)
        .join(Shop, col(Shop.id) == col(DayTotal.shop_id))
        .where(col(DayTotal.day).between(question.since, question.until), col(DayTotal.ended_at).is_(None))
    )
    sums = session.execute(_finished(query, actor, question, ())).one()
    return Figures(*(int(value or 0) for value in sums))


def _found(session: Session, question: Select[Any]) -> dict[tuple[Any, Any], tuple[int, ...]]:
    return {
        (key if key is not None or name is None else "", name): tuple(int(value or 0) for value in values)
        for key, name, *values in session.execute(question)
    }


def _amounts(actor: Actor, question: Question, *, grouped: bool) -> Select[Any]:
    """Quantity, revenue, weight and weighed pieces, from the figures per listing and day."""
    weight = func.sum(col(SalesDay.quantity) * col(Listing.unit_g))
    weighed = func.sum(case((col(Listing.unit_g).is_not(None), col(SalesDay.quantity)), else_=0))
    key, name = _key(question.by, col(SalesDay.day)) if grouped else _WHOLE
    query = (
        select(key, name, func.sum(SalesDay.quantity), func.sum(SalesDay.revenue_vnd), weight, weighed)
        .select_from(SalesDay)
        .join(Listing, col(Listing.id) == col(SalesDay.listing_id))
        .join(Shop, col(Shop.id) == col(Listing.shop_id))
        .outerjoin(Product, col(Product.id) == col(Listing.product_id))
        .where(col(SalesDay.day).between(question.since, question.until), _product(question))
    )
    return _finished(query, actor, question, (key, name) if grouped else ())


def _counts(actor: Actor, question: Question, *, grouped: bool) -> Select[Any]:
    """Orders, transactions, unpriced: from the figures per shop and day, or distinct orders of products."""
    if question.names_products:
        return _distinct_orders(actor, question, grouped=grouped)
    key, name = _key(question.by, col(ShopDay.day)) if grouped else _WHOLE
    query = (
        select(
            key, name, func.sum(ShopDay.orders), func.sum(ShopDay.transactions), func.sum(ShopDay.unpriced)
        )
        .select_from(ShopDay)
        .join(Shop, col(Shop.id) == col(ShopDay.shop_id))
        .where(col(ShopDay.day).between(question.since, question.until), col(ShopDay.orders) > 0)
    )
    return _finished(query, actor, question, (key, name) if grouped else ())


def _distinct_orders(actor: Actor, question: Question, *, grouped: bool) -> Select[Any]:
    key, name = _key(question.by, col(MarketOrder.day)) if grouped else _WHOLE
    done = case((col(MarketOrder.status) == OrderStatus.COMPLETED, col(MarketOrder.id)))
    unpriced = case((col(MarketOrder.is_priced).is_(False), col(MarketOrder.id)))
    counts = (func.count(distinct(one)) for one in (col(MarketOrder.id), done, unpriced))
    query = (
        select(key, name, *counts)
        .select_from(MarketOrderLine)
        .join(MarketOrder, col(MarketOrder.id) == col(MarketOrderLine.order_id))
        .join(Listing, col(Listing.id) == col(MarketOrderLine.listing_id))
        .join(Shop, col(Shop.id) == col(MarketOrder.shop_id))
        .outerjoin(Product, col(Product.id) == col(Listing.product_id))
        .where(col(MarketOrder.day).between(question.since, question.until), _product(question))
        .where(col(MarketOrder.status).in_(COUNTED))
    )
    return _finished(query, actor, question, (key, name) if grouped else ())


_WHOLE: tuple[Any, Any] = (literal(None), literal(None))


def _key(by: Dimension, day: Any) -> tuple[Any, Any]:
    names: dict[Dimension, tuple[Any, Any]] = {
        Dimension.DAY: (day, day),
        Dimension.PRODUCT: (Product.public_id, Product.name),
        Dimension.COOPERATIVE: (Organisation.public_id, Organisation.name),
        Dimension.COMMUNE: (Organisation.commune_code, AdminUnit.full_name),
        Dimension.MARKETPLACE: (Shop.marketplace, Shop.marketplace),
    }
    return names[by]


def _finished(query: Select[Any], actor: Actor, question: Question, keys: tuple[Any, ...]) -> Select[Any]:
    """Joins, filters and grouping every figure shares."""
    unit = and_(col(AdminUnit.scheme) == NEW_SCHEME, col(AdminUnit.code) == col(Organisation.commune_code))
    query = (
        query.join(Organisation, col(Organisation.id) == col(Shop.org_id))
        .outerjoin(AdminUnit, unit)
        .where(reach(actor))
    )
    if question.marketplace:
        query = query.where(col(Shop.marketplace) == question.marketplace)
    if question.cooperative:
        query = query.where(col(Organisation.public_id) == question.cooperative)
    if question.commune:
        query = query.where(col(Organisation.commune_code) == question.commune)
    return query.group_by(*keys) if keys else query


def _product(question: Question) -> ColumnElement[bool]:
    return col(Product.public_id) == question.product if question.product else true()


def reach(actor: Actor, commune: Any = None) -> ColumnElement[bool]:
    """Which organisations' figures the actor may see; ``commune`` where rows lie in one of their own.

    Raises:
        NotAllowed: the role sees no figures.
    """
    scope = scope_of(actor, Act.VIEW_FIGURES)
    if scope is Scope.ALL:
        return true()
    if scope is Scope.ORG and actor.org_id is not None:
        return col(Organisation.id) == actor.org_id
    if scope is Scope.COMMUNE and actor.commune_code is not None:
        inside: ColumnElement[bool] = (
            col(Organisation.commune_code) if commune is None else commune
        ) == actor.commune_code
        return inside
    return false()  # a household has no shop of its own
