"""Sendo's pushes. Nothing signs them: they are known by the shop's own key and by a mark in their address."""

from __future__ import annotations

import hashlib
import hmac
from urllib.parse import parse_qs, urlsplit

from marketplaces.reading import MalformedError, Record, parse
from marketplaces.values import AppKeys, Push, PushKind

KINDS: dict[str, PushKind] = {
    "SALESORDER.CREATE": "order",
    "SALESORDER.UPDATE": "order",
    "PRODUCT.CREATE": "listing",
    "PRODUCT.UPDATE": "listing",
}


def verify(keys: AppKeys, url: str, body: bytes) -> bool:
    """The body names our shop key; with a push secret the address must end in ``?key=`` and it."""
    try:
        told = Record(parse(body), "push").identifier("shop_key")
    except MalformedError:
        return False
    mark = parse_qs(urlsplit(url).query).get("key", [""])[0]
    is_marked = not keys.push_secret or hmac.compare_digest(mark.encode(), keys.push_secret.encode())
    return hmac.compare_digest(told.encode(), keys.app_id.encode()) and is_marked


def read(body: bytes) -> Push:
    """What to read again; the body's own hash names the event."""
    record = Record(parse(body), "push")
    kind = KINDS.get(record.text("type"), "other")
    order = record.record("data").identifier("order_number") if kind == "order" else ""
    name = hashlib.sha256(body).hexdigest()
    return Push(name, kind, record.identifier("store_id"), order, None)
