"""The three lists that tell of a change, each by its own time of change, oldest first.

An order's time moves with its status only. A return leaves it alone, and so may a cancellation of a part,
so that both are listed too and their orders are read again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from marketplaces.progress import Place
from marketplaces.reading import MalformedError, Record
from marketplaces.tiktok.gateway import Gateway
from marketplaces.tiktok.lines import TakenBack

Source = Literal["order_search", "cancellations", "returns"]
SOURCES: tuple[Source, ...] = ("order_search", "cancellations", "returns")
LISTS: dict[Source, tuple[str, int]] = {
    "order_search": ("orders", 100),
    "cancellations": ("cancellations", 50),
    "returns": ("return_orders", 50),
}
BATCH_SIZE = 50
PAID_BACK = frozenset(
    {
        "RETURN_OR_REFUND_REQUEST_COMPLETE",
        "REPLACEMENT_REQUEST_REFUND_SUCCESS",
        "EXCHANGE_REQUEST_REFUND_SUCCESS",
    }
)
"""Words of returns that ended with the buyer's money back; goods replaced or exchanged stay sold."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a list: ``key`` tells it apart from others and from its own later state."""

    key: str
    number: str
    value: object


def list_changes(gateway: Gateway, source: Source, place: Place) -> tuple[list[Entry], str]:
    """A page of the list, and the token of the one after it (empty at the end)."""
    span = {"update_time_ge": place.since, "update_time_lt": place.until}
    values, following = _page(gateway, source, span, place.cursor)
    return [_entry(source, value) for value in values], following


def taken_back(gateway: Gateway, numbers: Sequence[str]) -> dict[str, TakenBack]:
    """What was returned or refunded of these orders."""
    found: dict[str, TakenBack] = {}
    for some in in_batches(list(dict.fromkeys(numbers))):
        for record in _every_return(gateway, some):
            number = record.identifier("order_id")
            if number in some and record.text("return_status") in PAID_BACK:
                had, at = found.get(number, TakenBack()), record.moment("update_time")
                rows = record.records("return_line_items")
                units = had.units | {row.identifier("order_line_item_id") for row in rows}
                found[number] = TakenBack(units, max(at, had.at or at))
    return found


def in_batches(numbers: Sequence[str]) -> list[Sequence[str]]:
    """As many at once as TikTok takes."""
    return [numbers[start : start + BATCH_SIZE] for start in range(0, len(numbers), BATCH_SIZE)]


def _every_return(gateway: Gateway, numbers: Sequence[str]) -> Iterator[Record]:
    used: set[str] = set()
    values, token = _page(gateway, "returns", {"order_ids": list(numbers)}, "")
    yield from (Record(value, "return") for value in values)
    while token:
        if token in used:
            raise MalformedError("data.next_page_token: leads back to a page already read")
        used.add(token)
        values, token = _page(gateway, "returns", {"order_ids": list(numbers)}, token)
        yield from (Record(value, "return") for value in values)


def _page(gateway: Gateway, source: Source, body: object, token: str) -> tuple[list[object], str]:
    name, size = LISTS[source]
    query = (("page_size", str(size)), ("sort_field", "update_time"), ("sort_order", "ASC"))
    data = gateway.search(source, (*query, ("page_token", token)), body)
    is_empty = data.integer("total_count", default=1) == 0
    return data.items(name, optional=is_empty), data.text("next_page_token", default="")


def _entry(source: Source, value: object) -> Entry:
    """An order in a new state is a new entry; what has no number is known by its content."""
    try:
        record = Record(value, "entry")
        if source != "order_search":
            number = record.identifier("order_id")
            return Entry(number, number, value)
        number = record.identifier("id")
        return Entry(f"{number}@{record.integer('update_time')}", number, value)
    except MalformedError:
        if source != "order_search":
            raise
        told = value.get("id") if isinstance(value, dict) else None
        content = hashlib.sha256(json.dumps(value).encode()).hexdigest()[:24]
        return Entry(content, told if isinstance(told, str) else "", value)
