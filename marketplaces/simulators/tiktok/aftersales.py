"""Cancellations and returns, each by its own time of change."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response

from marketplaces.simulators.bench import Bench, Shop
from marketplaces.simulators.store import Body
from marketplaces.simulators.tiktok.diary import RETURNED
from marketplaces.simulators.tiktok.envelope import good
from marketplaces.simulators.tiktok.guard import admit_shop, json_body
from marketplaces.simulators.tiktok.pages import Keys, page_of, page_size, sorting, span, texts
from marketplaces.simulators.tiktok.routes import on

MOST_ORDERS = 50


def add_aftersales(blueprint: Blueprint, bench: Bench) -> None:
    """The two searches."""

    @on(blueprint, "POST", "/return_refund/*/cancellations/search", "202309", "202602")
    def search_cancellations() -> Response:
        shop, body = admit_shop(bench), json_body()
        size = page_size(1, 50, 10)
        page, told = page_of(bench, _keys(bench, shop, "cancellation", body), size)
        notes = [note for name in page if (note := bench.note("cancellation", name))]
        return good({"cancellations": [_cancellation(note) for note in notes], **told})

    @on(blueprint, "POST", "/return_refund/*/returns/search", "202309", "202602")
    def search_returns() -> Response:
        shop, body = admit_shop(bench), json_body()
        size = page_size(10, 50, 10)
        page, told = page_of(bench, _keys(bench, shop, "return", body), size)
        notes = [note for name in page if (note := bench.note("return", name))]
        return good({"return_orders": [_return(note) for note in notes], **told})


def _keys(bench: Bench, shop: Shop, kind: str, body: dict[str, Any]) -> Keys:
    field, is_ascending = sorting("ASC")
    keys = bench.note_keys(kind, shop.id, *span(body, "update_time"))
    asked, created = texts(body, "order_ids", MOST_ORDERS), span(body, "create_time")
    if asked is not None:
        keys = [key for key in keys if key[0] in asked]
    if field == "create_time" or "create_time_ge" in body or "create_time_lt" in body:
        notes = {name: note for name, _ in keys if (note := bench.note(kind, name))}
        keys = [key for key in keys if created[0] <= notes[key[0]]["created"] <= created[1]]
        keys.sort(key=lambda key: -notes[key[0]]["created"])
    return keys[::-1] if is_ascending else keys


def _cancellation(note: Body) -> dict[str, Any]:
    """Units that are cancelled no longer are a cancellation that was taken back."""
    state = "CANCELLATION_REQUEST_COMPLETE" if note["units"] else "CANCELLATION_REQUEST_CANCEL"
    return {
        "cancel_id": f"5{note['order']}",
        "order_id": note["order"],
        "cancel_type": "BUYER_CANCEL",
        "cancel_status": state,
        "role": "BUYER",
        "cancel_reason_text": "Đổi ý",
        "create_time": note["created"],
        "update_time": note["at"],
        "cancel_line_items": [{"order_line_item_id": unit} for unit in note["units"]],
    }


def _return(note: Body) -> dict[str, Any]:
    return {
        "return_id": f"4{note['order']}",
        "order_id": note["order"],
        "return_type": "RETURN_AND_REFUND",
        "return_status": RETURNED if note["units"] else "RETURN_OR_REFUND_REQUEST_CANCEL",
        "role": "BUYER",
        "return_reason_text": "Hàng không như mô tả",
        "create_time": note["created"],
        "update_time": note["at"],
        "return_line_items": [{"order_line_item_id": unit} for unit in note["units"]],
    }
