"""Schedules and jobs: rows the clock turns over and workers claim under a lease."""

import json
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from trace.records.columns import check, maybe_ref, one_of, pk, ref


class JobState(StrEnum):
    """pending -> running -> done or failed; dead when the tries are used up."""

    PENDING = "pending"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    DEAD = "dead"


class Schedule(SQLModel, table=True):
    """What is due every so often; ``next_due_at`` moves by compare and swap."""

    __tablename__ = "schedule"
    __table_args__ = (
        UniqueConstraint("kind", "subject"),
        check("every", "every_s > 0"),
        Index(None, "next_due_at"),
    )

    id: int = pk()
    kind: str = Field(max_length=32)
    subject: str = Field(default="", max_length=40)
    shop_id: int | None = maybe_ref("shop.id")
    every_s: int
    jitter_s: int = 0
    next_due_at: datetime
    is_enabled: bool = True


OPEN_JOB = text("state IN ('pending', 'running')")
RUNNING_JOB = text("state = 'running'")


class Job(SQLModel, table=True):
    """One due run. ``fence`` rises with every claim; a write with an older fence is refused.

    One open job a (kind, subject), and one running job a shop, whoever claims.
    """

    __tablename__ = "job"
    __table_args__ = (
        one_of("state", JobState),
        Index(
            "uq_job_open", "kind", "subject", unique=True, sqlite_where=OPEN_JOB, postgresql_where=OPEN_JOB
        ),
        Index(
            "uq_job_shop_running",
            "shop_id",
            unique=True,
            sqlite_where=RUNNING_JOB,
            postgresql_where=RUNNING_JOB,
        ),
        Index(None, "state", "due_at"),
        Index(None, "shop_id", "id"),
    )

    id: int = pk()
    kind: str = Field(max_length=32)
    subject: str = Field(default="", max_length=40)
    shop_id: int | None = maybe_ref("shop.id", index=False)
    payload: str = Field(default="{}", sa_type=Text)
    due_at: datetime
    state: str = Field(default=JobState.PENDING, max_length=12)
    attempt: int = 0
    fence: int = 0
    lease_owner: str | None = Field(default=None, max_length=64)
    lease_until: datetime | None = None
    done_steps: int = 0
    total_steps: int = 0
    stats: str = Field(default="{}", sa_type=Text)
    error: str = Field(default="", max_length=1000)
    started_at: datetime | None = None
    finished_at: datetime | None = None
    created_at: datetime

    @property
    def figures(self) -> dict[str, Any]:
        """What the run counted."""
        counted: dict[str, Any] = json.loads(self.stats)
        return counted


class BadRecord(SQLModel, table=True):
    """One record of a marketplace that could not be taken in; the others went on."""

    __tablename__ = "bad_record"
    __table_args__ = (UniqueConstraint("shop_id", "ext_id"),)

    id: int = pk()
    shop_id: int = ref("shop.id", index=False)
    ext_id: str = Field(max_length=64)
    reason: str = Field(max_length=400)
    sample: str = Field(default="", sa_type=Text)
    attempts: int = 1
    is_dead: bool = False
    next_try_at: datetime
    first_at: datetime
    resolved_at: datetime | None = None
