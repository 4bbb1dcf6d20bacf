"""Orders by the day their status changed: whole days, three at most, each page named by a token that ends."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from urllib.parse import quote

from marketplaces.interface import MarketplaceError
from marketplaces.one_by_one import read_each
from marketplaces.progress import MOST_LOOKS, Place, read_place
from marketplaces.reading import EARLIEST_EPOCH_S, LATEST_EPOCH_S, MalformedError, Record
from marketplaces.sendo.choices import Choices
from marketplaces.sendo.gateway import Gateway
from marketplaces.values import BadRecord, Order, OrderLine, OrderStatus, Page, Window

SEARCH = "salesorder/search"
VIETNAM = timezone(timedelta(hours=7))
DAYS_AT_ONCE = 3
PAGE_SIZE = 50
MILLISECONDS = 10**11
"""A stamp above this counts milliseconds: clients disagree which unit comes."""

STATUSES: dict[str, OrderStatus] = {
    "2": "placed",
    "3": "placed",
    "6": "placed",
    "7": "placed",
    "8": "completed",
    "10": "completed",
    "11": "placed",
    "12": "placed",
    "13": "cancelled",
    "14": "placed",
    "15": "placed",
    "19": "placed",
    "21": "returned",
    "22": "returned",
    "23": "placed",
}
CLOSED = "10"
SAMPLED = ("order_number", "order_status", "order_date_time_stamp", "order_status_date_time_stamp")
NO_NUMBER = "(no number)"


def read_window(gateway: Gateway, window: Window, progress: str) -> Iterator[Page]:
    """Every order whose status changed on one of the window's days, so mostly some besides."""
    first, last = (at.astimezone(VIETNAM).toordinal() for at in (window.since, window.until))
    if progress:
        place = read_place(progress)
        yield from _read_days(gateway, place)
        first = place.until + 1
    for day in range(first, last + 1, DAYS_AT_ONCE):
        yield from _read_days(gateway, Place(day, min(day + DAYS_AT_ONCE - 1, last)))


def read_orders(gateway: Gateway, numbers: Sequence[str]) -> Page:
    """The orders as they are now, one call each; what cannot be read is told apart."""

    def read(number: str) -> Order:
        record = Record(gateway.get(f"salesorder/{quote(number, safe='')}"), "order")
        return read_order(record, gateway.choices)

    return read_each(numbers, read)


def _read_days(gateway: Gateway, place: Place) -> Iterator[Page]:
    """Pages to the last; a token that ended meanwhile is dropped, and the days are searched once more."""
    used: set[tuple[int, str]] = set()
    while not place.over:
        used.add((place.look, place.cursor))
        try:
            values, following = _search(gateway, place)
        except MarketplaceError as error:
            if error.kind != "refused" or not place.cursor or place.look + 1 >= MOST_LOOKS:
                raise
            place = replace(place, look=place.look + 1, cursor="", brought=False)
            continue
        if following and (place.look, following) in used:
            raise MalformedError("result.next_token: leads back to a page already read")
        orders, bad = _sort_out(values, gateway.choices)
        names = [one.ext_order_id for one in orders] + [one.ext_order_id for one in bad]
        place = place.having(place.fresh(names)).turned(following)
        if orders or bad:
            yield Page(orders, place.text(), bad)


def _search(gateway: Gateway, place: Place) -> tuple[list[object], str]:
    form = gateway.choices.date_form
    body = {
        "page_size": PAGE_SIZE,
        "order_status": None,
        "order_date_from": None,
        "order_date_to": None,
        "order_status_date_from": date.fromordinal(place.since).strftime(form),
        "order_status_date_to": date.fromordinal(place.until).strftime(form),
        "token": place.cursor,
    }
    result = gateway.search(SEARCH, body)
    return result.items("data"), result.text("next_token", default="")


def _sort_out(values: Sequence[object], choices: Choices) -> tuple[tuple[Order, ...], tuple[BadRecord, ...]]:
    """One fate for each record; of two with one number the later counts."""
    orders: dict[str, Order] = {}
    bad: dict[str, BadRecord] = {}
    for value in values:
        try:
            order = read_order(Record(value, "order"), choices)
            orders[order.ext_order_id] = order
        except MalformedError as error:
            number, sample = _named(value)
            bad[number] = BadRecord(number, str(error), sample)
    return tuple(orders.values()), tuple(fault for number, fault in bad.items() if number not in orders)


def _named(value: object) -> tuple[str, str]:
    """The number and the allowed fields of a record that could not be read."""
    try:
        head = Record(value, "order").record("sales_order")
        return head.identifier("order_number"), head.sample(SAMPLED)
    except MalformedError:
        return NO_NUMBER, ""


def read_order(record: Record, choices: Choices) -> Order:
    """One order; ``MalformedError`` says what does not fit. All amounts at Sendo are đồng."""
    head = record.record("sales_order")
    raw, status = _status(head)
    created = _moment(head, "order_date_time_stamp", choices)
    stamps = ("order_status_date_time_stamp", "updated_date_time_stamp")
    changes = [_moment(head, name, choices) for name in stamps if head.has(name)]
    return Order(
        ext_order_id=head.identifier("order_number"),
        status_raw=raw,
        status=status,
        created_at=created,
        modified_at=max(changes, default=created),
        currency="VND",
        lines=_lines(record.records("sku_details")),
    )


def _status(head: Record) -> tuple[str, OrderStatus]:
    """Closed is sold, unless it was cancelled before or lives on in another order."""
    raw = head.identifier("order_status")
    if raw == CLOSED and (_is_stamped(head) or head.text("child_order_number", default="")):
        return "10:cancelled", "cancelled"
    return raw, STATUSES.get(raw, "unmapped")


def _is_stamped(head: Record) -> bool:
    return head.integer("canceled_date_time_stamp", default=0) > 0


def _moment(head: Record, name: str, choices: Choices) -> datetime:
    value = head.integer(name)
    seconds = value // 1000 if value > MILLISECONDS else value
    if not EARLIEST_EPOCH_S <= seconds <= LATEST_EPOCH_S:
        raise MalformedError(f"order.{name}: expected epoch seconds or milliseconds")
    return datetime.fromtimestamp(seconds, UTC) - choices.stamps_ahead


def _lines(records: Sequence[Record]) -> tuple[OrderLine, ...]:
    """Lines have no number of their own: product and variant tell them apart, a count the rest."""
    if not records:
        raise MalformedError("order.sku_details: expected at least one line, got none")
    lines: dict[str, OrderLine] = {}
    for record in records:
        model = record.text("attribute_hash", default="")
        name = f"{record.identifier('product_variant_id')}-{model}"
        twins = sum(1 for key in lines if key == name or key.startswith(f"{name}#"))
        key = f"{name}#{twins + 1}" if twins else name
        lines[key] = OrderLine(
            ext_line_id=key,
            ext_listing_id=record.identifier("product_variant_id"),
            ext_model_id=model,
            sku=record.text("sku", default=""),
            name=record.text("product_name", default=""),
            quantity=record.integer("quantity"),
            cancelled_quantity=0,
            returned_quantity=0,
            unit_price_vnd=record.integer("price"),
        )
    return tuple(lines.values())
