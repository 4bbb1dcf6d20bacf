"""Households: all of them, those beside their cooperative's shops, those who went to a course.

No name is among the cells: who a household is stands behind a reason that is recorded.
"""

from dataclasses import replace

from sqlmodel import col

from trace.records.household import Household
from trace.records.organisation import Organisation
from trace.records.shop import Shop
from trace.services.figures.asking import Dimension
from trace.services.figures.fact import Cell, Fact, calendar_at, table
from trace.services.figures.facts.placing import COOPERATIVE, of_place

_OWNED = table(Household).join(table(Organisation), col(Organisation.id) == col(Household.org_id))
_KEYS = {Dimension.COOPERATIVE: col(Organisation.public_id), **of_place(Household)}
_CELLS = (
    Cell("household", "text", col(Household.code)),
    COOPERATIVE,
    Cell("commune", "text", col(Household.commune_code)),
    Cell("trained", "moment", col(Household.trained_on)),
)

HOUSEHOLDS = Fact(
    name="households",
    source=_OWNED,
    id=col(Household.id),
    keys=_KEYS,
    cells=_CELLS,
    written=col(Household.created_at),
)
SELLERS = replace(HOUSEHOLDS, is_sold=True)
"""Households as sales know them."""
AT_SHOPS = Fact(
    name="households",
    source=_OWNED.join(table(Shop), col(Shop.org_id) == col(Household.org_id)),
    id=col(Household.id),
    keys={**_KEYS, Dimension.MARKETPLACE: col(Shop.marketplace)},
    cells=_CELLS,
    written=col(Household.created_at),
    is_split=True,
)
TRAINED = Fact(
    name="households",
    source=_OWNED,
    id=col(Household.id),
    at=col(Household.trained_on),
    keys={**_KEYS, **calendar_at(col(Household.trained_on))},
    cells=_CELLS,
    written=col(Household.trained_on),
)
