"""What was put on paper: every file and sending is a row; printing again never issues again."""

import hashlib
from collections.abc import Iterator
from datetime import datetime

import numpy as np
from sqlalchemy import func, select
from sqlmodel import Session, col

from trace.errors import FieldProblem, Invalid, Refused
from trace.records.account import Role
from trace.records.stamp import ON_PAPER, BlockState, PrintRun, RunState, Sending, StampBlock
from trace.services.admission import Act, Actor, fetch, lock
from trace.services.logging_acts import append_leaf
from trace.services.public_id import new_public_id
from trace.services.stamp_activating import activations_in, free_ranges, refuse_outside
from trace.services.stamp_gates import range_of
from trace.services.stamp_keys import key_for
from trace.services.stamp_ranges import Range, total
from trace.standards.stamp_code import StampKey, encode_many
from trace.standards.stamp_code.many import Codes

LIST = "codes"
"""Format of a plain list of codes, for a printing house."""
CHUNK = 65_536


def record_print(
    session: Session,
    actor: Actor,
    block_public_id: str,
    first: int,
    last: int,
    format: str,  # noqa: A002 - the column's name
    stock: str,
    start_cell: int,
    sha256: str,
    reason: str,
    now: datetime,
    design: str = "standard",
    printer: str = "",
    sent_to: str = "",
) -> PrintRun:
    """Note a whole file, its SHA-256 in hex; an issued block is printed from now on. ``sent_to`` is the
    address of the printer that took all of it.

    Printing serials again needs a ``reason``, and where some are active a manager.

    Raises:
        NotFound: the block is not theirs.
        Invalid: printed again without a reason.
        Refused: ``gate.owner``, ``print.closed``, ``print.again.active``.
    """
    block = fetch(session, actor, Act.ISSUE_STAMPS, StampBlock, public_id=block_public_id)
    lock(session, block)
    wanted = Range(first, last)
    refuse_unprintable(session, actor, block, wanted, reason)
    public_id = new_public_id()
    row = PrintRun(
        public_id=public_id,
        block_id=block.id,
        org_id=block.org_id,
        request_id=f"made-{public_id}",
        state=RunState.READY,
        first=first,
        last=last,
        format=format,
        stock=stock,
        start_cell=start_cell,
        design=design,
        printer=printer,
        sending=Sending.SENT if sent_to else Sending.NONE,
        sent_to=sent_to[:160],
        sent=wanted.count if sent_to else 0,
        sent_at=now if sent_to else None,
        reason=reason,
        done=wanted.count,
        sha256=sha256,
        asked_at=now,
        asked_by=actor.account_id,
        finished_at=now,
    )
    session.add(row)
    note_printed(session, block, row, now)
    return row


def note_printed(session: Session, block: StampBlock, run: PrintRun, now: datetime) -> None:
    """A whole file of the block is there: it is printed from now on, and the log says so."""
    if block.state == BlockState.ISSUED:
        block.state = BlockState.PRINTED
    session.flush()
    said = {"act": "print", "block": block.public_id, "first": run.first, "count": run.total}
    said |= {"format": run.format, "sha256": run.sha256, "reason": run.reason, "by": run.asked_by}
    append_leaf(session, "stamp_print", said, now)


def refuse_unprintable(session: Session, actor: Actor, block: StampBlock, wanted: Range, reason: str) -> None:
    """Ask before the file is made whether it may be; see ``record_print`` for what is raised."""
    refuse_outside(session, block, wanted)
    if block.state == BlockState.CLOSED:
        raise Refused("print.closed", block=block.public_id)
    if not was_printed(session, block, wanted):
        return
    if not reason.strip():
        raise Invalid([FieldProblem("reason", "error.empty", "")])
    active = total(
        part for row in activations_in(session, block, wanted) if (part := range_of(row).meets(wanted))
    )
    if active and actor.role not in (Role.COOP_MANAGER, Role.PACKING_HOUSE):
        raise Refused("print.again.active", n=active)


def was_printed(session: Session, block: StampBlock, wanted: Range) -> bool:
    """Whether some of the range was or is being put on paper; a list of codes is not paper."""
    question = select(func.count()).where(
        col(PrintRun.block_id) == block.id,
        col(PrintRun.first) <= wanted.last,
        col(PrintRun.last) >= wanted.first,
        col(PrintRun.format) != LIST,
        col(PrintRun.state).in_(ON_PAPER),
    )
    return bool(session.execute(question).scalar_one())


def confirm_printed(
    session: Session, actor: Actor, block_public_id: str, sha256: str, now: datetime
) -> PrintRun:
    """Somebody looked at the paper of this file, its first and its last stamp.

    Raises:
        NotFound: the block is not theirs.
        Invalid: no file with this SHA-256 was made of the block.
    """
    block = fetch(session, actor, Act.ISSUE_STAMPS, StampBlock, public_id=block_public_id)
    question = (
        select(PrintRun)
        .where(col(PrintRun.block_id) == block.id, col(PrintRun.sha256) == sha256)
        .order_by(col(PrintRun.id).desc())
        .limit(1)
    )
    run: PrintRun | None = session.execute(question).scalar_one_or_none()
    if run is None:
        raise Invalid([FieldProblem("sha256", "stamps.no_such_file", sha256[:16])])
    confirm_run(session, actor, block, run, now)
    return run


def confirm_run(session: Session, actor: Actor, block: StampBlock, run: PrintRun, now: datetime) -> None:
    """Somebody looked at the paper of this print; a second look changes nothing."""
    if run.confirmed_at is not None:
        return
    run.confirmed_at, run.confirmed_by = now, actor.account_id
    session.flush()
    said = {"act": "confirm", "block": block.public_id, "sha256": run.sha256, "by": actor.account_id}
    append_leaf(session, "stamp_print", said, now)


def close_block(session: Session, actor: Actor, block_public_id: str, now: datetime) -> StampBlock:
    """Close a block's ledger: every stamp is used, spoiled or void.

    Raises:
        NotFound: the block is not theirs.
        Refused: ``gate.notprinted``, or ``print.ledger.gap`` with how many are unaccounted for.
    """
    block = fetch(session, actor, Act.ISSUE_STAMPS, StampBlock, public_id=block_public_id)
    lock(session, block)
    if block.state == BlockState.CLOSED:
        return block
    if block.state == BlockState.ISSUED:
        raise Refused("gate.notprinted", block=block.public_id)
    left = total(free_ranges(session, block))
    if left:
        raise Refused("print.ledger.gap", n=left, roll=block.public_id)
    block.state, block.closed_at, block.closed_by = BlockState.CLOSED, now, actor.account_id
    session.flush()
    append_leaf(
        session,
        "stamp_block",
        {"act": "close", "block": block.public_id, "by": actor.account_id},
        now,
    )
    return block


def hand_out_codes(
    session: Session, actor: Actor, block_public_id: str, now: datetime
) -> tuple[StampBlock, StampKey]:
    """The block and the key of its codes, for a list in clear; the act is logged, and counts as printing.

    Raises:
        NotFound: the block is not theirs.
    """
    block = fetch(session, actor, Act.SEE_CODES, StampBlock, public_id=block_public_id)
    lock(session, block)
    key = key_for(session, block.kid)
    if key is None:  # a reference holds the two together
        raise LookupError(f"block {block.public_id} names key {block.kid}, which is not in the registry")
    if block.state == BlockState.ISSUED:
        digest = hashlib.sha256()
        for codes in code_chunks(key, block):
            digest.update(as_lines(codes))
        record_print(
            session,
            actor,
            block_public_id,
            block.first,
            block.last,
            LIST,
            "",
            1,
            digest.hexdigest(),
            "",
            now,
        )
    else:
        said = {"act": "codes", "block": block.public_id, "by": actor.account_id}
        append_leaf(session, "stamp_print", said, now)
    return block, key


def code_chunks(key: StampKey, block: StampBlock) -> Iterator[Codes]:
    """A block's codes in order, so many at a time."""
    for at in range(block.first, block.last + 1, CHUNK):
        yield encode_many(key, at, min(CHUNK, block.last + 1 - at))


def as_lines(codes: Codes) -> bytes:
    """Codes as text, one a line."""
    ends = np.full((len(codes), 1), ord("\n"), dtype=np.uint8)
    return np.hstack([codes, ends]).tobytes()
