"""Rules of law and practice as dated, editable rows; ``source`` says where each figure comes from."""

from datetime import date
from enum import StrEnum

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from trace.records.columns import check, one_of, pk

ITEMS = (*(f"tt02.{n}" for n in range(1, 11)), *(f"qd25.{n}" for n in range(1, 5)))
"""The ten items of Circular 02/2024/TT-BKHCN and the four groups of Decision 25/QĐ-BNNMT."""


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


class InformationRule(SQLModel, table=True):
    """An item of information a lot must show before it goes out (invariant I13), as ``tt02.2`` or ``qd25.1``.

    An item that is not required is asked for only where the goods have it.
    """

    __tablename__ = "information_rule"
    __table_args__ = (one_of("item", ITEMS), Index(None, "item"))

    id: int = pk()
    item: str = Field(max_length=8)
    is_required: bool
    valid_from: date
    valid_to: date | None = None
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


class Demand(StrEnum):
    """What a market asks of goods before they leave (invariant I10)."""

    GROWING_AREA = "growing_area"
    PACKING_HOUSE = "packing_house"
    TREATMENT = "treatment"
    PAPER = "paper"


class Certainty(StrEnum):
    """How well a row is known: seen in a public source, told from memory, or not known at all."""

    SEEN = "seen"
    RECALLED = "recalled"
    UNKNOWN = "unknown"


class ExportRule(SQLModel, table=True):
    """One thing a market asks of one crop, or of any.

    ``what`` is a kind of treatment or paper; ``least_dose`` in the unit of that treatment. ``is_asked``
    is off where nobody is sure: such a row is shown and stops nothing.
    """

    __tablename__ = "export_rule"
    __table_args__ = (
        one_of("demand", Demand),
        one_of("certainty", Certainty),
        check("figures", "least_dose IS NULL OR least_dose > 0"),
        check("minutes", "least_minutes IS NULL OR least_minutes > 0"),
        check("days", "valid_days IS NULL OR valid_days > 0"),
        Index(None, "market", "crop"),
    )

    id: int = pk()
    market: str = Field(max_length=8)
    crop: str = Field(default="", max_length=32)
    demand: str = Field(max_length=16)
    what: str = Field(default="", max_length=16)
    least_dose: float | None = None
    least_minutes: int | None = None
    valid_days: int | None = None
    is_asked: bool
    certainty: str = Field(max_length=12)
    valid_from: date
    valid_to: date | None = None
    source: str = Field(default="", max_length=240)
