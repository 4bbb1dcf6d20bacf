"""Orders: heads by their time of change in numbered pages, then the detail of each.

The list's own order is not known, so its pages are looked through again until a look brings nothing new; a
span of more pages than the list may have is halved. Where the list works and details are refused (the rights
of the application do not reach so far), orders still count, each with the caution that its lines are unknown.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from marketplaces.alibaba.details import Head, read_detail, read_head, without_detail
from marketplaces.alibaba.gateway import Gateway, as_json
from marketplaces.interface import ErrorKind, MarketplaceError
from marketplaces.one_by_one import read_each
from marketplaces.progress import Place, read_place
from marketplaces.reading import MalformedError, Record
from marketplaces.values import BadRecord, Order, Page, Window

LIST = "/alibaba/order/list"
DETAIL = "/alibaba/order/get"
MAX_WINDOW = timedelta(days=15)
"""No longest window is documented; this one only keeps spans below the most pages."""
PAGE_SIZE = 100
MOST_PAGES = 100
BATCH_SIZE = 20
"""Details read between two commits."""
CLOSED: frozenset[ErrorKind] = frozenset({"refused", "missing", "setup"})
"""What a refused detail may be called: its code is not documented. The list has just answered."""
NO_NUMBER = "(no number)"
SAMPLED = ("trade_id", "trade_status")


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of heads; ``total`` is how many orders the whole list is said to have."""

    heads: list[Head]
    bad: tuple[BadRecord, ...]
    total: int


def read_window(gateway: Gateway, window: Window, progress: str) -> Iterator[Page]:
    """Every order modified in the window; ``progress`` goes on after the page it came with."""
    place = read_place(progress) if progress else _following(window, None)
    while place:
        done = yield from _read_slice(gateway, place)
        place = _following(window, done.until)


def read_orders(gateway: Gateway, numbers: Sequence[str]) -> Page:
    """The orders as they are now, one call each; a refused one is a bad record until the list brings it."""

    def read(number: str) -> Order:
        try:
            return read_detail(_detail(gateway, number), number, None)
        except MarketplaceError as error:
            if error.kind not in CLOSED:
                raise
            raise MalformedError(f"its detail is refused: {error}") from None

    return read_each(numbers, read)


def _following(window: Window, after: int | None) -> Place | None:
    """The first span that begins where the last one ended."""
    return next((Place(*span) for span in window.slices(MAX_WINDOW, after)), None)


def _read_slice(gateway: Gateway, place: Place) -> Generator[Page, None, Place]:
    """A page for each batch of details, with the place to go on from; returns the span that was read."""
    while not place.over:
        listed = _list(gateway, place)
        if listed.total > MOST_PAGES * PAGE_SIZE and place.until - place.since > 1:
            place = Place(place.since, (place.since + place.until) // 2)
            continue
        heads = {head.number: head for head in listed.heads}
        fresh = [heads[number] for number in place.fresh(list(heads))]
        following = place.having([head.number for head in fresh]).turned(_next_page(place, listed))
        bad, batches = listed.bad, [fresh[at : at + BATCH_SIZE] for at in range(0, len(fresh), BATCH_SIZE)]
        for at, batch in enumerate(batches or ([[]] if bad else []), start=1):
            place = place.having([head.number for head in batch])
            progress = following if at >= len(batches) else place
            page = _page(gateway, batch)
            yield replace(page, progress=progress.text(), bad=(*bad, *page.bad))
            bad = ()
        place = following
    return place


def _next_page(place: Place, listed: Listed) -> str:
    """The next page's number; empty after the last."""
    following = _page_number(place) + 1
    is_more = following * PAGE_SIZE < listed.total and bool(listed.heads or listed.bad)
    return str(following) if is_more and following < MOST_PAGES else ""


def _page_number(place: Place) -> int:
    return int(place.cursor) if place.cursor.isdecimal() else 0


def _list(gateway: Gateway, place: Place) -> Listed:
    value = gateway.ask(
        LIST,
        role="seller",
        start_page=str(_page_number(place)),
        page_size=str(PAGE_SIZE),
        modified_date_start=as_json({"date_timestamp": place.since * 1000}),
        modified_date_end=as_json({"date_timestamp": place.until * 1000}),
    ).record("value")
    total = value.number("total_count")
    heads: list[Head] = []
    bad: dict[str, BadRecord] = {}
    for row in value.items("order_list", optional=total == 0):
        try:
            heads.append(read_head(Record(row, "order")))
        except MalformedError as error:
            number, sample = _named(row)
            bad[number] = BadRecord(number, str(error), sample)
    return Listed(heads, tuple(bad.values()), total)


def _named(row: object) -> tuple[str, str]:
    """The number and the allowed fields of a head that could not be read."""
    try:
        record = Record(row, "order")
        return record.identifier("trade_id"), record.sample(SAMPLED)
    except MalformedError:
        return NO_NUMBER, ""


def _page(gateway: Gateway, heads: Sequence[Head]) -> Page:
    """The orders of one batch, without a progress."""
    orders: list[Order] = []
    bad: list[BadRecord] = []
    for head in heads:
        try:
            orders.append(_order(gateway, head))
        except MalformedError as error:
            bad.append(BadRecord(head.number, str(error)))
    return Page(tuple(orders), "", tuple(bad))


def _order(gateway: Gateway, head: Head) -> Order:
    if head.is_masked:
        return without_detail(head)
    try:
        detail = _detail(gateway, head.number)
    except MarketplaceError as error:
        if error.kind not in CLOSED:
            raise
        return without_detail(head)
    return read_detail(detail, head.number, head)


def _detail(gateway: Gateway, number: str) -> Record:
    answer = gateway.ask(DETAIL, e_trade_id=number)
    value = answer.record("value") if answer.has("value") else answer
    if value.has("trade_id") and value.identifier("trade_id") != number:
        raise MalformedError("order.trade_id: another order came than was asked for")
    return value
