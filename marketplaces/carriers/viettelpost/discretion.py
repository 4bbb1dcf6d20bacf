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
WORDS = re.compile(r"\w{2,}")


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
    """The text with stars for each word the parties hold, whatever its case and with or without its marks."""
    hidden = {
        _fold(word) for party in parties for said in party.words() for word in WORDS.findall(_whole(said))
    }
    told = WORDS.sub(lambda found: HIDDEN if _fold(found[0]) in hidden else found[0], _whole(text))
    return NUMBERS.sub(HIDDEN, told)


def _whole(text: str) -> str:
    """With each letter and its marks as one sign."""
    return unicodedata.normalize("NFC", text)


def _fold(word: str) -> str:
    bare = unicodedata.normalize("NFD", word.casefold().replace("đ", "d"))
    return "".join(sign for sign in bare if not unicodedata.combining(sign))
