"""A shop with orders and scans whose months are closed and looked at, here or by processes that die."""

import json
import os
import signal
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import select
from sqlmodel import col

from tests import stamped, world
from tests.jobs.forks import child, dying, ended
from tests.services.test_selling_figures import order
from trace.db import reading, transaction
from trace.jobs import clock
from trace.jobs.desk import Desk
from trace.jobs.work import run_one
from trace.records.account import Role
from trace.records.job import Job
from trace.records.lot import Lot
from trace.records.month_closing import ClosingLook, FigureRevision, MonthClosing
from trace.records.shop import Listing, Shop, ShopState
from trace.services import leases, listings, schedules, selling
from trace.services.admission import Actor
from trace.services.month_closing import freezing, kept, revising
from trace.services.rules import load_defaults
from trace.services.scan_notes import ScanNote, store_notes
from trace.services.verdicts import State
from trace.settings import Settings

OFFICE = Actor(None, Role.OFFICE)
JULY = datetime(2026, 7, 2, 3, tzinfo=UTC)
JUNE = datetime(2026, 6, 12, 3, tzinfo=UTC)
HOUR = timedelta(hours=1)


@dataclass
class Stall:
    """A shop with sales in June, and the jobs that close its months and look at them; each later in time."""

    coop: world.Coop
    shop: Shop
    lot: Lot
    kid: int
    folder: Path
    at: datetime = JULY
    asked: list[set[str]] = field(default_factory=list)

    @property
    def desk(self) -> Desk:
        return Desk(Settings(instance=self.folder), f"w{os.getpid()}", now=lambda: self.at)

    def close(self, month: str = "2026-06") -> MonthClosing:
        with reading() as session:
            made = freezing.draft(session, OFFICE, month, self.at)
        with transaction() as session:
            return freezing.keep(session, OFFICE, made)[0]

    def look(self, after: timedelta = HOUR) -> dict[str, int]:
        """Run the job; what it says it did."""
        self.at += after
        self.asked.clear()
        number = self.ordered("revise_months")
        run_one(self.desk, number)
        with reading() as session:
            job = session.get_one(Job, number)
            return {"state": job.state, **json.loads(job.stats)}

    def ordered(self, kind: str, subject: str = "") -> int:
        """A job that is due."""
        with transaction() as session:
            return schedules.run_now(session, kind, subject, self.at)

    def missed(self) -> int:
        """Revisions that reading everything finds and the job did not."""
        missed = 0
        with reading() as session:
            closings = kept.all_closings(session)
        for one in closings:
            with reading() as session:
                found = revising.find(session, OFFICE, one)
            with transaction() as session:
                missed += revising.note(session, one, found, self.at)
                session.get_one(ClosingLook, one.id).proved_at = JULY  # the proof is the test's own
        return missed

    def tell(self, *orders: object) -> None:
        with transaction() as session:
            selling.record_orders(session, self.shop.id, orders, self.at)

    def scan(self, *notes: ScanNote) -> None:
        with transaction() as session:
            store_notes(session, list(notes), self.at)

    def dies(self, number: int, writes: int) -> bool:
        """Whether a forked worker that does this job is killed before its write of this number, a commit
        being one; it ended by itself where it has fewer.
        """
        with child(lambda: dying(lambda: run_one(self.desk, number), writes)) as other:
            return ended(other) == -signal.SIGKILL

    def dies_after(self, number: int, seconds: float) -> bool:
        """The same after a time, wherever it is then."""
        with child(lambda: run_one(self.desk, number)) as other:
            time.sleep(seconds)
            os.kill(other, signal.SIGKILL)
            return ended(other) == -signal.SIGKILL

    def reap(self) -> None:
        """The lease of whoever died is over, and their jobs wait for another."""
        self.at += leases.LEASE + timedelta(seconds=1)
        clock.reap(self.desk)

    def revisions(self) -> dict[str, list[FigureRevision]]:
        """What was noted of each figure of every month."""
        with reading() as session:
            found = session.execute(select(FigureRevision).order_by(col(FigureRevision.id))).scalars().all()
        told: dict[str, list[FigureRevision]] = {}
        for one in found:
            told.setdefault(f"{one.closing_id} {one.measure}", []).append(one)
        return told


def open_stall(now: datetime, folder: Path) -> Stall:
    """A shop that sold twice in June, and two stamps that were looked at."""
    with transaction() as session:
        load_defaults(session)
        coop = world.make_coop(session, now)
        given = {"marketplace": "shopee", "ext_shop_id": "1", "name": "Gian", "created_at": now}
        shop = world.add(session, Shop(org_id=coop.org.id, state=ShopState.CONNECTED, **given))
        lot = world.make_lot(session, now, coop.plot, coop.product)
        block = stamped.make_block(session, now, coop, folder)
    made = Stall(coop, shop, lot, block.kid, folder)
    made.tell(order("S1", "completed"), order("S2", "placed"))
    with transaction() as session:
        for listing in session.execute(select(Listing)).scalars():
            listings.set_product(session, listing, coop.product.id, 500, now)
        scans = [scan(made, 0, JUNE), scan(made, 5, JUNE, State.CLONE_SUSPECT)]
        store_notes(session, scans, JUNE)
    return made


def scan(stall: Stall, serial: int, at: datetime, state: State = State.FIRST) -> ScanNote:
    marks = (b"d", b"n", frozenset({b"d"}), b"d")
    return ScanNote(stall.kid, serial, stall.lot.id, stall.coop.org.id, at, state, *marks, opens=True)
