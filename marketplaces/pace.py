"""How fast one shop may be called: a token bucket for each (application, shop)."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass


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
