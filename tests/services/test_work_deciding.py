"""Deciding about items of the work lists: who did what, what is put away and when it comes back."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import select

from tests import world
from tests.services import farm, work_world
from tests.services.work_world import Desk, alarm, held, paper
from tests.units import HA_BAC, THANH_HA
from trace.db import Database, reading, transaction
from trace.errors import Invalid, NotAllowed, NotFound, Refused
from trace.records.lot import Hold, Lot
from trace.records.work_decision import WorkDecision
from trace.row_writes import RowsAreFinal
from trace.services.work_lists import deciding, history, listing
from trace.services.work_lists.deciding import DecisionIn
from trace.services.work_lists.item import CameBack, Item
from trace.services.work_lists.listing import View

pytestmark = pytest.mark.usefixtures("database")


def item_of(desk: Desk, slug: str = "tam-giu", days: int = 0) -> Item:
    """The only item of a list, wherever it stands."""
    look = desk.look(days)
    pages = [listing.page(look, work_world.BY_SLUG[slug], view).items for view in View if view != View.MINE]
    (item,) = [one for page in pages for one in page]
    return item


def decide(desk: Desk, item: Item, act: str, days: int = 0, **given: Any) -> WorkDecision:
    values = {"act": act, "seen": item.standing.number, **given}
    at = desk.now + timedelta(days=days)
    return deciding.decide(desk.session, desk.actor, item.kind, item.key, DecisionIn(**values), at)


def test_done_is_put_away_for_thirty_days_and_changes_no_fact(now: datetime) -> None:
    with transaction() as session:
        coop, desk = farm.found(session, now), work_world.office(session, now)
        hold, lot = held(desk, coop)
        decide(desk, item_of(desk), "done", note="Đã gọi")
        assert desk.names("tam-giu") == []
        assert desk.names("tam-giu", View.DONE) == [lot.code]
        assert desk.names("tam-giu", View.DONE, days=29) == [lot.code]
        assert desk.names("tam-giu", days=30) == [lot.code]
        assert item_of(desk, days=30).standing.came_back is CameBack.TIME
        session.expire_all()
        assert session.get_one(Hold, hold.id).lifted_at is None
        assert session.get_one(Lot, lot.id).state == "hold"


def test_done_comes_back_at_once_when_the_facts_change(now: datetime) -> None:
    with transaction() as session:
        coop, desk = farm.found(session, now), work_world.office(session, now)
        paper(desk, coop, 33)
        decide(desk, item_of(desk, "het-han"), "done")
        assert desk.names("het-han", days=2) == []
        back = item_of(desk, "het-han", days=3)  # thirty days are left, the next step
        assert back.standing.came_back is CameBack.FACTS
        assert desk.names("het-han", days=3) == ["VG-33"]
        decide(desk, back, "done", days=3)
        assert desk.names("het-han", days=4) == []


def test_a_note_or_a_taker_does_not_keep_a_done_item_away_longer(now: datetime) -> None:
    with transaction() as session:
        coop, desk = farm.found(session, now), work_world.office(session, now)
        held(desk, coop)
        decide(desk, item_of(desk), "done")
        decide(desk, item_of(desk), "note", days=20, note="Vẫn chờ")
        decide(desk, item_of(desk), "assigned", days=21, assignee=desk.actor.account_id)
        assert len(desk.names("tam-giu", View.DONE, days=29)) == 1
        assert len(desk.names("tam-giu", View.MINE, days=30)) == 1


def test_what_is_put_off_comes_back_on_its_day_or_when_taken_up_again(now: datetime) -> None:
    with transaction() as session:
        coop, desk = farm.found(session, now), work_world.office(session, now)
        held(desk, coop)
        decide(desk, item_of(desk), "snoozed", until=desk.today + timedelta(days=7))
        assert len(desk.names("tam-giu", View.SNOOZED, days=6)) == 1
        assert len(desk.names("tam-giu", days=7)) == 1
        assert item_of(desk, days=7).standing.came_back is CameBack.SNOOZE
        decide(desk, item_of(desk), "reopened")
        assert len(desk.names("tam-giu")) == 1
        with pytest.raises(Refused, match=r"work\.is_open"):
            decide(desk, item_of(desk), "reopened")


@pytest.mark.parametrize("days", [0, -1, 181, None])
def test_nothing_is_put_off_to_no_day_or_too_far(now: datetime, days: int | None) -> None:
    with transaction() as session:
        coop, desk = farm.found(session, now), work_world.office(session, now)
        held(desk, coop)
        until = None if days is None else desk.today + timedelta(days=days)
        with pytest.raises(Invalid):
            decide(desk, item_of(desk), "snoozed", until=until)


def test_the_second_of_two_is_told_of_the_first(now: datetime, database: Database) -> None:
    with transaction() as session:
        coop, desk = farm.found(session, now), work_world.office(session, now)
        held(desk, coop)
        seen = item_of(desk)
        decide(desk, seen, "done")
        with pytest.raises(Refused, match=r"work\.meanwhile") as told:
            decide(desk, seen, "snoozed", until=desk.today + timedelta(days=2))
        assert told.value.params["who"].startswith("Người dùng")
        rows = session.exec(select(WorkDecision)).all()
        assert [row.act for row in rows] == ["done"]


def test_two_that_write_at_the_same_moment_are_one_and_a_refusal(now: datetime) -> None:
    with transaction() as session:
        coop, desk = farm.found(session, now), work_world.office(session, now)
        held(desk, coop)
        seen, look = item_of(desk), desk.look()
        deciding.write(look, seen, deciding.WorkAct.NOTE, "một")
        # The second one's check of what was seen passed before the first wrote.
        with pytest.raises(Refused, match=r"work\.meanwhile"):
            deciding.write(look, seen, deciding.WorkAct.NOTE, "hai")
        assert [one.note for one in history.of_item(look, seen)] == ["một"]


def test_only_who_decides_there_takes_an_item_on(now: datetime) -> None:
    with transaction() as session:
        coop, desk = farm.found(session, now), work_world.office(session, now)
        held(desk, coop)
        mine, strange = (work_world.officer(session, now, place) for place in (THANH_HA, HA_BAC))
        for account_id in (strange.account_id, coop.manager.id, 99_999):
            with pytest.raises(Invalid):
                decide(desk, item_of(desk), "assigned", assignee=account_id)
        decide(desk, item_of(desk), "assigned", assignee=mine.account_id)
        with pytest.raises(Refused, match=r"work\.is_theirs"):
            decide(desk, item_of(desk), "assigned", assignee=mine.account_id)
        here = Desk(session, now, mine)
        assert len(here.names("tam-giu", View.MINE)) == 1
        assert desk.names("tam-giu", View.MINE) == []
        assert item_of(here).standing.assignee
        decide(here, item_of(here), "assigned")
        assert here.names("tam-giu", View.MINE) == []


def test_nobody_decides_about_what_is_out_of_reach_or_gone(now: datetime) -> None:
    with transaction() as session:
        coop, desk = farm.found(session, now), work_world.office(session, now)
        held(desk, coop)
        item = item_of(desk)
        strange = Desk(session, now, work_world.officer(session, now, HA_BAC))
        with pytest.raises(NotFound):
            decide(strange, item, "done")
        for actor in (coop.boss, world.actor_of(world.make_account(session, now, world.Role.ADMIN))):
            with pytest.raises(NotAllowed):
                decide(Desk(session, now, actor), item, "done")
        team = world.make_account(session, now, world.Role.DIGITAL_TEAM, commune_code=THANH_HA)
        seeing = Desk(session, now, world.actor_of(team))
        assert len(seeing.names("tam-giu")) == 1
        with pytest.raises(NotAllowed):
            decide(seeing, item, "done")


def test_the_journal_stays_when_the_fact_is_gone_and_ends_at_the_commune(now: datetime) -> None:
    with transaction() as session:
        coop, desk = farm.found(session, now), work_world.office(session, now)
        row = alarm(desk, coop, "clone_suspect", "clone/1/7", detail='{"rule": "c1", "devices": 9}')
        decide(desk, item_of(desk, "tem"), "note", note="Đã gọi chị Hoa")
        row.cleared_at = now
        session.add(row)
        session.flush()
        (deed,) = history.journal(desk.look())
        assert (deed.decision.name, deed.note, deed.org) == ("K1-7", "Đã gọi chị Hoa", coop.org.name)
        for place, many in ((THANH_HA, 1), (HA_BAC, 0)):
            here = Desk(session, now, work_world.officer(session, now, place))
            assert len(history.journal(here.look())) == many


def test_decisions_are_rows_of_the_log_that_nobody_changes(now: datetime, database: Database) -> None:
    with transaction() as session:
        coop, desk = farm.found(session, now), work_world.office(session, now)
        held(desk, coop)
        number = decide(desk, item_of(desk), "done").id
    with pytest.raises(RowsAreFinal), transaction() as session:
        session.get_one(WorkDecision, number).act = "note"
    with reading() as session:
        assert session.get_one(WorkDecision, number).act == "done"
