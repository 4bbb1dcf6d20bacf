"""Orders by time of change. The list brings them whole, so that a page costs one call."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timezone
from urllib.parse import quote

from marketplaces.one_by_one import read_each
from marketplaces.reading import MalformedError, Record
from marketplaces.tiki.choices import Choices
from marketplaces.tiki.clock import moment, written
from marketplaces.tiki.gateway import Gateway
from marketplaces.tiki.places import Listed, Place, read_place
from marketplaces.values import BadRecord, Order, OrderLine, OrderStatus, Page, Window

STATUSES: dict[str, OrderStatus] = {
    "waiting_payment": "unpaid",
    "payment_review": "unpaid",
    "queueing": "placed",
    "paid": "placed",
    "processing": "placed",
    "picking": "placed",
    "packaging": "placed",
    "finished_packing": "placed",
    "ready_to_ship": "placed",
    "handover_to_partner": "placed",
    "shipping": "placed",
    "delivered": "placed",
    "successful_delivery": "placed",
    "holded": "placed",
    "complete": "completed",
    "closed": "completed",
    "canceled": "cancelled",
    "returned": "returned",
}
SAMPLED = ("code", "status", "is_rma", "created_at", "updated_at", "fulfillment_type")
NO_CODE = "(no code)"


def read_window(gateway: Gateway, window: Window, progress: str) -> Iterator[Page]:
    """Every order changed in the window; ``progress`` goes on after the page it came with."""
    place = read_place(progress) if progress else None
    if place:
        yield from _read_span(gateway, place)
    for since, until in window.slices(gateway.choices.window, place.until if place else None):
        yield from _read_span(gateway, Place(since, until, since))


def read_orders(gateway: Gateway, numbers: Sequence[str]) -> Page:
    """The orders as they are now, one call each; what cannot be read is told apart."""

    def read(number: str) -> Order:
        return read_order(gateway.get(f"orders/{quote(number, safe='')}"), gateway.choices)

    return read_each(numbers, read)


def _read_span(gateway: Gateway, place: Place) -> Iterator[Page]:
    """Pages to the last one; empty ones tell nothing and are not passed on."""
    while not place.over:
        orders, bad, listed = _list(gateway, place)
        place = place.after(listed)
        if orders or bad:
            yield Page(orders, place.text(), bad)


def _list(gateway: Gateway, place: Place) -> tuple[tuple[Order, ...], tuple[BadRecord, ...], Listed]:
    choices = gateway.choices
    answer = gateway.get(
        "orders",
        [
            ("page", str(place.page)),
            ("limit", str(choices.page_size)),
            ("updated_from_date", written(place.since, choices.zone)),
            ("updated_to_date", written(place.until, choices.zone)),
            ("order_by", "updated_at|asc"),
        ],
    )
    values, paging = answer.items("data"), answer.record("paging")
    orders, bad = _sort_out(values, choices)
    listed = Listed(
        numbers=tuple(number for value in values if (number := _number(value)) != NO_CODE),
        latest=max((at for value in values if (at := _changed_at(value, choices.zone))), default=None),
        total=paging.integer("total"),
        # a page may hold fewer than asked for while others follow; an empty list has no last page
        more=paging.integer("last_page") > place.page,
    )
    return orders, bad, listed


def _sort_out(values: Sequence[object], choices: Choices) -> tuple[tuple[Order, ...], tuple[BadRecord, ...]]:
    """One fate for each record; of two with one number the later counts."""
    orders: dict[str, Order] = {}
    bad: dict[str, BadRecord] = {}
    for value in values:
        number = _number(value)
        try:
            orders[number] = read_order(Record(value, "order"), choices)
        except MalformedError as error:
            sample = Record(value).sample(SAMPLED) if isinstance(value, dict) else ""
            bad[number] = BadRecord(number, str(error), sample)
    return tuple(orders.values()), tuple(fault for number, fault in bad.items() if number not in orders)


def _number(value: object) -> str:
    try:
        return Record(value, "order").identifier("code")
    except MalformedError:
        return NO_CODE


def _changed_at(value: object, zone: timezone) -> int | None:
    try:
        return int(moment(Record(value, "order"), "updated_at", zone).timestamp())
    except MalformedError:
        return None


def read_order(record: Record, choices: Choices) -> Order:
    """One order; ``MalformedError`` says what does not fit. All amounts at Tiki are đồng."""
    raw, status = _status(record)
    return Order(
        ext_order_id=record.identifier("code"),
        status_raw=raw,
        status=status,
        created_at=moment(record, "created_at", choices.zone),
        modified_at=moment(record, "updated_at", choices.zone),
        currency="VND",
        lines=_lines(record.records("items"), choices),
    )


def _status(record: Record) -> tuple[str, OrderStatus]:
    """A closed order was delivered, or cancelled where it says why; a replacement parcel is no sale."""
    raw = record.identifier("status")
    if record.flag("is_rma", default=False):
        return f"rma:{raw}", "cancelled"
    if raw == "closed" and record.has("cancel_info"):
        return "closed:cancelled", "cancelled"
    return raw, STATUSES.get(raw, "unmapped")


def _lines(records: Sequence[Record], choices: Choices) -> tuple[OrderLine, ...]:
    lines = {record.identifier("id"): _line(record, choices) for record in records}
    if not records or len(lines) != len(records):
        raise MalformedError(f"order.items: {len(lines)} different lines of {len(records)}")
    return tuple(lines.values())


def _line(record: Record, choices: Choices) -> OrderLine:
    """The item's own quantity and price; older answers have them in its invoice only."""
    told = record if record.has("qty") else record.record("invoice")
    bought = told.integer("qty" if record.has("qty") else "quantity")
    price = record if record.has("price") else record.record("invoice")
    product = record.record("product")
    gone = record.has("confirmation") and record.record("confirmation").text("status", default="")
    return OrderLine(
        ext_line_id=record.identifier("id"),
        ext_listing_id=product.identifier("id"),
        ext_model_id="",
        sku=product.text("seller_product_code", default="") or product.text("sku", default=""),
        name=product.text("name", default=""),
        quantity=bought,
        cancelled_quantity=bought if gone == choices.cancelled_item else 0,
        returned_quantity=0,
        unit_price_vnd=price.integer("price"),
    )
