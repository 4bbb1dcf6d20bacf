"""Plots, growing areas and the papers that cover them."""

from sqlmodel import col

from trace.records.certificate import Certificate
from trace.records.organisation import Organisation
from trace.records.plot import GrowingArea, Plot
from trace.services.figures.asking import Dimension
from trace.services.figures.fact import Cell, Fact, table
from trace.services.figures.facts.placing import COOPERATIVE, of_crop, of_organisation, of_place

_WHOSE = {Dimension.COOPERATIVE: col(Organisation.public_id)}

PLOTS = Fact(
    name="plots",
    source=table(Plot)
    .join(table(Organisation), col(Organisation.id) == col(Plot.org_id))
    .outerjoin(table(GrowingArea), col(GrowingArea.id) == col(Plot.growing_area_id)),
    id=col(Plot.id),
    keys={
        **_WHOSE,
        **of_place(Plot),
        **of_crop(Plot),
        Dimension.GROWING_AREA: col(GrowingArea.code),
    },
    cells=(
        Cell("plot", "text", col(Plot.code)),
        COOPERATIVE,
        Cell("crop", "crop", col(Plot.crop)),
        Cell("variety", "variety", col(Plot.variety)),
        Cell("area_m2", "number", col(Plot.area_m2)),
    ),
    written=col(Plot.created_at),
)
AREAS = Fact(
    name="areas",
    source=table(GrowingArea).join(table(Organisation), col(Organisation.id) == col(GrowingArea.org_id)),
    id=col(GrowingArea.id),
    keys={
        **_WHOSE,
        **of_place(GrowingArea),
        Dimension.GROWING_AREA: col(GrowingArea.code),
        Dimension.MARKET: col(GrowingArea.market),
    },
    cells=(
        Cell("area", "text", col(GrowingArea.code)),
        Cell("market", "market", col(GrowingArea.market)),
        COOPERATIVE,
        Cell("crop", "crop", col(GrowingArea.crop)),
        Cell("area_m2", "number", col(GrowingArea.area_m2)),
        Cell("status", "text", col(GrowingArea.status)),
    ),
    written=col(GrowingArea.created_at),
)
CERTIFICATES = Fact(
    name="certificates",
    source=table(Certificate).join(table(Organisation), col(Organisation.id) == col(Certificate.org_id)),
    id=col(Certificate.id),
    keys=of_organisation(),
    cells=(
        Cell("number", "text", col(Certificate.number)),
        Cell("scheme", "scheme", col(Certificate.scheme)),
        COOPERATIVE,
        Cell("valid_from", "day", col(Certificate.valid_from)),
        Cell("valid_to", "day", col(Certificate.valid_to)),
        Cell("confirmed", "moment", col(Certificate.confirmed_at)),
    ),
    written=col(Certificate.created_at),
)
