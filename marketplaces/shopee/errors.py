"""Shopee's error names. They come with any HTTP status, sometimes behind a module's name and a dot."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from marketplaces.http import Answer, retry_after
from marketplaces.interface import ErrorKind, MarketplaceError

QUOTA_ZONE = timezone(timedelta(hours=8))

KINDS: dict[str, ErrorKind] = {
    "invalid_acceess_token": "expired_token",  # spelt so by Shopee
    "invalid_access_token": "expired_token",
    "error_shop_refresh_token": "relogin",
    "refresh_token_expired": "relogin",
    "invalid_code": "relogin",
    "shop_no_linked": "relogin",
    "partner_shop_no_link": "relogin",
    "shop_access_expired": "relogin",
    "error_rate_limit": "rate_limit",
    "error_limit": "quota",
    "error_not_found": "missing",
    "error_item_not_found": "missing",
    "error_server": "unavailable",
    "error_network": "unavailable",
    "error_inner": "unavailable",
    "error_system_busy": "unavailable",
    "error_sign": "setup",
    "error_partner_key_expired": "setup",
    "source_ip_undeclared": "setup",
}
AUTH_WORDS: tuple[tuple[str, ErrorKind], ...] = (
    ("refresh_token", "relogin"),
    ("access_token", "expired_token"),
    ("shopid", "relogin"),
    ("shop_id", "relogin"),
)
HOPEFUL: frozenset[ErrorKind] = frozenset({"expired_token", "rate_limit", "quota", "unavailable", "clock"})


def find_error(answer: Answer, now: datetime) -> MarketplaceError | None:
    """The error an answer names; None when it names none."""
    if not isinstance(answer.data, dict):
        if answer.status < 300:
            return MarketplaceError("Shopee: the answer is no object", kind="malformed")
        return None
    name, message = answer.data.get("error"), str(answer.data.get("message") or "")
    if name is None or name == "":
        return None
    kind = kind_of(str(name), message)
    wait = _until_midnight(now) if kind == "quota" else retry_after(answer.headers)
    text = f"Shopee: {_plain(str(name), 60)}: {_plain(message, 200)}"
    return MarketplaceError(text, permanent=kind not in HOPEFUL, retry_after=wait, kind=kind)


def kind_of(name: str, message: str) -> ErrorKind:
    """What an error means; a name nobody told us about is a refusal.

    >>> kind_of("product.error_auth", "Invalid access_token.")
    'expired_token'
    >>> kind_of("error_auth", "No permission to current api.")
    'setup'
    """
    short = name.rpartition(".")[2]
    if short == "error_auth":
        return next((kind for word, kind in AUTH_WORDS if word in message.lower()), "setup")
    if short == "error_param" and "timestamp" in message.lower():
        return "clock"
    return KINDS.get(short, "refused")


def _until_midnight(now: datetime) -> float:
    """Seconds until 00:00 at UTC+8, when the daily quota begins anew."""
    local = now.astimezone(QUOTA_ZONE)
    midnight = (local + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return (midnight - local).total_seconds()


def _plain(text: str, length: int) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in text)[:length]
