"""An order's detail: its products as lines, in the currency the buyer pays.

What counts, by our own rule: an order waits while it is audited, unpaid or being paid; it counts from its
payment on; it is undone when the trade is closed or cancelled or the payment charged back. A frozen order
counts and is flagged. A word nobody told us about is ``unmapped``: shown, never counted.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime

from marketplaces.money import to_minor
from marketplaces.reading import EARLIEST_EPOCH_S, LATEST_EPOCH_S, MalformedError, Record
from marketplaces.values import Caution, Order, OrderLine, OrderStatus

STATUSES: dict[str, OrderStatus] = {
    **dict.fromkeys(("to_be_audited", "unpay", "paying"), "unpaid"),
    **dict.fromkeys(("paid", "captured", "undeliver", "wait_seller_send", "delivering"), "placed"),
    **dict.fromkeys(("wait_confirm_receipt", "frozen"), "placed"),
    "trade_success": "completed",
    **dict.fromkeys(("trade_close", "trade_closed", "cancel"), "cancelled"),
    "charge_back": "returned",
}


MASK = "*"


@dataclass(frozen=True, slots=True)
class Head:
    """An order as the list tells it. A masked number carries the moment of the order, to be told apart by."""

    number: str
    word: str
    created_at: datetime
    modified_at: datetime

    @property
    def is_masked(self) -> bool:
        """Whether no detail can be asked for by this number."""
        return MASK in self.number


def read_head(record: Record) -> Head:
    """One row of the list; ``MalformedError`` says what does not fit."""
    number, created_at = record.identifier("trade_id"), _moment(record, "create_date")
    return Head(
        number=f"{number}@{created_at.timestamp():.0f}" if MASK in number else number,
        word=record.identifier("trade_status"),
        created_at=created_at,
        modified_at=_moment(record, "modify_date"),
    )


def without_detail(head: Head) -> Order:
    """The order as far as its list tells: it counts, and what it earned is not known."""
    return _order(head, head.word, "", ())


def read_detail(record: Record, number: str, head: Head | None) -> Order:
    """The whole order; its times come from the list where it was listed, for not every detail tells both."""
    lines, currency = _lines(record.records("order_products"))
    word = record.identifier("trade_status")
    head = head or Head(number, word, _moment(record, "create_date"), _moment(record, "modify_date"))
    return _order(head, word, currency, lines)


def _order(head: Head, word: str, currency: str, lines: tuple[OrderLine, ...]) -> Order:
    caution: Caution = "frozen" if word == "frozen" else ""
    return Order(
        ext_order_id=head.number,
        status_raw=word,
        status=STATUSES.get(word, "unmapped"),
        created_at=head.created_at,
        modified_at=head.modified_at,
        currency=currency,
        lines=lines,
        caution=caution if lines else "no_detail",
    )


def _lines(products: list[Record]) -> tuple[tuple[OrderLine, ...], str]:
    """Lines have no number of their own: product and SKU name them, and their place where those repeat."""
    if not products:
        raise MalformedError("order.order_products: expected at least one product, got none")
    currencies = {product.record("unit_price").identifier("currency") for product in products}
    if len(currencies) != 1:
        raise MalformedError(f"order.order_products: expected one currency, got {len(currencies)}")
    currency = currencies.pop()
    seen: Counter[str] = Counter()
    return tuple(_line(product, currency, seen) for product in products), currency


def _line(product: Record, currency: str, seen: Counter[str]) -> OrderLine:
    number = product.identifier("product_id")
    model = product.identifier("sku_id") if product.has("sku_id") else ""
    name = f"{number}/{model}" if model else number
    seen[name] += 1
    price = _minor(product.record("unit_price"), currency)
    return OrderLine(
        ext_line_id=name if seen[name] == 1 else f"{name}#{seen[name]}",
        ext_listing_id=number,
        ext_model_id=model,
        sku=product.text("sku_code", default=""),
        name=product.text("name", default=""),
        quantity=product.number("quantity"),
        cancelled_quantity=0,
        returned_quantity=0,
        unit_price_vnd=price if currency == "VND" else 0,
        unit_price_minor=None if currency == "VND" else price,
    )


def _minor(price: Record, currency: str) -> int:
    try:
        return to_minor(price.decimal("amount"), currency)
    except ValueError as error:
        raise MalformedError(f"order.unit_price: {error}") from None


def _moment(record: Record, name: str) -> datetime:
    """Epoch milliseconds; the written date beside them is in another zone and says the same."""
    at = record.record(name).number("timestamp") / 1000
    if not EARLIEST_EPOCH_S <= at <= LATEST_EPOCH_S:
        raise MalformedError(f"order.{name}.timestamp: expected epoch milliseconds")
    return datetime.fromtimestamp(at, UTC)
