"""How fast one shop may be called: a token bucket for each (application, shop)."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol


class Pacing(Protocol):
    """Whoever says when a call may go out."""

    def take(self, bucket: str) -> float:
        """Wait until one call of the bucket may go out, and say how many seconds that took."""


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at: float


class Pace:
    """At most ``rate_per_s`` calls a second for one bucket, with bursts of ``burst``; safe in threads."""

    def __init__(
        self,
        rate_per_s: float = 5.0,
        burst: int = 5,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        if rate_per_s <= 0 or burst < 1:
            raise ValueError(f"a pace needs a positive rate and burst, got {rate_per_s} and {burst}")
        self._rate = rate_per_s
        self._burst = burst
        self._clock = clock
        self._sleep = sleep
        self._buckets: dict[str, _Bucket] = {}
        self._lock = threading.Lock()

    def take(self, bucket: str) -> float:
        """Wait until one call may go out, and say how many seconds that took.

        The token is booked before waiting, so that threads queue instead of waking up together.
        """
        with self._lock:
            now = self._clock()
            state = self._buckets.setdefault(bucket, _Bucket(self._burst, now))
            refilled = state.tokens + (now - state.at) * self._rate
            state.tokens = min(self._burst, refilled) - 1
            state.at = now
            wait = max(0.0, -state.tokens / self._rate)
        if wait:
            self._sleep(wait)
        return wait


Lend = Callable[[str, int], float]
"""Books so many calls of a bucket with whoever shares it; seconds until the first may go out."""


@dataclass(slots=True)
class _Slice:
    left: int
    next_at: float


class LentPace:
    """A pace shared beyond this process: calls are lent in slices and go out evenly; safe in threads.

    A slice not used up within twice its time is given up, so that idling saves up no burst.
    """

    def __init__(
        self,
        lend: Lend,
        rate_per_s: float,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._lend = lend
        self._rate = rate_per_s
        self._size = max(1, int(rate_per_s))
        self._clock = clock
        self._sleep = sleep
        self._slices: dict[str, _Slice] = {}
        self._lock = threading.Lock()

    def take(self, bucket: str) -> float:
        """Wait until one call may go out, and say how many seconds that took."""
        with self._lock:
            now = self._clock()
            part = self._slices.get(bucket)
            if part is None or not part.left or now > part.next_at + 2 * self._size / self._rate:
                part = self._slices[bucket] = _Slice(self._size, now + self._lend(bucket, self._size))
            slot, part.left, part.next_at = part.next_at, part.left - 1, part.next_at + 1 / self._rate
            wait = max(0.0, slot - now)
        if wait:
            self._sleep(wait)
        return wait
