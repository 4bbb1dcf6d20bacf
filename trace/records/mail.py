"""Mail that goes out: whose addresses have agreed to get some, what is written to them, what is attached."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from trace.records.columns import blob, maybe_ref, one_of, pk, ref


class AddressState(StrEnum):
    """asked -> confirmed, by the link in the mail that asks; left by its owner; erased for good."""

    ASKED = "asked"
    CONFIRMED = "confirmed"
    LEFT = "left"
    ERASED = "erased"


class MailAddress(SQLModel, table=True):
    """Somebody's address, sealed as all personal data is; empty once it is erased.

    The secret stands in the links that confirm and leave. ``name`` is what the office calls its owner,
    ``org_id`` the cooperative that is reminded there.
    """

    __tablename__ = "mail_address"
    __table_args__ = (one_of("state", AddressState),)

    id: int = pk()
    public_id: str = Field(max_length=16, unique=True)
    name: str = Field(max_length=80)
    language: str = Field(default="vi", max_length=2)
    address_sealed: bytes | None = blob(default=None, nullable=True)
    secret_sealed: bytes | None = blob(default=None, nullable=True)
    state: str = Field(default=AddressState.ASKED, max_length=12)
    org_id: int | None = maybe_ref("organisation.id")
    gets_checkpoints: bool = False
    gets_reminders: bool = False
    gets_alarms: bool = False
    gets_notices: bool = False
    asked: int = 1
    asked_at: datetime
    confirmed_at: datetime | None = None
    ended_at: datetime | None = None
    created_by: int | None = maybe_ref("account.id", index=False)


class MailState(StrEnum):
    """waiting -> handing (all but the last sign is with the server) -> sent.

    ``unknown``: the server's answer to the last sign was not heard. ``failed``: refused, or given up.
    ``dropped``: whoever it was for has left, or was erased.
    """

    WAITING = "waiting"
    HANDING = "handing"
    SENT = "sent"
    UNKNOWN = "unknown"
    FAILED = "failed"
    DROPPED = "dropped"


class Mail(SQLModel, table=True):
    """One mail to one address. ``about`` says what it is about (``report/abc``): one mail for it and address.

    Its Message-ID is made of ``public_id``, so that it is the same however often it is tried. ``answer`` is
    what the server said last, without addresses; ``problem`` is a key of the catalogs.
    """

    __tablename__ = "mail"
    __table_args__ = (
        UniqueConstraint("about", "address_id"),
        one_of("state", MailState),
        Index(None, "state", "next_try_at"),
    )

    id: int = pk()
    public_id: str = Field(max_length=24, unique=True)
    about: str = Field(max_length=48)
    address_id: int = ref("mail_address.id")
    subject: str = Field(max_length=200)
    body: str = Field(sa_type=Text)
    state: str = Field(default=MailState.WAITING, max_length=12)
    tries: int = 0
    next_try_at: datetime
    problem: str = Field(default="", max_length=40)
    answer: str = Field(default="", max_length=200)
    created_at: datetime
    done_at: datetime | None = None


class MailFile(SQLModel, table=True):
    """A file that goes with every mail of the same ``about``."""

    __tablename__ = "mail_file"
    __table_args__ = (UniqueConstraint("about", "name"),)

    id: int = pk()
    about: str = Field(max_length=48)
    name: str = Field(max_length=120)
    media_type: str = Field(max_length=80)
    content: bytes = blob()
    created_at: datetime
