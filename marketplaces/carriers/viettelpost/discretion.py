"""What ViettelPost's words may not repeat: it likes to quote the phone or the address it did not like."""

from __future__ import annotations

import re
import unicodedata

from marketplaces.carriers.values import Party
from marketplaces.http import Answer, Judge
from marketplaces.interface import MarketplaceError
from marketplaces.redaction import HIDDEN

NUMBERS = re.compile(r"\+?\d(?:[\s.()-]?\d){5,}")
"""Six digits and more are somebody's phone, or a number that helps nobody here."""
SHORTEST = 2


def discreet(judge: Judge, parties: tuple[Party, ...]) -> Judge:
    """The same judge; what it says goes into errors and call records without a word of the parties."""

    def judged(answer: Answer) -> MarketplaceError | None:
        error = judge(answer)
        if error is None:
            return None
        text = scrubbed(str(error), parties)
        return MarketplaceError(text, error.permanent, error.retry_after, kind=error.kind)

    return judged


def scrubbed(text: str, parties: tuple[Party, ...]) -> str:
    """The text with stars for each word the parties hold, however its letters are composed or cased."""
    text = unicodedata.normalize("NFC", text)
    words = {word for party in parties for said in party.words() for word in _words(said)}
    for word in sorted(words, key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", HIDDEN, text, flags=re.IGNORECASE)
    return NUMBERS.sub(HIDDEN, text)


def _words(said: str) -> list[str]:
    return [one for one in re.findall(r"\w+", unicodedata.normalize("NFC", said)) if len(one) >= SHORTEST]
