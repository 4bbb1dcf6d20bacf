"""Pushes of the platform: hints at least once, often several alike. They only say what to read again."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime

from marketplaces.open_platform.signing import push_signature
from marketplaces.reading import EARLIEST_EPOCH_S, LATEST_EPOCH_S, MalformedError, Record, parse
from marketplaces.values import AppKeys, Push, PushKind


def is_signed(keys: AppKeys, signature: str, body: bytes) -> bool:
    """Compare in constant time over the raw body; never over JSON written anew."""
    expected = push_signature(keys.push_secret or keys.app_secret, keys.app_id, body)
    return hmac.compare_digest(expected.encode(), signature.encode("utf-8", "replace"))


def read_hint(body: bytes, kinds: Mapping[int, PushKind], order_field: str) -> Push:
    """No message has a number: its own hash names it, so that the same one twice is one."""
    record = Record(parse(body), "push")
    kind = kinds.get(record.number("message_type"), "other")
    return Push(
        event_id=hashlib.sha256(body).hexdigest(),
        kind=kind,
        ext_shop_id=record.identifier("seller_id"),
        ext_order_id=record.record("data").identifier(order_field) if kind == "order" else "",
        sent_at=_moment(record.number("timestamp")) if record.has("timestamp") else None,
    )


def _moment(value: int) -> datetime:
    """Seconds in some messages, milliseconds in others."""
    seconds = value / 1000 if value > LATEST_EPOCH_S else value
    if not EARLIEST_EPOCH_S <= seconds <= LATEST_EPOCH_S:
        raise MalformedError(f"push.timestamp: expected an epoch time, got {value}")
    return datetime.fromtimestamp(seconds, UTC)
