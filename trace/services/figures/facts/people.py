"""Households: all of them, those beside their cooperative's shops, those who went to a course.

No name is among the cells: who a household is stands behind a reason that is recorded.
"""

from dataclasses import replace

from sqlalchemy import and_, func, select
from sqlmodel import col

from trace.records.household import Household
from trace.records.organisation import Organisation
from trace.records.shop import Shop
from trace.records.training import TrainingAttendance, TrainingSession
from trace.services.figures.asking import Dimension
from trace.services.figures.fact import Cell, Fact, calendar, table
from trace.services.figures.facts.placing import COOPERATIVE, of_place

_OWNED = table(Household).join(table(Organisation), col(Organisation.id) == col(Household.org_id))
CONFIRMED = col(TrainingSession.confirmed_at).is_not(None)
"""What a cooperative proposes counts once the office says so."""
_LAST_DAY = (
    select(func.max(col(TrainingSession.held_on)))
    .join(TrainingAttendance, col(TrainingAttendance.session_id) == col(TrainingSession.id))
    .where(col(TrainingAttendance.household_id) == col(Household.id), CONFIRMED)
    .correlate(table(Household))
    .scalar_subquery()
)
_KEYS = {Dimension.COOPERATIVE: col(Organisation.public_id), **of_place(Household)}
_CELLS = (
    Cell("household", "text", col(Household.code)),
    COOPERATIVE,
    Cell("commune", "text", col(Household.commune_code)),
    Cell("trained", "day", _LAST_DAY),
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
    source=_OWNED.join(
        table(TrainingAttendance), col(TrainingAttendance.household_id) == col(Household.id)
    ).join(
        table(TrainingSession), and_(col(TrainingSession.id) == col(TrainingAttendance.session_id), CONFIRMED)
    ),
    id=col(Household.id),
    day=col(TrainingSession.held_on),
    keys={**_KEYS, **calendar(col(TrainingSession.held_on))},
    cells=_CELLS,
    written=col(TrainingAttendance.recorded_at),
    is_split=True,
)
"""Households, once for each session they came to."""
