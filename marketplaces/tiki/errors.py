"""Tiki's refusals: the HTTP status says which kind, ``errors`` says it in words."""

from __future__ import annotations

from marketplaces.http import Answer, retry_after
from marketplaces.interface import ErrorKind, MarketplaceError

KINDS: dict[int, ErrorKind] = {
    401: "expired_token",  # missing, expired, or the application is not linked to a seller
    403: "setup",  # the application lacks a scope, or the seller is not active
    404: "missing",
    429: "rate_limit",
}
HOPEFUL: frozenset[ErrorKind] = frozenset({"expired_token", "rate_limit"})


def find_error(answer: Answer) -> MarketplaceError | None:
    """The error an answer tells of; None when it tells of none, or of the server's own trouble."""
    if answer.status >= 500 or answer.status == 408 or 300 <= answer.status < 400:
        return None  # as ``by_status`` judges
    messages = _messages(answer.data)
    if answer.status < 300:
        return _refusal("refused", messages, None) if messages else None
    kind = KINDS.get(answer.status, "refused")
    return _refusal(kind, messages or f"HTTP {answer.status}", retry_after(answer.headers))


def find_token_error(answer: Answer) -> MarketplaceError | None:
    """As ``find_error`` for the token server, which speaks as OAuth 2.0 does: our keys are not accepted."""
    if answer.status in KINDS and answer.status not in {401, 403}:
        return find_error(answer)
    told = answer.data.get("error") if isinstance(answer.data, dict) else None
    if 400 <= answer.status < 500 or (answer.status < 300 and told):
        return _refusal("setup", f"{told or f'HTTP {answer.status}'}: {_described(answer.data)}", None)
    return None


def _refusal(kind: ErrorKind, text: str, wait: float | None) -> MarketplaceError:
    return MarketplaceError(
        f"Tiki: {_plain(text)}", permanent=kind not in HOPEFUL, retry_after=wait, kind=kind
    )


def _messages(data: object) -> str:
    told = data.get("errors") if isinstance(data, dict) else None
    if not told:
        return ""
    return "; ".join(str(one) for one in told) if isinstance(told, list) else str(told)


def _described(data: object) -> str:
    return str(data.get("error_description") or "") if isinstance(data, dict) else ""


def _plain(text: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in text)[:300]
