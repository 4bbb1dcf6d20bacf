"""What was sold in a month, by commune, product group and marketplace.

A household counts for a cell when its harvest is in a lot that was given to a counted order of the cell. What
was sold without a lot is in the numbers and stands for nobody: a cell of such goods alone is hidden.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import case, distinct, func, literal_column, select
from sqlmodel import Session, col

from trace.records.allocation import Allocation
from trace.records.file_exchange import DayTotal
from trace.records.market_order import MarketOrder, MarketOrderLine, OrderStatus
from trace.records.organisation import Organisation
from trace.records.product import Product
from trace.records.shop import Listing, Shop
from trace.services.admission import Actor
from trace.services.figures.asking import Ask
from trace.services.figures.fact import Fact
from trace.services.figures.facts.sales import LINES, TYPED
from trace.services.open_data.pickers import pickers_of
from trace.services.open_data.suppressing import Cell
from trace.services.statistics import COUNTED

_COUNTED = col(MarketOrder.status).in_(COUNTED)
_OPEN = col(DayTotal.ended_at).is_(None)
_GROUP = func.coalesce(col(Product.ocop_group), literal_column("0"))
_PLACE = (col(Organisation.commune_code), _GROUP, col(Shop.marketplace))
_DONE = case((col(MarketOrder.status) == OrderStatus.COMPLETED, col(MarketOrder.id)))


def sales_of(session: Session, actor: Actor, ask: Ask) -> Cell:
    """The month's sales as nested cells: all, commune, product group, marketplace.

    Orders and transactions are counted anew in each cell: one with goods of two groups is in both, and once
    in what holds them.
    """
    whole = Cell(())
    for places in range(4):
        _count(session, actor, ask, whole, places)
    for fact, grams, money, rules in _sums():
        question = select(*_PLACE, func.sum(grams), func.sum(money))
        asked = _asked(question, fact, actor, ask, rules, 3)
        for *place, weight, revenue in session.execute(asked, ask.days):
            for cell in _along(whole, place):
                _add(cell, weight_g=weight, revenue_vnd=revenue)
    _people(session, actor, ask, whole)
    return whole


def _count(session: Session, actor: Actor, ask: Ask, whole: Cell, places: int) -> None:
    """Orders and transactions of every cell so many places deep."""
    columns = _PLACE[:places]
    lines = select(*columns, func.count(distinct(col(MarketOrder.id))), func.count(distinct(_DONE)))
    typed = select(*columns, func.sum(col(DayTotal.orders)), func.sum(col(DayTotal.transactions)))
    for question, fact, rule in ((lines, LINES, _COUNTED), (typed, TYPED, _OPEN)):
        asked = _asked(question, fact, actor, ask, (rule,), places)
        for *place, orders, transactions in session.execute(asked, ask.days):
            _add(_along(whole, place)[-1], orders=orders, transactions=transactions)


def _sums() -> Iterable[tuple[Fact, Any, Any, tuple[Any, ...]]]:
    pieces = col(MarketOrderLine.net_quantity) * col(Listing.unit_g)
    typed = col(DayTotal.quantity) * col(Listing.unit_g)
    return (
        (LINES, pieces, col(MarketOrderLine.revenue_vnd), (_COUNTED,)),
        (TYPED, typed, col(DayTotal.revenue_vnd), (_OPEN,)),
    )


def _asked(question: Any, fact: Fact, actor: Actor, ask: Ask, rules: tuple[Any, ...], places: int) -> Any:
    narrowed = fact.narrowed(question, actor, ask).where(*rules)
    return narrowed.group_by(*_PLACE[:places]) if places else narrowed


def _along(whole: Cell, place: Iterable[Any]) -> list[Cell]:
    """The cells from the whole down to a place."""
    found = [whole]
    for name in place:
        found.append(found[-1].part(str(name)))
    return found


def _add(cell: Cell, **amounts: Any) -> None:
    for name, amount in amounts.items():
        cell.values[name] = cell.values.get(name, 0) + int(amount or 0)


def _people(session: Session, actor: Actor, ask: Ask, whole: Cell) -> None:
    """Whose harvest went into each cell."""
    given = (
        (col(Allocation.order_id) == col(MarketOrder.id))
        & (col(Allocation.ext_line_id) == col(MarketOrderLine.ext_line_id))
        & col(Allocation.lot_id).is_not(None)
    )
    question = LINES.narrowed(select(*_PLACE, col(Allocation.lot_id)).distinct(), actor, ask)
    rows = session.execute(question.join(Allocation, given).where(_COUNTED), ask.days).all()
    pickers = pickers_of(session, {row[-1] for row in rows})
    for *place, lot in rows:
        for cell in _along(whole, place):
            cell.households |= pickers[lot]
