"""What a page told a moment ago, told again: one question is asked of the database once, whoever asks."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

Told = TypeVar("Told")
Key = tuple[Any, ...]


@dataclass(eq=False)
class _Place(Generic[Told]):
    told: Told | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)


class Memory(Generic[Told]):
    """The last ``most`` answers by their questions; a key names the span of time its answer is good for.

    Whoever asks what is being found out waits for it; what fails is remembered by nobody.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[Key, _Place[Told]] = OrderedDict()
        self._guard = threading.Lock()

    def told(self, key: Key, find: Callable[[], Told]) -> Told:
        """What was told under this key, else what ``find`` says now."""
        with self._guard:
            place = self._kept.setdefault(key, _Place())
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        with place.lock:
            if place.told is None:
                place.told = find()
            return place.told

    def forget(self) -> None:
        """Tell nothing of before any more."""
        with self._guard:
            self._kept.clear()
