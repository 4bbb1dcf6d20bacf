"""Rules of law and practice as dated, editable rows; ``source`` says where each figure comes from."""

from datetime import date

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from trace.records.columns import check, pk


class YieldRule(SQLModel, table=True):
    """Plausible yield of a crop and variety in tonnes per hectare (invariant I6)."""

    __tablename__ = "yield_rule"
    __table_args__ = (
        check("order", "block_t_ha >= warn_t_ha AND warn_t_ha > 0"),
        Index(None, "crop", "variety"),
    )

    id: int = pk()
    crop: str = Field(max_length=32)
    variety: str = Field(default="", max_length=48)
    warn_t_ha: float
    block_t_ha: float
    valid_from: date
    valid_to: date | None = None
    source: str = Field(default="", max_length=240)


class PesticideRule(SQLModel, table=True):
    """Days to wait between spray and harvest for one product on one crop (invariants I7, I8)."""

    __tablename__ = "pesticide_rule"
    __table_args__ = (check("waiting", "waiting_days >= 0"), Index(None, "search_key", "crop"))

    id: int = pk()
    name: str = Field(max_length=120)
    search_key: str
    crop: str = Field(max_length=32)
    waiting_days: int
    allowed_from: date
    allowed_to: date | None = None
    source: str = Field(default="", max_length=240)


class OcopRule(SQLModel, table=True):
    """How long an OCOP rating holds and from which score each star begins."""

    __tablename__ = "ocop_rule"

    id: int = pk()
    valid_from: date
    valid_to: date | None = None
    validity_months: int
    three_stars_from: float
    four_stars_from: float
    five_stars_from: float
    source: str = Field(default="", max_length=240)
