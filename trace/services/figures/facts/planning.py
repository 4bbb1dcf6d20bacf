"""Season plans of communes."""

from sqlalchemy import false
from sqlmodel import col

from trace.records.organisation import Organisation
from trace.records.season_plan import SeasonPlan
from trace.services.figures.fact import SINCE, UNTIL, Cell, Fact, table
from trace.services.figures.facts.placing import of_place

OVERLAPS = (col(SeasonPlan.first_day) <= UNTIL, col(SeasonPlan.last_day) >= SINCE)
"""Plans with a day in the period."""
PLANS = Fact(
    name="plans",
    # A commune's plan is nobody's own, so who sees one organisation's figures sees none of them.
    source=table(SeasonPlan).outerjoin(table(Organisation), false()),
    id=col(SeasonPlan.id),
    keys=of_place(SeasonPlan),
    cells=(
        Cell("commune", "text", col(SeasonPlan.commune_code)),
        Cell("old_commune", "text", col(SeasonPlan.old_commune_code)),
        Cell("crop", "crop", col(SeasonPlan.crop)),
        Cell("variety", "variety", col(SeasonPlan.variety)),
        Cell("first_day", "day", col(SeasonPlan.first_day)),
        Cell("last_day", "day", col(SeasonPlan.last_day)),
        Cell("weight_g", "number", col(SeasonPlan.weight_g)),
        Cell("area_m2", "number", col(SeasonPlan.area_m2)),
    ),
    written=col(SeasonPlan.recorded_at),
)
