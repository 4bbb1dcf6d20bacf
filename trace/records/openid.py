"""Accounts of another service that open accounts of ours, and ways there that were begun."""

from datetime import datetime

from sqlalchemy import LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel

from trace.records.columns import blob, maybe_ref, pk, ref


class OpenIdLink(SQLModel, table=True):
    """An account of another service opens one of ours.

    ``who_hash`` is a hash of issuer, claim and value: a citizen's number stands in no table.
    """

    __tablename__ = "openid_link"
    __table_args__ = (UniqueConstraint("who_hash"), UniqueConstraint("account_id"))

    id: int = pk()
    account_id: int = ref("account.id", index=False)
    who_hash: bytes = blob()
    linked_at: datetime


class OpenIdAttempt(SQLModel, table=True):
    """A browser on its way to the other service and back; ended by its return, good for some minutes.

    ``browser_hash`` binds it to the browser that began it; ``account_id`` is whose account is to be linked,
    or nothing where somebody signs in.
    """

    __tablename__ = "openid_attempt"

    state_hash: bytes = Field(primary_key=True, sa_type=LargeBinary)
    browser_hash: bytes = blob()
    account_id: int | None = maybe_ref("account.id")
    further: str = Field(default="", max_length=400)
    created_at: datetime = Field(index=True)
