"""What is kept no longer than needed: sessions, failed sign-ins, request keys, pushes, mails, good jobs."""

from datetime import datetime, timedelta

from sqlalchemy import Select, delete, select
from sqlmodel import Session, col

from trace.records.account import LoginFailure, LoginSession, RequestKey
from trace.records.capture import EndedPageToken
from trace.records.carrier import CarrierPush
from trace.records.event_subscription import EventSent, EventSubscription
from trace.records.job import Job, JobState
from trace.records.mail import Mail, MailFile
from trace.records.market_push import MarketPush
from trace.records.phone_ticket import PhoneTicket

FAILURES = timedelta(days=1)
REQUEST_KEYS = timedelta(days=7)
PUSHES = timedelta(days=30)
"""A push replayed later than this is read again, which changes nothing."""
GOOD_JOBS = timedelta(days=30)
GOOD_HOUSE_JOBS = timedelta(hours=6)
"""Jobs of the house itself run every half minute; a shop's are its run log."""
BAD_JOBS = timedelta(days=90)
MAILS = timedelta(days=90)
SUBSCRIPTIONS = timedelta(days=30)
"""An ended subscription says so for as long."""


def sweep(session: Session, now: datetime) -> dict[str, int]:
    """Delete what is past its time; how many of each."""
    done = col(Job.state) == JobState.DONE
    over = col(Job.state).in_((JobState.FAILED, JobState.DEAD))
    sweeps = {
        "sessions": delete(LoginSession).where(col(LoginSession.expires_at) < now),
        "phone_codes": delete(PhoneTicket).where(col(PhoneTicket.expires_at) < now - FAILURES),
        "sign_ins": delete(LoginFailure).where(col(LoginFailure.failed_at) < now - FAILURES),
        "request_keys": delete(RequestKey).where(col(RequestKey.created_at) < now - REQUEST_KEYS),
        "pushes": delete(MarketPush).where(col(MarketPush.read_at) < now - PUSHES),
        "carrier_pushes": delete(CarrierPush).where(col(CarrierPush.applied_at) < now - PUSHES),
        "good_jobs": delete(Job).where(done, col(Job.finished_at) < now - GOOD_JOBS),
        "house_jobs": delete(Job).where(
            done, col(Job.shop_id).is_(None), col(Job.finished_at) < now - GOOD_HOUSE_JOBS
        ),
        "page_tokens": delete(EndedPageToken).where(col(EndedPageToken.until) < now),
        "told_events": delete(EventSent).where(col(EventSent.subscription_id).in_(_ended(now))),
        "subscriptions": delete(EventSubscription).where(col(EventSubscription.id).in_(_ended(now))),
        "mails": delete(Mail).where(col(Mail.done_at) < now - MAILS),
        "mail_files": delete(MailFile).where(col(MailFile.created_at) < now - MAILS),
        "bad_jobs": delete(Job).where(over, col(Job.finished_at) < now - BAD_JOBS),
    }
    return {name: int(session.connection().execute(what).rowcount) for name, what in sweeps.items()}


def _ended(now: datetime) -> Select[int]:
    return select(col(EventSubscription.id)).where(col(EventSubscription.ended_at) < now - SUBSCRIPTIONS)
