"""A small season whose rows stand in every guarded table, sealed by checkpoints."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from unittest.mock import patch

from sqlmodel import Session

from tests import world
from tests.services import consignment_world, farm
from tests.services.stamp_world import StampWorld, make_world
from trace.db import reading, transaction
from trace.log_keys import make_signing_key
from trace.records.lot import Lot
from trace.services import (
    arrival_lots,
    checkpoint_files,
    checkpoints,
    dispatching,
    holding,
    households,
    logging_acts,
    packing,
    recalling,
    receiving,
    releasing,
    rules,
)
from trace.services.auditing.findings import Counts, Finding
from trace.services.auditing.verifying import differences
from trace.services.checkpoint_files import NoteFile
from trace.services.checkpoints import SealPlaces
from trace.services.consigning import units_in
from trace.services.figures.catalogue import BY_NAME
from trace.services.month_closing import freezing, revising
from trace.services.receiving import ReceiptIn
from trace.services.work_lists import deciding, listing
from trace.services.work_lists.item import Look

WORDS = recalling.RecallIn(reason="Nghi còn thuốc trên quả", phone="0220 000 0000")
WHY = holding.HoldIn(reason="Chờ kết quả mẫu")
NOTE = deciding.DecisionIn(act="note", note="Đã gọi hợp tác xã")
LIFT = holding.LiftIn(result="KQ-12/2026", reason="Mẫu đạt")


@dataclass
class Season:
    """A cooperative at work, and the places outside its database."""

    stamps: StampWorld
    places: SealPlaces
    now: datetime

    def activate(self, count: int) -> Lot:
        """A lot with so many activations, an act and a leaf each."""
        lot = self.stamps.lot(weight_g=count * 10_000)
        roll = self.stamps.roll(count)
        for serial in range(roll.first, roll.last + 1):
            self.stamps.activate(roll, serial, serial, lot)
        return lot

    def place(self) -> int:
        with transaction() as session:
            return logging_acts.give_positions(session)

    def seal(self) -> NoteFile:
        self.place()
        self.now += timedelta(minutes=1)
        with reading() as session:
            standing = checkpoints.checkpoint_now(session, self.places)
        return checkpoints.seal(standing, self.places, self.now)

    def notes(self) -> list[NoteFile]:
        return checkpoint_files.note_files(self.places.notes)

    def differences(self, session: Session | None = None) -> list[Finding]:
        if session is not None:
            return list(differences(session, self.places, Counts()))
        with reading() as own:
            return list(differences(own, self.places, Counts()))

    def counts(self) -> Counts:
        counts = Counts()
        with reading() as session:
            assert list(differences(session, self.places, counts)) == []
        return counts


def begun(folder: Path, now: datetime) -> Season:
    """An instance with keys and nothing done yet."""
    stamps = make_world(folder, now)
    places = SealPlaces(folder / "log.key", folder / "checkpoints")
    make_signing_key(places.key, "id.example.vn/nongsan-log")
    return Season(stamps, places, now)


def consigned(session: Session, now: datetime, coop: world.Coop) -> None:
    """Boxes with papers and a treatment that another cooperative received, one of them short."""
    other = world.make_coop(session, now)
    to = {"receiver": other.org.public_id}
    one = consignment_world.loaded(session, now, coop, consignment_world.lot(session, now, coop), **to)
    consignment_world.treat(session, now, coop, one)
    consignment_world.paper(session, now, coop, one, "phytosanitary")
    dispatching.dispatch(session, coop.hand, one.public_id, now)
    short = {"unit": units_in(session, one)[0].id, "kind": "short", "weight_g": 500, "note": "Ướt"}
    receiving.receive(session, other.hand, one.public_id, ReceiptIn(number="PN-1", differences=(short,)), now)
    arrival_lots.take_in(session, other.hand, one.public_id, now)


FROZEN = tuple(BY_NAME[name] for name in ("harvested", "lot_registration", "scans"))
"""Figures of a closed month that have a row in each of its tables; that all are frozen is shown elsewhere."""


def closed(now: datetime) -> None:
    """A month that was closed, and a figure of it that was revised since: its harvest was put down later."""
    with patch.object(freezing, "MEASURES", FROZEN), reading() as session:
        made = freezing.draft(session, farm.OFFICE, "2026-05", now)
    with transaction() as session:
        closing, _ = freezing.keep(session, farm.OFFICE, made)
        coop = world.make_coop(session, now)
        world.make_lot(session, now, coop.plot, coop.product, harvested_on=date(2026, 5, 30))
    with reading() as session:
        found = revising.find(session, farm.OFFICE, closing)
    with transaction() as session:
        revising.note(session, closing, found, now)


def season(folder: Path, now: datetime, activations: int = 20) -> Season:
    """Rows of every kind: two checkpoints, leaves behind them that wait for the next."""
    made = begun(folder, now)
    coop, boss = made.stamps.coop, made.stamps.coop.boss
    with transaction() as session:
        rules.load_defaults(session)
        world.add_picture(session, now, coop.product)
        lots = [farm.harvest(session, coop, now, kg=100) for _ in range(4)]
        pool = packing.pack_lot(session, coop.hand, farm.pack_in(*lots[:2], units=200, kind="pool"), now)
        packing.pack_lot(session, coop.hand, farm.pack_in(pool, units=100), now)
        hold = holding.hold_lot(session, coop.hand, lots[3].public_id, WHY, now)
        kept = holding.hold_lot(session, coop.hand, lots[2].public_id, WHY, now)
    made.seal()
    with transaction() as session:
        holding.lift_hold(session, farm.OFFICE, hold.id, LIFT, now)
        releasing.release_lot(session, boss, lots[3].public_id, now)
        recalling.open_recall(session, boss, lots[0].public_id, WORDS, now)
        consigned(session, now, coop)
        other = world.make_household(session, now, coop.org)
        households.personal_data(session, farm.OFFICE, other.id, now, "Gọi về lô đang giữ")
        item = listing.find(Look(session, farm.OFFICE, now), "hold", kept.id)
        deciding.decide(session, farm.OFFICE, item.kind, item.key, NOTE, now)
    closed(now)
    made.activate(activations)
    roll = made.stamps.roll(10)
    made.stamps.void(roll, roll.first, roll.first + 3)
    made.seal()
    made.activate(3)
    return made
