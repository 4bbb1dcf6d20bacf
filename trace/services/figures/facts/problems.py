"""What people who scanned a stamp reported of it."""

from sqlmodel import col

from trace.records.lot import Lot
from trace.records.organisation import Organisation
from trace.records.problem_report import ProblemReport
from trace.records.product import Product
from trace.services.figures.fact import Cell, Fact, calendar_at, table
from trace.services.figures.facts.placing import COOPERATIVE, of_organisation, of_product

PROBLEMS = Fact(
    name="problems",
    # Of codes nobody issued there is no organisation: only who sees all sees them.
    source=table(ProblemReport)
    .outerjoin(table(Organisation), col(Organisation.id) == col(ProblemReport.org_id))
    .outerjoin(table(Product), col(Product.id) == col(ProblemReport.product_id))
    .outerjoin(table(Lot), col(Lot.id) == col(ProblemReport.lot_id)),
    id=col(ProblemReport.id),
    at=col(ProblemReport.reported_at),
    keys={**calendar_at(col(ProblemReport.reported_at)), **of_organisation(), **of_product()},
    cells=(
        Cell("report", "text", col(ProblemReport.public_id)),
        Cell("reported", "moment", col(ProblemReport.reported_at)),
        COOPERATIVE,
        Cell("product", "text", col(Product.name)),
        Cell("lot", "text", col(Lot.code)),
        Cell("answered", "moment", col(ProblemReport.answered_at)),
    ),
    written=col(ProblemReport.reported_at),
)
