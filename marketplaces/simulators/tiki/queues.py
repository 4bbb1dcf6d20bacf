"""Events that wait to be pulled: in order, at least once, for seven days."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Blueprint, Response, jsonify

from marketplaces.simulators.bench import Bench, Sale, Shop
from marketplaces.simulators.store import Body
from marketplaces.simulators.tiki.envelope import TikiError
from marketplaces.simulators.tiki.guard import admit, json_body

CREATED = "ORDER_CREATED_SUCCESSFULLY"
CHANGED = "ORDER_STATUS_UPDATED"
TYPES = frozenset({CREATED, CHANGED, "PRODUCT_PRICE_UPDATED", "PRODUCT_INVENTORY_UPDATED"})
KEPT_S = 7 * 86_400
MOST_AT_ONCE = 100


def add_queues(blueprint: Blueprint, bench: Bench) -> None:
    """Queues, what they are subscribed to, and pulling."""

    @blueprint.get("/integration/v1/queues")
    def list_queues() -> Response:
        shop = admit(bench)
        return jsonify([_shown(queue) for queue in bench.notes("queue", shop.id)])

    @blueprint.post("/integration/v1/queues")
    def create_queue() -> Response:
        shop, name = admit(bench), json_body().get("name")
        if not isinstance(name, str) or not name:
            raise TikiError(422, "name is required")
        with bench.work():
            at = bench.number("queue", 1)
            code = str(uuid.uuid4())
            queue = {"code": code, "name": name, "shop": shop.id, "types": {}, "at": at}
            bench.keep("queue", code, queue, shop.id, at)
        return jsonify(_shown(queue))

    @blueprint.get("/integration/v1/queues/<code>/subscriptions")
    def list_subscriptions(code: str) -> Response:
        shop = admit(bench)
        queue = _find(bench, shop, code)
        return jsonify([_subscription(shop, kind, own) for kind, own in queue["types"].items()])

    @blueprint.post("/integration/v1/queues/<code>/subscriptions")
    def subscribe(code: str) -> Response:
        shop, kind = admit(bench), json_body().get("event_type")
        if kind not in TYPES:
            raise TikiError(422, "event_type is not supported")
        with bench.work():
            queue = _find(bench, shop, code)
            if kind in queue["types"]:
                raise TikiError(422, f"{kind} is subscribed already")
            queue["types"][kind] = str(uuid.uuid4())
            bench.keep("queue", code, queue, shop.id, queue["at"])
        return jsonify(_subscription(shop, kind, queue["types"][kind]))

    @blueprint.post("/integration/v1/queues/<code>/events/pull")
    def pull(code: str) -> Response:
        shop, body = admit(bench), json_body()
        if "ack_id" not in body or not isinstance(body["ack_id"], str | None):
            raise TikiError(422, "ack_id is required")
        with bench.work():
            queue = _find(bench, shop, code)
            if body["ack_id"]:
                bench.keep("acked", code, {"number": _acked(queue, body["ack_id"])})
            acked = int((bench.note("acked", code) or {"number": 0})["number"])
        fresh = [event for event in bench.notes(f"event/{code}", shop.id) if event["number"] > acked]
        fresh = [event for event in fresh if event["at"] > bench.now() - KEPT_S][:MOST_AT_ONCE]
        last = f"{code}:{fresh[-1]['number'] if fresh else acked}"
        return jsonify(events=[_event(shop, event) for event in fresh], ack_id=last)


def tell(bench: Bench, sale: Sale, is_new: bool) -> None:
    """Put an order's event into every queue of its shop that is subscribed to such."""
    kind = CREATED if is_new else CHANGED
    for queue in bench.notes("queue", sale.shop):
        if kind in queue["types"]:
            number = bench.number("event", 1)
            event = {
                "number": number,
                "type": kind,
                "order": sale.id,
                "status": sale.status,
                "at": bench.now(),
            }
            bench.keep(f"event/{queue['code']}", str(number), event, sale.shop, number)


def _find(bench: Bench, shop: Shop, code: str) -> Body:
    queue = bench.note("queue", code)
    if queue is None or queue["shop"] != shop.id:
        raise TikiError(404, f"Queue {code} is not found")
    return queue


def _acked(queue: Body, text: str) -> int:
    code, _, number = text.rpartition(":")
    if code != queue["code"] or not (number.isascii() and number.isdigit()):
        raise TikiError(400, "ack_id is invalid")
    return int(number)


def _shown(queue: Body) -> dict[str, Any]:
    return {"code": queue["code"], "name": queue["name"], "status": "ACTIVE"}


def _subscription(shop: Shop, kind: str, own: str) -> dict[str, Any]:
    return {"code": own, "active": True, "event_type": kind, "sid": f"{int(shop.id):040X}"}


def _event(shop: Shop, event: Body) -> dict[str, Any]:
    return {
        "id": f"{event['number']:08d}",
        "sid": f"{int(shop.id):040X}",
        "created_at": event["at"] * 1000,
        "type": event["type"],
        "version": "v1",
        "payload": {"order_code": event["order"], "status": event["status"]},
    }
