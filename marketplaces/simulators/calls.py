"""What a marketplace was asked, in order: kept in memory, without tokens and signatures."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping

MOST_KEPT = 10_000
LEFT_OUT = frozenset({"access_token", "refresh_token", "auth_code", "app_secret", "sign", "timestamp"})

Call = dict[str, object]


class Calls:
    """The last calls of one marketplace, also those a fault spoilt."""

    def __init__(self) -> None:
        self._kept: deque[Call] = deque(maxlen=MOST_KEPT)

    def note(self, at: int, method: str, path: str, query: Mapping[str, str]) -> None:
        """Add one; ``at`` is epoch seconds by the marketplace's clock."""
        shown = {name: value for name, value in query.items() if name not in LEFT_OUT}
        self._kept.append({"at": at, "method": method, "path": path, "query": shown})

    def every(self) -> list[Call]:
        """Oldest first."""
        return list(self._kept)

    def clear(self) -> None:
        """Forget them."""
        self._kept.clear()
