"""The diary: added and corrected, never changed."""

from datetime import date, datetime

import pytest
from sqlmodel import select

from tests import world
from tests.services import farm
from trace.db import Database, transaction
from trace.errors import Conflict, Invalid, NotFound, Refused
from trace.records.account import Role
from trace.records.diary_entry import DiaryEntry
from trace.services import diary, diary_reading
from trace.services.admission import actor_of


@pytest.fixture
def coop(database: Database, now: datetime) -> world.Coop:
    with transaction() as session:
        return farm.found(session, now)


def test_a_spray_tells_from_when_one_may_harvest(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        written = diary.write_entry(session, coop.hand, farm.spray_in(coop.plot, date(2026, 6, 10)), now)
    assert (written.entry.waiting_days, written.harvest_from) == (7, date(2026, 6, 17))
    assert (written.days_late, written.entry.material_key) == (0, "abamectin")


def test_an_unknown_material_needs_the_days_on_its_label(coop: world.Coop, now: datetime) -> None:
    unknown = farm.spray_in(coop.plot, farm.DAY, material="Thuốc lạ")
    with pytest.raises(Invalid) as refused, transaction() as session:
        diary.write_entry(session, coop.hand, unknown, now)
    assert refused.value.problems[0].key == "diary.phi.unknown"
    with transaction() as session:
        told = unknown.model_copy(update={"waiting_days": 5})
        assert diary.write_entry(session, coop.hand, told, now).entry.waiting_days == 5


@pytest.mark.parametrize(("label", "kept"), [(3, 7), (10, 10)])
def test_the_longer_of_rule_and_label_counts(coop: world.Coop, now: datetime, label: int, kept: int) -> None:
    with transaction() as session:
        spray = farm.spray_in(coop.plot, farm.DAY, waiting_days=label)
        assert diary.write_entry(session, coop.hand, spray, now).entry.waiting_days == kept


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"material": ""}, "material"),
        ({"done_on": date(2026, 6, 13)}, "done_on"),
        ({"done_on": date(2024, 6, 13)}, "done_on"),
        ({"corrects_id": 1}, "reason"),
    ],
)
def test_what_cannot_be_is_refused(coop: world.Coop, now: datetime, change: dict, field: str) -> None:
    given = farm.spray_in(coop.plot, farm.DAY).model_copy(update=change)
    with pytest.raises(Invalid) as refused, transaction() as session:
        diary.write_entry(session, coop.hand, given, now)
    assert refused.value.problems[0].field == field


def test_a_correction_names_what_it_corrects_and_the_old_entry_stays(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        wrong = diary.write_entry(session, coop.hand, farm.spray_in(coop.plot, date(2026, 6, 1)), now).entry
        given = farm.spray_in(coop.plot, date(2026, 6, 2), corrects_id=wrong.id, reason="nhầm ngày")
        diary.write_entry(session, coop.hand, given, now)
        assert [row.done_on.day for row in session.exec(select(DiaryEntry).order_by(DiaryEntry.id))] == [1, 2]
        again = farm.spray_in(coop.plot, date(2026, 6, 3), corrects_id=wrong.id, reason="lại nhầm")
        with pytest.raises(Refused) as refused:
            diary.write_entry(session, coop.hand, again, now)
        assert refused.value.key == "diary.corrected"
        assert [corrected for *_, corrected in diary_reading.entries(session, coop.hand)] == [False, True]


def test_sending_again_writes_once_and_other_words_are_refused(coop: world.Coop, now: datetime) -> None:
    given = farm.spray_in(coop.plot, farm.DAY)
    with transaction() as session:
        first = diary.write_entry(session, coop.hand, given, now).entry
        assert diary.write_entry(session, coop.hand, given, now).entry.id == first.id
        other = given.model_copy(update={"note": "khác"})
        with pytest.raises(Conflict):
            diary.write_entry(session, coop.hand, other, now)


def test_the_same_spray_again_is_a_question_when_asked(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        diary.write_entry(session, coop.hand, farm.spray_in(coop.plot, farm.DAY), now)
        again = farm.spray_in(coop.plot, farm.DAY, ask_twin=True)
        with pytest.raises(Refused) as refused:
            diary.write_entry(session, coop.hand, again, now)
    assert refused.value.key == "diary.dup"


def test_the_digital_team_writes_for_households_of_its_commune(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        team = actor_of(world.make_account(session, now, Role.DIGITAL_TEAM, commune_code=world.THANH_HA))
        away = actor_of(world.make_account(session, now, Role.DIGITAL_TEAM, commune_code="10816"))
        farm.agree_to_help(session, coop, now)
        entry = diary.write_entry(session, team, farm.spray_in(coop.plot, farm.DAY), now).entry
        assert entry.acted_for
        assert len(diary_reading.entries(session, team)) == 1
        assert diary_reading.entries(session, away) == []
        with pytest.raises(NotFound):
            diary.write_entry(session, away, farm.spray_in(coop.plot, farm.DAY), now)


def test_a_neighbours_diary_is_not_there(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        other = world.make_coop(session, now)
        theirs = diary.write_entry(session, other.hand, farm.spray_in(other.plot, farm.DAY), now).entry
        assert diary_reading.entries(session, coop.hand) == []
        answers = []
        for number in (theirs.id, 999_999):
            with pytest.raises(NotFound) as refused:
                diary_reading.entry(session, coop.hand, number)
            answers.append((refused.value.key, refused.value.params))
    assert answers[0] == answers[1]
