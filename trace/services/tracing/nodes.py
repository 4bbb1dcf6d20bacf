"""What the lots of a trace are: kind, days, weight, where they grew, whose they are."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from trace.records.household import Household
from trace.records.lot import Lot
from trace.records.organisation import Organisation
from trace.records.plot import GrowingArea, PackingHouse, Plot
from trace.records.product import Product
from trace.services.lineage import portions
from trace.services.lot_states import is_mistake


@dataclass(frozen=True)
class LotFacts:
    """One lot with the names around it; a household by its code alone.

    Of a partner's lot only code, kind, day and organisation are known; ``weight_g`` is 0.
    """

    id: int
    public_id: str
    code: str
    kind: str
    state: str
    weight_g: int
    harvested_on: date
    packed_on: date | None
    best_before: date | None
    product: str
    product_en: str
    crop: str
    variety: str
    unit_g: int
    plot: str
    plot_name: str
    household: str
    area: str
    house: str
    commune: str
    org_id: int
    org: str
    phone: str
    is_mistake: bool = False
    is_partner: bool = False

    @property
    def day(self) -> date:
        """The day it was made."""
        return self.packed_on or self.harvested_on


def facts_of(
    session: Session, ids: Collection[int], partners: Collection[int] = frozenset()
) -> dict[int, LotFacts]:
    """Facts of lots by number; of ``partners`` no more than names them."""
    found: dict[int, LotFacts] = {}
    for some in portions(ids):
        for row in session.execute(_question().where(col(Lot.id).in_(some))):
            values = dict(row._mapping)
            hidden = _hidden() if values["id"] in partners else {}
            found[values["id"]] = LotFacts(**{**values, **hidden})
    return found


def _hidden() -> dict[str, Any]:
    """What another organisation's lot does not tell."""
    empty = ("product", "product_en", "variety", "plot", "plot_name", "household", "area", "house", "commune")
    return {
        **dict.fromkeys(empty, ""),
        "state": "",
        "weight_g": 0,
        "unit_g": 0,
        "is_mistake": False,
        "is_partner": True,
    }


def _question() -> Any:
    names = ("id", "public_id", "code", "kind", "state", "weight_g", "harvested_on", "packed_on",
             "best_before", "crop", "variety", "org_id")  # fmt: skip
    area = func.coalesce(col(Lot.growing_area_id), col(Plot.growing_area_id))
    text = func.coalesce
    return (
        select(
            *[getattr(Lot, name) for name in names],
            text(col(Product.name), "").label("product"),
            text(col(Product.name_en), "").label("product_en"),
            text(col(Product.unit_g), 0).label("unit_g"),
            text(col(Plot.code), "").label("plot"),
            text(col(Plot.name), "").label("plot_name"),
            text(col(Household.code), "").label("household"),
            text(col(GrowingArea.code), "").label("area"),
            text(col(PackingHouse.code), "").label("house"),
            text(col(Plot.commune_code), col(Lot.commune_code)).label("commune"),
            col(Organisation.name).label("org"),
            text(col(Organisation.phone), "").label("phone"),
            is_mistake().label("is_mistake"),
        )
        .join(Organisation, col(Organisation.id) == col(Lot.org_id))
        .outerjoin(Product, col(Product.id) == col(Lot.product_id))
        .outerjoin(Plot, col(Plot.id) == col(Lot.plot_id))
        .outerjoin(Household, col(Household.id) == col(Lot.household_id))
        .outerjoin(GrowingArea, col(GrowingArea.id) == area)
        .outerjoin(PackingHouse, col(PackingHouse.id) == col(Lot.packing_house_id))
    )
