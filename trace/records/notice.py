"""Notices: what an organisation is told of, once each, and how far each of its people has read."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from trace.records.columns import big, maybe_ref, one_of, pk, ref


class NoticeKind(StrEnum):
    """What happened."""

    RECALL = "recall"
    HOLD = "hold"
    ALARM = "alarm"
    LOGIN = "login"
    AGREEMENT = "agreement"
    PAPER = "paper"
    OCOP = "ocop"
    PROBLEM = "problem"


class Notice(SQLModel, table=True):
    """One notice of an organisation, and of a household where it is about a lot of one.

    ``about`` names the fact, so that it is told once; ``subject`` is what its page is found by. ``figures``
    are the values of its text as JSON, so that it can be said in any language.
    """

    __tablename__ = "notice"
    __table_args__ = (UniqueConstraint("org_id", "about"), one_of("kind", NoticeKind))

    id: int = pk()
    org_id: int = ref("organisation.id", index=False)
    household_id: int | None = maybe_ref("household.id")
    commune_code: str = Field(max_length=8, index=True)
    kind: str = Field(max_length=12)
    about: str = Field(max_length=48)
    subject: str = Field(max_length=40)
    figures: str = Field(sa_type=Text)
    noted_at: datetime = Field(index=True)
    is_mailed: bool = False
    """Whether it was looked at for mail."""


class NoticeReader(SQLModel, table=True):
    """How far an account has read: the number of the last notice it was shown."""

    __tablename__ = "notice_reader"

    account_id: int = ref("account.id", index=False, primary_key=True)
    last_id: int = big()
    read_at: datetime
