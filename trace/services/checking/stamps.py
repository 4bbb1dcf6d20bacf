"""R1 to R3: serials are given out once and in one line, each is in one state, none stands for no goods."""

from collections.abc import Iterable, Iterator

from sqlalchemy import func, select
from sqlmodel import Session, col

from trace.errors import Refused
from trace.records.lot import Lot
from trace.records.product import Product
from trace.records.stamp import BlockState, StampActivation, StampBlock, StampKeyRow
from trace.services import stamp_accounts, stamp_marks
from trace.services.checking.broken import Broken, Outside
from trace.services.lineage import portions
from trace.services.stamp_gates import TOLERANCE_PERCENT, active_by_lot


def serials(session: Session, outside: Outside) -> Iterator[Broken]:
    """R1: the blocks of a key follow each other without a gap from 0 to its counter, interrupted ones
    included, and the file of marks agrees with the counter.
    """
    end = col(StampBlock.first) + col(StampBlock.count)
    before = func.coalesce(
        func.lag(end).over(partition_by=col(StampBlock.kid), order_by=col(StampBlock.first)), 0
    )
    line = select(col(StampBlock.public_id), col(StampBlock.first), before.label("expected")).subquery()
    gaps = select(line).where(line.c.first != line.c.expected).order_by(line.c.first)
    for public_id, first, expected in session.execute(gaps):
        yield Broken(f"block {public_id}", f"begins at {first}, the one before ends at {expected}")
    for key in session.execute(select(StampKeyRow).order_by(col(StampKeyRow.kid))).scalars():
        try:
            stamp_marks.lead(stamp_marks.mark_of(outside.marks, key.kid), key.next_serial)
        except Refused as refused:
            marked = refused.params.get("got")
            yield Broken(f"key {key.kid}", f"the counter says {key.next_serial}, the file of marks {marked}")


def books(session: Session, _outside: Outside) -> Iterable[Broken]:
    """R2: used + spoiled + void + in stock = given, for every block and every key's counter."""
    return (Broken(one.where, one.what) for one in stamp_accounts.unreconciled(session))


def goods(session: Session, _outside: Outside) -> Iterator[Broken]:
    """R3: no stamp of a roll holds before the roll was printed, and no lot has more stamps than its weight
    bears, tolerance included.
    """
    early = (
        select(col(StampBlock.public_id))
        .join(StampActivation, col(StampActivation.block_id) == col(StampBlock.id))
        .where(col(StampBlock.state) == BlockState.ISSUED, col(StampBlock.lot_id).is_(None))
    )
    for public_id in session.execute(early.distinct()).scalars():
        yield Broken(f"block {public_id}", "stamps of it hold, and it was never printed")
    lots = session.execute(select(col(StampActivation.lot_id)).distinct()).scalars().all()
    for some in portions(set(lots)):
        active = active_by_lot(session, some)
        question = select(Lot, col(Product.unit_g)).join(Product, col(Product.id) == col(Lot.product_id))
        for lot, unit_g in session.execute(question.where(col(Lot.id).in_(some))):
            count = active.get(lot.id, 0)
            if count * unit_g * 100 > lot.weight_g * (100 + TOLERANCE_PERCENT):
                said = f"{count} stamps of {unit_g} g stand for {lot.weight_g} g"
                yield Broken(f"lot {lot.code} ({lot.public_id})", said)
