"""Training: who came is counted once, others' households stay unseen, an erased one leaves no attendance."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import func, select, text
from sqlmodel import Session, col

from tests import world
from tests.services import sheets
from tests.units import HA_BAC, THANH_HA
from trace.db import Database, reading, transaction
from trace.db_upgrade import alembic_config, upgrade_database
from trace.errors import Invalid, NotAllowed, NotFound, Refused
from trace.records.account import Role
from trace.records.training import TrainingAttendance, TrainingSession
from trace.services import training, training_pages, training_proposals
from trace.services.admission import Actor
from trace.services.erasing import erase_household
from trace.services.figures.answering import answer
from trace.services.figures.asking import Ask
from trace.services.figures.catalogue import BY_NAME
from trace.services.importing.runs import ImportOrder, Outcome, import_file
from trace.services.intake import read
from trace.services.personal_export import personal_export
from trace.services.training import SessionIn
from trace.services.training_proposals import Stage

OFFICE = Actor(None, Role.OFFICE)
DAY = date(2026, 3, 12)
HEAD = ("HTX", "Mã hộ", "Ngày", "Tên buổi", "Xã")


def course_in(**given: Any) -> SessionIn:
    return read(SessionIn, {"held_on": DAY, "title": "Bán hàng trên sàn", "commune": THANH_HA} | given)


def course(session: Session, now: datetime, **given: Any) -> int:
    return training.record_session(session, OFFICE, course_in(**given), now).id


def came(session: Session, number: int) -> set[str]:
    return {one.household.code for one in training_pages.attended(session, OFFICE, number)}


def test_households_are_added_once_by_code_or_pick_and_taken_out(database: Database, now: datetime) -> None:
    with transaction() as session:
        coop = world.make_coop(session, now)
        more = [world.make_household(session, now, coop.org) for _ in range(2)]
        codes = [coop.household.code, *(one.code for one in more)]
        number = course(session, now)
        assert training.add_by_code(session, OFFICE, number, "\n".join(codes[:2]).lower(), now) == 2
        assert training.add_by_code(session, OFFICE, number, f"{codes[0]}, {codes[2]}", now) == 1
        assert training.add_one(session, OFFICE, number, more[0].id, now) == 0
        training.take_out(session, OFFICE, number, more[1].id, now)
        assert came(session, number) == set(codes[:2])
        found = training_pages.candidates(session, OFFICE, number, coop.org.name)
        assert [one.household.code for one in found] == [codes[2]]


def test_a_wrong_code_adds_nobody(database: Database, now: datetime) -> None:
    with transaction() as session:
        coop, other = world.make_coop(session, now), world.make_coop(session, now)
        other.household.code = coop.household.code
        session.flush()
        mine = world.make_household(session, now, coop.org)
        number = course(session, now)
        for code, key in (("KHONG-CO", "none"), (coop.household.code, "several")):
            with pytest.raises(Invalid) as refused:
                training.add_by_code(session, OFFICE, number, f"{mine.code} {code}", now)
            assert refused.value.problems[0].key == f"training.code.{key}"
        assert came(session, number) == set()
        with pytest.raises(Invalid):
            training.record_session(session, OFFICE, course_in(held_on=date(2099, 1, 1)), now)


def test_a_cooperative_sees_its_own_households_only_and_writes_nothing(
    database: Database, now: datetime
) -> None:
    with transaction() as session:
        mine, other = world.make_coop(session, now), world.make_coop(session, now)
        number, foreign = course(session, now), course(session, now, title="Của xã khác")
        training.add_by_code(session, OFFICE, number, f"{mine.household.code} {other.household.code}", now)
        training.add_one(session, OFFICE, foreign, other.household.id, now)
        found = training_pages.sessions(session, mine.boss)
        assert [(one.session.id, one.came) for one in found] == [(number, 1)]
        assert [one.household.id for one in training_pages.attended(session, mine.boss, number)] == [
            mine.household.id
        ]
        assert [(home.id, n, day) for home, n, day in training_pages.last_days(session, mine.boss)] == [
            (mine.household.id, 1, DAY)
        ]
        with pytest.raises(NotAllowed):
            training.add_one(session, mine.boss, number, mine.household.id, now)
        with pytest.raises(NotFound):
            training.add_one(session, OFFICE, number, 10**9, now)


def test_an_erased_household_leaves_no_attendance_and_is_told_of_its_sessions_before(
    database: Database, now: datetime
) -> None:
    with transaction() as session:
        coop = world.make_coop(session, now)
        number = course(session, now, topic="Đóng gói")
        training.add_one(session, OFFICE, number, coop.household.id, now)
        told = personal_export(session, OFFICE, coop.household.id, now, "Trao dữ liệu theo đơn")
        assert [(one["held_on"], one["topic"]) for one in told["training"]] == [("2026-03-12", "Đóng gói")]
        erase_household(session, OFFICE, coop.household.id, "Hộ xin xóa dữ liệu", now)
        assert session.execute(select(func.count()).select_from(TrainingAttendance)).scalar_one() == 0
        with pytest.raises(NotFound):
            training.add_one(session, OFFICE, number, coop.household.id, now)


def run(path: Path, now: datetime, noun: str = "training", actor: Actor = OFFICE) -> Outcome:
    with transaction() as session:
        return import_file(session, actor, ImportOrder(noun, path, path.name), now)


def test_a_sheet_of_attendance_makes_each_session_once_and_again_changes_nothing(
    database: Database, now: datetime, tmp_path: Path
) -> None:
    with transaction() as session:
        coop = world.make_coop(session, now, name="HTX Hồng Hà")
        other = world.make_household(session, now, coop.org)
    rows = [
        ["HTX Hồng Hà", coop.household.code, "12/03/2026", "Bán hàng", ""],
        ["htx hong ha", other.code, "12/3/2026", "bán hàng", "xã Thanh Hà"],
        ["HTX Hồng Hà", other.code, "12/03/2026", "Bán hàng", "xã Hà Bắc"],
        ["HTX Hồng Hà", "KHONG-CO", "12/03/2026", "Bán hàng", ""],
        ["HTX Hồng Hà", other.code, "12/03/2099", "Bán hàng", ""],
    ]
    report = run(sheets.xlsx(tmp_path / "a.xlsx", DS=[HEAD, *rows]), now).report
    assert (report.made["training.created"], report.bad) == (3, 2)
    assert {one.row for one in report.problems} == {5, 6}
    again = run(sheets.xlsx(tmp_path / "b.xlsx", DS=[HEAD, *rows[:3], rows[0]]), now).report
    assert again.made["training.same"] == 4
    with reading() as session:
        found = training_pages.sessions(session, OFFICE)
        assert sorted(one.came for one in found) == [1, 2]
        assert {one.session.commune_code for one in found} == {THANH_HA, HA_BAC}


def test_the_day_a_cooperative_writes_beside_a_household_waits_and_is_taken_once(
    database: Database, now: datetime, tmp_path: Path
) -> None:
    with transaction() as session:
        coop = world.make_coop(session, now)
    head = [*sheets.HOUSEHOLDS[:2], "Ngày tập huấn"]
    rows = [[f"X-{n}", f"Hộ {n}", "12/03/2026" if n else ""] for n in range(3)]
    for name in ("a", "b"):
        path = sheets.xlsx(tmp_path / f"{name}.xlsx", A=[head, *rows])
        run(path, now + timedelta(seconds=ord(name)), "farms", coop.boss)
        rows.append(["X-9", "Hộ 9", "12/03/2026"])
    with transaction() as session:
        assert training_pages.sessions(session, OFFICE) == []
        ((row, came_to_it),) = training_proposals.waiting(session, OFFICE)
        assert (row.from_book, row.held_on, row.org_id, came_to_it) == (True, DAY, coop.org.id, 3)
        training_proposals.confirm(session, OFFICE, row.id, now)
    run(path, now + timedelta(seconds=200), "farms", coop.boss)
    with reading() as session:
        assert training_proposals.waiting(session, OFFICE) == []
        assert [one.came for one in training_pages.sessions(session, OFFICE)] == [3]


def test_days_of_before_become_sessions_and_come_back(database: Database, now: datetime) -> None:
    with transaction() as session:
        coop = world.make_coop(session, now)
        homes = [coop.household.id, *(world.make_household(session, now, coop.org).id for _ in range(2))]
    with database.writer.connect() as connection, connection.begin():
        command.downgrade(alembic_config(connection), "0033")
        midnight = datetime(2026, 3, 11, 17, tzinfo=UTC).replace(tzinfo=None)
        said = {"at": midnight.isoformat(sep=" "), "a": homes[0], "b": homes[1]}
        connection.execute(text("UPDATE household SET trained_on = :at WHERE id IN (:a, :b)"), said)
    upgrade_database(database)
    with transaction() as session:
        row = session.execute(select(TrainingSession)).scalar_one()
        assert (row.held_on, row.from_book, row.commune_code) == (DAY, True, THANH_HA)
        attended = select(col(TrainingAttendance.household_id)).order_by(col(TrainingAttendance.household_id))
        assert session.execute(attended).scalars().all() == sorted(homes[:2])
        assert course(session, now) > row.id


def test_what_a_cooperative_proposes_counts_once_the_office_confirms_it(
    database: Database, now: datetime
) -> None:
    with transaction() as session:
        coop, other = world.make_coop(session, now), world.make_coop(session, now)
        row = training_proposals.propose(session, coop.boss, course_in(), now)
        with pytest.raises(Refused, match=r"training\.nobody"):
            training_proposals.confirm(session, OFFICE, row.id, now)
        with pytest.raises(Invalid):
            training_proposals.add_own(session, coop.boss, row.id, other.household.code, now)
        assert training_proposals.add_own(session, coop.boss, row.id, coop.household.code, now) == 1
        trained = lambda: answer(session, OFFICE, BY_NAME["households_trained"], Ask(DAY, DAY)).whole.top  # noqa: E731
        last = lambda: [n for _, n, _ in training_pages.last_days(session, coop.boss)]  # noqa: E731
        assert (trained(), last(), training_pages.sessions(session, OFFICE)) == (0, [0], [])
        assert [(one.id, n) for one, n in training_proposals.waiting(session, OFFICE)] == [(row.id, 1)]
        for stranger in (other.boss, Actor(None, Role.COMMUNE_OFFICER, commune_code=THANH_HA)):
            with pytest.raises((NotFound, NotAllowed)):
                training_proposals.withdraw(session, stranger, row.id, now)
            with pytest.raises(NotAllowed):
                training_proposals.confirm(session, stranger, row.id, now)
        training_proposals.confirm(session, OFFICE, row.id, now)
        assert (trained(), last(), training_proposals.waiting(session, OFFICE)) == (1, [1], [])
        for late in (
            lambda: training_proposals.withdraw(session, coop.boss, row.id, now),
            lambda: training_proposals.add_own(session, coop.boss, row.id, coop.household.code, now),
            lambda: training_proposals.decline(session, OFFICE, row.id, "Muộn", now),
        ):
            with pytest.raises(Refused, match=r"training\.decided"):
                late()


def test_what_is_sent_back_says_why_and_what_is_taken_back_says_so(database: Database, now: datetime) -> None:
    with transaction() as session:
        coop = world.make_coop(session, now)
        boss = replace(
            coop.boss, account_id=world.make_account(session, now, Role.COOP_MANAGER, org_id=coop.org.id).id
        )
        one, two = (training_proposals.propose(session, boss, course_in(), now) for _ in range(2))
        training_proposals.decline(session, OFFICE, one.id, "Thiếu danh sách", now)
        training_proposals.withdraw(session, boss, two.id, now)
        stages = {
            row.id: training_proposals.stage_of(row) for row, _ in training_proposals.proposals(session, boss)
        }
        assert stages == {one.id: Stage.DECLINED, two.id: Stage.TAKEN_BACK}
        assert one.end_reason == "Thiếu danh sách"
