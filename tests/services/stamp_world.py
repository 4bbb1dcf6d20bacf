"""A cooperative with a key, places for marks, and the checks every stamp test ends with."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlmodel import Session, select

from tests import world
from trace.db import reading, transaction
from trace.records.lot import Lot
from trace.records.stamp import BlockState, StampActivation, StampBlock, StampKeyRow, StampVoid
from trace.services import (
    instance_facts,
    stamp_activating,
    stamp_keys,
    stamp_printing,
    stamp_voiding,
    stamping,
)
from trace.services.admission import Actor
from trace.services.stamp_marks import Places
from trace.services.stamping import BlockOrder


@dataclass
class StampWorld:
    """Verbs in one line each, every one its own transaction."""

    places: Places
    coop: world.Coop
    now: datetime
    requests: int = 0

    @property
    def actor(self) -> Actor:
        return self.coop.boss

    def request(self) -> str:
        self.requests += 1
        return f"request-{self.requests}"

    def lot(self, **given: Any) -> Lot:
        with transaction() as session:
            return world.make_lot(session, self.now, self.coop.plot, self.coop.product, **given)

    def issue(self, count: int, actor: Actor | None = None, **order: Any) -> StampBlock:
        wanted = BlockOrder(count, order.pop("request_id", None) or self.request(), **order)
        with transaction() as session:
            return stamping.issue_block(session, actor or self.actor, wanted, self.places, self.now)

    def print(self, block: StampBlock, **given: Any) -> None:
        with transaction() as session:
            stamp_printing.record_print(
                session,
                given.pop("actor", self.actor),
                block.public_id,
                given.pop("first", block.first),
                given.pop("last", block.last),
                "pdf",
                "tomy-145",
                1,
                given.pop("sha256", "ab" * 32),
                given.pop("reason", ""),
                self.now,
            )

    def roll(self, count: int, **order: Any) -> StampBlock:
        """A block that was issued and printed."""
        block = self.issue(count, **order)
        self.print(block)
        return block

    def activate(
        self,
        block: StampBlock,
        first: int,
        last: int,
        lot: Lot,
        request: str = "",
        actor: Actor | None = None,
    ) -> StampActivation:
        with transaction() as session:
            return stamp_activating.activate(
                session,
                actor or self.actor,
                block.public_id,
                first,
                last,
                lot.public_id,
                request or self.request(),
                self.now + timedelta(minutes=self.requests),
            )

    def void(
        self,
        block: StampBlock,
        first: int,
        last: int,
        reason: str = "lost",
        request: str = "",
        actor: Actor | None = None,
    ) -> StampVoid:
        with transaction() as session:
            return stamp_voiding.void_range(
                session,
                actor or self.actor,
                block.public_id,
                first,
                last,
                reason,
                request or self.request(),
                self.now,
            )


def make_world(folder: Path, now: datetime) -> StampWorld:
    places = Places(folder / "keys", folder / "stamp-marks.log")
    with transaction() as session:
        instance_facts.found(session, public_url="https://id.example.vn", is_demo=False)
        stamp_keys.ensure_key(session, places.key_folder, now, places.marks)
        return StampWorld(places, world.make_coop(session, now), now)


def faults(session: Session) -> list[str]:
    """What breaks R1 to R3: overlapping or missing serials, a stamp in two states, more stamps than goods."""
    return [*_range_faults(session), *_state_faults(session), *_weight_faults(session)]


def _range_faults(session: Session) -> list[str]:
    found = []
    for key in session.exec(select(StampKeyRow)).all():
        at = 0
        blocks = session.exec(select(StampBlock).where(StampBlock.kid == key.kid)).all()
        for block in sorted(blocks, key=lambda b: b.first):
            if block.first != at:
                found.append(f"R1 key {key.kid}: block at {block.first}, expected {at}")
            at = max(at, block.first + block.count)
        if at != key.next_serial:
            found.append(f"R1 key {key.kid}: blocks end at {at}, counter {key.next_serial}")
    return found


def _state_faults(session: Session) -> list[str]:
    found = []
    for block in session.exec(select(StampBlock)).all():
        serials = range(block.first, block.first + block.count)
        for table in (StampActivation, StampVoid):
            rows = session.exec(select(table).where(table.block_id == block.id)).all()
            times = Counter(serial for row in rows for serial in range(row.first, row.last + 1))
            found += [f"R2 {table.__name__}: serial {s} {n} times" for s, n in times.items() if n > 1]
            found += [f"R2 {table.__name__}: serial {s} outside" for s in times if s not in serials]
        if block.state == BlockState.ISSUED and block.lot_id is None:
            used = session.exec(select(StampActivation).where(StampActivation.block_id == block.id)).all()
            found += [f"R3 block {block.public_id}: activated before it was printed" for _ in used]
    return found


def _weight_faults(session: Session) -> list[str]:
    active: Counter[int] = Counter()
    for row in session.exec(select(StampActivation)).all():
        voids = session.exec(select(StampVoid).where(StampVoid.block_id == row.block_id)).all()
        gone = {s for void in voids for s in range(void.first, void.last + 1)}
        active[row.lot_id] += sum(1 for s in range(row.first, row.last + 1) if s not in gone)
    found = []
    for lot_id, stamps in active.items():
        lot = session.get(Lot, lot_id)
        product = world.Product
        unit_g = session.get(product, lot.product_id).unit_g
        if stamps * unit_g * 100 > lot.weight_g * 102:
            found.append(f"R3 lot {lot.code}: {stamps} stamps of {unit_g} g on {lot.weight_g} g")
    return found


def all_faults() -> list[str]:
    with reading() as session:
        return faults(session)
