"""What was really sold, straight from the simulator's own orders."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

from marketplaces.simulators.bench import Line, Sale

VIETNAM = timedelta(hours=7)
COUNTED = frozenset({"placed", "completed"})


def truth(sales: Iterable[Sale], classes: Mapping[str, str]) -> list[dict[str, object]]:
    """One row for each shop, listing and local day of creation with a counted order.

    ``orders`` are placed or completed, ``transactions`` completed; ``quantity`` and ``revenue_vnd``
    leave out what was cancelled or returned.
    """
    lines: dict[tuple[str, str, str], list[tuple[str, str, Line]]] = defaultdict(list)
    for sale in sales:
        state = classes.get(sale.status, "unmapped")
        if state not in COUNTED:
            continue
        day = (datetime.fromtimestamp(sale.created_at, UTC) + VIETNAM).date().isoformat()
        for line in sale.lines:
            lines[sale.shop, line.listing, day].append((sale.id, state, line))
    return [
        {
            "shop": shop,
            "listing": listing,
            "day": day,
            "orders": len({number for number, _, _ in sold}),
            "transactions": len({number for number, state, _ in sold if state == "completed"}),
            "quantity": sum(_kept(line) for _, _, line in sold),
            "revenue_vnd": sum(_kept(line) * (line.price_vnd or line.original_vnd) for _, _, line in sold),
        }
        for (shop, listing, day), sold in sorted(lines.items())
    ]


def _kept(line: Line) -> int:
    return line.quantity - line.cancelled - line.returned
