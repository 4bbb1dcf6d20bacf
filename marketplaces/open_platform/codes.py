"""What an answer's code means: ``"0"`` says that all went well, whatever HTTP says."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from marketplaces.http import Answer, retry_after
from marketplaces.interface import ErrorKind, MarketplaceError

HOPEFUL: frozenset[ErrorKind] = frozenset(
    {"expired_token", "rate_limit", "quota", "unavailable", "uncertain", "clock"}
)
THEIR_OWN = frozenset({"ISP", "SYSTEM"})
BAN_S = re.compile(r"last (\d{1,6}) second")


@dataclass(frozen=True)
class Codes:
    """One marketplace's table of codes, and the seconds to wait after those that ask for it."""

    place: str
    kinds: Mapping[str, ErrorKind]
    waits: Mapping[str, float] = field(default_factory=dict)

    def kind_of(self, code: str, fault: str = "") -> ErrorKind:
        """What a code means. One nobody told us about is a refusal, unless the platform blames itself.

        >>> codes = Codes("", {})
        >>> codes.kind_of("501"), codes.kind_of("NewTrouble", "ISP"), codes.kind_of("IllegalTimestamp")
        ('refused', 'unavailable', 'clock')
        """
        if "timestamp" in code.lower():
            return "clock"
        return self.kinds.get(code, "unavailable" if fault in THEIR_OWN else "refused")

    def outer(self, answer: Answer) -> MarketplaceError | None:
        """The error the gateway's own envelope names; None when it names none."""
        if not isinstance(answer.data, dict):
            return self.malformed("the answer is no object") if answer.status < 300 else None
        code = answer.data.get("code")
        if isinstance(code, int) and not isinstance(code, bool):
            code = str(code)
        if code == "0":
            return None
        if not isinstance(code, str) or not code:
            return self.malformed("the answer has no code") if answer.status < 300 else None
        kind = self.kind_of(code, str(answer.data.get("type") or ""))
        return self.error(answer, kind, code, _told(answer.data))

    def error(self, answer: Answer, kind: ErrorKind, code: str, message: str) -> MarketplaceError:
        """The failure in words, with how long to wait where anything says so."""
        return MarketplaceError(
            f"{self.place}: {_plain(code, 60)}: {_plain(message, 200)}",
            permanent=kind not in HOPEFUL,
            retry_after=self._wait(answer, code, message),
            kind=kind,
        )

    def malformed(self, what: str) -> MarketplaceError:
        """An answer that is not what the platform promises."""
        return MarketplaceError(f"{self.place}: {what}", kind="malformed")

    def _wait(self, answer: Answer, code: str, message: str) -> float | None:
        named = BAN_S.search(message) if code == "ApiCallLimit" else None
        told = retry_after(answer.headers), float(named[1]) if named else None, self.waits.get(code)
        return max((wait for wait in told if wait is not None), default=None)


def _told(data: dict[str, object]) -> str:
    """The message, and what is said of the first SKU that failed."""
    details = data.get("detail")
    first = details[0] if isinstance(details, list) and details else None
    more = first.get("message") if isinstance(first, dict) else None
    return " ".join(str(part) for part in (data.get("message"), more) if part)


def _plain(text: str, length: int) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in text)[:length]
