"""ViettelPost's refusals: ``error`` or ``status`` in the body, mostly under HTTP 200."""

from __future__ import annotations

from marketplaces.http import Answer, retry_after
from marketplaces.interface import ErrorKind, MarketplaceError

GOOD = 200
SYSTEM_ERROR = 205
"""Seen as "System error" in answer to a booking: whether it was booked, nobody could say."""
KINDS: dict[int, ErrorKind] = {401: "expired_token", 404: "missing", 429: "rate_limit"}
HOPEFUL: frozenset[ErrorKind] = frozenset({"expired_token", "rate_limit", "unavailable"})
LONGEST = 300


def find_error(answer: Answer) -> MarketplaceError | None:
    """The error an answer tells of; None when it tells of none, or of the server's own trouble.

    Prices come as a bare list or as an object without an envelope: those tell of no error.
    """
    if answer.status >= 500 or answer.status == 408 or 300 <= answer.status < 400:
        return None  # as ``by_status`` judges
    data = answer.data
    if not isinstance(data, dict):
        return None if answer.status < 300 else _refusal(answer.status, f"HTTP {answer.status}", answer)
    told = data.get("status", GOOD if answer.status < 300 else answer.status)
    is_number = isinstance(told, int) and not isinstance(told, bool)
    if data.get("error", False) is False and told == GOOD and answer.status < 300:
        return None
    code = told if is_number and told != GOOD else answer.status
    return _refusal(code, str(data.get("message") or f"status {code}"), answer)


def find_login_error(answer: Answer) -> MarketplaceError | None:
    """As ``find_error``; what a login is refused for otherwise are the name or the password."""
    found = find_error(answer)
    if found is None or found.kind in {"rate_limit", "unavailable", "malformed"}:
        return found
    return MarketplaceError(str(found), permanent=True, kind="relogin")


def _refusal(code: int, text: str, answer: Answer) -> MarketplaceError:
    plain = "".join(letter if letter.isprintable() else " " for letter in text)[:LONGEST]
    is_theirs = code >= 500 or code == SYSTEM_ERROR
    kind = "unavailable" if is_theirs else KINDS.get(code, "refused")
    return MarketplaceError(
        f"ViettelPost: {plain}",
        permanent=kind not in HOPEFUL,
        retry_after=retry_after(answer.headers),
        kind=kind,
    )
