"""Lives of tokens, which the platform tells in seconds from now."""

from __future__ import annotations

from datetime import datetime, timedelta

from marketplaces.reading import MalformedError

LONGEST_LIFE_S = 366 * 86_400


def later(now: datetime, seconds: int) -> datetime:
    """When a life of so many seconds ends; no platform gives more than a year, so that is no life."""
    if seconds > LONGEST_LIFE_S:
        raise MalformedError(f"expires_in: expected seconds of at most a year, got {seconds}")
    return now + timedelta(seconds=seconds)
