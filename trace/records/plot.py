"""Plots of land and the growing areas (mã số vùng trồng) that group them."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from trace.records.columns import Placed, big, check, maybe_ref, one_of, pk, placed, ref


class Plot(Placed, table=True):
    """A household's plot of one crop; area in square metres, position never public."""

    __tablename__ = "plot"
    __table_args__ = (
        UniqueConstraint("org_id", "code"),
        check("area", "area_m2 > 0"),
        *placed(),
        Index(None, "search_key"),
    )

    id: int = pk()
    org_id: int = ref("organisation.id")
    household_id: int = ref("household.id")
    growing_area_id: int | None = maybe_ref("growing_area.id")
    code: str = Field(max_length=32)
    name: str = Field(max_length=120)
    search_key: str
    crop: str = Field(max_length=32)
    variety: str = Field(default="", max_length=48)
    area_m2: int
    latitude: float | None = None
    longitude: float | None = None
    import_id: int | None = maybe_ref("import_run.id")
    helped_by: int | None = big(default=None, nullable=True)
    """The account of the digital team that wrote it last for the household."""
    created_at: datetime


class SiteStatus(StrEnum):
    """Standing of a growing area or packing house for its market."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    REVOKED = "revoked"


class GrowingArea(Placed, table=True):
    """A growing area code for one market. The code is an opaque string: its form differs by market."""

    __tablename__ = "growing_area"
    __table_args__ = (
        UniqueConstraint("code", "market"),
        check("area", "area_m2 > 0"),
        one_of("status", SiteStatus),
        *placed(),
    )

    id: int = pk()
    org_id: int = ref("organisation.id")
    code: str = Field(max_length=32)
    market: str = Field(max_length=8)
    name: str = Field(default="", max_length=120)
    crop: str = Field(max_length=32)
    area_m2: int
    status: str = Field(default=SiteStatus.ACTIVE, max_length=12)
    import_id: int | None = maybe_ref("import_run.id")
    created_at: datetime


class PlotArea(SQLModel, table=True):
    """A plot also lies in this growing area: land has a code for each market it may sell to.

    Both days are included; a plot that is still there has no ``until``.
    """

    __tablename__ = "plot_area"
    __table_args__ = (
        UniqueConstraint("plot_id", "growing_area_id", "since"),
        check("days", "until IS NULL OR until >= since"),
    )

    id: int = pk()
    plot_id: int = ref("plot.id", index=False)
    growing_area_id: int = ref("growing_area.id")
    since: date
    until: date | None = None


class PackingHouse(Placed, table=True):
    """A packing house code for one market."""

    __tablename__ = "packing_house"
    __table_args__ = (UniqueConstraint("code", "market"), one_of("status", SiteStatus), *placed())

    id: int = pk()
    org_id: int = ref("organisation.id")
    code: str = Field(max_length=32)
    market: str = Field(max_length=8)
    name: str = Field(max_length=120)
    gln: str | None = Field(default=None, max_length=13)
    status: str = Field(default=SiteStatus.ACTIVE, max_length=12)
    created_at: datetime


class SiteStatusChange(SQLModel, table=True):
    """History of a growing area's or packing house's standing; exactly one of the two is named."""

    __tablename__ = "site_status_change"
    __table_args__ = (
        one_of("status", SiteStatus),
        check("one_site", "(growing_area_id IS NULL) <> (packing_house_id IS NULL)"),
        Index(None, "growing_area_id", "since"),
        Index(None, "packing_house_id", "since"),
    )

    id: int = pk()
    growing_area_id: int | None = maybe_ref("growing_area.id", index=False)
    packing_house_id: int | None = maybe_ref("packing_house.id", index=False)
    status: str = Field(max_length=12)
    since: date
    reason: str = Field(default="", max_length=400)
    recorded_at: datetime
    recorded_by: int | None = maybe_ref("account.id", index=False)
