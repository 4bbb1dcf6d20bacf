"""What the reference leaves open, and the troubles it tells of."""

from __future__ import annotations

from marketplaces.simulators.bench import Bench

SWITCHES = {
    "ip": "listed",  # "unlisted": business calls are refused, token calls are not
    "detail": "open",  # "refused": the list works and no order is shown
    "trade_id": "whole",  # "masked": the list hides the middle of each number
    "refresh_token": "rotates",  # "stays": the same again; "left_out": none comes back
    "audit": "approved",  # "pending": new products wait for their review
}


def chosen(bench: Bench, name: str) -> str:
    """The value set through the control door, or the one at first."""
    return str((bench.note("switch", name) or {"value": SWITCHES[name]})["value"])
