"""Orders: listed whole by their time of change, and again by the returns and cancellations of the window.

TikTok says itself that times told may lie outside the span asked for, as orders change while they are
listed, and how long a page's token lives is not known. So a list of several pages is looked through until a
look brings nothing new, a span is never believed, and a token that is refused begins the look anew.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

from marketplaces.interface import MarketplaceError
from marketplaces.progress import Place, read_place
from marketplaces.reading import MalformedError, Record
from marketplaces.tiktok.gateway import Gateway
from marketplaces.tiktok.lines import NOTHING, SAMPLED, STATUSES, TakenBack, read_order
from marketplaces.tiktok.sources import SOURCES, Entry, Source, in_batches, list_changes, taken_back
from marketplaces.values import BadRecord, Order, Page, Window

MAX_WINDOW = timedelta(days=15)
PAGE_SIZE = 100
NOT_YET_SENT = frozenset({"UNPAID", "ON_HOLD", "CANCELLED"})
"""Words of orders of which nothing can have been returned that counts."""


def read_window(gateway: Gateway, window: Window, progress: str) -> Iterator[Page]:
    """Every order changed in the window, both ends included; TikTok leaves out the end of a span."""
    since, until = math.floor(window.since.timestamp()), math.floor(window.until.timestamp()) + 1
    if progress:
        source, place = read_progress(progress)
        yield from _read_source(gateway, source, place)
        for later in SOURCES[SOURCES.index(source) + 1 :]:
            yield from _read_source(gateway, later, Place(place.since, place.until))
        since = place.until
    span = int(MAX_WINDOW.total_seconds())
    for start in range(since, until, span):
        for source in SOURCES:
            yield from _read_source(gateway, source, Place(start, min(start + span, until)))


def read_orders(gateway: Gateway, numbers: Sequence[str]) -> Page:
    """The orders as they are now; one TikTok does not know is missing from its answer, and a bad record."""
    found: list[Entry] = []
    bad = [BadRecord(number, "an order without a number") for number in numbers if not number.strip()]
    for some in in_batches([number for number in numbers if number.strip()]):
        values = gateway.get("orders", [("ids", ",".join(some))]).items("orders", optional=True)
        told = {value["id"]: value for value in values if isinstance(value, dict) and value.get("id") in some}
        found += [Entry(number, number, value) for number, value in told.items()]
        absent = [number for number in some if number not in told]
        bad += [BadRecord(number, "the marketplace does not know this order") for number in absent]
    page = _take_in(gateway, found)
    return replace(page, bad=(*page.bad, *bad))


def read_progress(progress: str) -> tuple[Source, Place]:
    """The list and the place in it that a page's progress names.

    Raises:
        MarketplaceError: it is none of ours.
    """
    try:
        name, text = json.loads(progress)
        return next(source for source in SOURCES if source == name), read_place(text)
    except (TypeError, ValueError, StopIteration):
        message = f"TikTok Shop: no such progress: {progress[:60]!r}"
        raise MarketplaceError(message, permanent=True, kind="refused") from None


def _read_source(gateway: Gateway, source: Source, place: Place) -> Iterator[Page]:
    """A page of ours for each page of the list that brought something."""
    used: set[tuple[int, str]] = set()
    may_begin_anew = True
    while not place.over:
        used.add((place.look, place.cursor))
        try:
            entries, following = list_changes(gateway, source, place)
        except MarketplaceError as error:
            if error.kind != "refused" or not place.cursor or not may_begin_anew:
                raise
            place, may_begin_anew = replace(place, cursor="", brought=True), False
            used.clear()
            continue
        if following and (place.look, following) in used:
            raise MalformedError("data.next_page_token: leads back to a page already read")
        fresh = {entry.key: entry for entry in entries if entry.key not in place.seen}
        place = place.having(list(fresh)).turned(following)
        if fresh:
            page = _page_of(gateway, source, list(fresh.values()))
            yield replace(page, progress=json.dumps([source, place.text()]))


def _page_of(gateway: Gateway, source: Source, entries: Sequence[Entry]) -> Page:
    if source == "order_search":
        return _take_in(gateway, entries)
    return read_orders(gateway, [entry.number for entry in entries])


def _take_in(gateway: Gateway, entries: Sequence[Entry]) -> Page:
    """Each entry as an order or as a bad record; of an order told twice, the later state."""
    back = taken_back(gateway, [entry.number for entry in entries if _may_be_back(entry)])
    revenue = gateway.keys.option("revenue", "seller")
    orders: dict[str, Order] = {}
    bad: list[BadRecord] = []
    for entry in entries:
        try:
            order = _order(entry, back.get(entry.number, NOTHING), revenue)
        except MalformedError as error:
            bad.append(BadRecord(entry.number, str(error), _sample(entry)))
            continue
        had = orders.get(order.ext_order_id)
        if had is None or had.modified_at <= order.modified_at:
            orders[order.ext_order_id] = order
    return Page(tuple(orders.values()), "", tuple(bad))


def _order(entry: Entry, back: TakenBack, revenue: str) -> Order:
    return read_order(Record(entry.value, "order"), back, revenue)


def _may_be_back(entry: Entry) -> bool:
    word = entry.value.get("status") if isinstance(entry.value, dict) else None
    return bool(entry.number) and isinstance(word, str) and word in STATUSES and word not in NOT_YET_SENT


def _sample(entry: Entry) -> str:
    return Record(entry.value).sample(SAMPLED) if isinstance(entry.value, dict) else ""
