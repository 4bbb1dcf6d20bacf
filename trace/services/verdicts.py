"""What a stamp's answer is: thirteen rules in a fixed order, the first that matches wins.

Nothing here asks the database: ``decide`` judges a frozen ``StampFacts``, so that the order of the
rules can be tested against a second, independent table.
"""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """A row of the table of verdicts, and ``UNAVAILABLE`` for "cannot check now"."""

    MALFORMED = "MALFORMED"
    TYPO = "TYPO"
    THROTTLED = "THROTTLED"
    FORGED = "FORGED"
    UNALLOCATED = "UNALLOCATED"
    VOIDED = "VOIDED"
    KEY_SUSPECT = "KEY_SUSPECT"
    RECALLED = "RECALLED"
    NOT_ACTIVATED = "NOT_ACTIVATED"
    CLONE_SUSPECT = "CLONE_SUSPECT"
    EXPIRED = "EXPIRED"
    SEEN = "SEEN"
    FIRST = "FIRST"
    UNAVAILABLE = "UNAVAILABLE"


@dataclass(frozen=True)
class StampFacts:
    """What is known of a stamp whose tag is right, at one moment."""

    in_block: bool
    below_mark: bool
    """Its serial was allocated once, by the key's counter or the mark file."""
    void: bool = False
    key_suspect: bool = False
    """Its key is compromised, and it was not activated before that."""
    activated: bool = False
    recalled: bool = False
    """Its lot, or a lot that one descends from, stands under a recall."""
    clone: bool = False
    expired: bool = False
    seen_before: bool = False
    """Another device was here before."""


def decide(facts: StampFacts) -> State:
    """The state of a stamp with a right tag; a serial given out that has no block is a lost record."""
    if not facts.in_block:
        return State.UNAVAILABLE if facts.below_mark else State.UNALLOCATED
    rules = (
        (facts.void, State.VOIDED),
        (facts.key_suspect, State.KEY_SUSPECT),
        (facts.activated and facts.recalled, State.RECALLED),
        (not facts.activated, State.NOT_ACTIVATED),
        (facts.clone, State.CLONE_SUSPECT),
        (facts.expired, State.EXPIRED),
        (facts.seen_before, State.SEEN),
    )
    return next((state for matches, state in rules if matches), State.FIRST)


VERDICT = {
    State.MALFORMED: "TYPING_ERROR",
    State.TYPO: "TYPING_ERROR",
    State.THROTTLED: "WAIT",
    State.FORGED: "NOT_FOUND",
    State.UNALLOCATED: "NOT_FOUND",
    State.VOIDED: "WITHDRAWN",
    State.KEY_SUSPECT: "CAUTION",
    State.RECALLED: "RECALLED",
    State.NOT_ACTIVATED: "NOT_RELEASED",
    State.CLONE_SUSPECT: "CAUTION",
    State.EXPIRED: "VALID",
    State.SEEN: "VALID",
    State.FIRST: "VALID",
    State.UNAVAILABLE: "UNAVAILABLE",
}
"""What a program reads beside the state."""

HTTP_STATUS = {
    State.MALFORMED: 404,
    State.TYPO: 404,
    State.THROTTLED: 429,
    State.FORGED: 404,
    State.UNALLOCATED: 404,
    State.UNAVAILABLE: 503,
}
"""Every other state answers 200."""

SHOWS_LOT = frozenset({State.RECALLED, State.CLONE_SUSPECT, State.EXPIRED, State.SEEN, State.FIRST})
"""States whose page tells the lot's facts."""

INVITES = frozenset({State.SEEN, State.FIRST})
"""States whose page says where more of the goods is sold: valid, in date, and nothing to be careful of."""

SHOWS_COOPERATIVE = SHOWS_LOT | {State.VOIDED, State.NOT_ACTIVATED}
"""States whose page names the cooperative that received the stamp."""

COUNTS_AS_GUESS = frozenset({State.FORGED, State.UNALLOCATED})
"""The only answers the limiter counts."""

IN_BLOCK = SHOWS_COOPERATIVE | {State.KEY_SUSPECT}
"""States of stamps that were issued here: a device that has seen one is no guesser."""

OPENS_ROW = SHOWS_LOT
"""States whose scan gives the stamp its own row; tests before activation never use up FIRST."""


def public_name(state: State) -> str:
    """The state as outsiders read it: a forged and an unallocated code are one."""
    return "NOT_FOUND" if state in COUNTS_AS_GUESS else state.value
