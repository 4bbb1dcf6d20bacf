"""Issuing blocks of stamps: serials are taken once, under a mark on disk, and never given again.

Lot first: an order that names a released lot is activated whole in the same transaction; the file to
print is for exactly that lot. Roll first: an order without a lot waits, printed, to be activated in parts.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlmodel import Session, col

from trace.crashpoint import crashpoint
from trace.errors import Conflict, FieldProblem, Invalid, Refused
from trace.records.lot import Lot
from trace.records.product import Product
from trace.records.stamp import SERIALS, BlockState, StampBlock, StampKeyRow, StampVoid
from trace.row_log import update_logged
from trace.services import stamp_marks
from trace.services.admission import Act, Actor, fetch, own_org, scope_of
from trace.services.going_out import refuse_unfit
from trace.services.label_design_given import STANDARD
from trace.services.label_designs import design_for
from trace.services.logging_acts import append_leaf
from trace.services.public_id import new_public_id
from trace.services.stamp_activating import activate_whole
from trace.services.stamp_gates import packed_lot, product_for, refuse_over, refuse_unready, room
from trace.services.stamp_keys import active_key
from trace.services.stamp_marks import Mark, Places

MAX_COUNT = 1_000_000
LONGEST_REQUEST_ID = 64
INTERRUPTED = "interrupted"
"""Reason of the void range that an allocation leaves when its process dies."""


@dataclass(frozen=True)
class BlockOrder:
    """How many stamps, for which product or which lot (public ids), in which design."""

    count: int
    request_id: str
    product: str | None = None
    lot: str | None = None
    design: str = STANDARD


def issue_block(
    session: Session, actor: Actor, order: BlockOrder, places: Places, now: datetime
) -> StampBlock:
    """Issue a block to the actor's organisation; the same request id gives the same block again.

    Raises:
        Invalid: a count outside 1..1,000,000, a request id that is empty or too long, or a design that
            is not theirs or is for another product.
        NotFound: lot or product is not theirs.
        Conflict: the request id came with another order.
        Refused: the lot's gates; ``gate.key`` on a restored copy; ``key.serials`` at the key's end.
    """
    scope_of(actor, Act.ISSUE_STAMPS)
    _check(order)
    org_id = own_org(actor)
    lot = packed_lot(session, actor, order.lot) if order.lot else None
    product = _product(session, actor, order, lot)
    key = active_key(session, lock=True)
    wanted = (order.count, product.id if product else None, lot.id if lot else None, order.design)
    earlier = _earlier(session, org_id, order.request_id)
    if earlier is not None:
        return _same(earlier, wanted, order.request_id)
    if order.design != STANDARD:
        design_for(session, actor, order.design, product.id if product else None)
    if lot is not None and product is not None:
        refuse_unready(session, lot, now)
        refuse_unfit(session, lot, product)
        refuse_over(room(session, lot, product), lot, order.count)
    first = _allocate(session, key, order, places, now)
    block = _add(session, actor, key.kid, first, wanted, order.request_id, now)
    if lot is not None:
        activate_whole(session, actor, block, lot, now)
    crashpoint("before commit")
    return block


def _check(order: BlockOrder) -> None:
    problems = []
    if not 1 <= order.count <= MAX_COUNT:
        limits = {"min": 1, "max": MAX_COUNT, "unit": ""}
        problems.append(FieldProblem("count", "field.range", order.count, limits))
    if not order.request_id:
        problems.append(FieldProblem("request_id", "error.empty", ""))
    elif len(order.request_id) > LONGEST_REQUEST_ID:
        limit = {"max": LONGEST_REQUEST_ID}
        problems.append(FieldProblem("request_id", "field.too_long", len(order.request_id), limit))
    if problems:
        raise Invalid(problems)


def _product(session: Session, actor: Actor, order: BlockOrder, lot: Lot | None) -> Product | None:
    given = (
        fetch(session, actor, Act.ISSUE_STAMPS, Product, public_id=order.product) if order.product else None
    )
    return given if lot is None else product_for(session, lot, given.id if given else None)


def _earlier(session: Session, org_id: int, request_id: str) -> StampBlock | None:
    question = select(StampBlock).where(
        col(StampBlock.org_id) == org_id, col(StampBlock.request_id) == request_id
    )
    found: StampBlock | None = session.execute(question).scalar_one_or_none()
    return found


Wanted = tuple[int, int | None, int | None, str]


def _same(block: StampBlock, wanted: Wanted, request_id: str) -> StampBlock:
    if (block.count, block.product_id, block.lot_id, block.design) != wanted:
        raise Conflict("error.conflict", request_id=request_id)
    return block


def _allocate(session: Session, key: StampKeyRow, order: BlockOrder, places: Places, now: datetime) -> int:
    """Take the serials: mark on disk, then the counter. The key's row is locked; the first serial."""
    counter = key.next_serial
    with stamp_marks.locked(places.marks) as file:
        ahead = stamp_marks.lead(stamp_marks.last_of(file, key.kid), counter)
        if counter + ahead + order.count > SERIALS:
            raise Refused("key.serials", kid=key.kid, left=SERIALS - counter - ahead, n=order.count)
        stamp_marks.append(file, Mark(key.kid, counter, ahead + order.count, order.request_id))
    if ahead:
        _bury(session, key.kid, counter, ahead, now)
    taken = (
        update(StampKeyRow)
        .where(col(StampKeyRow.kid) == key.kid, col(StampKeyRow.next_serial) == counter)
        .values(next_serial=StampKeyRow.next_serial + ahead + order.count)
        .returning(col(StampKeyRow.next_serial))
    )
    end = int(update_logged(session, taken, "stamp_key", (key.kid,)).scalar_one())
    crashpoint("after update")
    return end - order.count


def _bury(session: Session, kid: int, first: int, count: int, now: datetime) -> None:
    """A range whose allocation died between mark and commit is kept as a void block of nobody's."""
    block = StampBlock(
        public_id=new_public_id(),
        kid=kid,
        first=first,
        count=count,
        state=BlockState.INTERRUPTED,
        request_id=f"{INTERRUPTED}:{kid}:{first}",
        created_at=now,
    )
    session.add(block)
    session.flush()
    session.add(
        StampVoid(
            block_id=block.id,
            kid=kid,
            first=first,
            last=block.last,
            reason=INTERRUPTED,
            voided_at=now,
            request_id=INTERRUPTED,
        )
    )
    append_leaf(session, "stamp_block", {"act": INTERRUPTED, "key": kid, "first": first, "count": count}, now)


def _add(
    session: Session, actor: Actor, kid: int, first: int, wanted: Wanted, request_id: str, now: datetime
) -> StampBlock:
    count, product_id, lot_id, design = wanted
    block = StampBlock(
        public_id=new_public_id(),
        kid=kid,
        first=first,
        count=count,
        org_id=own_org(actor),
        product_id=product_id,
        lot_id=lot_id,
        design=design,
        state=BlockState.ISSUED,
        request_id=request_id,
        created_at=now,
        created_by=actor.account_id,
    )
    session.add(block)
    session.flush()
    said = {"act": "issue", "block": block.public_id, "key": kid, "first": first, "count": count}
    append_leaf(session, "stamp_block", {**said, "org": block.org_id, "by": actor.account_id}, now)
    return block
