"""Lazada's codes: a name or a number as text beside HTTP 200; ``"0"`` says that all went well."""

from __future__ import annotations

import re

from marketplaces.http import Answer, retry_after
from marketplaces.interface import ErrorKind, MarketplaceError

KINDS: dict[str, ErrorKind] = {
    "IllegalAccessToken": "expired_token",
    "IllegalRefreshToken": "relogin",
    "InvalidCode": "relogin",
    "IncompleteSignature": "setup",
    "MissingParameter": "setup",
    "SellerNotVerified": "setup",
    "ApiCallLimit": "rate_limit",
    "AppCallLimit": "quota",
    "901": "rate_limit",  # the services behind the gateway ask for less
    "998": "rate_limit",  # switched off during a campaign
    "ServiceTimeout": "unavailable",
    "16": "missing",  # no such order
    "37": "missing",  # one of the orders is not there
    "39": "missing",  # none of the orders is there
    "207": "missing",  # no such SKU
    "208": "missing",  # no such product
    "E0002": "missing",  # nothing there to take off the shelf
    # The SKU is there although a look just before did not show it: look again instead of giving up.
    "4105": "uncertain",
    "4135": "uncertain",
}
WAITS: dict[str, float] = {"901": 5.0, "998": 5.0, "AppCallLimit": 3600.0}
HOPEFUL: frozenset[ErrorKind] = frozenset(
    {"expired_token", "rate_limit", "quota", "unavailable", "uncertain", "clock"}
)
THEIR_OWN = frozenset({"ISP", "SYSTEM"})
BAN_S = re.compile(r"last (\d{1,6}) second")


def find_error(answer: Answer) -> MarketplaceError | None:
    """The error an answer names; None when it names none."""
    if not isinstance(answer.data, dict):
        return _malformed("the answer is no object") if answer.status < 300 else None
    code = answer.data.get("code")
    if isinstance(code, int) and not isinstance(code, bool):
        code = str(code)
    if code == "0":
        return None
    if not isinstance(code, str) or not code:
        return _malformed("the answer has no code") if answer.status < 300 else None
    message = _told(answer.data)
    kind = kind_of(code, str(answer.data.get("type") or ""))
    text = f"Lazada: {_plain(code, 60)}: {_plain(message, 200)}"
    return MarketplaceError(
        text, permanent=kind not in HOPEFUL, retry_after=_wait(answer, code, message), kind=kind
    )


def kind_of(code: str, fault: str = "") -> ErrorKind:
    """What a code means. One nobody told us about is a refusal, unless Lazada calls the fault its own.

    >>> kind_of("501"), kind_of("NewTrouble", "ISP"), kind_of("InvalidTimestamp")
    ('refused', 'unavailable', 'clock')
    """
    if "timestamp" in code.lower():
        return "clock"
    return KINDS.get(code, "unavailable" if fault in THEIR_OWN else "refused")


def _told(data: dict[str, object]) -> str:
    """The message, and what is said of the first SKU that failed."""
    details = data.get("detail")
    first = details[0] if isinstance(details, list) and details else None
    more = first.get("message") if isinstance(first, dict) else None
    return " ".join(str(part) for part in (data.get("message"), more) if part)


def _wait(answer: Answer, code: str, message: str) -> float | None:
    named = BAN_S.search(message) if code == "ApiCallLimit" else None
    told = retry_after(answer.headers), float(named[1]) if named else None, WAITS.get(code)
    return max((wait for wait in told if wait is not None), default=None)


def _malformed(what: str) -> MarketplaceError:
    return MarketplaceError(f"Lazada: {what}", kind="malformed")


def _plain(text: str, length: int) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in text)[:length]
