"""Accounts at carriers, and what carriers called us about."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from trace.records.columns import blob, maybe_ref, one_of, pk, ref


class AccountState(StrEnum):
    """Whether the account's token works."""

    CONNECTED = "connected"
    NEEDS_LOGIN = "needs_login"
    DISABLED = "disabled"


class CarrierAccount(SQLModel, table=True):
    """An organisation's own account at one carrier, sealed for that organisation.

    ``version`` rises with every token (compare and swap). Pushes come to an address with ``hook_mark``
    and carry a secret in ``hook_mode``: header, body or both, empty until the first good one.
    The sender is the organisation itself.
    """

    __tablename__ = "carrier_account"
    __table_args__ = (UniqueConstraint("org_id", "carrier"), one_of("state", AccountState))

    id: int = pk()
    org_id: int = ref("organisation.id", index=False)
    carrier: str = Field(max_length=16)
    state: str = Field(default=AccountState.CONNECTED, max_length=12)
    login_sealed: bytes | None = blob(default=None, nullable=True)
    token_sealed: bytes | None = blob(default=None, nullable=True)
    token_at: datetime
    token_expires_at: datetime | None = None
    version: int = 1
    sender_name: str = Field(max_length=120)
    sender_phone: str = Field(max_length=20)
    sender_address: str = Field(max_length=240)
    hook_mark: str = Field(max_length=24, unique=True)
    hook_sealed: bytes | None = blob(default=None, nullable=True)
    hook_mode: str = Field(default="", max_length=8)
    pushed_at: datetime | None = None
    last_error: str = Field(default="", max_length=400)
    created_at: datetime
    created_by: int | None = maybe_ref("account.id", index=False)


class CarrierPush(SQLModel, table=True):
    """A verified push about a shipment of ours, kept so that it works once however often it is sent.

    Nothing else of it is kept: its notes and names may be a buyer's.
    """

    __tablename__ = "carrier_push"
    __table_args__ = (
        UniqueConstraint("shipment_id", "ext_number", "code", "at"),
        Index(None, "account_id", "applied_at"),
    )

    id: int = pk()
    account_id: int = ref("carrier_account.id", index=False)
    shipment_id: int = ref("shipment.id", index=False)
    ext_number: str = Field(max_length=64)
    code: str = Field(max_length=8)
    at: datetime
    received_at: datetime
    applied_at: datetime | None = None
