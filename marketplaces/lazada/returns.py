"""Reverse orders: which units came back, where the rows of an order do not say so.

Lazada's pages name no word that says a unit came back for good, so that the operator names them
(``returned_reverse``); without any, reverse orders are not read and the rows' own words count alone. Only
requests of the type RETURN count: a cancellation shows in the rows, a mere refund brings nothing back.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from marketplaces.interface import MarketplaceError
from marketplaces.lazada.gateway import Gateway
from marketplaces.reading import Record

LIST = "/reverse/getreverseordersforseller"
PAGE_SIZE = 100
MOST_PAGES = 100
"""A seller's public client saw nothing told past the hundredth page."""
MOST_LOOKS = 4
RETURN = "RETURN"

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class CameBack:
    """Rows that came back, and the orders they belong to."""

    rows: frozenset[str] = frozenset()
    orders: tuple[str, ...] = ()


def read_known(gateway: Gateway) -> CameBack:
    """All units known to have come back: orders are told whole, so that none is forgotten by a later change.

    Reaches back over ``reverse_days``; a return that changed before is as the rows say.
    """
    days = _whole(gateway, "reverse_days", "100")
    now = int(gateway.clock().timestamp())
    return read_span(gateway, (now - int(timedelta(days=days).total_seconds()), now + 1))


def read_span(gateway: Gateway, span: Span) -> CameBack:
    """Units whose return changed between two epoch seconds."""
    words = _words(gateway)
    if not words:
        return CameBack()
    found = {line.row: line for line in _lines(gateway, span) if line.request == RETURN}
    rows = frozenset(line.row for line in found.values() if line.word in words)
    return CameBack(rows, tuple(dict.fromkeys(line.order for line in found.values())))


@dataclass(frozen=True, slots=True)
class _Line:
    row: str
    order: str
    request: str
    word: str


def _lines(gateway: Gateway, span: Span) -> Iterator[_Line]:
    """Looked through again while the total moves: pages may shift. Too many pages are asked for by halves."""
    for _ in range(MOST_LOOKS):
        lines, totals = [], set()
        for page in range(1, MOST_PAGES + 1):
            result = gateway.get(LIST, _query(span, page)).record("result")
            items = result.records("items", optional=True)
            lines += [line for item in items for line in _of(item)]
            totals.add(result.number("total", default=0))
            if len(items) < PAGE_SIZE:
                break
        if max(totals) > PAGE_SIZE * MOST_PAGES and span[1] - span[0] > 1:
            middle = sum(span) // 2
            yield from _lines(gateway, (span[0], middle))
            yield from _lines(gateway, (middle, span[1]))
            return
        if len(totals) == 1:
            break
    yield from lines


def _query(span: Span, page: int) -> list[tuple[str, str]]:
    since, until = span
    return [
        ("page_no", str(page)),
        ("page_size", str(PAGE_SIZE)),
        ("ReverseOrderLineModifiedTimeRangeStart", str(since * 1000)),
        ("ReverseOrderLineModifiedTimeRangeEnd", str(until * 1000)),
    ]


def _of(item: Record) -> list[_Line]:
    order, request = item.identifier("trade_order_id"), item.text("request_type", default="")
    return [
        _Line(line.identifier("trade_order_line_id"), order, request, line.text("reverse_status", default=""))
        for line in item.records("reverse_order_lines", optional=True)
    ]


def _words(gateway: Gateway) -> frozenset[str]:
    told = gateway.keys.option("returned_reverse", "")
    return frozenset(word.strip() for word in told.split(",") if word.strip())


def _whole(gateway: Gateway, name: str, default: str) -> int:
    told = gateway.keys.option(name, default)
    if not (told.isascii() and told.isdigit() and 1 <= int(told) <= 1_000):
        message = f"Lazada: {name} must be a whole number from 1 to 1000, got {told[:40]!r}"
        raise MarketplaceError(message, permanent=True, kind="setup")
    return int(told)
