"""TikTok's orders, whose rows are one unit each, as ours, whose lines have a quantity; and the status table.

A return leaves the order's own word as it was, so that an order counts as returned when every unit that
was not cancelled came back. Samples, replacements and exchanges are no sales: they are ``unmapped``, which is
shown and never counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from marketplaces.reading import MalformedError, Record
from marketplaces.values import Order, OrderLine, OrderStatus

STATUSES: dict[str, OrderStatus] = {
    "UNPAID": "unpaid",
    "ON_HOLD": "placed",
    "AWAITING_SHIPMENT": "placed",
    "PARTIALLY_SHIPPING": "placed",
    "AWAITING_COLLECTION": "placed",
    "IN_TRANSIT": "placed",
    "DELIVERED": "placed",
    "COMPLETED": "completed",
    "CANCELLED": "cancelled",
}
NO_SALES = ("is_sample_order", "is_replacement_order", "is_exchange_order")
CANCELLED = "CANCELLED"
SAMPLED = ("id", "status", "create_time", "update_time")


@dataclass(frozen=True, slots=True)
class TakenBack:
    """Units of one order that were returned or refunded, and when the last return changed."""

    units: frozenset[str] = frozenset()
    at: datetime | None = None


NOTHING = TakenBack()


@dataclass(frozen=True, slots=True)
class Unit:
    """One row: one unit of one SKU; ``earned_vnd`` is what the seller gets for it before fees."""

    number: str
    product: str
    sku_id: str
    sku: str
    name: str
    earned_vnd: int
    is_cancelled: bool


def read_order(record: Record, back: TakenBack = NOTHING, revenue: str = "seller") -> Order:
    """One order; ``MalformedError`` says what does not fit.

    ``revenue`` is ``seller``: the price less the seller's own discount, as TikTok pays its own discount
    back; or ``buyer``: what the buyer pays.
    """
    word = record.identifier("status")
    units = [read_unit(row, revenue) for row in record.records("line_items")]
    if not units:
        raise MalformedError("order.line_items: expected at least one, got none")
    modified = record.moment("update_time")
    special = next((name for name in NO_SALES if record.flag(name, default=False)), "")
    return Order(
        ext_order_id=record.identifier("id"),
        status_raw=f"{word} {special}".strip(),
        status="unmapped" if special else order_status(word, units, back),
        created_at=record.moment("create_time"),
        modified_at=max(modified, back.at) if back.at else modified,
        currency="VND",
        lines=lines_of(units, back),
    )


def order_status(word: str, units: Iterable[Unit], back: TakenBack) -> OrderStatus:
    """The table's answer, unless nothing is left that was not returned."""
    status = STATUSES.get(word, "unmapped")
    left = [unit for unit in units if not unit.is_cancelled]
    if status in {"placed", "completed"} and left and all(unit.number in back.units for unit in left):
        return "returned"
    return status


def read_unit(record: Record, revenue: str) -> Unit:
    """One row. Amounts are decimal texts without a fraction."""
    currency = record.text("currency").strip()
    if currency != "VND":
        raise MalformedError(f"order.line_items.currency: expected VND, got {currency[:8]!r}")
    original, discount = record.number("original_price"), record.number("seller_discount", default=0)
    if discount > original:
        raise MalformedError(f"order.line_items.seller_discount: {discount} of a price of {original}")
    return Unit(
        number=record.identifier("id"),
        product=record.identifier("product_id"),
        sku_id=record.identifier("sku_id"),
        sku=record.text("seller_sku", default=""),
        name=record.text("product_name", default=""),
        earned_vnd=record.number("sale_price") if revenue == "buyer" else original - discount,
        is_cancelled=record.text("display_status", default="") == CANCELLED,
    )


def lines_of(units: Sequence[Unit], back: TakenBack) -> tuple[OrderLine, ...]:
    """Rows of one SKU that earn the same are one line, named by both; in the order of these names."""
    if len({unit.number for unit in units}) != len(units):
        raise MalformedError("order.line_items: two rows have one id")
    groups: dict[str, list[Unit]] = {}
    for unit in units:
        groups.setdefault(f"{unit.sku_id}-{unit.earned_vnd}", []).append(unit)
    return tuple(_line(name, groups[name], back) for name in sorted(groups))


def _line(name: str, units: Sequence[Unit], back: TakenBack) -> OrderLine:
    first = units[0]
    return OrderLine(
        ext_line_id=name,
        ext_listing_id=first.product,
        ext_model_id=first.sku_id,
        sku=first.sku,
        name=first.name,
        quantity=len(units),
        cancelled_quantity=sum(unit.is_cancelled for unit in units),
        returned_quantity=sum(unit.number in back.units and not unit.is_cancelled for unit in units),
        unit_price_vnd=first.earned_vnd,
    )
