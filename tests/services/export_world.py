"""A lot to be written: harvests of several households, pooled twice, packed, packed again, stamped."""

import io
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlmodel import Session

from tests import stamped, world
from tests.epcis.client import document, seen
from tests.services import farm
from tests.services.lot_world import bare, link, pool
from trace.db import reading, transaction
from trace.records.lot import Lot, LotKind
from trace.services import lot_events, packing
from trace.services.admission import Actor
from trace.services.epcis.capturing import capture
from trace.services.epcis.reading import make_ready
from trace.services.exporting import chains
from trace.services.exporting.port import EXPORTERS, Workplace
from trace.services.identifiers import lot_uri

FACE = "https://tem.example.vn"
INPUTS = 6
RISKY = "=1+1"
"""A name that a spreadsheet would calculate."""


class Written:
    """Six harvests of three households (600 kg) -> two pools -> a pool -> a pack of 100 boxes, depth 3, and
    the lot packed again of it, depth 4; with stamps, and an event that a program recorded of the lot."""

    def __init__(self, folder: Path, now: datetime) -> None:
        self.folder, self.now = folder, now
        with transaction() as session:
            self.coop = farm.found(session, now)
            self.coop.product.name = RISKY
            plots = [self.coop.plot, *(self._plot(session) for _ in range(2))]
            harvests = [self._harvest(session, plots[n % 3]) for n in range(INPUTS)]
            self.harvest = harvests[0]
            halves = [
                pool(session, self.coop, now, *((lot, 100) for lot in part), kg=290)
                for part in (harvests[:3], harvests[3:])
            ]
            whole = pool(session, self.coop, now, *((lot, 290) for lot in halves), kg=560)
            boxes = packing.pack_lot(session, self.coop.hand, farm.pack_in(whole, units=200), now)
            self.lot = bare(session, now, self.coop, LotKind.PROCESSED, 90_000, released_at=now)
            link(session, boxes, self.lot, 100_000)
            lot_events.observed(session, self.coop.boss, "release", self.lot, now)
            self.block = stamped.make_block(session, now, self.coop, folder)
            stamped.activate(session, now, self.block, self.lot, self.block.first, self.block.first + 89)
            self.codes = [stamped.code_of(session, self.block.kid, self.block.first + n) for n in range(90)]
            self.other = world.make_coop(session, now)
            self._record(session)

    def _plot(self, session: Session) -> Any:
        household = world.make_household(session, self.now, self.coop.org, name="Nguyễn Thị Bí Mật")
        return world.make_plot(session, self.now, household, name="Vườn bà Bí Mật")

    def _harvest(self, session: Session, plot: Any) -> Lot:
        given = farm.lot_in(plot, 100, product=self.coop.product.public_id)
        return farm.harvesting.register_lot(session, self.coop.hand, given, self.now)

    def _record(self, session: Session) -> None:
        goods = [{"epcClass": lot_uri(session, self.lot), "quantity": 90, "uom": "KGM"}]
        told = make_ready(document(seen(1, quantityList=goods), seen(2)), self.now)
        assert capture(session, self.coop.hand, told, "rollback", self.now).is_success

    def write(self, name: str, actor: Actor | None = None, lot: Lot | None = None) -> bytes:
        """The lot's file, as its cooperative's staff gets it."""
        with reading() as session:
            asking = chains.Asking(session, actor or self.coop.hand, FACE)
            return self.written(name, chains.one(asking, (lot or self.lot).public_id))

    def written(self, name: str, found: Any) -> bytes:
        out = io.BytesIO()
        EXPORTERS[name](Workplace(self.folder, self.now)).write(found, out)
        return out.getvalue()
