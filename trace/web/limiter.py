"""Guessing is slow: a moving window of wrong codes per network, asked before a tag is checked.

Kept in this process's memory alone: behind a proxy with several processes each has a budget of its own.
"""

import math
import threading
from collections import OrderedDict, deque
from dataclasses import dataclass, field

MOST_NETWORKS = 50_000


@dataclass
class GuessLimiter:
    """``budget`` wrong codes a network in ``window_s`` seconds; the clock is the caller's."""

    budget: int
    window_s: float
    most_networks: int = MOST_NETWORKS
    _guesses: OrderedDict[bytes, deque[float]] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def wait_s(self, network: bytes, at: float) -> int:
        """Whole seconds until this network may ask again; 0 for now."""
        with self._lock:
            guesses = self._recent(network, at)
            if len(guesses) < self.budget:
                return 0
            return max(1, math.ceil(guesses[0] + self.window_s - at))

    def note(self, network: bytes, at: float) -> None:
        """Count one wrong code."""
        with self._lock:
            guesses = self._recent(network, at)
            guesses.append(at)
            self._guesses[network] = guesses
            self._guesses.move_to_end(network)
            while len(self._guesses) > self.most_networks:
                self._guesses.popitem(last=False)

    def _recent(self, network: bytes, at: float) -> deque[float]:
        guesses = self._guesses.get(network, deque(maxlen=self.budget))
        while guesses and guesses[0] <= at - self.window_s:
            guesses.popleft()
        if not guesses:
            self._guesses.pop(network, None)
        return guesses
