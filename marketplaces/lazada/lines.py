"""Lazada's order rows, one for each unit, as lines; and one status for the set of their words.

An order has no status of its own at Lazada. The rule here: a word the table does not know makes the whole
order ``unmapped``. Cancelled and returned rows only lessen their line, so they have no say while others
are left; when none is left the order is ``returned`` if anything was returned, else ``cancelled``. Of the
rows that are left, one unpaid makes the order ``unpaid``; all completed make it ``completed``; any other
mixture is ``placed``.

What a unit earns is ``item_price`` less ``voucher_seller``: the buyer's other reductions are Lazada's cost.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from marketplaces.reading import MalformedError, Record
from marketplaces.values import OrderLine, OrderStatus

STATUSES: dict[str, OrderStatus] = {
    "unpaid": "unpaid",
    "pending": "placed",
    "packed": "placed",
    "repacked": "placed",
    "topack": "placed",
    "toship": "placed",
    "ready_to_ship_pending": "placed",
    "ready_to_ship": "placed",
    "shipping": "placed",
    "shipped": "placed",
    "delivered": "completed",
    "confirmed": "completed",
    "canceled": "cancelled",
    "failed": "cancelled",
    "failed_delivery": "cancelled",
    "lost": "cancelled",
    "lost_by_3pl": "cancelled",
    "damaged_by_3pl": "cancelled",
    "returned": "returned",
    "shipped_back": "returned",
    "shipped_back_success": "returned",
}
GONE = frozenset({"cancelled", "returned"})
LONGEST_WORDS = 48


@dataclass(frozen=True, slots=True)
class Unit:
    """One row: one unit of one SKU."""

    number: str
    sku_id: str
    sku: str
    name: str
    word: str
    earned_vnd: int
    came_back: bool = False
    """A reverse order says so; the row's own word need not change."""

    @property
    def status(self) -> OrderStatus:
        """Our word for it."""
        said = STATUSES.get(self.word, "unmapped")
        return "returned" if self.came_back and said not in {"cancelled", "unmapped"} else said


def read_unit(record: Record, came_back: frozenset[str] = frozenset()) -> Unit:
    """One row, and whether it is among those that came back; ``MalformedError`` says what does not fit."""
    currency = record.text("currency")
    if currency != "VND":
        raise MalformedError(f"order_items.currency: expected VND, got {currency[:8]!r}")
    price, voucher = record.number("item_price"), record.number("voucher_seller", default=0)
    if voucher > price:
        raise MalformedError(f"order_items.voucher_seller: {voucher} of a price of {price}")
    number = record.identifier("order_item_id")
    return Unit(
        number=number,
        sku_id=record.identifier("sku_id"),
        sku=record.text("sku", default=""),
        name=record.text("name", default=""),
        word=record.identifier("status"),
        earned_vnd=price - voucher,
        came_back=number in came_back,
    )


def order_status(units: Iterable[Unit]) -> OrderStatus:
    """One status for all rows, by the rule above.

    >>> def told(*words): return order_status(Unit("1", "2", "", "", word, 0) for word in words)
    >>> told("delivered", "canceled"), told("canceled", "returned"), told("shipped", "delivered")
    ('completed', 'returned', 'placed')
    >>> told("delivered", "abducted"), told("failed"), told("unpaid", "pending")
    ('unmapped', 'cancelled', 'unpaid')
    """
    statuses = {unit.status for unit in units}
    if "unmapped" in statuses:
        return "unmapped"
    left = statuses - GONE
    if not left:
        return "returned" if "returned" in statuses else "cancelled"
    if "unpaid" in left:
        return "unpaid"
    return "completed" if left == {"completed"} else "placed"


def status_words(units: Iterable[Unit]) -> str:
    """The rows' own words in alphabetical order, as many as fit."""
    words = sorted({unit.word for unit in units})
    text = ",".join(words)
    return text if len(text) <= LONGEST_WORDS else f"{text[: LONGEST_WORDS - 1]}…"


def lines_of(units: Sequence[Unit]) -> tuple[OrderLine, ...]:
    """Rows of one SKU that earn the same are one line, named by its lowest row."""
    groups: dict[tuple[str, str, int], list[Unit]] = {}
    for unit in sorted(units, key=lambda one: (len(one.number), one.number)):
        groups.setdefault((unit.sku_id, unit.sku, unit.earned_vnd), []).append(unit)
    return tuple(_line(group) for group in groups.values())


def _line(units: Sequence[Unit]) -> OrderLine:
    first = units[0]
    return OrderLine(
        ext_line_id=first.number,
        ext_listing_id=first.sku_id,
        ext_model_id="",
        sku=first.sku,
        name=first.name,
        quantity=len(units),
        cancelled_quantity=sum(unit.status == "cancelled" for unit in units),
        returned_quantity=sum(unit.status == "returned" for unit in units),
        unit_price_vnd=first.earned_vnd,
    )
