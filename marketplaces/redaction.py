"""What may be written down about a call: never a secret, never a buyer."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

HIDDEN = "***"

SECRET_NAMES = re.compile(
    r"access_token|refresh_token|token|username|x-tts-access-token|sign|signature|code|auth_code|authorization|password"
    r"|secret|app_secret|client_secret|push_secret|partner_key|shop_key|secret_key",
    re.IGNORECASE,
)
BUYER_NAMES = re.compile(
    r"buyer|recipient|receiver|consignee|customer|address|phone|mobile|e?mail|full_?name|first_?name|last_?name"
    r"|message_to_seller|note|remark|dropshipper|invoice_data|birth|tax_code|zip_?code|postal",
    re.IGNORECASE,
)


def redact(value: object, name: str = "") -> object:
    """``value`` with every secret and every buyer's field replaced by stars, at any depth."""
    if SECRET_NAMES.fullmatch(name) or BUYER_NAMES.search(name):
        return HIDDEN
    if isinstance(value, Mapping):
        return {str(key): redact(item, str(key)) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [redact(item, name) for item in value]
    if isinstance(value, bytes):
        return f"<{len(value)} bytes>"
    return value


def redact_pairs(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """A query's names and values, redacted; a repeated name keeps its values joined by commas."""
    shown: dict[str, str] = {}
    for name, value in pairs:
        text = str(redact(value, name))
        shown[name] = f"{shown[name]},{text}" if name in shown else text
    return shown
