"""What went out, what was rehearsed, what was written down of it."""

from sqlmodel import col

from trace.records.consignment import Consignment
from trace.records.event import Event
from trace.records.lot import Lot
from trace.records.organisation import Organisation
from trace.records.recall import RecallDrill
from trace.services.figures.asking import Dimension
from trace.services.figures.fact import Cell, Fact, calendar, calendar_at, table
from trace.services.figures.facts.placing import COOPERATIVE, of_organisation

CONSIGNMENTS = Fact(
    name="consignments",
    source=table(Consignment).join(table(Organisation), col(Organisation.id) == col(Consignment.org_id)),
    id=col(Consignment.id),
    day=col(Consignment.dispatched_on),
    keys={
        **calendar(col(Consignment.dispatched_on)),
        **of_organisation(),
        Dimension.MARKET: col(Consignment.market),
    },
    cells=(
        Cell("consignment", "text", col(Consignment.number)),
        Cell("day", "day", col(Consignment.dispatched_on)),
        COOPERATIVE,
        Cell("market", "market", col(Consignment.market)),
        Cell("weight_g", "number", col(Consignment.weight_g)),
        Cell("asked", "number", col(Consignment.asked)),
    ),
    written=col(Consignment.dispatched_at),
)
DRILLS = Fact(
    name="drills",
    source=table(RecallDrill)
    .join(table(Organisation), col(Organisation.id) == col(RecallDrill.org_id))
    .join(table(Lot), col(Lot.id) == col(RecallDrill.lot_id)),
    id=col(RecallDrill.id),
    at=col(RecallDrill.started_at),
    keys={**calendar_at(col(RecallDrill.started_at)), **of_organisation()},
    cells=(
        Cell("lot", "text", col(Lot.code)),
        Cell("started", "moment", col(RecallDrill.started_at)),
        COOPERATIVE,
        Cell("finished", "moment", col(RecallDrill.finished_at)),
        Cell("searched_ms", "number", col(RecallDrill.searched_ms)),
    ),
    written=col(RecallDrill.started_at),
)
EVENTS = Fact(
    name="events",
    source=table(Event).join(table(Organisation), col(Organisation.id) == col(Event.org_id)),
    id=col(Event.id),
    at=col(Event.recorded_at),
    keys={**calendar_at(col(Event.recorded_at)), **of_organisation()},
    cells=(
        Cell("act", "text", col(Event.act)),
        Cell("happened", "moment", col(Event.event_time)),
        Cell("recorded", "moment", col(Event.recorded_at)),
        COOPERATIVE,
    ),
    written=col(Event.recorded_at),
)
