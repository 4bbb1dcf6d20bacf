"""Reverse orders of returned units, by their own time of change.

With the switch ``returned_rows`` set to ``no`` a row keeps its word and its order keeps its time when a unit
comes back: Lazada's pages leave open which of the two happens.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify

from marketplaces.simulators.bench import Bench, Sale
from marketplaces.simulators.lazada.envelope import LazadaError, figure
from marketplaces.simulators.lazada.guard import admit_shop, parameters
from marketplaces.simulators.store import Body

SWITCHES = {"returned_rows": "yes"}
RETURNED_WORD = "REFUND_SUCCESS"
"""The simulator's own choice: no page of Lazada's says it."""
MOST_PAGES = 100


def rows_tell(bench: Bench) -> bool:
    """Whether a returned unit's row says so."""
    note = bench.note("switch", "returned_rows")
    return str(note["value"] if note else SWITCHES["returned_rows"]) == "yes"


def note_change(bench: Bench, sale: Sale, is_new: bool) -> None:
    """Write down when something came back, and when the order changed besides."""
    units = [[line.id, line.returned if sale.status != "returned" else _left(line)] for line in sale.lines]
    known = bench.note("reverse", sale.id)
    if units != (known["units"] if known else [[line.id, 0] for line in sale.lines]):
        bench.keep("reverse", sale.id, {"units": units, "at": sale.updated_at}, sale.shop, sale.updated_at)
    elsewise: Body = {"word": sale.status, "cancelled": [line.cancelled for line in sale.lines]}
    had = bench.note("order", sale.id)
    if had is None or (sale.status != "returned" and {**elsewise, "at": had["at"]} != had):
        bench.keep("order", sale.id, {**elsewise, "at": sale.updated_at}, sale.shop, sale.updated_at)


def _left(line: Any) -> int:
    return int(line.quantity - line.cancelled)


def told_at(bench: Bench, sale: Sale) -> int:
    """The time of change an order shows."""
    note = None if rows_tell(bench) else bench.note("order", sale.id)
    return int(note["at"]) if note else sale.updated_at


def add_reverse(blueprint: Blueprint, bench: Bench) -> None:
    """The one reading call."""

    @blueprint.route("/rest/reverse/getreverseordersforseller", methods=["GET", "POST"])
    def list_reverse() -> Response:
        shop = admit_shop(bench)
        size, page = _whole("page_size"), _whole("page_no")
        since, until = (_ms(f"ReverseOrderLineModifiedTimeRange{end}") for end in ("Start", "End"))
        keys = bench.note_keys("reverse", shop.id, since, until)
        start = (page - 1) * size
        named = [name for name, _ in keys[start : start + size]] if page <= MOST_PAGES else []
        items = [_item(name, note) for name in named if (note := bench.note("reverse", name))]
        result = {"success": True, "total": len(keys), "page_no": page, "page_size": size, "items": items}
        return jsonify(code="0", result=result, request_id="0ba2887315178178017221014")


def _item(order: str, note: Body) -> dict[str, Any]:
    return {
        "reverse_order_id": figure(f"9{order}"),
        "trade_order_id": figure(order),
        "request_type": "RETURN",
        "is_rtm": True,
        "shipping_type": "DROP_OFF",
        "reverse_order_lines": [
            {
                "trade_order_line_id": figure(f"{line}{place:05d}"),
                "reverse_status": RETURNED_WORD,
                "ofc_status": "RETURN_DELIVERED",
                "reason_text": "Hàng không như mô tả",
                "buyer": {"buyer_id": 880012345},
                "receiver_address": "1 Phố Thử, Hải Phòng",
                "return_order_line_gmt_modified": note["at"] * 1000,
            }
            for line, count in note["units"]
            for place in range(1, count + 1)
        ],
    }


def _whole(name: str) -> int:
    text = parameters().get(name, "")
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 100_000):
        raise LazadaError("MissingParameter", f"The input parameter '{name}' that is mandatory is missing.")
    return int(text)


def _ms(name: str) -> int:
    text = parameters().get(name, "")
    return int(text) // 1000 if text.isascii() and text.isdigit() else (2**40 if name.endswith("End") else 0)
