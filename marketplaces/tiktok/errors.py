"""TikTok's error numbers. They come with any status; 36009004 stands for many things, told by its words."""

from __future__ import annotations

from marketplaces.http import Answer, retry_after
from marketplaces.interface import ErrorKind, MarketplaceError
from marketplaces.reading import MalformedError, Record

BAD_PARAMETER = 36009004
ZERO_STOCK = 12052055
STALE_CIPHER = frozenset({101000, 106013})
KINDS: dict[int, ErrorKind] = {
    105002: "expired_token",
    101000: "relogin",
    106013: "relogin",
    36004004: "relogin",
    98001004: "relogin",
    98001005: "relogin",
    98001006: "relogin",
    36009002: "rate_limit",
    36009003: "unavailable",
    36009007: "unavailable",
    106001: "setup",
    105005: "setup",
    36009009: "setup",
    36009010: "setup",
    36009014: "setup",
    36009033: "setup",
    36009043: "setup",
    36009044: "setup",
    12052032: "missing",
    12052048: "missing",
    12052260: "missing",
    12052556: "missing",
    12052557: "missing",
    21008111: "missing",
    25007006: "missing",
}
WORDS: tuple[tuple[str, ErrorKind], ...] = (
    ("timestamp", "clock"),
    ("access-token", "expired_token"),
    ("app_key", "setup"),
    ("`sign`", "setup"),
    ("'sign'", "setup"),
    ("unexpected identifier", "setup"),
    ("version", "setup"),
)
"""What tells the meanings of ``BAD_PARAMETER`` apart; any other wording speaks of this very request."""
HOPEFUL: frozenset[ErrorKind] = frozenset({"expired_token", "rate_limit", "unavailable", "clock"})


class TikTokError(MarketplaceError):
    """A failure TikTok named itself, with its numbers."""

    def __init__(self, codes: frozenset[int], message: str, kind: ErrorKind, wait: float | None) -> None:
        super().__init__(f"TikTok Shop: {message}", kind not in HOPEFUL, wait, kind=kind)
        self.codes = codes


def find_error(answer: Answer) -> MarketplaceError | None:
    """The error an answer names; None when it names none. The body counts, whatever the status says."""
    code = answer.data.get("code") if isinstance(answer.data, dict) else None
    if not isinstance(code, int) or isinstance(code, bool):
        return None if answer.status >= 300 else MarketplaceError("TikTok Shop: no code", kind="malformed")
    if code == 0:
        return None
    message = str(answer.data.get("message") or "") if isinstance(answer.data, dict) else ""
    text = f"{code}: {_plain(message)}"
    return TikTokError(frozenset({code}), text, kind_of(code, message), retry_after(answer.headers))


def find_failure(data: Record) -> TikTokError | None:
    """The failure inside a good answer: batch calls answer well even when all their items failed."""
    failures = data.records("errors", optional=True)
    if not failures:
        return None
    codes, words = set(), []
    for failure in failures:
        for one in (failure, *_extra(failure)):
            if one.has("code"):
                codes.add(one.integer("code"))
            words.append(f"{one.integer('code', default=0)}: {_plain(one.text('message', default=''))}")
    kinds = {kind_of(code, "") for code in codes} or {"refused"}
    kind: ErrorKind = "missing" if kinds == {"missing"} else "refused"
    return TikTokError(frozenset(codes), "; ".join(words)[:400], kind, None)


def kind_of(code: int, message: str) -> ErrorKind:
    """What an error means; a number nobody told us about is a refusal.

    >>> kind_of(36009004, "Invalid timestamp. It must be within 5 minutes.")
    'clock'
    >>> kind_of(12052901, "")
    'refused'
    """
    if code == BAD_PARAMETER:
        return next((kind for word, kind in WORDS if word in message.lower()), "refused")
    return KINDS.get(code, "refused")


def _extra(failure: Record) -> list[Record]:
    try:
        return failure.record("detail").records("extra_errors", optional=True)
    except MalformedError:
        return []


def _plain(text: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in text)[:200]
