"""The one list of gates before goods go out: asked when a lot is released and before its stamps.

Waiting time, materials and yield are asked when goods are picked and again at release (``gates``,
``harvesting``, ``releasing``); they and a code that does not stand put a lot on hold, which the office lifts
with result and reason. What is refused here is put right by the cooperative.
"""

from collections.abc import Iterator

from sqlmodel import Session

from trace.records.lot import Lot
from trace.records.product import Product
from trace.services.claim_gates import claim_stops
from trace.services.gates import Stop
from trace.services.holding import was_held
from trace.services.lot_information import information_stops
from trace.services.site_standing import chain_stops

GATES = (
    *("gate.phi", "gate.banned", "gate.yield", "gate.area.suspended", "gate.house.suspended"),
    *("gate.tt02", "gate.qd25", "gate.claim", "gate.claim.none", "gate.claim.stars"),
)
"""The rules that may stop a lot, in the order they are asked."""


def stops_before_out(session: Session, lot: Lot, product: Product | None) -> Iterator[Stop]:
    """Every no to a lot of this product now, the codes first; what the office has lifted is none."""
    for source, stop in chain_stops(session, lot):
        if not was_held(session, source, stop.rule, stop.figures):
            yield stop
    yield from information_stops(session, lot, product)
    yield from claim_stops(session, lot, product)


def refuse_unfit(session: Session, lot: Lot, product: Product | None) -> None:
    """Refuse a lot that a gate stops.

    Raises:
        Refused: ``gate.area.suspended``, ``gate.house.suspended``, ``gate.tt02``, ``gate.qd25``,
            ``gate.claim``, ``gate.claim.none`` or ``gate.claim.stars`` with the figures.
    """
    for stop in stops_before_out(session, lot, product):
        raise stop.refusal()
