"""The stamp ledger: given = used + spoiled + void + in stock, per block, and each block's intervals."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlmodel import Session, col

from trace.records.lot import Lot
from trace.records.organisation import Organisation
from trace.records.product import Product
from trace.records.stamp import ON_PAPER, PrintRun, StampActivation, StampBlock, StampVoid
from trace.services.admission import Act, Actor, fetch, visible
from trace.services.stamp_activating import activations_in, voids_in
from trace.services.stamp_gates import range_of
from trace.services.stamp_printing import LIST
from trace.services.stamp_ranges import Range, total
from trace.services.stamp_reasons import SPOILED, reason_words
from trace.texts.catalogs import Term


class Standing(StrEnum):
    """What a serial of a block is."""

    STOCK = "stock"
    USED = "used"
    VOID = "void"


@dataclass(frozen=True)
class Segment:
    """Neighbouring serials of one standing: since when, for which lot or reason."""

    serials: Range
    standing: Standing
    lot: str | None = None
    lot_public_id: str | None = None
    reason: Term | str | None = None
    since: datetime | None = None


@dataclass(frozen=True)
class Ledger:
    """A block's counts; ``given`` is the sum of the others."""

    given: int
    used: int
    spoiled: int
    void: int
    stock: int


@dataclass(frozen=True)
class BlockLine:
    """A block in a list."""

    block: StampBlock
    ledger: Ledger
    product: str | None
    lot: str | None
    org: str | None


@dataclass(frozen=True)
class BlockPage(BlockLine):
    """A block with its intervals and what was printed of it."""

    segments: tuple[Segment, ...]
    runs: tuple[PrintRun, ...]

    @property
    def prints(self) -> tuple[PrintRun, ...]:
        """Runs that are or may soon be on paper; a list of codes is not."""
        return tuple(run for run in self.runs if run.state in ON_PAPER and run.format != LIST)


def ledger(session: Session, actor: Actor, block_public_id: str) -> Ledger:
    """The counts of one block.

    Raises:
        NotFound: the block is not theirs.
    """
    return look_at(session, actor, block_public_id).ledger


def list_blocks(
    session: Session, actor: Actor, limit: int = 50, before: int | None = None
) -> list[BlockLine]:
    """Blocks in the actor's reach, newest first; ``before`` is the row number where the last page ended."""
    rule = visible(actor, Act.VOID_STAMPS, StampBlock)
    question = select(StampBlock).where(rule).order_by(col(StampBlock.id).desc()).limit(limit)
    if before is not None:
        question = question.where(col(StampBlock.id) < before)
    blocks = session.execute(question).scalars().all()
    activations, voids = _intervals(session, [block.id for block in blocks])
    lines = []
    for block in blocks:
        gone = voids.get(block.id, [])
        counts = _count(block, _segments(block, activations.get(block.id, []), gone, {}), gone)
        lines.append(BlockLine(block, counts, *_names(session, block)))
    return lines


def look_at(session: Session, actor: Actor, block_public_id: str) -> BlockPage:
    """One block with its ledger, intervals and prints.

    Raises:
        NotFound: the block is not theirs.
    """
    block = fetch(session, actor, Act.VOID_STAMPS, StampBlock, public_id=block_public_id)
    activations, voids = _intervals(session, [block.id])
    mine, gone = activations.get(block.id, []), voids.get(block.id, [])
    lots = _lots(session, mine)
    segments = _segments(block, mine, gone, lots)
    runs = select(PrintRun).where(col(PrintRun.block_id) == block.id).order_by(col(PrintRun.id))
    printed = tuple(session.execute(runs).scalars())
    return BlockPage(block, _count(block, segments, gone), *_names(session, block), tuple(segments), printed)


def name_of(session: Session, block_id: int) -> str:
    """A block's public id."""
    return session.get_one(StampBlock, block_id).public_id


def standing_of(session: Session, block: StampBlock, serial: int) -> Standing:
    """What one serial of a block is now."""
    here = Range(serial, serial)
    if voids_in(session, block, here):
        return Standing.VOID
    return Standing.USED if activations_in(session, block, here) else Standing.STOCK


Activations = dict[int, list[StampActivation]]
Voids = dict[int, list[StampVoid]]


def _intervals(session: Session, ids: Sequence[int]) -> tuple[Activations, Voids]:
    activations: Activations = {}
    voids: Voids = {}
    for row in session.execute(
        select(StampActivation).where(col(StampActivation.block_id).in_(ids))
    ).scalars():
        activations.setdefault(row.block_id, []).append(row)
    for gone in session.execute(select(StampVoid).where(col(StampVoid.block_id).in_(ids))).scalars():
        voids.setdefault(gone.block_id, []).append(gone)
    return activations, voids


def _lots(session: Session, activations: Iterable[StampActivation]) -> dict[int, Lot]:
    ids = {row.lot_id for row in activations}
    return {lot.id: lot for lot in session.execute(select(Lot).where(col(Lot.id).in_(ids))).scalars()}


def _names(session: Session, block: StampBlock) -> tuple[str | None, str | None, str | None]:
    product = session.get(Product, block.product_id) if block.product_id else None
    lot = session.get(Lot, block.lot_id) if block.lot_id else None
    org = session.get(Organisation, block.org_id) if block.org_id else None
    return product.name if product else None, lot.code if lot else None, org.name if org else None


def _segments(
    block: StampBlock,
    activations: Sequence[StampActivation],
    voids: Sequence[StampVoid],
    lots: dict[int, Lot],
) -> list[Segment]:
    """The block from its first serial to its last; a void serial is void whatever it was before."""
    gone = [range_of(void) for void in voids]
    found = [
        Segment(range_of(void), Standing.VOID, reason=reason_words(void.reason), since=void.voided_at)
        for void in voids
    ]
    for row in activations:
        lot = lots.get(row.lot_id)
        code, public_id = (lot.code, lot.public_id) if lot else (None, None)
        found += [
            Segment(part, Standing.USED, code, public_id, since=row.activated_at)
            for part in range_of(row).without(gone)
        ]
    taken = [segment.serials for segment in found]
    found += [Segment(part, Standing.STOCK) for part in Range(block.first, block.last).without(taken)]
    return sorted(found, key=lambda segment: segment.serials)


def _count(block: StampBlock, segments: Sequence[Segment], voids: Sequence[StampVoid]) -> Ledger:
    spoiled = total(range_of(void) for void in voids if void.reason in SPOILED)
    return Ledger(
        given=block.count,
        used=total(one.serials for one in segments if one.standing is Standing.USED),
        spoiled=spoiled,
        void=total(range_of(void) for void in voids) - spoiled,
        stock=total(one.serials for one in segments if one.standing is Standing.STOCK),
    )
