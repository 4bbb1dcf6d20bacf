"""Export by market (indicator 19): kilograms sent with the full set of I10, of kilograms sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import case, func, select
from sqlmodel import Session, col

from trace.records.consignment import Consignment, ConsignmentState
from trace.services.admission import Act, Actor, visible
from trace.services.consigning import HOME

COUNTED = (ConsignmentState.DISPATCHED, ConsignmentState.RECEIVED)


@dataclass(frozen=True)
class MarketShare:
    """What went to one market; ``complete_g`` was asked by at least one rule and kept them all."""

    market: str
    consignments: int
    weight_g: int
    complete_g: int


def export_by_market(session: Session, actor: Actor, first: date, last: date) -> Sequence[MarketShare]:
    """Consignments abroad by the day they left, both days included, by market.

    Goods for a market of which nothing is asked count as sent, never as complete: nobody looked.
    """
    grams = col(Consignment.weight_g)
    complete = func.sum(case((col(Consignment.asked) > 0, grams), else_=0))
    question = (
        select(col(Consignment.market), func.count(), func.sum(grams), complete)
        .where(
            visible(actor, Act.VIEW_CONSIGNMENT, Consignment),
            col(Consignment.state).in_(COUNTED),
            col(Consignment.market) != HOME,
            col(Consignment.dispatched_on).between(first, last),
        )
        .group_by(col(Consignment.market))
        .order_by(col(Consignment.market))
    )
    return [MarketShare(m, int(n), int(sent), int(kept)) for m, n, sent, kept in session.execute(question)]
