"""Tiki calls nobody: what happened waits in a queue of ours, in order, at least once, for seven days.

A pull confirms everything up to the last one it is told of. The bookmark must therefore be kept together
with what the events led to, and never before.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from urllib.parse import quote

from marketplaces.interface import MarketplaceError
from marketplaces.reading import EARLIEST_EPOCH_S, LATEST_EPOCH_S, MalformedError, Record
from marketplaces.tiki.gateway import Gateway
from marketplaces.values import Events, Push, PushKind

KINDS: dict[str, PushKind] = {"ORDER_CREATED_SUCCESSFULLY": "order", "ORDER_STATUS_UPDATED": "order"}
"""What we subscribe to. Prices and stocks are ours to set and are read every night."""


def pull(gateway: Gateway, bookmark: str, ext_shop_id: str) -> Events:
    """The events after the bookmark; without one, or when the queue is gone, a queue is opened first."""
    code, last = _read_bookmark(bookmark)
    if code:
        try:
            return _pull(gateway, code, last, ext_shop_id)
        except MarketplaceError as error:
            if error.kind != "missing":
                raise
    return _pull(gateway, _open(gateway, ext_shop_id), None, ext_shop_id)


def _pull(gateway: Gateway, code: str, last: str | None, ext_shop_id: str) -> Events:
    answer = gateway.ask(f"queues/{quote(code, safe='')}/events/pull", {"ack_id": last})
    hints = tuple(_hint(record, ext_shop_id) for record in answer.records("events"))
    following = answer.text("ack_id", default="") or last
    return Events(hints, json.dumps([code, following]))


def _hint(record: Record, ext_shop_id: str) -> Push:
    kind = KINDS.get(record.text("type"), "other")
    at = record.integer("created_at") // 1000
    if not EARLIEST_EPOCH_S <= at <= LATEST_EPOCH_S:
        raise MalformedError("event.created_at: expected epoch milliseconds")
    order = record.record("payload").identifier("order_code") if kind == "order" else ""
    return Push(record.identifier("id"), kind, ext_shop_id, order, datetime.fromtimestamp(at, UTC))


def _open(gateway: Gateway, ext_shop_id: str) -> str:
    """Our queue by its name, or a new one; and its subscriptions."""
    name = f"nongsan-{ext_shop_id}"
    found = [queue for queue in gateway.get_list("queues") if queue.text("name", default="") == name]
    queue = found[0] if found else gateway.change("POST", "queues", {"name": name})
    if queue is None:
        raise MarketplaceError("Tiki: a rehearsal opens no queue", permanent=True, kind="refused")
    code = queue.identifier("code")
    path = f"queues/{quote(code, safe='')}/subscriptions"
    had = {one.text("event_type", default="") for one in gateway.get_list(path)} if found else set()
    for kind in KINDS:
        if kind not in had:
            gateway.change("POST", path, {"event_type": kind})
    return code


def _read_bookmark(bookmark: str) -> tuple[str, str | None]:
    try:
        code, last = json.loads(bookmark) if bookmark else ("", None)
        return str(code), None if last is None else str(last)
    except (TypeError, ValueError):
        return "", None
