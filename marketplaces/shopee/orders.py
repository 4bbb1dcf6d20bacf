"""Orders: numbers by modification time, then their details, fifty at a time.

What is not known of the live service is met carefully: window ends may or may not be included, so
slices touch and numbers are told apart; pages may shift while they are read, so a listing of several
pages is read again until nothing new turns up.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

from marketplaces.interface import MarketplaceError
from marketplaces.progress import Place, read_place
from marketplaces.reading import MalformedError, Record
from marketplaces.shopee.gateway import Gateway
from marketplaces.values import BadRecord, Order, OrderLine, OrderStatus, Page, Window

LIST = "/api/v2/order/get_order_list"
DETAIL = "/api/v2/order/get_order_detail"
MAX_WINDOW = timedelta(days=15)
PAGE_SIZE = 100
BATCH_SIZE = 50

STATUSES: dict[str, OrderStatus] = {
    "UNPAID": "unpaid",
    "PENDING": "unpaid",
    "READY_TO_SHIP": "placed",
    "PROCESSED": "placed",
    "RETRY_SHIP": "placed",
    "SHIPPED": "placed",
    "TO_CONFIRM_RECEIVE": "placed",
    "IN_CANCEL": "placed",
    "INVOICE_PENDING": "placed",
    "COMPLETED": "completed",
    "CANCELLED": "cancelled",
    "TO_RETURN": "returned",
}
SAMPLED = ("order_sn", "order_status", "create_time", "update_time", "currency", "region")


def read_window(gateway: Gateway, window: Window, progress: str) -> Iterator[Page]:
    """Every order modified in the window; ``progress`` goes on after the page it came with."""
    place = read_place(progress) if progress else None
    if place:
        yield from _read_slice(gateway, place)
    for since, until in window.slices(MAX_WINDOW, place.until if place else None):
        yield from _read_slice(gateway, Place(since, until))


def read_orders(gateway: Gateway, numbers: Sequence[str]) -> Page:
    """The orders as they are now; what cannot be read is told apart, one bad record each."""
    orders: list[Order] = []
    bad: list[BadRecord] = []
    for batch in _batches(numbers):
        found, faulty = _details(gateway, batch)
        orders += found
        bad += faulty
    return Page(tuple(orders), "", tuple(bad))


def _read_slice(gateway: Gateway, place: Place) -> Iterator[Page]:
    """A page for each batch of details; pages of later looks, mostly empty, keep the place."""
    used: set[tuple[int, str]] = set()
    while not place.over:
        used.add((place.look, place.cursor))
        numbers, following = _list(gateway, place)
        if following and (place.look, following) in used:
            raise MalformedError("response.next_cursor: leads back to a page already read")
        batches = _batches(place.fresh(numbers)) or ([[]] if place.look else [])
        for batch in batches[:-1]:
            place = place.having(batch)
            yield replace(read_orders(gateway, batch), progress=place.text())
        last = batches[-1] if batches else []
        place = place.having(last).turned(following)
        if batches:
            yield replace(read_orders(gateway, last), progress=place.text())


def _batches(numbers: Sequence[str]) -> list[Sequence[str]]:
    return [numbers[start : start + BATCH_SIZE] for start in range(0, len(numbers), BATCH_SIZE)]


def _list(gateway: Gateway, place: Place) -> tuple[list[str], str]:
    """A page of order numbers, and the cursor of the page after it (empty at the end)."""
    answer = gateway.get(LIST, _list_query(place.since, place.until, place.cursor))
    numbers = [entry.identifier("order_sn") for entry in answer.records("order_list")]
    if not answer.flag("more"):
        return numbers, ""
    following = answer.text("next_cursor", default="")
    if not following:
        raise MalformedError("response.next_cursor: more pages are promised, and none is named")
    return numbers, following


def _list_query(since: int, until: int, cursor: str) -> list[tuple[str, str]]:
    return [
        ("time_range_field", "update_time"),
        ("time_from", str(since)),
        ("time_to", str(until)),
        ("page_size", str(PAGE_SIZE)),
        ("cursor", cursor),
        ("request_order_status_pending", "true"),
    ]


def _details(gateway: Gateway, numbers: Sequence[str]) -> tuple[list[Order], list[BadRecord]]:
    """One batch. When Shopee refuses it because one number is unknown, the halves are asked apart."""
    query = [
        ("order_sn_list", ",".join(numbers)),
        ("response_optional_fields", "item_list"),
        ("request_order_status_pending", "true"),
    ]
    try:
        records = gateway.get(DETAIL, query).items("order_list")
    except MarketplaceError as error:
        if error.kind != "missing":
            raise
        if len(numbers) == 1:
            return [], [BadRecord(numbers[0], "the marketplace no longer knows this order")]
        middle = len(numbers) // 2
        left, right = _details(gateway, numbers[:middle]), _details(gateway, numbers[middle:])
        return left[0] + right[0], left[1] + right[1]
    return _sort_out(numbers, records)


def _sort_out(numbers: Sequence[str], records: list[object]) -> tuple[list[Order], list[BadRecord]]:
    """One fate for each number asked for; what was not asked for is dropped."""
    orders: dict[str, Order] = {}
    bad: dict[str, BadRecord] = {}
    for value in records:
        number = value.get("order_sn") if isinstance(value, dict) else None
        if not isinstance(number, str) or number not in numbers:
            continue
        record = Record(value, "order")
        try:
            orders[number] = read_order(record)
        except MalformedError as error:
            bad[number] = BadRecord(number, str(error), record.sample(SAMPLED))
    for number in numbers:
        if number not in orders and number not in bad:
            bad[number] = BadRecord(number, "not among the details the marketplace sent")
    return list(orders.values()), [fault for number, fault in bad.items() if number not in orders]


def read_order(record: Record) -> Order:
    """One order of the details; ``MalformedError`` says what does not fit."""
    status, currency = record.identifier("order_status"), record.identifier("currency")
    if currency != "VND":
        raise MalformedError(f"order.currency: expected VND, got {currency[:8]!r}")
    return Order(
        ext_order_id=record.identifier("order_sn"),
        status_raw=status,
        status=STATUSES.get(status, "unmapped"),
        created_at=record.moment("create_time"),
        modified_at=record.moment("update_time"),
        currency=currency,
        lines=_lines(record.records("item_list")),
    )


def _lines(records: list[Record]) -> tuple[OrderLine, ...]:
    """Lines of one bundle share ``order_item_id``; item and variant tell them apart, a count the rest."""
    if not records:
        raise MalformedError("order.item_list: expected at least one line, got none")
    lines: dict[str, OrderLine] = {}
    for record in records:
        parts = record.integer("order_item_id", default=0), record.identifier("item_id"), _model(record)
        name = "-".join(map(str, parts))
        twins = sum(1 for key in lines if key == name or key.startswith(f"{name}#"))
        key = f"{name}#{twins + 1}" if twins else name
        lines[key] = _line(key, record)
    return tuple(lines.values())


def _line(key: str, record: Record) -> OrderLine:
    bought = record.integer("model_quantity_purchased")
    cancelled = record.integer("cancelled_qty", default=0)
    returned = record.integer("returned_qty", default=0)
    if cancelled + returned > bought:
        raise MalformedError(f"order.item_list: {cancelled} cancelled and {returned} returned of {bought}")
    return OrderLine(
        ext_line_id=key,
        ext_listing_id=record.identifier("item_id"),
        ext_model_id="" if _model(record) == "0" else _model(record),
        sku=record.text("model_sku", default="") or record.text("item_sku", default=""),
        name=record.text("item_name", default=""),
        quantity=bought,
        cancelled_quantity=cancelled,
        returned_quantity=returned,
        # a bundle deal shows 0 here; the original price is the nearest known
        unit_price_vnd=record.integer("model_discounted_price") or record.integer("model_original_price"),
    )


def _model(record: Record) -> str:
    return str(record.integer("model_id", default=0))
