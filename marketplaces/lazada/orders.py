"""Orders: heads by their time of change, then the rows of fifty orders at a time."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone

from marketplaces.interface import MarketplaceError
from marketplaces.lazada.gateway import Gateway
from marketplaces.lazada.lines import lines_of, order_status, read_unit, status_words
from marketplaces.lazada.progress import Place, read_place
from marketplaces.lazada.returns import CameBack, read_known, read_span
from marketplaces.reading import MalformedError, Record
from marketplaces.values import BadRecord, Order, Page, Window

LIST = "/orders/get"
HEAD = "/order/get"
ROWS = "/orders/items/get"
MAX_WINDOW = timedelta(days=90)
"""No longest window is documented; this one only keeps a job's progress short."""
PAGE_SIZE = 100
BATCH_SIZE = 50
MOST_OFFSET = 5_000
VIETNAM = timezone(timedelta(hours=7))
SAMPLED = ("order_id", "order_number", "created_at", "updated_at", "statuses", "items_count")


@dataclass(frozen=True, slots=True)
class Head:
    """An order without its rows."""

    number: str
    created_at: datetime
    modified_at: datetime

    @property
    def mark(self) -> tuple[str, int]:
        """This order as it was at this time."""
        return self.number, int(self.modified_at.timestamp())


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of heads; ``count`` is how many different orders it told, ``more`` that others follow."""

    heads: list[Head]
    bad: tuple[BadRecord, ...]
    count: int
    more: bool


def read_window(gateway: Gateway, window: Window, progress: str) -> Iterator[Page]:
    """Every order modified in the window; ``progress`` goes on after the page it came with."""
    place = read_place(progress) if progress else None
    came_back = read_known(gateway)
    if place:
        yield from _read_slice(gateway, place, came_back)
    for since, until in window.slices(MAX_WINDOW, place.until if place else None):
        yield from _read_slice(gateway, Place(since, until), came_back)
    yield from _returned(gateway, window, came_back)


def _returned(gateway: Gateway, window: Window, came_back: CameBack) -> Iterator[Page]:
    """Orders of which something came back in the window: their own time need not have moved."""
    for since, until in window.slices(MAX_WINDOW):
        end = Place(since, until, over=True).text()
        numbers = read_span(gateway, (since, until)).orders
        for start in range(0, len(numbers), BATCH_SIZE):
            page = _read(gateway, numbers[start : start + BATCH_SIZE], came_back)
            yield replace(page, progress=end)


def read_orders(gateway: Gateway, numbers: Sequence[str]) -> Page:
    """The orders as they are now; what cannot be read is told apart, one bad record each."""
    return _read(gateway, numbers, read_known(gateway))


def _read(gateway: Gateway, numbers: Sequence[str], came_back: CameBack) -> Page:
    heads: list[Head] = []
    bad: list[BadRecord] = []
    for number in dict.fromkeys(numbers):
        found = _read_head(gateway, number)
        if isinstance(found, Head):
            heads.append(found)
        else:
            bad.append(found)
    pages = [_page(gateway, batch, came_back) for batch in _batches(heads)]
    orders = tuple(order for page in pages for order in page.orders)
    return Page(orders, "", (*bad, *(fault for page in pages for fault in page.bad)))


def _read_slice(gateway: Gateway, place: Place, came_back: CameBack) -> Iterator[Page]:
    """A page for each batch of rows, with the place to go on from."""
    while not place.over:
        listed = _list(gateway, place)
        bad = listed.bad
        fresh = [head for head in listed.heads if head.mark not in place.seen]
        batches = _batches(fresh) or ([[]] if bad else [])
        latest = max((head.mark[1] for head in listed.heads), default=0)
        following = place.having(head.mark for head in fresh).turned(listed.count, latest, listed.more)
        for at, batch in enumerate(batches, start=1):
            place = place.having(head.mark for head in batch)
            progress = following if at == len(batches) else place
            page = _page(gateway, batch, came_back)
            yield replace(page, progress=progress.text(), bad=(*bad, *page.bad))
            bad = ()
        place = following


def _batches(heads: Sequence[Head]) -> list[Sequence[Head]]:
    return [heads[start : start + BATCH_SIZE] for start in range(0, len(heads), BATCH_SIZE)]


def _list(gateway: Gateway, place: Place) -> Listed:
    if place.offset > MOST_OFFSET:
        message = f"Lazada: more than {MOST_OFFSET} orders changed within a second at {place.since}"
        raise MarketplaceError(message, permanent=True, kind="refused")
    data = gateway.get(LIST, _list_query(place)).record("data")
    heads: dict[str, Head] = {}
    bad: dict[str, BadRecord] = {}
    rows = data.records("orders")
    for record in rows:
        number = record.identifier("order_id")
        try:
            heads[number] = _head(record)
        except MalformedError as error:
            bad[number] = BadRecord(number, str(error), record.sample(SAMPLED))
    count = len(heads.keys() | bad.keys())
    told = data.number("countTotal", default=0)
    more = bool(rows) and (len(rows) >= PAGE_SIZE or place.offset + count < told)
    return Listed(list(heads.values()), tuple(bad.values()), count, more)


def _list_query(place: Place) -> list[tuple[str, str]]:
    return [
        ("update_after", _iso(place.since)),
        ("update_before", _iso(place.until)),
        ("sort_by", "updated_at"),
        ("sort_direction", "ASC"),
        ("offset", str(place.offset)),
        ("limit", str(PAGE_SIZE)),
    ]


def _iso(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).astimezone(VIETNAM).isoformat()


def _read_head(gateway: Gateway, number: str) -> Head | BadRecord:
    try:
        record = gateway.get(HEAD, [("order_id", number)]).record("data")
    except MarketplaceError as error:
        if error.kind != "missing":
            raise
        return BadRecord(number, "the marketplace no longer knows this order")
    try:
        head = _head(record)
    except MalformedError as error:
        return BadRecord(number, str(error), record.sample(SAMPLED))
    return head if head.number == number else BadRecord(number, "another order was told")


def _head(record: Record) -> Head:
    return Head(
        record.identifier("order_id"), record.iso_moment("created_at"), record.iso_moment("updated_at")
    )


def _page(gateway: Gateway, heads: Sequence[Head], came_back: CameBack) -> Page:
    """The orders of one batch, without a progress."""
    if not heads:
        return Page((), "")
    found, gone = _rows(gateway, [head.number for head in heads])
    orders, bad = [], list(gone)
    lost = {fault.ext_order_id for fault in gone}
    for head in heads:
        if head.number in lost:
            continue
        try:
            orders.append(_order(head, found.get(head.number), came_back))
        except MalformedError as error:
            bad.append(BadRecord(head.number, str(error)))
    return Page(tuple(orders), "", tuple(bad))


def _rows(gateway: Gateway, numbers: Sequence[str]) -> tuple[dict[str, Record], list[BadRecord]]:
    """One batch. When Lazada refuses it because one number is unknown, the halves are asked apart."""
    listed = ",".join(number if number.isdigit() else json.dumps(number) for number in numbers)
    try:
        values = gateway.get(ROWS, [("order_ids", f"[{listed}]")]).items("data")
    except MarketplaceError as error:
        if error.kind != "missing":
            raise
        if len(numbers) == 1:
            return {}, [BadRecord(numbers[0], "the marketplace no longer knows this order")]
        middle = len(numbers) // 2
        left, right = _rows(gateway, numbers[:middle]), _rows(gateway, numbers[middle:])
        return left[0] | right[0], left[1] + right[1]
    if not values:
        raise MalformedError(f"data: expected the rows of {len(numbers)} orders, got none")
    told = [Record(value, "order") for value in values if isinstance(value, dict)]
    return {number: record for record in told if (number := _number(record)) in numbers}, []


def _number(record: Record) -> str:
    try:
        return record.identifier("order_id")
    except MalformedError:
        return ""


def _order(head: Head, told: Record | None, came_back: CameBack) -> Order:
    """``MalformedError`` says what does not fit."""
    if told is None:
        raise MalformedError("not among the orders whose rows the marketplace sent")
    units = [read_unit(record, came_back.rows) for record in told.records("order_items")]
    if not units:
        raise MalformedError("order.order_items: expected at least one row, got none")
    if len({unit.number for unit in units}) != len(units):
        raise MalformedError("order.order_items: two rows have one order_item_id")
    return Order(
        ext_order_id=head.number,
        status_raw=status_words(units),
        status=order_status(units),
        created_at=head.created_at,
        modified_at=head.modified_at,
        currency="VND",
        lines=lines_of(units),
    )
