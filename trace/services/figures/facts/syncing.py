"""Shops that are read and the runs that read them."""

from sqlmodel import col

from trace.records.job import Job
from trace.records.organisation import Organisation
from trace.records.shop import Shop
from trace.services.figures.asking import Dimension
from trace.services.figures.fact import Cell, Fact, calendar_at, table
from trace.services.figures.facts.placing import COOPERATIVE, of_organisation
from trace.services.figures.facts.sales import OWNER

_OF_SHOP = {**of_organisation(), Dimension.MARKETPLACE: col(Shop.marketplace)}
_WHOSE = (
    Cell("shop", "text", col(Shop.name)),
    Cell("marketplace", "marketplace", col(Shop.marketplace)),
    COOPERATIVE,
)

SHOPS = Fact(
    name="shops",
    source=table(Shop).join(table(Organisation), OWNER),
    id=col(Shop.id),
    keys=_OF_SHOP,
    cells=(*_WHOSE, Cell("last_success", "moment", col(Shop.last_success_at))),
    is_sold=True,
)
RUNS = Fact(
    name="runs",
    source=table(Job).join(table(Shop), col(Shop.id) == col(Job.shop_id)).join(table(Organisation), OWNER),
    id=col(Job.id),
    at=col(Job.finished_at),
    keys={**calendar_at(col(Job.finished_at)), **_OF_SHOP},
    cells=(
        Cell("finished", "moment", col(Job.finished_at)),
        *_WHOSE,
        Cell("state", "text", col(Job.state)),
        Cell("error", "text", col(Job.error)),
    ),
    written=col(Job.finished_at),
    passing=True,
)
