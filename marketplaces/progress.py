"""How far the reading of one list got: what a page's progress tells, so that nothing is asked twice.

A list of several pages, each named by a cursor, is looked through again until a look brings nothing new, for
pages may shift while they are read. What was read travels along: whoever goes on with the reading asks for
the others only.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from marketplaces.interface import MarketplaceError

MOST_LOOKS = 4
MOST_REMEMBERED = 5_000
"""Names a progress carries, 90 to 160 kB. A list of more is read as exactly, with some asked for again."""


@dataclass(frozen=True, slots=True)
class Place:
    """The next page to list in one slice; ``brought`` says whether this look found something new."""

    since: int
    until: int
    look: int = 0
    cursor: str = ""
    brought: bool = False
    over: bool = False
    seen: frozenset[str] = frozenset()

    def fresh(self, numbers: Sequence[str]) -> list[str]:
        """Those whose details were not read yet, in their order, each once."""
        return [number for number in dict.fromkeys(numbers) if number not in self.seen]

    def having(self, numbers: Sequence[str]) -> Place:
        """These were read from the same page."""
        return replace(self, seen=self.seen.union(numbers), brought=self.brought or bool(numbers))

    def turned(self, following: str) -> Place:
        """The page is done; ``following`` is the cursor of the one after it, empty after the last."""
        if following:
            return replace(self, cursor=following)
        is_one_page = self.look == 0 and not self.cursor
        is_still = self.look > 0 and not self.brought
        over = is_one_page or is_still or self.look + 1 >= MOST_LOOKS
        return replace(self, look=self.look + 1, cursor="", brought=False, over=over)

    def text(self) -> str:
        """For ``Page.progress``; ``read_place`` understands it."""
        seen = sorted(self.seen) if len(self.seen) <= MOST_REMEMBERED else []
        return json.dumps([self.since, self.until, self.look, self.cursor, self.brought, self.over, seen])


def read_place(progress: str) -> Place:
    """The place a progress names.

    Raises:
        MarketplaceError: it is none of ours.
    """
    try:
        since, until, look, cursor, brought, over, seen = json.loads(progress)
        place = Place(int(since), int(until), int(look), str(cursor), bool(brought), bool(over))
        return replace(place, seen=frozenset(map(str, seen)))
    except (TypeError, ValueError):
        message = f"no such progress: {progress[:60]!r}"
        raise MarketplaceError(message, permanent=True, kind="refused") from None
