"""Orders out of clean rows: one telling an order, each line known by what it sells.

Rows of one order that stand together are lines of it; where the same thing comes again further down, that
is the order told a second time, and the later telling (by the column of changes, else by its place) holds.
A line is known by its code, else by name and price; equal ones in one telling are numbered.
"""

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from marketplaces.values import Order, OrderLine, OrderStatus
from trace.records.file_exchange import TOTALS
from trace.services.file_exchange.cleaning import CleanRow
from trace.standards.search_key import fold_vi

UNKNOWN_WORD = "file.status.unknown"
LONGEST_NUMBER = 36
LONGEST_SKU_KEY = 64


@dataclass(frozen=True)
class Held:
    """An order that can not be counted as told; without ``code`` not even its number could be read."""

    code: str
    row: int
    reason: str
    column: str = ""
    shape: str = ""
    word: str = ""


@dataclass(frozen=True)
class Told:
    """A report's orders, and those that are held back (an order of an unknown state is in both)."""

    orders: tuple[Order, ...]
    held: tuple[Held, ...]

    @property
    def is_whole(self) -> bool:
        """Whether every row's order is known by its number."""
        return all(one.code for one in self.held)


def tell(
    rows: Sequence[CleanRow],
    meanings: Mapping[str, OrderStatus],
    as_of: datetime,
    only: Collection[str] | None = None,
) -> Told:
    """The orders of a report (``only`` these numbers), each word turned into ours by ``meanings``."""
    by_code: dict[str, list[tuple[int, CleanRow]]] = {}
    held = [Held("", row.row, row.fault, row.column, row.shape) for row in rows if not row.code]
    for at, row in enumerate(rows):
        if row.code and (only is None or row.code in only):
            by_code.setdefault(row.code, []).append((at, row))
    orders = []
    for code, own in by_code.items():
        bad = next((row for _, row in own if row.fault), None)
        if bad is not None:
            held.append(Held(code, bad.row, bad.fault, bad.column, bad.shape))
            continue
        order = _order(code, own, meanings, as_of)
        orders.append(order)
        if order.status == "unmapped":
            held.append(Held(code, own[-1][1].row, UNKNOWN_WORD, word=order.status_raw))
    return Told(tuple(orders), tuple(held))


def _order(
    code: str, own: Sequence[tuple[int, CleanRow]], meanings: Mapping[str, OrderStatus], as_of: datetime
) -> Order:
    latest: dict[str, CleanRow] = {}
    for key, row in sorted(_keyed(own), key=lambda one: one[1].changed):
        latest[key] = row
    states = {key: meanings.get(word_key(row.word), "unmapped") for key, row in latest.items()}
    status = _whole(set(states.values()))
    raw = next(row.word for key, row in reversed(latest.items()) if states[key] == status)
    changed = max(row.changed for row in latest.values())
    return Order(
        ext_order_id=code,
        status_raw=raw,
        status=status,
        created_at=min(datetime.fromisoformat(row.created) for row in latest.values()),
        modified_at=datetime.fromisoformat(changed) if changed else as_of,
        currency="VND",
        lines=tuple(_line(key, latest[key], states[key]) for key in sorted(latest)),
    )


def _keyed(own: Sequence[tuple[int, CleanRow]]) -> Iterator[tuple[str, CleanRow]]:
    """Each row with its line's key: equal things are numbered within rows that stand together."""
    for _, together in groupby(enumerate(own), key=lambda one: one[1][0] - one[0]):
        seen: dict[str, int] = {}
        for _, (_, row) in together:
            base = row.sku[:LONGEST_SKU_KEY] or f"{listing_number(row)}@{row.price_vnd}"
            seen[base] = seen.get(base, 0) + 1
            yield f"{base}#{seen[base]}", row


def _whole(states: set[OrderStatus]) -> OrderStatus:
    """An order's state by those of its lines: what is cancelled or came back leaves the rest to decide."""
    ranking: tuple[OrderStatus, ...] = ("unmapped", "unpaid", "placed", "completed", "returned", "cancelled")
    return next(state for state in ranking if state in states)


def _line(key: str, row: CleanRow, state: OrderStatus) -> OrderLine:
    return OrderLine(
        ext_line_id=key,
        ext_listing_id=listing_number(row),
        ext_model_id="",
        sku=row.sku,
        name=row.name,
        quantity=row.quantity,
        cancelled_quantity=row.quantity if state == "cancelled" else 0,
        returned_quantity=row.quantity if state == "returned" else 0,
        unit_price_vnd=row.price_vnd,
    )


def listing_number(row: CleanRow) -> str:
    """What a listing is known by: its code, else a fingerprint of its name."""
    return sku_number(row.sku) if row.sku else f"ten-{_digest(fold_vi(row.name))}"


def sku_number(sku: str) -> str:
    """The number of a listing with this code; a code too long or with a slash is known by its fingerprint."""
    fits = len(sku) <= LONGEST_NUMBER and "/" not in sku and sku != TOTALS
    return sku if fits else f"ma-{_digest(sku)}"


def _digest(said: str) -> str:
    return hashlib.sha256(said.encode()).hexdigest()[:24]


def word_key(word: str) -> str:
    """How a word for a state is compared: without accents and case."""
    return fold_vi(word)[:48]
