"""Products, their pictures and their OCOP ratings."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from trace.records.columns import big, blob, check, maybe_ref, one_of, pk, ref


class Product(SQLModel, table=True):
    """What a cooperative sells. ``unit_g`` is the net weight of one stamped unit in grams."""

    __tablename__ = "product"
    __table_args__ = (
        UniqueConstraint("org_id", "sku"),
        check("unit", "unit_g > 0"),
        check("ocop_group", "ocop_group IS NULL OR ocop_group BETWEEN 1 AND 6"),
        Index(None, "search_key"),
    )

    id: int = pk()
    org_id: int = ref("organisation.id")
    public_id: str = Field(max_length=16, unique=True)
    sku: str = Field(max_length=48)
    name: str = Field(max_length=160)
    name_en: str | None = Field(default=None, max_length=160)
    name_zh: str | None = Field(default=None, max_length=160)
    name_ja: str | None = Field(default=None, max_length=160)
    search_key: str
    gtin: str | None = Field(default=None, max_length=14, unique=True)
    crop: str = Field(default="", max_length=32)
    variety: str = Field(default="", max_length=48)
    unit_g: int = big()
    shelf_life_days: int | None = None
    brand: str = Field(default="", max_length=80)
    standards: str = Field(default="", max_length=240)
    description: str = Field(default="", max_length=2000)
    ocop_group: int | None = None
    clone_devices: int = 8
    is_active: bool = True
    import_id: int | None = maybe_ref("import_run.id")
    created_at: datetime


class ProductImage(SQLModel, table=True):
    """A picture, re-encoded by us: no metadata of the camera is kept."""

    __tablename__ = "product_image"

    id: int = pk()
    product_id: int = ref("product.id")
    sha256: str = Field(max_length=64, index=True)
    media_type: str = Field(max_length=16)
    width: int
    height: int
    data: bytes = blob()
    position: int = 0
    created_at: datetime


class OcopLevel(StrEnum):
    """Which level of administration gave a rating; there are no districts since July 2025."""

    UNKNOWN = ""
    COMMUNE = "commune"
    DISTRICT = "district"
    PROVINCE = "province"
    NATIONAL = "national"


class OcopRating(SQLModel, table=True):
    """An OCOP decision: stars, score, number, who gave it, and the last day it holds."""

    __tablename__ = "ocop_rating"
    __table_args__ = (
        UniqueConstraint("product_id", "decision_number"),
        check("stars", "stars BETWEEN 1 AND 5"),
        check("score", "score BETWEEN 0 AND 100"),
        one_of("level", OcopLevel),
        Index(None, "valid_to"),
    )

    id: int = pk()
    product_id: int = ref("product.id")
    stars: int
    score: float
    decision_number: str = Field(max_length=64)
    level: str = Field(default=OcopLevel.UNKNOWN, max_length=12)
    issuer: str = Field(default="", max_length=160)
    decided_on: date
    valid_to: date
    recorded_by: int | None = maybe_ref("account.id", index=False)
    created_at: datetime


class ProposalState(StrEnum):
    """What became of a proposed rating."""

    WAITING = "waiting"
    ACCEPTED = "accepted"
    DECLINED = "declined"


class OcopProposal(SQLModel, table=True):
    """A decision as a cooperative reports it; no star is shown before the office has accepted it."""

    __tablename__ = "ocop_proposal"
    __table_args__ = (
        UniqueConstraint("product_id", "decision_number"),
        check("stars", "stars BETWEEN 1 AND 5"),
        check("score", "score BETWEEN 0 AND 100"),
        one_of("state", ProposalState),
        one_of("level", OcopLevel),
    )

    id: int = pk()
    org_id: int = ref("organisation.id")
    product_id: int = ref("product.id")
    stars: int
    score: float
    decision_number: str = Field(max_length=64)
    level: str = Field(default=OcopLevel.UNKNOWN, max_length=12)
    issuer: str = Field(default="", max_length=160)
    decided_on: date
    state: str = Field(default=ProposalState.WAITING, max_length=12)
    reason: str = Field(default="", max_length=400)
    proposed_by: int | None = maybe_ref("account.id", index=False)
    proposed_at: datetime
    settled_by: int | None = maybe_ref("account.id", index=False)
    settled_at: datetime | None = None
