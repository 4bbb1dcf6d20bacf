"""Sums of harvests follow every act on a lot, in its transaction."""

from datetime import datetime, timedelta

from sqlalchemy import func, select

from tests import world
from tests.services import farm
from tests.services.lot_faults import faults
from trace.db import Database, reading, transaction
from trace.records.account import Role
from trace.records.sums import HarvestMonth
from trace.services import harvesting, recalling
from trace.services.admission import actor_of
from trace.services.correcting.given import CorrectIn, WithdrawIn
from trace.services.correcting.lots import correct_lot
from trace.services.correcting.withdrawing import withdraw_lot
from trace.services.recounting import recount


def test_drafts_corrections_withdrawals_and_recalls_move_the_sums(database: Database, now: datetime) -> None:
    before = farm.DAY - timedelta(days=1)

    def stands() -> int:
        with reading() as session:
            assert recount(session, check=True) == []
            assert [one for one in faults(session) if one.startswith("S")] == []
            return int(session.execute(select(func.sum(HarvestMonth.grams))).scalar() or 0)

    with transaction() as session:
        coop = farm.found(session, now)
        office = actor_of(world.make_account(session, now, Role.OFFICE))
        lots = [farm.harvest(session, coop, now, kg, draft=kg < 50) for kg in (40, 30, 100, 200)]
        draft, doomed, wrong, good = (lot.public_id for lot in lots)
    assert stands() == 300_000
    with transaction() as session:
        harvesting.open_draft(session, coop.hand, draft, now)
    assert stands() == 340_000
    for given in ({"weight_g": 150_000}, {"made_on": before}, {"weight_g": 160_000, "made_on": farm.DAY}):
        with transaction() as session:
            correct_lot(session, coop.hand, good, CorrectIn(**given), now)
    assert stands() == 300_000
    with transaction() as session:
        withdraw_lot(session, coop.hand, wrong, WithdrawIn(reason="ghi hai lần"), now)
    assert stands() == 200_000
    why = recalling.RecallIn(reason="thử tay", phone="02203123456")
    with transaction() as session:
        for one in (doomed, good):
            recalling.open_recall(session, office, one, why, now)
    assert stands() == 230_000
