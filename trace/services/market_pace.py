"""How fast an application may call, shared by every worker of every machine: one row a bucket.

A process books several calls at once (a slice), so that a write goes with a slice and not with a call.
"""

from datetime import datetime

from sqlalchemy import case, literal
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from trace.records.market_pace import MarketPace

MOST_AHEAD_S = 600.0
"""A row further ahead than this was written by a clock gone wrong, and is begun anew."""


def book(session: Session, bucket: str, calls: int, rate_per_s: float, burst: int, now: datetime) -> float:
    """Book the next ``calls`` of the bucket; seconds until the first may go, the others evenly after it.

    A bucket that was idle may be behind its pace by ``burst`` calls, so that a few go at once.
    """
    now_us = int(now.timestamp() * 1_000_000)
    cost = round(calls * 1_000_000 / rate_per_s)
    floor = now_us - round(burst * 1_000_000 / rate_per_s)
    free = col(MarketPace.free_at_us)
    too_far = free > literal(now_us + int(MOST_AHEAD_S * 1_000_000))
    start = case((too_far, literal(floor)), (free < literal(floor), literal(floor)), else_=free)
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    first = dialect.insert(MarketPace).values(bucket=bucket[:120], free_at_us=floor + cost)
    booked = first.on_conflict_do_update(index_elements=["bucket"], set_={"free_at_us": start + cost})
    end: int = session.execute(booked.returning(free)).scalar_one()
    return max(0.0, (end - cost - now_us) / 1_000_000)
