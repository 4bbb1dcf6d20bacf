"""The books of all rolls: totals, and whether it all adds up.

Given = used + spoiled + void + in stock, for every block and for all of them together. The totals are
counted by the database from the intervals; ``unreconciled`` counts each block again by walking its
intervals, and says where the two, or the states of blocks and prints, contradict each other.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlmodel import Session, col

from trace.records.stamp import (
    BlockState,
    PrintRun,
    RunState,
    StampActivation,
    StampBlock,
    StampKeyRow,
    StampVoid,
)
from trace.services.admission import Act, Actor, visible
from trace.services.stamp_gates import range_of, touching, withdrawn
from trace.services.stamp_ledgers import Ledger
from trace.services.stamp_ranges import Range, total
from trace.services.stamp_reasons import SPOILED

LENGTH_VOID = StampVoid.last - StampVoid.first + 1
LENGTH_USED = StampActivation.last - StampActivation.first + 1


@dataclass(frozen=True)
class Gap:
    """A contradiction in the books: the block's public id (or the key's number) and what is wrong."""

    where: str
    what: str


def totals(session: Session, actor: Actor) -> Ledger:
    """All blocks in the actor's reach together."""
    return _totals(session, visible(actor, Act.VOID_STAMPS, StampBlock))


def _totals(session: Session, mine: ColumnElement[bool]) -> Ledger:
    here = select(col(StampBlock.id)).where(mine)

    def summed(question: Select[Any]) -> int:
        return int(session.execute(question).scalar_one() or 0)

    given = summed(select(func.sum(StampBlock.count)).where(mine))
    used = summed(select(func.sum(LENGTH_USED)).where(col(StampActivation.block_id).in_(here)))
    both = select(func.sum(withdrawn())).select_from(StampActivation).join(StampVoid, touching())
    used -= summed(both.where(col(StampVoid.block_id).in_(here)))
    gone = select(func.sum(LENGTH_VOID)).where(col(StampVoid.block_id).in_(here))
    spoiled = summed(gone.where(col(StampVoid.reason).in_(SPOILED)))
    void = summed(gone.where(col(StampVoid.reason).not_in(SPOILED)))
    return Ledger(given, used, spoiled, void, given - used - spoiled - void)


def unreconciled(session: Session, after: int = 0) -> list[Gap]:
    """What does not add up in any roll of any cooperative whose row number is above ``after``, and in the
    keys' counters; empty when all is well.
    """
    found: list[Gap] = []
    blocks = select(StampBlock).where(col(StampBlock.id) > after).order_by(col(StampBlock.id))
    for block in session.execute(blocks).scalars():
        found += (Gap(block.public_id, what) for what in _faults_of(session, block))
    for key in session.execute(select(StampKeyRow)).scalars():
        given = select(func.sum(StampBlock.count)).where(col(StampBlock.kid) == key.kid)
        taken = int(session.execute(given).scalar_one() or 0)
        if taken != key.next_serial:
            said = f"blocks hold {taken} serials, the counter says {key.next_serial}"
            found.append(Gap(f"key {key.kid}", said))
    return found


def _faults_of(session: Session, block: StampBlock) -> Iterator[str]:
    whole = Range(block.first, block.last)
    used, gone = (_ranges(session, table, block) for table in (StampActivation, StampVoid))
    runs = list(session.execute(select(PrintRun).where(col(PrintRun.block_id) == block.id)).scalars())
    for name, ranges in (("activated", used), ("void", gone)):
        yield from (f"{name} {one} lies outside" for one in ranges if not whole.holds(one))
        yield from (f"{name} {one} twice" for a, b in pairwise(sorted(ranges)) if (one := a.meets(b)))
    for run in runs:
        if not whole.holds(Range(run.first, run.last)):
            yield f"print {run.public_id} lies outside"
        if run.state == RunState.READY and not run.sha256:
            yield f"print {run.public_id} is ready without a sum"
    live = total(part for one in used for part in one.without(gone))
    stock = total(whole.without([*used, *gone]))
    counted = _totals(session, col(StampBlock.id) == block.id)
    walked = Ledger(block.count, live, counted.spoiled, total(gone) - counted.spoiled, stock)
    if counted != walked or live + total(gone) + stock != block.count:
        parts = f"used {live} + void {total(gone)} + in stock {stock}"
        yield f"given {block.count}, but {parts}; the database counts {counted}"
    yield from _state_faults(block, stock, any(run.sha256 for run in runs))


def _state_faults(block: StampBlock, stock: int, is_made: bool) -> Iterator[str]:
    if block.state == BlockState.ISSUED and is_made:
        yield "printed, but still called issued"
    if block.state in (BlockState.PRINTED, BlockState.CLOSED) and not is_made:
        yield f"called {block.state}, but no file of it was ever made"
    if block.state == BlockState.CLOSED and stock:
        yield f"closed with {stock} unaccounted for"


def _ranges(
    session: Session, table: type[StampActivation] | type[StampVoid], block: StampBlock
) -> list[Range]:
    rows = session.execute(select(table).where(col(table.block_id) == block.id)).scalars()
    return [range_of(row) for row in rows]
