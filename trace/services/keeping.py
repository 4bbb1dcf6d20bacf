"""What is kept no longer than needed: sessions, failed sign-ins, request keys, pushes, good jobs."""

from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlmodel import Session, col

from trace.records.account import LoginFailure, LoginSession, RequestKey
from trace.records.carrier import CarrierPush
from trace.records.job import Job, JobState
from trace.records.market_push import MarketPush

FAILURES = timedelta(days=1)
REQUEST_KEYS = timedelta(days=7)
PUSHES = timedelta(days=30)
"""A push replayed later than this is read again, which changes nothing."""
GOOD_JOBS = timedelta(days=30)
GOOD_HOUSE_JOBS = timedelta(hours=6)
"""Jobs of the house itself run every half minute; a shop's are its run log."""
BAD_JOBS = timedelta(days=90)


def sweep(session: Session, now: datetime) -> dict[str, int]:
    """Delete what is past its time; how many of each."""
    done = col(Job.state) == JobState.DONE
    over = col(Job.state).in_((JobState.FAILED, JobState.DEAD))
    sweeps = {
        "sessions": delete(LoginSession).where(col(LoginSession.expires_at) < now),
        "sign_ins": delete(LoginFailure).where(col(LoginFailure.failed_at) < now - FAILURES),
        "request_keys": delete(RequestKey).where(col(RequestKey.created_at) < now - REQUEST_KEYS),
        "pushes": delete(MarketPush).where(col(MarketPush.read_at) < now - PUSHES),
        "carrier_pushes": delete(CarrierPush).where(col(CarrierPush.applied_at) < now - PUSHES),
        "good_jobs": delete(Job).where(done, col(Job.finished_at) < now - GOOD_JOBS),
        "house_jobs": delete(Job).where(
            done, col(Job.shop_id).is_(None), col(Job.finished_at) < now - GOOD_HOUSE_JOBS
        ),
        "bad_jobs": delete(Job).where(over, col(Job.finished_at) < now - BAD_JOBS),
    }
    return {name: int(session.connection().execute(what).rowcount) for name, what in sweeps.items()}
