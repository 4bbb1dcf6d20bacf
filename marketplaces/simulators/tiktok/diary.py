"""When an order's own word changed, and what was cancelled or returned of it, each with its own time.

An order's time moves with its word only. Cancellations of a part and returns are lists of their own.
"""

from __future__ import annotations

from marketplaces.simulators.bench import Bench, Line, Sale

RETURNED = "RETURN_OR_REFUND_REQUEST_COMPLETE"
"""Our word for an order whose every unit came back; TikTok shows it as completed, with a return."""
CANCELLED = "CANCELLED"


def note_change(bench: Bench, sale: Sale, is_new: bool) -> None:
    """Write down what is new about the order."""
    word = order_word(sale)
    had = bench.note("order", sale.id)
    if had is None or had["word"] != word:
        bench.keep("order", sale.id, {"word": word, "at": sale.updated_at}, sale.shop, sale.updated_at)
    for kind, units in (("return", returned_units(sale)), ("cancellation", cancelled_units(sale))):
        known = bench.note(kind, sale.id)
        if units != (known["units"] if known else []):
            body = {"order": sale.id, "units": units, "at": sale.updated_at, "created": sale.created_at}
            bench.keep(kind, sale.id, body, sale.shop, sale.updated_at)


def order_word(sale: Sale) -> str:
    """The word TikTok shows for the order."""
    return "COMPLETED" if sale.status == RETURNED else sale.status


def changed_at(bench: Bench, sale: Sale) -> int:
    """When the order's own word changed last."""
    note = bench.note("order", sale.id)
    return int(note["at"]) if note else sale.updated_at


def unit_names(line: Line) -> list[str]:
    """The numbers of a line's rows: one for each unit."""
    return [f"{line.id}{place:03d}" for place in range(1, line.quantity + 1)]


def cancelled_units(sale: Sale) -> list[str]:
    """The first of each line; all of them in a cancelled order."""
    if sale.status == CANCELLED:
        return [name for line in sale.lines for name in unit_names(line)]
    return [name for line in sale.lines for name in unit_names(line)[: line.cancelled]]


def returned_units(sale: Sale) -> list[str]:
    """The last of each line; all that were not cancelled in a returned order."""
    if sale.status == RETURNED:
        return [name for line in sale.lines for name in unit_names(line)[line.cancelled :]]
    return [name for line in sale.lines for name in unit_names(line)[line.quantity - line.returned :]]
