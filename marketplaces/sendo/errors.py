"""Sendo's refusals: ``success`` is false and the status stands inside, whatever the HTTP status is."""

from __future__ import annotations

from marketplaces.http import Answer, retry_after
from marketplaces.interface import ErrorKind, MarketplaceError

KINDS: dict[int, ErrorKind] = {401: "expired_token", 404: "missing", 429: "rate_limit"}
HOPEFUL: frozenset[ErrorKind] = frozenset({"expired_token", "rate_limit", "unavailable"})


def find_error(answer: Answer) -> MarketplaceError | None:
    """The error an answer tells of; None when it tells of none, or of the server's own trouble.

    One client knows an ended token by ``exp`` in the body; a body without ``success`` is taken for the
    same, so that logging in again is tried once.
    """
    if answer.status >= 500 or answer.status == 408 or 300 <= answer.status < 400:
        return None  # as ``by_status`` judges
    data = answer.data
    if not isinstance(data, dict):
        if answer.status < 300:
            return MarketplaceError("Sendo: the answer is no object", kind="malformed")
        return _refusal(KINDS.get(answer.status, "refused"), f"HTTP {answer.status}", answer)
    if "exp" in data or "success" not in data:
        return _refusal("expired_token", "the token is not accepted", answer)
    if data["success"] is True and answer.status < 300:
        return None
    code = data.get("status_code")
    status = code if isinstance(code, int) and code >= 400 else answer.status
    kind = "unavailable" if status >= 500 else KINDS.get(status, "refused")
    return _refusal(kind, _words(data.get("error")) or f"status {status}", answer)


def find_login_error(answer: Answer) -> MarketplaceError | None:
    """As ``find_error``; what else a login is refused for are the keys."""
    found = find_error(answer)
    if found is None or found.kind in {"rate_limit", "unavailable", "malformed"}:
        return found
    return MarketplaceError(str(found), permanent=True, kind="setup")


def _refusal(kind: ErrorKind, text: str, answer: Answer) -> MarketplaceError:
    plain = "".join(letter if letter.isprintable() else " " for letter in text)[:300]
    return MarketplaceError(
        f"Sendo: {plain}",
        permanent=kind not in HOPEFUL,
        retry_after=retry_after(answer.headers),
        kind=kind,
    )


def _words(error: object) -> str:
    if not isinstance(error, dict):
        return ""
    details = error.get("error_details")
    told = (
        [one.get("message") for one in details if isinstance(one, dict)] if isinstance(details, list) else []
    )
    return "; ".join(dict.fromkeys(str(word) for word in (error.get("message"), *told) if word))
