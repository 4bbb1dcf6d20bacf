"""A design tried on the cooperative's own stamps: the picture of one, and whether it fits a stock."""

from collections.abc import Callable, Iterable
from datetime import datetime

import numpy as np
from sqlalchemy import select
from sqlmodel import Session, col

from labels.design import StampDesign
from labels.errors import LabelError
from labels.job import Codes, PrintJob, Serials
from labels.stock import Stock
from trace.records.lot import Lot
from trace.records.stamp import BlockState, StampBlock
from trace.services.admission import Act, Actor, own_org, visible
from trace.services.instance_facts import is_demo
from trace.services.label_refusals import refusal_of
from trace.services.stamp_keys import key_for
from trace.services.stamp_words import words_of
from trace.standards.stamp_code import encode_many

SAMPLE = "0" * 19
"""The code of a picture where there is no stamp yet: no stamp has it."""


def trial(
    session: Session,
    actor: Actor,
    design: StampDesign,
    stock: Stock,
    product_id: int | None,
    public_url: str,
    now: datetime,
) -> PrintJob:
    """One stamp of the newest block (of the product), else of the newest lot, else of the cooperative.

    Raises:
        Refused: it does not fit the stock (``print.fit``, ``print.qr``, ``print.glyph`` ...).
    """
    block = _block(session, actor, product_id) or _imagined(session, actor, product_id, now)
    words = words_of(session, block, public_url, now, is_demo=is_demo(session), kind=design.kind)
    job = PrintJob(_codes(session, block), f"{public_url}/".upper(), words, stock, design)
    try:
        job.prepared()
    except LabelError as problem:
        raise refusal_of(problem) from problem
    return job


def _block(session: Session, actor: Actor, product_id: int | None) -> StampBlock | None:
    mine = visible(actor, Act.SEE_CODES, StampBlock) & (col(StampBlock.state) != BlockState.INTERRUPTED)
    if product_id is not None:
        mine &= col(StampBlock.product_id) == product_id
    question = select(StampBlock).where(mine).order_by(col(StampBlock.id).desc()).limit(1)
    found: StampBlock | None = session.execute(question).scalar_one_or_none()
    return found


def _imagined(session: Session, actor: Actor, product_id: int | None, now: datetime) -> StampBlock:
    """A block that is not in the register and never will be: for its words only."""
    mine = visible(actor, Act.MANAGE_PRINTING, Lot)
    if product_id is not None:
        mine &= col(Lot.product_id) == product_id
    question = select(Lot).where(mine).order_by(col(Lot.id).desc()).limit(1)
    lot: Lot | None = session.execute(question).scalar_one_or_none()
    return StampBlock(
        public_id="",
        kid=0,
        first=0,
        count=1,
        org_id=own_org(actor),
        product_id=product_id or (lot.product_id if lot else None),
        lot_id=lot.id if lot else None,
        state=BlockState.INTERRUPTED,
        request_id="",
        created_at=now,
    )


def _codes(session: Session, block: StampBlock) -> Callable[[], Iterable[tuple[Codes, Serials]]]:
    key = key_for(session, block.kid) if block.public_id else None
    code = np.frombuffer(SAMPLE.encode(), dtype=np.uint8).reshape(1, -1)
    codes = encode_many(key, block.first, 1) if key is not None else code
    return lambda: [(codes, np.array([block.first], dtype=np.int64))]
