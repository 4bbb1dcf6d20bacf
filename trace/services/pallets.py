"""Boxes on pallets: they stand on one, go where it goes, and are given back when it is opened."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from pydantic import Field
from sqlalchemy import select
from sqlmodel import Session, col

from trace.errors import Conflict, Refused
from trace.records.logistic_unit import LogisticUnit, UnitKind
from trace.services import consignment_events
from trace.services.admission import Actor, own_org
from trace.services.consigning import held_draft
from trace.services.intake import Count, Given, RequestId, Row
from trace.services.logistic_units import MOST_AT_ONCE, held_unit, new_units, refuse_on_pallet
from trace.services.lot_states import lock_org
from trace.standards.local_time import local_day


class PalletsIn(Given):
    """These boxes go on new pallets, ``per_pallet`` on each; all on one where nothing is said."""

    boxes: Annotated[list[Row], Field(min_length=1, max_length=MOST_AT_ONCE)]
    per_pallet: Count = None
    request_id: RequestId


def stack(
    session: Session, actor: Actor, given: PalletsIn, now: datetime, consignment: str = ""
) -> list[LogisticUnit]:
    """Put boxes on new pallets; the same request gives the same pallets.

    With ``consignment`` (a draft's public id) boxes and pallets stand in it; without, in none.

    Raises:
        NotFound: the draft or a box is not the actor's.
        Conflict: the request id came before with other boxes.
        Refused: ``consignment.not_draft``, ``unit.opened``, ``unit.on_pallet``, ``unit.under_way``,
            ``pallet.not_box``.
    """
    lock_org(session, own_org(actor))
    one = held_draft(session, actor, consignment) if consignment else None
    wanted = sorted(set(given.boxes))
    known = _sent_before(session, own_org(actor), given, wanted)
    if known:
        return known
    boxes = [_stackable(session, actor, number, one.id if one else None) for number in wanted]
    size = given.per_pallet or len(boxes)
    loads = [boxes[at : at + size] for at in range(0, len(boxes), size)]
    told = (UnitKind.PALLET, local_day(now), boxes[0].packing_house_id, given.request_id)
    pallets = new_units(session, actor, len(loads), told, now)
    for pallet, load in zip(pallets, loads, strict=True):
        for unit in (pallet, *load):
            unit.consignment_id = one.id if one else None
        for box in load:
            box.pallet_id = pallet.id
        session.flush()
        consignment_events.stacked(session, actor, pallet, load, now)
    return pallets


def _sent_before(
    session: Session, org_id: int, given: PalletsIn, wanted: Sequence[int]
) -> list[LogisticUnit]:
    sent = (col(LogisticUnit.org_id) == org_id, col(LogisticUnit.request_id) == given.request_id)
    pallets = list(
        session.execute(select(LogisticUnit).where(*sent).order_by(col(LogisticUnit.id))).scalars()
    )
    if pallets:
        on_them = col(LogisticUnit.pallet_id).in_([pallet.id for pallet in pallets])
        if set(session.execute(select(col(LogisticUnit.id)).where(on_them)).scalars()) != set(wanted):
            raise Conflict("error.conflict", request_id=given.request_id)
    return pallets


def _stackable(session: Session, actor: Actor, number: int, consignment_id: int | None) -> LogisticUnit:
    """A box that stands nowhere else, its row locked."""
    box = held_unit(session, actor, number)
    if box.kind != UnitKind.BOX:
        raise Refused("pallet.not_box", unit=box.number)
    refuse_on_pallet(session, box)
    if box.consignment_id not in (None, consignment_id):
        raise Refused("unit.under_way", unit=box.number)
    return box
