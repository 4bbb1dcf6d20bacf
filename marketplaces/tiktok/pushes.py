"""TikTok's pushes: hints, repeated for half a day, in their own words. They only say what to read again."""

from __future__ import annotations

import hmac
from collections.abc import Mapping

from marketplaces.reading import Record, header, parse
from marketplaces.tiktok.signing import push_signature
from marketplaces.values import AppKeys, Push, PushKind

KINDS: dict[int, PushKind] = {
    1: "order",
    5: "listing",
    6: "authorization",
    7: "authorization",
    11: "order",  # a cancellation
    12: "order",  # a return
    15: "listing",
    16: "listing",
    18: "listing",
    37: "listing",
}


def verify(keys: AppKeys, headers: Mapping[str, str], body: bytes) -> bool:
    """Compare in constant time over the raw body. The address is no part of what TikTok signs."""
    expected = push_signature(keys.app_id, keys.push_secret or keys.app_secret, body)
    got = header(headers, "Authorization").encode("utf-8", "replace")
    return hmac.compare_digest(expected.encode(), got)


def read(body: bytes) -> Push:
    """A retry carries the same ``tts_notification_id``. A number written as a number is read as text."""
    record = Record(parse(body), "push")
    kind = KINDS.get(record.integer("type"), "other")
    return Push(
        event_id=record.identifier("tts_notification_id"),
        kind=kind,
        ext_shop_id=record.identifier("shop_id"),
        ext_order_id=record.record("data").identifier("order_id") if kind == "order" else "",
        sent_at=record.moment("timestamp") if record.has("timestamp") else None,
    )
