"""Reports the office has made for it at set times: what is in them, when, for whom, and each run."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from trace.records.columns import blob, check, maybe_ref, one_of, pk, ref


class Rhythm(StrEnum):
    """How often."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class Span(StrEnum):
    """Which days a report tells of, counted back from the day it is due on."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    SEASON = "season"


class ReportState(StrEnum):
    """``ended`` reports are shown no more; what they sent stays."""

    ACTIVE = "active"
    PAUSED = "paused"
    ENDED = "ended"


class Report(SQLModel, table=True):
    """One report. ``views`` is JSON: a list of figures, each with what it is cut by and narrowed to.

    ``day`` is the weekday (1 is Monday) or the day of the month (up to 28); ``hour`` is Vietnam's.
    """

    __tablename__ = "report"
    __table_args__ = (
        one_of("state", ReportState),
        one_of("rhythm", Rhythm),
        one_of("span", Span),
        check("day", "day BETWEEN 1 AND 28"),
        check("hour", "hour BETWEEN 0 AND 23"),
        check("form", "as_xlsx OR as_pdf"),
        Index(None, "state", "next_due_at"),
    )

    id: int = pk()
    public_id: str = Field(max_length=16, unique=True)
    title: str = Field(max_length=120)
    views: str = Field(sa_type=Text)
    span: str = Field(max_length=8)
    rhythm: str = Field(max_length=8)
    day: int = 1
    hour: int = 7
    language: str = Field(default="vi", max_length=2)
    as_xlsx: bool = True
    as_pdf: bool = False
    signed_only: bool = False
    state: str = Field(default=ReportState.ACTIVE, max_length=8)
    next_due_at: datetime
    created_at: datetime
    created_by: int | None = maybe_ref("account.id", index=False)


class ReportReader(SQLModel, table=True):
    """Who gets a report."""

    __tablename__ = "report_reader"

    report_id: int = ref("report.id", index=False, primary_key=True)
    address_id: int = ref("mail_address.id", primary_key=True)


class RunState(StrEnum):
    """making -> made (its mails are in the outbox), empty (nothing to tell) or failed."""

    MAKING = "making"
    MADE = "made"
    EMPTY = "empty"
    FAILED = "failed"


class ReportRun(SQLModel, table=True):
    """One report of one due time: the job ``make_report`` makes it, once.

    A trial is asked for by a person, and sent to nobody. ``problem`` and ``note`` are keys of the catalogs:
    why it was not made or not sent, and what readers should know (that it is not signed, and why).
    """

    __tablename__ = "report_run"
    __table_args__ = (UniqueConstraint("report_id", "due_at", "is_trial"), one_of("state", RunState))

    id: int = pk()
    public_id: str = Field(max_length=16, unique=True)
    report_id: int = ref("report.id", index=False)
    due_at: datetime
    is_trial: bool = False
    state: str = Field(default=RunState.MAKING, max_length=8)
    problem: str = Field(default="", max_length=40)
    note: str = Field(default="", max_length=40)
    made_at: datetime | None = None

    @property
    def about(self) -> str:
        """What its mails and files are kept under."""
        return f"report/{self.public_id}"


class SigningCertificate(SQLModel, table=True):
    """The certificate reports are signed with, its key sealed; the newest without ``ended_at`` counts."""

    __tablename__ = "signing_certificate"

    id: int = pk()
    pkcs12_sealed: bytes | None = blob(default=None, nullable=True)
    subject: str = Field(max_length=200)
    issuer: str = Field(max_length=200)
    not_before: datetime
    not_after: datetime
    added_at: datetime
    ended_at: datetime | None = None
