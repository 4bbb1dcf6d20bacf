"""Shopee's pushes: hints at least once, in any order, sometimes old. They only say what to read again."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping

from marketplaces.reading import Record, header, parse
from marketplaces.shopee.signing import push_signature
from marketplaces.values import AppKeys, Push, PushKind

KINDS: dict[int, PushKind] = {
    1: "authorization",
    2: "authorization",
    3: "order",
    4: "order",
    6: "listing",
    12: "authorization",
    16: "listing",
}


def verify(keys: AppKeys, headers: Mapping[str, str], url: str, body: bytes) -> bool:
    """Compare in constant time over the raw body; never over JSON written anew."""
    expected = push_signature(keys.push_secret or keys.app_secret, url, body)
    got = header(headers, "Authorization").encode("utf-8", "replace")
    return hmac.compare_digest(expected.encode(), got)


def read(body: bytes) -> Push:
    """Without a ``msg_id`` the body's own hash names the event; 0 or no shop is Shopee's trial push."""
    record = Record(parse(body), "push")
    kind = KINDS.get(record.integer("code"), "other")
    shop = str(record.integer("shop_id", default=0))
    return Push(
        event_id=record.identifier("msg_id") if record.has("msg_id") else hashlib.sha256(body).hexdigest(),
        kind=kind,
        ext_shop_id="" if shop == "0" else shop,
        ext_order_id=record.record("data").identifier("ordersn") if kind == "order" else "",
        sent_at=record.moment("timestamp") if record.has("timestamp") else None,
    )
