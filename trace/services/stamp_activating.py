"""Activating: a range of a block's serials becomes one lot's stamps, or nothing does.

A block printed for a season is activated in parts at packing; a block issued for a lot is activated whole
in the transaction that issues it (see ``stamping``). Locks are taken in the order block, lot.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from trace.errors import Conflict, Refused
from trace.records.lot import Lot
from trace.records.organisation import Organisation
from trace.records.plot import PackingHouse
from trace.records.stamp import BlockState, StampActivation, StampBlock, StampVoid
from trace.services import stamp_opening
from trace.services.admission import Act, Actor, fetch, lock
from trace.services.going_out import refuse_unfit
from trace.services.identifiers import lot_uri, site_uri
from trace.services.logging_acts import append_event
from trace.services.printed_claims import refuse_printed
from trace.services.stamp_gates import packed_lot, product_for, range_of, refuse_over, refuse_unready, room
from trace.services.stamp_ranges import Range, serial_text, total
from trace.services.stamp_reasons import reason_words
from trace.standards import epcis
from trace.standards.epcis import Quantity, Scene

MOST_FREE = 6
"""Free ranges named in a refusal."""


def activate(
    session: Session,
    actor: Actor,
    block_public_id: str,
    first: int,
    last: int,
    lot_public_id: str,
    request_id: str,
    now: datetime,
) -> StampActivation:
    """Serials ``first`` to ``last`` of the block become stamps of the lot; a resent request changes nothing.

    Raises:
        NotFound: block or lot is not theirs.
        Conflict: the request id came with another range or lot.
        Refused: ``gate.owner``, ``gate.recalled``, ``gate.hold``, ``gate.notreleased``,
            ``gate.notprinted``, ``gate.void``, ``gate.overlap``, ``gate.product``, ``gate.over``,
            ``gate.claim.printed``, and the
            gates of ``going_out``.
    """
    block = fetch(session, actor, Act.ACTIVATE, StampBlock, public_id=block_public_id)
    lock(session, block)
    lot = packed_lot(session, actor, lot_public_id)
    wanted = Range(first, last)
    earlier = _earlier(session, block, request_id)
    if earlier is not None:
        if (range_of(earlier), earlier.lot_id) != (wanted, lot.id):
            raise Conflict("error.conflict", request_id=request_id)
        return earlier
    refuse_outside(session, block, wanted)
    refuse_unready(session, lot, now)
    if block.state == BlockState.ISSUED:
        raise Refused("gate.notprinted", block=block.public_id)
    _refuse_void(session, block, wanted)
    _refuse_active(session, block, wanted)
    product = product_for(session, lot, block.product_id)
    refuse_unfit(session, lot, product)
    refuse_printed(session, block, wanted, lot, product)
    refuse_over(room(session, lot, product), lot, wanted.count)
    return _add(session, actor, block, wanted, lot, request_id, now)


def activate_by_codes(
    session: Session,
    actor: Actor,
    first_code: str,
    last_code: str,
    lot_public_id: str,
    request_id: str,
    now: datetime,
) -> StampActivation:
    """As ``activate``, from the codes on the first and the last stamp, as scanned or typed.

    Raises:
        Invalid: a code is mistyped.
        Refused: ``act.notours``, ``act.roll``, ``act.order``, and all of ``activate``.
    """
    block, wanted = stamp_opening.open_pair(session, actor, first_code, last_code)
    return activate(
        session, actor, block.public_id, wanted.first, wanted.last, lot_public_id, request_id, now
    )


def activate_whole(
    session: Session, actor: Actor, block: StampBlock, lot: Lot, now: datetime
) -> StampActivation:
    """A block just issued for a lot is all that lot's; its gates were passed when it was issued."""
    return _add(session, actor, block, Range(block.first, block.last), lot, block.request_id, now)


def refuse_outside(session: Session, block: StampBlock, wanted: Range) -> None:
    """The range is some of the block's serials.

    Raises:
        Refused: ``gate.owner``.
    """
    if wanted.count < 1 or not Range(block.first, block.last).holds(wanted):
        coop = session.get_one(Organisation, block.org_id).name if block.org_id else "–"
        first, last = serial_text(wanted.first), serial_text(wanted.last)
        raise Refused("gate.owner", coop=coop, first=first, last=last)


def activations_in(session: Session, block: StampBlock, inside: Range) -> Sequence[StampActivation]:
    """Activations of the block that touch the range, from the front."""
    question = select(StampActivation).where(
        col(StampActivation.block_id) == block.id,
        col(StampActivation.first) <= inside.last,
        col(StampActivation.last) >= inside.first,
    )
    return session.execute(question.order_by(col(StampActivation.first))).scalars().all()


def voids_in(session: Session, block: StampBlock, inside: Range) -> Sequence[StampVoid]:
    """Void ranges of the block that touch the range, from the front."""
    question = select(StampVoid).where(
        col(StampVoid.block_id) == block.id,
        col(StampVoid.first) <= inside.last,
        col(StampVoid.last) >= inside.first,
    )
    return session.execute(question.order_by(col(StampVoid.first))).scalars().all()


def free_ranges(session: Session, block: StampBlock) -> list[Range]:
    """Serials of the block that are neither activated nor void."""
    whole = Range(block.first, block.last)
    used = [range_of(row) for row in activations_in(session, block, whole)]
    gone = [range_of(row) for row in voids_in(session, block, whole)]
    return whole.without([*used, *gone])


def _earlier(session: Session, block: StampBlock, request_id: str) -> StampActivation | None:
    question = select(StampActivation).where(
        col(StampActivation.block_id) == block.id, col(StampActivation.request_id) == request_id
    )
    found: StampActivation | None = session.execute(question).scalar_one_or_none()
    return found


def _refuse_void(session: Session, block: StampBlock, wanted: Range) -> None:
    voids = voids_in(session, block, wanted)
    if not voids:
        return
    left = [str(one) for one in wanted.without(range_of(void) for void in voids)]
    ranges = (*left, "–", "–")
    raise Refused(
        "gate.void",
        first=serial_text(voids[0].first),
        last=serial_text(voids[0].last),
        date=voids[0].voided_at.date(),
        reason=reason_words(voids[0].reason),
        range1=ranges[0],
        range2=ranges[1],
    )


def _refuse_active(session: Session, block: StampBlock, wanted: Range) -> None:
    clashes = activations_in(session, block, wanted)
    if not clashes:
        return
    both = [part for row in clashes if (part := range_of(row).meets(wanted))]
    free = [str(one) for one in free_ranges(session, block)]
    raise Refused(
        "gate.overlap",
        first=serial_text(both[0].first),
        last=serial_text(both[-1].last),
        n=total(both),
        lot2=session.get_one(Lot, clashes[0].lot_id).code,
        time=clashes[0].activated_at,
        free=[*free[:MOST_FREE], *("…" for _ in free[MOST_FREE : MOST_FREE + 1])] or "0",
    )


def _add(
    session: Session,
    actor: Actor,
    block: StampBlock,
    wanted: Range,
    lot: Lot,
    request_id: str,
    now: datetime,
) -> StampActivation:
    row = StampActivation(
        block_id=block.id,
        kid=block.kid,
        first=wanted.first,
        last=wanted.last,
        lot_id=lot.id,
        activated_at=now,
        activated_by=actor.account_id,
        request_id=request_id,
    )
    session.add(row)
    session.flush()
    house = session.get(PackingHouse, lot.packing_house_id) if lot.packing_house_id else None
    place = site_uri(session, house) if house else None
    extra = epcis.stamp_range(block.kid, wanted.first, wanted.count)
    scene = Scene(now, "commissioning", "active", place, place, extra=extra)
    goods = Quantity(lot_uri(session, lot), pieces=wanted.count)
    event = epcis.object_event(scene, "ADD", [goods])
    append_event(session, actor, "activate", ("lot", lot.id), event, now, lot.org_id)
    return row
