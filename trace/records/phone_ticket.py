"""Codes by which a signed-in device lets a telephone in."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from trace.records.columns import blob, pk, ref


class PhoneTicket(SQLModel, table=True):
    """A code on a signed-in device's screen, good once and for two minutes; only its hash is stored.

    The code is made of ``salt`` and that device's own secret, so the page can show it again and the database
    can not. ``session_hash`` is the device's session: with it the code ends.
    """

    __tablename__ = "phone_ticket"
    __table_args__ = (UniqueConstraint("secret_hash"),)

    id: int = pk()
    account_id: int = ref("account.id")
    secret_hash: bytes = blob()
    salt: bytes = blob()
    session_hash: bytes = blob()
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None = None
    device: str = Field(default="", max_length=160)
