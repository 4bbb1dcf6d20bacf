"""Withdrawing stamps for good: one interval, however many stamps; activated ones leave their lot's count."""

from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from trace.errors import Conflict, Refused
from trace.records.lot import Lot
from trace.records.stamp import StampBlock, StampVoid
from trace.services.admission import Act, Actor, fetch, lock
from trace.services.identifiers import lot_uri
from trace.services.intake import said
from trace.services.logging_acts import append_event, append_leaf
from trace.services.stamp_activating import activations_in, refuse_outside, voids_in
from trace.services.stamp_gates import range_of
from trace.services.stamp_ranges import Range, serial_text
from trace.services.stamp_reasons import reason_words
from trace.standards import epcis
from trace.standards.epcis import Quantity, Scene

LONGEST_REASON = 160


def void_range(
    session: Session,
    actor: Actor,
    block_public_id: str,
    first: int,
    last: int,
    reason: str,
    request_id: str,
    now: datetime,
) -> StampVoid:
    """Withdraw serials ``first`` to ``last`` of a block, also activated ones; the office may withdraw any.

    Raises:
        NotFound: the block is not theirs.
        Invalid: no reason, or one of more than 160 letters.
        Conflict: the request id came with another range or reason.
        Refused: ``gate.owner`` (outside the block), ``stamps.void_twice`` (some are void already).
    """
    block = fetch(session, actor, Act.VOID_STAMPS, StampBlock, public_id=block_public_id)
    lock(session, block)
    reason, wanted = said(reason, LONGEST_REASON), Range(first, last)
    earlier = _earlier(session, block, request_id)
    if earlier is not None:
        if (range_of(earlier), earlier.reason) != (wanted, reason):
            raise Conflict("error.conflict", request_id=request_id)
        return earlier
    refuse_outside(session, block, wanted)
    _refuse_twice(session, block, wanted)
    return withdraw(session, actor, block, wanted, reason, request_id, now)


def withdraw(
    session: Session,
    actor: Actor,
    block: StampBlock,
    wanted: Range,
    reason: str,
    request_id: str,
    now: datetime,
) -> StampVoid:
    """Void serials of a locked block that are not void yet, with the events of the lots they leave."""
    row = StampVoid(
        block_id=block.id,
        kid=block.kid,
        first=wanted.first,
        last=wanted.last,
        reason=reason,
        voided_at=now,
        voided_by=actor.account_id,
        request_id=request_id,
    )
    session.add(row)
    session.flush()
    _record(session, actor, block, wanted, row.id, now)
    return row


def _earlier(session: Session, block: StampBlock, request_id: str) -> StampVoid | None:
    question = select(StampVoid).where(
        col(StampVoid.block_id) == block.id, col(StampVoid.request_id) == request_id
    )
    found: StampVoid | None = session.execute(question).scalar_one_or_none()
    return found


def _refuse_twice(session: Session, block: StampBlock, wanted: Range) -> None:
    voids = voids_in(session, block, wanted)
    if voids:
        raise Refused(
            "stamps.void_twice",
            first=serial_text(voids[0].first),
            last=serial_text(voids[0].last),
            date=voids[0].voided_at.date(),
            reason=reason_words(voids[0].reason),
            free=[str(one) for one in wanted.without(range_of(void) for void in voids)] or "0",
        )


def _record(
    session: Session, actor: Actor, block: StampBlock, wanted: Range, void_id: int, now: datetime
) -> None:
    """The reason stands in the row, which the log holds by a commitment."""
    said = {"act": "void", "block": block.public_id, "key": block.kid, "first": wanted.first}
    said |= {"count": wanted.count, "void": void_id, "by": actor.account_id}
    append_leaf(session, "stamp_void", said, now)
    for activation in activations_in(session, block, wanted):
        part = range_of(activation).meets(wanted)
        if part is not None:
            _leave_lot(session, actor, session.get_one(Lot, activation.lot_id), block.kid, part, now)


def _leave_lot(session: Session, actor: Actor, lot: Lot, kid: int, part: Range, now: datetime) -> None:
    extra = epcis.stamp_range(kid, part.first, part.count)
    scene = Scene(now, "decommissioning", "inactive", extra=extra)
    goods = Quantity(lot_uri(session, lot), pieces=part.count)
    event = epcis.object_event(scene, "DELETE", [goods])
    append_event(session, actor, "void", ("lot", lot.id), event, now, lot.org_id)
