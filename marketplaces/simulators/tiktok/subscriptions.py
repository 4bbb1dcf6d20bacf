"""Which pushes a shop wants, and where: kept and told, as pushes here go where the control door says."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, Response

from marketplaces.simulators.bench import Bench
from marketplaces.simulators.store import Body
from marketplaces.simulators.tiktok.envelope import bad_parameter, good
from marketplaces.simulators.tiktok.guard import admit_shop, json_body
from marketplaces.simulators.tiktok.routes import on

LONGEST = 255


def add_subscriptions(blueprint: Blueprint, bench: Bench) -> None:
    """Set, tell and remove."""

    @on(blueprint, "PUT", "/event/*/webhooks", "202309")
    def subscribe() -> Response:
        shop, body = admit_shop(bench), json_body()
        address = body.get("address")
        parts = urlsplit(address) if isinstance(address, str) and len(address) <= LONGEST else urlsplit("")
        if parts.scheme != "https" or ":" in parts.netloc:
            raise bad_parameter("param body.address must be https:// with a host name and no port")
        _keep(bench, shop.id, _event(body), {"address": address})
        return good({})

    @on(blueprint, "GET", "/event/*/webhooks", "202309")
    def tell() -> Response:
        notes = bench.notes("subscription", admit_shop(bench).id)
        told = [note for note in notes if "address" in note]
        return good({"total_count": len(told), "webhooks": told})

    @on(blueprint, "DELETE", "/event/*/webhooks", "202309")
    def unsubscribe() -> Response:
        shop, body = admit_shop(bench), json_body()
        _keep(bench, shop.id, _event(body), {})
        return good({})


def _event(body: Body) -> str:
    event = body.get("event_type")
    if not isinstance(event, str) or not event:
        raise bad_parameter("param body.event_type is missing")
    return event


def _keep(bench: Bench, shop: str, event: str, body: Body) -> None:
    bench.keep("subscription", f"{shop}/{event}", {"event_type": event, **body}, shop)
