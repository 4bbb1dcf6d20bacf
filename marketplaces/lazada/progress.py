"""How far the reading of one window got.

Orders come by their time of change, oldest first. After each page the next one is asked for from the last
time seen, a second earlier: orders that change meanwhile move to the end, and nothing slips out of sight.
Only when a whole page shares that time (a crowd) does the offset move on, and then the crowd is looked
through again until a look brings nothing new.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace

from marketplaces.interface import MarketplaceError


@dataclass(frozen=True, slots=True)
class Place:
    """The next page to list. ``seen`` are orders read already, each with its time of change."""

    since: int
    until: int
    offset: int = 0
    brought: bool = False
    over: bool = False
    seen: frozenset[tuple[str, int]] = frozenset()

    def having(self, read: Iterable[tuple[str, int]]) -> Place:
        """These were read from the same page."""
        more = frozenset(read)
        return replace(self, seen=self.seen | more, brought=self.brought or bool(more))

    def turned(self, count: int, latest: int, more: bool) -> Place:
        """The page is done: it told ``count`` orders up to ``latest``, and more are promised or not."""
        since = max(self.since, latest - 1)
        if more and since == self.since:
            return replace(self, offset=self.offset + count)
        if self.offset and self.brought:
            return replace(self, offset=0, brought=False)
        seen = frozenset(one for one in self.seen if one[1] >= since)
        return Place(since, self.until, over=not more, seen=seen)

    def text(self) -> str:
        """For ``Page.progress``; ``read_place`` understands it."""
        seen = sorted(self.seen)
        return json.dumps([self.since, self.until, self.offset, self.brought, self.over, seen])


def read_place(progress: str) -> Place:
    """The place a progress names.

    Raises:
        MarketplaceError: it is none of ours.
    """
    try:
        since, until, offset, brought, over, seen = json.loads(progress)
        known = frozenset((str(number), int(at)) for number, at in seen)
        return Place(int(since), int(until), int(offset), bool(brought), bool(over), known)
    except (TypeError, ValueError):
        message = f"Lazada: no such progress: {progress[:60]!r}"
        raise MarketplaceError(message, permanent=True, kind="refused") from None
