"""Accounts, sessions on the server, tokens for programs, failed sign-ins."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel

from trace.records.columns import blob, check, maybe_ref, one_of, pk, ref


class Role(StrEnum):
    """Who one is; what each may do stands in ``trace.services.admission``."""

    FARMER = "farmer"
    COOP_STAFF = "coop_staff"
    COOP_MANAGER = "coop_manager"
    PACKING_HOUSE = "packing_house"
    DIGITAL_TEAM = "digital_team"
    COMMUNE_OFFICER = "commune_officer"
    OFFICE = "office"
    ADMIN = "admin"


class Account(SQLModel, table=True):
    """A person who signs in. Bound to an organisation, a household or a commune by its role."""

    __tablename__ = "account"
    __table_args__ = (
        one_of("role", Role),
        check(
            "bound",
            "(role IN ('farmer', 'coop_staff', 'coop_manager', 'packing_house') AND org_id IS NOT NULL)"
            " OR (role IN ('digital_team', 'commune_officer') AND commune_code IS NOT NULL)"
            " OR role IN ('office', 'admin')",
        ),
    )

    id: int = pk()
    login: str = Field(max_length=64, unique=True)
    name: str = Field(max_length=120)
    password_hash: str = Field(max_length=200)
    role: str = Field(max_length=16)
    org_id: int | None = maybe_ref("organisation.id")
    household_id: int | None = maybe_ref("household.id")
    commune_code: str | None = Field(default=None, max_length=8)
    language: str = Field(default="vi", max_length=2)
    is_active: bool = True
    created_at: datetime


class Way(StrEnum):
    """By what a session was opened."""

    PASSWORD = "password"  # noqa: S105 - a way in, no secret
    OPENID = "openid"
    PHONE = "phone"
    """By a code that a signed-in device showed."""


class LoginSession(SQLModel, table=True):
    """A signed-in device. Only the hash of its random number is stored.

    ``has_shown_factor``: somebody showed a second factor in this session, or another service vouched for one.
    """

    __tablename__ = "login_session"

    token_hash: bytes = Field(primary_key=True, sa_type=LargeBinary)
    account_id: int = ref("account.id")
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    device: str = Field(default="", max_length=160)
    has_shown_factor: bool = False
    way: str = Field(default=Way.PASSWORD, max_length=12)


class LoginFailure(SQLModel, table=True):
    """A wrong password, kept for as long as the limiter looks back."""

    __tablename__ = "login_failure"
    __table_args__ = (Index(None, "subject", "failed_at"),)

    id: int = pk()
    subject: str = Field(max_length=80)
    failed_at: datetime


class ApiToken(SQLModel, table=True):
    """A program's token; only its hash is stored."""

    __tablename__ = "api_token"

    id: int = pk()
    token_hash: bytes = blob()
    account_id: int = ref("account.id")
    name: str = Field(max_length=80)
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None


class RequestKey(SQLModel, table=True):
    """An Idempotency-Key a POST came with: the first answer is replayed, other content is refused."""

    __tablename__ = "request_key"
    __table_args__ = (UniqueConstraint("account_id", "key"),)

    id: int = pk()
    account_id: int = ref("account.id", index=False)
    key: str = Field(max_length=80)
    content_hash: bytes = blob()
    status: int
    location: str = Field(default="", max_length=400)
    body: bytes = blob()
    created_at: datetime = Field(index=True)
