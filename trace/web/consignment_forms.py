"""Fields of a receipt: its number, and lines for the boxes that did not arrive as they were sent."""

from collections.abc import Mapping

from trace.errors import FieldProblem, Invalid
from trace.services.intake import read
from trace.services.receiving import ReceiptIn
from trace.standards import quantity
from trace.standards.fault import Fault

LINES = 8
"""So many lines for differences a form has at first, and more each time they are asked for."""
MOST_LINES = 500


def lines_of(values: Mapping[str, str]) -> int:
    """How many lines the form has; more when its button for more was pressed."""
    said = values.get("lines", "")
    known = int(said) if said.isascii() and said.isdigit() and len(said) < 5 else LINES
    wanted = known + LINES if values.get("more") else known
    return max(LINES, min(wanted, MOST_LINES))


def receipt_of(values: Mapping[str, str]) -> ReceiptIn:
    """What a form says arrived; a line without a box says nothing.

    Raises:
        Invalid: a weight that is none, or what ``ReceiptIn`` refuses.
    """
    lines = [_line(values, at) for at in range(lines_of(values)) if values.get(f"unit_{at}")]
    return read(ReceiptIn, {"number": values.get("number", ""), "differences": lines})


def _line(values: Mapping[str, str], at: int) -> dict[str, object]:
    weight = values.get(f"weight_{at}", "").strip()
    try:
        grams = quantity.weight_g(weight) if weight else 0
    except Fault as fault:
        raise Invalid([FieldProblem("differences", fault.key, weight, fault.params)]) from None
    return {
        "unit": values.get(f"unit_{at}", ""),
        "kind": values.get(f"kind_{at}", ""),
        "weight_g": grams,
        "note": values.get(f"note_{at}", ""),
    }
