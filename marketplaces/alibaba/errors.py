"""Alibaba.com's two envelopes: the gateway's ``code``, and ``success`` of the business answer inside it."""

from __future__ import annotations

from marketplaces.http import Answer
from marketplaces.interface import ErrorKind, MarketplaceError
from marketplaces.open_platform.codes import Codes

KINDS: dict[str, ErrorKind] = {
    "IllegalAccessToken": "expired_token",
    "IllegalRefreshToken": "relogin",
    "InvalidCode": "relogin",
    "IncompleteSignature": "setup",
    "MissingParameter": "setup",
    "InsufficientPermission": "setup",
    "AppWhiteIpLimit": "setup",  # our address is not on the application's list
    "ApiCallLimit": "rate_limit",
    "AppCallLimit": "quota",
    "ServiceTimeout": "unavailable",
    "B_PRODUCT_NOT_FOUND": "missing",
    "B_PRODUCT_INFO_TRANSLATION_FAILED": "unavailable",  # their translator asks for less
}
WAITS: dict[str, float] = {"ApiCallLimit": 1.0, "AppCallLimit": 3600.0}
TOO_OFTEN = "frequency exceeds the limit"
CODES = Codes("Alibaba.com", KINDS, WAITS)


def find_error(answer: Answer) -> MarketplaceError | None:
    """The error either envelope names; None when neither does."""
    return CODES.outer(answer) or _inner(answer)


def _inner(answer: Answer) -> MarketplaceError | None:
    """A business answer stands in ``result`` or at the top; one without ``success`` says nothing."""
    if not isinstance(answer.data, dict):
        return None
    result = answer.data.get("result")
    inner = result if isinstance(result, dict) else answer.data
    if inner.get("success") not in (False, "false"):
        return None
    code, message = _first_fault(inner)
    return CODES.error(answer, _kind(code, message), code or "no code", message)


def _first_fault(inner: dict[str, object]) -> tuple[str, str]:
    """Its own code and words, or those of the first product that failed."""
    faults = inner.get("errors")
    first = faults[0] if isinstance(faults, list) and faults else None
    told = first if isinstance(first, dict) and not inner.get("msg_code") else inner
    return str(told.get("msg_code") or ""), str(told.get("message") or "")


def _kind(code: str, message: str) -> ErrorKind:
    """Codes of their own faults begin with ``S_``."""
    if TOO_OFTEN in message:
        return "rate_limit"
    return "unavailable" if code.startswith("S_") else CODES.kind_of(code)
