"""What a receiver makes of goods that arrived: a lot of its own for each lot of the sender, linked to it.

One step: the sender's lot is the only thing the new lot names of the sender. A recall of that lot reaches
the new one by the link, and a hold goes over with it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from trace.errors import Refused
from trace.records.consignment import Consignment, ConsignmentState, ReceiptDifference, ReceivedLot
from trace.records.lot import Lot, LotKind, LotLink, LotState
from trace.services import lot_events
from trace.services.admission import Act, Actor, own_org
from trace.services.consigning import held, state_term, units_in
from trace.services.holding import inherit, open_holds
from trace.services.logistic_units import contents_of
from trace.services.lot_codes import LotCodes
from trace.services.lot_states import lock_lots, lock_org, refuse_recalled
from trace.services.public_id import new_public_id
from trace.standards.local_time import local_day
from trace.standards.search_key import fold_vi


def take_in(session: Session, actor: Actor, public_id: str, now: datetime) -> list[Lot]:
    """Make lots of what arrived in a consignment; saying it again gives the same lots.

    Recalled goods become no lot; what came beside them does.

    Raises:
        NotFound: not sent to the actor's organisation.
        Refused: ``arrival.not_received``; ``arrival.nothing``: all of it is missing; ``gate.recalled``:
            all that arrived is under recall.
    """
    one = held(session, actor, public_id, Act.TAKE_IN)
    if one.state != ConsignmentState.RECEIVED:
        raise Refused("arrival.not_received", number=one.number, state=state_term(one.state))
    lock_org(session, own_org(actor))
    arrived = arrived_g(session, one)
    sources = [lot for lot in lock_lots(session, sorted(arrived)) if arrived[lot.id] > 0]
    known = lots_made_of(session, one)
    if known:
        return list(known)
    if not sources:
        raise Refused("arrival.nothing", number=one.number)
    good = [lot for lot in sources if lot.state != LotState.RECALLED]
    if not good:
        refuse_recalled(session, sources[0])
    return [_made(session, actor, one, source, arrived[source.id], now) for source in good]


def lots_made_of(session: Session, one: Consignment) -> Sequence[Lot]:
    """The lots its receiver has made of it."""
    mine = col(ReceivedLot.consignment_id) == one.id
    question = select(Lot).join(ReceivedLot, col(ReceivedLot.lot_id) == col(Lot.id)).where(mine)
    return session.execute(question.order_by(col(Lot.id))).scalars().all()


def arrived_g(session: Session, one: Consignment) -> dict[int, int]:
    """Grams that arrived of each lot in a consignment: what was sent without what its receipt names.

    What a box of several lots lacks is taken from all of them in proportion, to the gram.
    """
    contents = contents_of(session, [unit.id for unit in units_in(session, one)])
    question = select(ReceiptDifference).where(col(ReceiptDifference.consignment_id) == one.id)
    lacking = {row.unit_id: row.weight_g for row in session.execute(question).scalars()}
    inside: dict[int, dict[int, int]] = {}
    for content in contents:
        inside.setdefault(content.unit_id, {})[content.lot_id] = content.weight_g
    arrived: dict[int, int] = {}
    for unit_id, lots in inside.items():
        for lot_id, grams in without(lots, lacking.get(unit_id, 0)).items():
            arrived[lot_id] = arrived.get(lot_id, 0) + grams
    return arrived


def without(lots: Mapping[int, int], lacking: int) -> dict[int, int]:
    """Grams of lots in one box when so many are lacking; their sum is right to the gram.

    >>> without({1: 5000, 2: 2500}, 100)
    {1: 4933, 2: 2467}
    """
    left: dict[int, int] = {}
    grams, lack = sum(lots.values()), lacking
    for lot_id, weight in lots.items():
        part = round(lack * weight / grams) if grams else 0
        left[lot_id] = weight - part
        grams, lack = grams - weight, lack - part
    return left


def _made(session: Session, actor: Actor, one: Consignment, source: Lot, grams: int, now: datetime) -> Lot:
    """Days, kind of goods and commune are the sender's: they say when and where the goods were made."""
    org_id = own_org(actor)
    code = LotCodes(session, org_id).next(source.crop, source.variety, local_day(now))
    copied = ("crop", "variety", "harvested_on", "packed_on", "best_before", "commune_scheme", "commune_code",
              "old_commune_scheme", "old_commune_code")  # fmt: skip
    lot = Lot(
        public_id=new_public_id(),
        org_id=org_id,
        code=code,
        search_key=fold_vi(f"{code} {source.code} {one.number}"),
        kind=LotKind.RECEIVED,
        state=LotState.OPEN,
        weight_g=grams,
        acted_for=actor.acts_for,
        request_id=f"{one.public_id}-{source.public_id}",
        created_at=now,
        created_by=actor.account_id,
        **{name: getattr(source, name) for name in copied},
    )
    session.add(lot)
    session.flush()
    session.add(LotLink(parent_id=source.id, child_id=lot.id, weight_g=grams))
    session.add(ReceivedLot(lot_id=lot.id, consignment_id=one.id))
    session.flush()
    lot_events.taken_in(session, actor, lot, source, now)
    for hold in open_holds(session, source):
        inherit(session, actor, lot, source, hold, now)
    return lot
