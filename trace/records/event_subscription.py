"""Standing queries: who is told of which new events, and what was told."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, Text
from sqlmodel import Field, SQLModel

from trace.records.columns import big, blob, one_of, pk, ref


class SubscriptionState(StrEnum):
    """``paused`` after long failing; ``ended`` with the token it was made by."""

    ACTIVE = "active"
    PAUSED = "paused"
    ENDED = "ended"


class EventSubscription(SQLModel, table=True):
    """A named query whose new events go to ``dest``, for as long as the token it was made by holds.

    ``schedule`` is JSON; empty where events are told as they come. Of the events with rows up to ``mark``
    nothing is left to tell; of those beyond, what was told stands in ``event_sent``, and what was passed
    over by a look that did not reach the end. ``delivery`` is the
    number of the last report; while ``batch_at`` is set it is under way, and only it may be sent: its events
    are those of its number in ``event_sent``, and with it ``mark`` moves to ``next_mark``. ``more`` says that
    others follow in the same run, ``told`` that the run told something. ``run_at`` is when the query was last
    asked and all of it told, ``looked_row`` the newest event there was then.
    """

    __tablename__ = "event_subscription"
    __table_args__ = (
        one_of("state", SubscriptionState),
        Index(None, "state", "next_due_at"),
        Index(None, "org_id", "id"),
    )

    id: int = pk()
    public_id: str = Field(max_length=36, unique=True)
    org_id: int = ref("organisation.id", index=False)
    query_id: int = ref("event_query.id")
    token_id: int = ref("api_token.id", index=False)
    dest: str = Field(max_length=1000)
    token_sealed: bytes | None = blob(default=None, nullable=True)
    schedule: str = Field(default="", sa_type=Text)
    report_if_empty: bool = False
    as_links: bool = False
    initial_record_time: datetime
    run_at: datetime | None = None
    mark: int = big(0)
    next_mark: int = big(0)
    looked_row: int = big(0)
    delivery: int = 0
    batch_at: datetime | None = None
    more: bool = False
    told: bool = False
    batch: int = 100
    state: str = Field(default=SubscriptionState.ACTIVE, max_length=8)
    failures: int = 0
    failing_since: datetime | None = None
    last_error: str = Field(default="", max_length=40)
    last_status: int = 0
    next_due_at: datetime
    last_notified_at: datetime | None = None
    created_at: datetime
    ended_at: datetime | None = None


class EventSent(SQLModel, table=True):
    """An event beyond a subscription's mark that was told, or is being told, and in which report; 0 where it
    was looked at and does not fit."""

    __tablename__ = "event_sent"

    subscription_id: int = ref("event_subscription.id", index=False, primary_key=True)
    event_row: int = ref("event.id", index=False, primary_key=True)
    delivery: int
