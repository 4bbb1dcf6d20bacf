"""Why stamps are withdrawn, and the words for it."""

from trace.texts.catalogs import Term

WORDS = {
    "misprint": "print.spoiled.reason.misprint",
    "torn": "print.spoiled.reason.torn",
    "wrong": "print.spoiled.reason.wrong",
    "spoiled": "stamps.reason.spoiled",
    "lost": "print.spoiled.reason.lost",
    "stolen": "print.spoiled.reason.stolen",
    "interrupted": "stamps.reason.interrupted",
    "destroyed": "stamps.reason.destroyed",
}
SPOILED = frozenset(("misprint", "torn", "wrong", "spoiled"))
"""Paper that came to nothing; every other reason withdraws a stamp that may be about."""
CHOICES = ("misprint", "torn", "wrong", "lost", "stolen")
"""What the void form offers."""


def reason_words(reason: str) -> Term | str:
    """A reason in the reader's words where it is one of the known ones, else as it was written."""
    return Term(WORDS[reason]) if reason in WORDS else reason
