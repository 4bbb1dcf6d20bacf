"""Stamps for tests of scanning: a key, a block, an activation, and the codes of their serials."""

import itertools
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlmodel import Session

from tests import world
from trace.records.lot import Lot
from trace.records.recall import Recall, RecallLot
from trace.records.stamp import BlockState, StampActivation, StampBlock, StampKeyRow, StampVoid
from trace.services.public_id import new_public_id
from trace.services.stamp_keys import ensure_key, key_for
from trace.standards import stamp_code

_numbers = itertools.count(1)


def make_block(
    session: Session, now: datetime, coop: world.Coop, folder: Path, count: int = 100, **given: Any
) -> StampBlock:
    """A printed block at the key's counter."""
    key = ensure_key(session, folder, now)
    row = session.get(StampKeyRow, key.kid)
    first, row.next_serial = row.next_serial, row.next_serial + count
    values = {"public_id": new_public_id(), "kid": key.kid, "first": first, "count": count}
    values |= {"org_id": coop.org.id, "product_id": coop.product.id, "state": BlockState.PRINTED}
    values |= {"request_id": f"stamped-{next(_numbers)}", "created_at": now}
    return world.add(session, StampBlock(**{**values, **given}))


def activate(
    session: Session,
    now: datetime,
    block: StampBlock,
    lot: Lot,
    first: int | None = None,
    last: int | None = None,
) -> StampActivation:
    row = StampActivation(
        block_id=block.id,
        kid=block.kid,
        first=block.first if first is None else first,
        last=block.last if last is None else last,
        lot_id=lot.id,
        activated_at=now,
        request_id=f"activated-{next(_numbers)}",
    )
    return world.add(session, row)


def void(session: Session, now: datetime, block: StampBlock, first: int, last: int) -> StampVoid:
    row = StampVoid(block_id=block.id, kid=block.kid, first=first, last=last, reason="spoiled", voided_at=now)
    row.request_id = f"void-{next(_numbers)}"
    return world.add(session, row)


def recall(session: Session, now: datetime, lot: Lot, *others: Lot, **given: Any) -> Recall:
    values = {"number": f"TH-{next(_numbers)}", "org_id": lot.org_id, "root_lot_id": lot.id}
    values |= {"reason": "Dư lượng thuốc vượt mức", "reason_en": "Residue above the limit"}
    values |= {"phone": "0220 111 222", "opened_at": now}
    row = world.add(session, Recall(**{**values, **given}))
    for one in (lot, *others):
        world.add(session, RecallLot(recall_id=row.id, lot_id=one.id))
    return row


def code_of(session: Session, kid: int, serial: int) -> str:
    key = key_for(session, kid)
    assert key is not None
    return stamp_code.encode(key, serial)
