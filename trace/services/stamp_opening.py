"""From a code on paper to the block and serial behind it, for the people it belongs to."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import Session, col

from trace.errors import FieldProblem, Invalid, Refused
from trace.records.organisation import Organisation
from trace.records.stamp import StampBlock
from trace.services.admission import Act, Actor, own_org, visible
from trace.services.stamp_keys import key_for
from trace.services.stamp_ranges import Range, serial_text
from trace.standards import stamp_code
from trace.standards.fault import Fault


@dataclass(frozen=True)
class Opened:
    """A genuine code's serial and the block it stands in, if any."""

    kid: int
    serial: int
    block: StampBlock | None


def open_typed(session: Session, code: str) -> Opened | None:
    """What a code opens to; None where it was not made here.

    Raises:
        Fault: a wrong length, letter or check symbol: a slip of the hand.
    """
    compact = stamp_code.validate(code)
    kid = stamp_code.key_id(compact)
    key = key_for(session, kid)
    if key is None:
        return None
    try:
        serial = stamp_code.open_code(key, compact)
    except stamp_code.Forged:
        return None
    return Opened(kid, serial, block_at(session, kid, serial))


def block_at(session: Session, kid: int, serial: int) -> StampBlock | None:
    """The block that holds a serial, whoever owns it."""
    question = (
        select(StampBlock)
        .where(col(StampBlock.kid) == kid, col(StampBlock.first) <= serial)
        .order_by(col(StampBlock.first).desc())
        .limit(1)
    )
    found: StampBlock | None = session.execute(question).scalar_one_or_none()
    return found if found is not None and serial <= found.last else None


def open_pair(
    session: Session, actor: Actor, first_code: str, last_code: str, act: Act = Act.ACTIVATE
) -> tuple[StampBlock, Range]:
    """The block and the range between two stamps of the actor's own; nothing is written.

    Raises:
        Invalid: a code is mistyped.
        Refused: ``act.notours``, ``act.roll`` (two blocks), ``act.order`` (last before first).
    """
    first, last = _read(session, first_code, last_code)
    blocks = [_own(session, actor, act, opened) for opened in (first, last)]
    if blocks[0].id != blocks[1].id:
        raise Refused("act.roll", block=blocks[0].public_id, block2=blocks[1].public_id)
    wanted = Range(first.serial, last.serial) if first and last else Range(0, -1)
    if wanted.count < 1:
        raise Refused("act.order", first=serial_text(wanted.first), last=serial_text(wanted.last))
    return blocks[0], wanted


def _read(session: Session, first_code: str, last_code: str) -> tuple[Opened | None, Opened | None]:
    opened, problems = [], []
    for field, code in (("first_code", first_code), ("last_code", last_code)):
        try:
            opened.append(open_typed(session, code))
        except Fault as fault:
            problems.append(FieldProblem(field, fault.key, None, fault.params))
    if problems:
        raise Invalid(problems)
    return opened[0], opened[1]


def _own(session: Session, actor: Actor, act: Act, opened: Opened | None) -> StampBlock:
    """A forged code, an unknown one and another cooperative's get the same answer."""
    if opened is not None and opened.block is not None:
        mine = select(StampBlock).where(
            visible(actor, act, StampBlock), col(StampBlock.id) == opened.block.id
        )
        found: StampBlock | None = session.execute(mine).scalar_one_or_none()
        if found is not None:
            return found
    raise Refused("act.notours", coop=session.get_one(Organisation, own_org(actor)).name)
