"""How far the reading of one span got: what a page's progress tells.

The list is read by time of change, oldest first, and every page begins where the one before ended, so that
orders which move to its end while it is read push nothing past us. When fewer came than the first answer
promised, the order may not be what was asked for: then the span is looked through page by page until a
look brings nothing new.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace

from marketplaces.interface import MarketplaceError

MOST_LOOKS = 4
MOST_PAGES = 100_000
MOST_REMEMBERED = 5_000
"""Numbers a progress carries, about 60 kB; a span of more is looked through once more after a break."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One page as it came: the orders' numbers, their latest time, and what the page says of the rest."""

    numbers: tuple[str, ...]
    latest: int | None
    total: int
    more: bool


@dataclass(frozen=True, slots=True)
class Place:
    """The next page to ask for. ``since`` rises in the first look; ``began`` is where the span begins."""

    began: int
    until: int
    since: int
    page: int = 1
    look: int = 0
    promised: int = 0
    brought: bool = False
    over: bool = False
    seen: frozenset[str] = frozenset()

    def after(self, listed: Listed) -> Place:
        """Where to go on once this page is kept."""
        brought = self.brought or not self.seen.issuperset(listed.numbers)
        place = replace(self, seen=self.seen.union(listed.numbers), brought=brought)
        if (self.look, self.since, self.page) == (0, self.began, 1):
            place = replace(place, promised=listed.total)
        return place._turned(listed) if listed.more else place._ended()

    def _turned(self, listed: Listed) -> Place:
        """A second is asked for again: whether a span's first second is part of it is not known."""
        following = (listed.latest or 0) - 1
        if self.look == 0 and following > self.since:
            return replace(self, since=following, page=1)
        return replace(self, page=self.page + 1, over=self.page >= MOST_PAGES)

    def _ended(self) -> Place:
        if self.look == 0 and len(self.seen) >= self.promised:
            return replace(self, over=True)
        is_still = self.look > 0 and not self.brought
        over = is_still or self.look + 1 >= MOST_LOOKS
        return replace(self, look=self.look + 1, since=self.began, page=1, brought=False, over=over)

    def text(self) -> str:
        """For ``Page.progress``; ``read_place`` understands it."""
        seen: Iterable[str] = sorted(self.seen) if len(self.seen) <= MOST_REMEMBERED else ()
        numbers = (self.began, self.until, self.since, self.page, self.look, self.promised)
        return json.dumps([*numbers, self.brought, self.over, list(seen)])


def read_place(progress: str) -> Place:
    """The place a progress names.

    Raises:
        MarketplaceError: it is none of ours.
    """
    try:
        *numbers, brought, over, seen = json.loads(progress)
        began, until, since, page, look, promised = (int(number) for number in numbers)
        return Place(
            began, until, since, page, look, promised, bool(brought), bool(over), frozenset(map(str, seen))
        )
    except (TypeError, ValueError):
        message = f"Tiki: no such progress: {progress[:60]!r}"
        raise MarketplaceError(message, permanent=True, kind="refused") from None
