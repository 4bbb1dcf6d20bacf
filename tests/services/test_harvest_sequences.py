"""Whatever is done to harvests in whatever order and at once: their sums by day and month are the lots'."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest
from sqlmodel import Session, select

from tests import world
from tests.services import farm
from tests.services.test_racing import at_once, written
from tests.units import HA_BAC, THANH_HA
from trace.db import Database, reading, transaction
from trace.errors import NongsanError
from trace.records.event import Event
from trace.records.lot import Lot
from trace.records.sums import HarvestDay, HarvestMonth
from trace.services import (
    destroying,
    harvest_figures,
    harvesting,
    holding,
    packing,
    recalling,
    recounting,
    releasing,
)
from trace.services.correcting.given import CorrectIn, WithdrawIn
from trace.services.correcting.lots import correct_lot
from trace.services.correcting.withdrawing import withdraw_lot
from trace.services.harvest_figures import THING

HAULS = [(1, 60), *(pytest.param(seed, 400, marks=pytest.mark.chaos) for seed in range(2, 12))]
DAYS = [farm.DAY - timedelta(days=n) for n in (0, 1, 5, 12, 13, 40)]
"""Of two months and their edges."""
WORDS = recalling.RecallIn(reason="dư lượng thuốc", phone="0220 111 222")
MISTAKE = WithdrawIn(reason="ghi hai lần")


def by_hand(session: Session) -> tuple[Counter[Any], Counter[Any]]:
    """What was picked by day and by month, by plain loops: no drafts and no mistakes."""
    mistakes = {one.subject_id for one in session.exec(select(Event).where(Event.act == "withdraw")).all()}
    days: Counter[Any] = Counter()
    months: Counter[Any] = Counter()
    for lot in session.exec(select(Lot)).all():
        if lot.kind == "harvest" and lot.state != "draft" and lot.id not in mistakes:
            place = (lot.commune_code, lot.old_commune_code or "", lot.crop, lot.variety)
            thing = (lot.org_id, *place, lot.growing_area_id or 0)
            days[(*thing, lot.harvested_on)] += lot.weight_g
            months[(*thing, lot.harvested_on.replace(day=1))] += lot.weight_g
    return days, months


def stored(session: Session, table: type[Any], when: str) -> Counter[Any]:
    rows = session.exec(select(table)).all()
    found = {tuple(getattr(row, name) for name in (*THING, when)): row.grams for row in rows}
    return Counter({key: grams for key, grams in found.items() if grams})


def sums_are_the_lots(said: object = "") -> None:
    with reading() as session:
        days, months = by_hand(session)
        assert stored(session, HarvestDay, "day") == days, said
        assert stored(session, HarvestMonth, "month") == months, said
        assert recounting.recount(session, check=True) == [], said


@dataclass
class Farmers:
    """A cooperative with plots in two communes and varieties, one of them under a growing area's code."""

    chance: Random
    now: datetime
    coop: world.Coop = field(init=False)
    plots: list[Any] = field(default_factory=list)
    lots: list[str] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)

    def settle(self) -> None:
        with transaction() as session:
            self.coop = farm.found(session, self.now)
            area = world.make_growing_area(session, self.now, self.coop.org)
            given: list[dict[str, Any]] = [
                {"commune_code": THANH_HA, "area_m2": 500_000},
                {"commune_code": HA_BAC, "variety": "u-hong", "area_m2": 500_000},
                {"commune_code": THANH_HA, "growing_area_id": area.id, "area_m2": 500_000},
            ]
            self.plots = [world.make_plot(session, self.now, self.coop.household, **one) for one in given]

    def step(self) -> str:
        """One act of chance on a lot of chance, its own transaction; a refused one leaves nothing."""
        self.now += timedelta(minutes=1)
        verbs = ["harvest", "harvest", "draft", "open", "correct", "correct", "correct", "withdraw"]
        verbs += ["pack", "destroy", "hold", "release", "recall"]
        verb = self.chance.choice(verbs if len(self.lots) > 2 else verbs[:3])
        try:
            with transaction() as session:
                getattr(self, verb)(session)
        except NongsanError:
            return f"{verb} refused"
        self.done[verb] += 1
        return verb

    def one(self) -> str:
        return self.chance.choice(self.lots)

    def harvest(self, session: Session, **given: Any) -> None:
        values = {"weight_g": self.chance.randrange(1, 90) * 1_000, "harvested_on": self.chance.choice(DAYS)}
        values |= {"ask_twin": False, "product": "", **given}
        said = farm.lot_in(self.chance.choice(self.plots), **values)
        lots = [harvesting.register_lot(session, self.coop.hand, said, self.now) for _ in "aa"]
        self.lots.append(lots[0].public_id)

    def draft(self, session: Session) -> None:
        self.harvest(session, draft=True)

    def open(self, session: Session) -> None:
        harvesting.open_draft(session, self.coop.hand, self.one(), self.now)

    def correct(self, session: Session) -> None:
        given: dict[str, Any] = {"reason": "cân lại"}
        if self.chance.random() < 0.6:
            given["weight_g"] = self.chance.randrange(1, 90) * 1_000
        if self.chance.random() < 0.5:
            given["made_on"] = self.chance.choice(DAYS)
        if self.chance.random() < 0.5:
            given["plot_id"] = self.chance.choice(self.plots).id
        correct_lot(session, self.coop.boss, self.one(), CorrectIn(**given), self.now)

    def withdraw(self, session: Session) -> None:
        withdraw_lot(session, self.coop.boss, self.one(), MISTAKE, self.now)

    def pack(self, session: Session) -> None:
        lot = session.exec(select(Lot).where(Lot.public_id == self.one())).one()
        draws = [{"lot": lot.public_id, "weight_g": max(1, lot.weight_g // self.chance.randrange(1, 4))}]
        given = farm.pack_in(units=None, weight_g=draws[0]["weight_g"], kind="pool", draws=draws)
        self.lots.append(packing.pack_lot(session, self.coop.hand, given, self.now).public_id)

    def destroy(self, session: Session) -> None:
        destroying.destroy_lot(session, self.coop.boss, self.one(), "quả hỏng", self.now)

    def hold(self, session: Session) -> None:
        holding.hold_lot(session, self.coop.boss, self.one(), holding.HoldIn(reason="chờ mẫu"), self.now)

    def release(self, session: Session) -> None:
        releasing.release_lot(session, self.coop.boss, self.one(), self.now)

    def recall(self, session: Session) -> None:
        recalling.open_recall(session, self.coop.boss, self.one(), WORDS, self.now)


def live(seed: int, steps: int, now: datetime) -> Farmers:
    """So many acts; sums and lots are compared after each."""
    farmers = Farmers(Random(seed), now)
    farmers.settle()
    said = []
    for _ in range(steps):
        said.append(farmers.step())
        sums_are_the_lots(said)
    return farmers


@pytest.mark.parametrize(("seed", "steps"), HAULS)
def test_sums_are_the_lots_after_every_act(database: Database, now: datetime, seed: int, steps: int) -> None:
    done = live(seed, steps, now).done
    assert {"harvest", "draft", "open", "correct", "withdraw", "pack", "destroy", "recall"} <= done.keys()


def test_a_correction_that_forgets_what_the_lot_was_is_found(
    sqlite: Database, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sequences are worth something: this slip of one sign is seen."""
    honest = harvest_figures.entry
    monkeypatch.setattr(harvest_figures, "entry", lambda lot, sign=1: honest(lot) if sign > 0 else [])
    with pytest.raises(AssertionError):
        live(1, 60, now)


@pytest.fixture
def farmers(database: Database, now: datetime) -> Farmers:
    made = Farmers(Random(7), now)
    made.settle()
    return made


def a_lot(farmers: Farmers, **given: Any) -> str:
    with transaction() as session:
        farmers.harvest(session, weight_g=50_000, harvested_on=DAYS[0], **given)
    return farmers.lots[-1]


def correction(farmers: Farmers, lot: str, **given: Any) -> Callable[[], object]:
    said = CorrectIn(reason="cân lại", **given)
    return written(correct_lot, farmers.coop.boss, lot, said, farmers.now)


def test_two_corrections_at_once_are_both_in_the_sums(farmers: Farmers) -> None:
    for n in range(3):
        lot, other = a_lot(farmers), a_lot(farmers)
        at_once(
            correction(farmers, lot, weight_g=(60 + n) * 1_000),
            correction(farmers, lot, made_on=DAYS[4]),
            correction(farmers, other, plot_id=farmers.plots[n].id, weight_g=7_000),
        )
        sums_are_the_lots(n)


@pytest.mark.parametrize("is_draft", [True, False])
def test_who_corrects_what_others_open_withdraw_or_recall_leaves_sums_right(
    farmers: Farmers, is_draft: bool
) -> None:
    coop, now = farmers.coop, farmers.now
    for verb, given in (
        (withdraw_lot, (MISTAKE,)),
        (recalling.open_recall, (WORDS,)),
        (harvesting.open_draft, ()),
        (destroying.destroy_lot, ("quả hỏng",)),
    ):
        lot = a_lot(farmers, draft=is_draft)
        act = written(verb, coop.boss, lot, *given, now)  # type: ignore[arg-type]
        at_once(act, correction(farmers, lot, weight_g=80_000, made_on=DAYS[5]), act)
        sums_are_the_lots(verb)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_draft_corrected_while_it_is_recalled_counts_as_it_stands(
    farmers: Farmers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The recall had read the draft before the correction, and added the grams it was said to weigh then."""
    lot = a_lot(farmers, draft=True)
    honest, correct = recalling._lock_reach, correction(farmers, lot, weight_g=80_000)

    def meanwhile(session: Session, root: int) -> Any:
        with ThreadPoolExecutor(1) as other:
            other.submit(correct).result()
        return honest(session, root)

    monkeypatch.setattr(recalling, "_lock_reach", meanwhile)
    written(recalling.open_recall, farmers.coop.boss, lot, WORDS, farmers.now)()
    sums_are_the_lots()
