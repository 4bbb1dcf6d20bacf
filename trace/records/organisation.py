"""Who takes part: cooperatives, enterprises, packing houses, the office."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index
from sqlmodel import Field

from trace.records.columns import Placed, one_of, pk, placed


class OrgKind(StrEnum):
    """What an organisation is."""

    COOPERATIVE = "cooperative"
    ENTERPRISE = "enterprise"
    PACKING_HOUSE = "packing_house"
    OFFICE = "office"


class Organisation(Placed, table=True):
    """A tenant. Its name, commune and public phone are shown to consumers."""

    __tablename__ = "organisation"
    __table_args__ = (
        one_of("kind", OrgKind),
        *placed(),
        Index(None, "search_key"),
        Index(None, "commune_code"),
    )

    id: int = pk()
    public_id: str = Field(max_length=16, unique=True)
    kind: str = Field(max_length=16)
    name: str = Field(max_length=160)
    name_en: str | None = Field(default=None, max_length=160)
    search_key: str
    tax_code: str | None = Field(default=None, max_length=14, unique=True)
    gln: str | None = Field(default=None, max_length=13, unique=True)
    phone: str | None = Field(default=None, max_length=20)
    created_at: datetime
    is_active: bool = True
