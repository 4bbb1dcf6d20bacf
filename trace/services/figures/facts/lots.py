"""Lots by the day they were picked, packed or made."""

from typing import Any

from sqlalchemy import func, select
from sqlmodel import col

from trace.records.lot import Lot, LotLink
from trace.records.organisation import Organisation
from trace.records.plot import GrowingArea, PackingHouse
from trace.records.product import Product
from trace.services.figures.asking import Dimension
from trace.services.figures.fact import Cell, Fact, calendar, table
from trace.services.figures.facts.placing import COOPERATIVE, of_crop, of_place, of_product

INPUT_G = (
    select(func.sum(col(LotLink.weight_g))).where(col(LotLink.child_id) == col(Lot.id)).scalar_subquery()
)
"""Grams of other lots that went into this one; empty where none did."""
MADE_ON = func.coalesce(col(Lot.packed_on), col(Lot.harvested_on))
"""The day whose rules a lot is judged by (``lot_information.day_of``)."""
_SOURCE = (
    table(Lot)
    .join(table(Organisation), col(Organisation.id) == col(Lot.org_id))
    .outerjoin(table(Product), col(Product.id) == col(Lot.product_id))
    .outerjoin(table(GrowingArea), col(GrowingArea.id) == col(Lot.growing_area_id))
    .outerjoin(table(PackingHouse), col(PackingHouse.id) == col(Lot.packing_house_id))
)
_KEYS = {
    Dimension.COOPERATIVE: col(Organisation.public_id),
    **of_place(Lot),
    **of_product(),
    **of_crop(Lot),
    Dimension.GROWING_AREA: col(GrowingArea.code),
    Dimension.PACKING_HOUSE: col(PackingHouse.code),
}
_CELLS = (
    Cell("lot", "text", col(Lot.code)),
    Cell("picked", "day", col(Lot.harvested_on)),
    Cell("packed", "day", col(Lot.packed_on)),
    COOPERATIVE,
    Cell("product", "text", col(Product.name)),
    Cell("kind", "lot.kind", col(Lot.kind)),
    Cell("state", "lot.state", col(Lot.state)),
    Cell("weight_g", "number", col(Lot.weight_g)),
    Cell("input_g", "number", INPUT_G),
    Cell("lot_id", "text", col(Lot.public_id)),
)


def _by(day: Any) -> Fact:
    return Fact(
        name="lots",
        source=_SOURCE,
        id=col(Lot.id),
        day=day,
        keys={**_KEYS, **calendar(day)},
        cells=_CELLS,
        written=col(Lot.created_at),
        is_indexed=True,
    )


PICKED = _by(col(Lot.harvested_on))
PACKED = _by(col(Lot.packed_on))
MADE = _by(MADE_ON)
