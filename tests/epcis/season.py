"""Every act of the registry once, through its own service, on one cooperative."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlmodel import Session, select

from tests import world
from tests.services import consignment_world, farm, shipment_world, shop_world, stamp_world
from tests.services.consignment_world import loaded
from tests.services.shop_world import ShopWorld, order
from trace.db import transaction
from trace.records.event import Event
from trace.records.lot import Lot
from trace.records.shipment import ShipmentState
from trace.services import (
    arrival_lots,
    destroying,
    dispatching,
    harvesting,
    holding,
    logistic_units,
    packing,
    pallets,
    recalling,
    receiving,
    releasing,
    shipment_steps,
)
from trace.services.correcting.given import CorrectIn, WithdrawIn
from trace.services.correcting.lots import correct_lot
from trace.services.correcting.withdrawing import withdraw_lot
from trace.services.shipment_steps import Step

WORDS = recalling.RecallIn(reason="Nghi còn thuốc trên quả", phone="0220 000 0000")
CALLED_OFF = dispatching.CancelIn(reason="xe hỏng giữa đường")


@dataclass
class Season:
    """A cooperative's acts, each a minute after the one before."""

    stamps: stamp_world.StampWorld
    minutes: int = 0
    bodies: dict[int, str] = field(default_factory=dict)

    @property
    def coop(self) -> world.Coop:
        return self.stamps.coop

    def now(self) -> datetime:
        self.minutes += 1
        return self.stamps.now + timedelta(minutes=self.minutes)

    def act(self, verb: Any, actor: Any, *rest: Any) -> Any:
        """One act in a transaction of its own; what was told before is kept beside it."""
        with transaction() as session:
            self.bodies |= {one.id: one.body for one in session.exec(select(Event)).all()}
            return verb(session, actor, *rest, self.now())

    def harvest(self, kg: int = 100, **given: Any) -> Lot:
        given = {"product": self.coop.product.public_id, **given}
        return self.act(harvesting.register_lot, self.coop.hand, farm.lot_in(self.coop.plot, kg, **given))

    def pack(self, *parents: Lot, **given: Any) -> Lot:
        return self.act(packing.pack_lot, self.coop.hand, farm.pack_in(*parents, **given))

    def out(self, kg: int = 100) -> Lot:
        """A packed lot that is released."""
        pack = self.pack(self.harvest(kg), units=kg)
        return self.act(releasing.release_lot, self.coop.boss, pack.public_id)


def play(folder: Path, now: datetime) -> Season:
    """All acts."""
    season = Season(stamp_world.make_world(folder, now))
    for part in (_lots, _corrections, _stamps, _sales, _consignments, _parcels, _ends):
        part(season)
    return season


def _lots(season: Season) -> None:
    draft = season.harvest(draft=True)
    season.act(harvesting.open_draft, season.coop.hand, draft.public_id)
    other = season.harvest()
    draws = [{"lot": lot.public_id, "weight_g": 100_000} for lot in (draft, other)]
    pool = season.pack(draft, other, units=None, weight_g=190_000, draws=draws, kind="pool")
    reason = holding.HoldIn(reason="chờ kết quả mẫu")
    hold = season.act(holding.hold_lot, season.coop.hand, pool.public_id, reason)
    lift = holding.LiftIn(result="KQ-1", reason="mẫu đạt yêu cầu")
    season.act(holding.lift_hold, farm.OFFICE, hold.id, lift)


def _corrections(season: Season) -> None:
    lot = season.harvest()
    pack = season.pack(lot, units=100)
    season.act(correct_lot, season.coop.hand, lot.public_id, CorrectIn(weight_g=120_000))
    season.act(correct_lot, season.coop.hand, pack.public_id, CorrectIn(units=99))
    season.act(withdraw_lot, season.coop.hand, pack.public_id, WithdrawIn(reason="ghi hai lần"))


def _stamps(season: Season) -> None:
    block, lot = season.stamps.roll(40), season.out()
    season.stamps.activate(block, 0, 19, lot)
    season.stamps.void(block, 3, 5)


def _sales(season: Season) -> None:
    with transaction() as session:
        row = shop_world.another(session, season.coop, season.now())
    shop = ShopWorld(season.coop, row, season.now())
    season.out()
    shop.tell(*(order(f"D{n}", {"A": 2}, shop.now, "completed") for n in range(3)))
    shop.sell("D0", 2, status="returned", step=1)
    shop.sell("D1", 2, status="cancelled", step=1)


def _consignments(season: Season) -> None:
    with transaction() as session:
        neighbour = world.make_coop(session, season.now())

    def draft(session: Session, _actor: Any, lot: Lot, receiver: str, now: datetime) -> Any:
        return loaded(session, now, season.coop, lot, **({"receiver": receiver} if receiver else {}))

    lot, hand = season.out(), season.coop.hand
    gone, called_back, theirs = (
        season.act(draft, hand, lot, receiver) for receiver in ("", "", neighbour.org.public_id)
    )
    for one in (gone, called_back, theirs):
        season.act(dispatching.dispatch, hand, one.public_id)
    season.act(receiving.receive, neighbour.hand, theirs.public_id, receiving.ReceiptIn())
    season.act(arrival_lots.take_in, neighbour.hand, theirs.public_id)
    season.act(receiving.receive_for, hand, gone.public_id, receiving.ReceiptIn(number="BB-1"))
    season.act(dispatching.cancel, hand, called_back.public_id, CALLED_OFF)
    with transaction() as session:
        box, other = consignment_world.boxes(session, season.now(), season.coop, lot, count=2)
    wanted = pallets.PalletsIn(boxes=[other.id], request_id=farm.request_id())
    season.act(pallets.stack, hand, wanted)
    season.act(logistic_units.open_unit, hand, box.id)


def _parcels(season: Season) -> None:
    lot = season.out()
    with transaction() as session:
        account = shipment_world.connect_account(session, season.coop, season.now())
        parcel = shipment_world.note_parcel(session, season.coop, account, season.now(), lot=lot.public_id)
        way = (ShipmentState.PICKED_UP, ShipmentState.IN_TRANSIT, ShipmentState.DELIVERED)
        for state in (*way, ShipmentState.RETURNED):
            at = season.now()
            shipment_steps.learn(session, parcel, [Step(state.value[:8], state, at)], at)
            shipment_steps.learn(session, parcel, [Step(state.value[:8], state, at)], at)  # told again


def _ends(season: Season) -> None:
    season.act(destroying.destroy_lot, season.coop.boss, season.out().public_id, "dập nát")
    recall = season.act(recalling.open_recall, season.coop.boss, season.harvest().public_id, WORDS)
    with transaction() as session:
        people = [world.actor_of(world.make_office(session, season.now())) for _ in range(2)]
    for verb, person in zip((recalling.propose_close, recalling.close), people, strict=True):
        season.act(verb, person, recall.number)
