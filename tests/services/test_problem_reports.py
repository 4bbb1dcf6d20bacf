"""Reports of problems: filed once, seen by whom they concern, answered once, the contact forgotten."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import Session, select

from tests import stamped, world
from tests.services import farm
from trace.db import transaction
from trace.errors import Invalid, NotAllowed, NotFound, Refused
from trace.records.account import Role
from trace.records.mail import Mail
from trace.records.problem_report import ProblemReport
from trace.services import problem_answers, problem_reports
from trace.services.admission import Actor
from trace.services.figures.answering import answer as figure
from trace.services.figures.asking import Ask
from trace.services.figures.catalogue import BY_NAME
from trace.services.mailing import addresses
from trace.services.problem_reports import ProblemIn, file_report
from trace.standards.local_time import local_day
from trace.standards.stamp_code import ALPHABET, is_valid

pytestmark = pytest.mark.usefixtures("database")
TEXT = "Tem rách, quả dập"


def given(**more: str) -> ProblemIn:
    return ProblemIn(
        **{"text": TEXT, "place": "Chợ", "contact": "0912 345 678", "request_id": "yeu-cau-1", **more}
    )


def sold(session: Session, now: datetime, folder: Path) -> tuple[world.Coop, str]:
    """A cooperative, and the code of a stamp of its goods."""
    coop = farm.found(session, now)
    lot = world.make_lot(session, now, coop.plot, coop.product)
    block = stamped.make_block(session, now, coop, folder)
    stamped.activate(session, now, block, lot, block.first, block.first + 9)
    return coop, stamped.code_of(session, block.kid, block.first)


def strange(code: str) -> str:
    """Well spelled, and nobody's."""
    body = code[:17] + ALPHABET[(ALPHABET.index(code[17]) + 1) % 32]
    return next(body + last for last in ALPHABET if is_valid(body + last))


def test_a_report_sent_again_is_one_and_another_text_another(now: datetime, tmp_path: Path) -> None:
    with transaction() as session:
        _, code = sold(session, now, tmp_path)
        first, is_new = file_report(session, code, given(), b"anh", "vi", now)
        again, is_new_again = file_report(session, code, given(), None, "vi", now)
        other, _ = file_report(session, code, given(text="Thiếu cân"), None, "vi", now)
        assert (is_new, is_new_again) == (True, False)
        assert first.id == again.id != other.id
        assert first.lot_id is not None
        assert b"0912" not in (first.contact_sealed or b"")


def test_it_is_seen_by_its_cooperative_its_commune_and_the_office_alone(
    now: datetime, tmp_path: Path
) -> None:
    with transaction() as session:
        coop, code = sold(session, now, tmp_path)
        other = world.make_coop(session, now, commune_code="10705")
        row, _ = file_report(session, code, given(), b"anh", "vi", now)
        ghost, _ = file_report(session, strange(code), given(), None, "vi", now)
        assert (ghost.org_id, ghost.serial, ghost.state) == (None, None, "FORGED")
        officer = Actor(None, Role.COMMUNE_OFFICER, commune_code=coop.org.commune_code)
        for one, seen, contact in (
            (coop.boss, {row.id}, "0912 345 678"),
            (officer, {row.id}, ""),
            (farm.OFFICE, {row.id, ghost.id}, "0912 345 678"),
        ):
            assert {told.row.id for told in problem_answers.reports(session, one, answered=False)} == seen
            assert problem_answers.report(session, one, row.public_id).contact == contact
            assert problem_answers.photo(session, one, row.public_id) == b"anh"
        stranger = Actor(None, Role.COMMUNE_OFFICER, commune_code="10705")
        for one in (other.boss, stranger):
            assert problem_answers.reports(session, one, answered=False) == []
            for act in (problem_answers.report, problem_answers.photo):
                with pytest.raises(NotFound):
                    act(session, one, row.public_id)
        with pytest.raises(NotAllowed):
            problem_answers.answer(session, officer, row.public_id, "Đã xem", now)


def test_it_is_answered_once_and_who_has_its_number_reads_the_answer(now: datetime, tmp_path: Path) -> None:
    later = now + timedelta(hours=5)
    with transaction() as session:
        coop, code = sold(session, now, tmp_path)
        row, _ = file_report(session, code, given(), None, "vi", now)
        waits = problem_reports.follow(session, row.public_id, 7)
        assert (waits.answered_at, waits.due_at) == (None, now + timedelta(days=7))
        boss = Actor(
            world.make_account(session, now, Role.COOP_MANAGER, org_id=coop.org.id).id,
            Role.COOP_MANAGER,
            coop.org.id,
        )
        with pytest.raises(Invalid):
            problem_answers.answer(session, boss, row.public_id, "  ", later)
        problem_answers.answer(session, boss, row.public_id, "Xin lỗi, đổi hàng.", later)
        with pytest.raises(Refused):
            problem_answers.answer(session, farm.OFFICE, row.public_id, "Khác", later)
        told = problem_reports.follow(session, row.public_id, 7)
        assert (told.answer, told.answered_by) == ("Xin lỗi, đổi hàng.", coop.org.name)
        ask = Ask(local_day(now), local_day(now))
        assert figure(session, farm.OFFICE, BY_NAME["report_answer_time"], ask).whole.top == 5 * 3600
        assert figure(session, farm.OFFICE, BY_NAME["consumer_reports"], ask).whole.top == 1
        with pytest.raises(NotFound):
            problem_reports.follow(session, "khongcoso0", 7)


def test_how_to_reach_who_reported_is_forgotten_in_time_and_when_asked(now: datetime, tmp_path: Path) -> None:
    with transaction() as session:
        _, code = sold(session, now, tmp_path)
        old, _ = file_report(session, code, given(), None, "vi", now - timedelta(days=91))
        new, _ = file_report(session, code, given(text="Khác"), None, "vi", now)
        assert problem_reports.forget_contacts(session, now - timedelta(days=90)) == 1
        session.expire_all()
        assert (old.contact_sealed, new.contact_sealed is None) == (None, False)
        problem_answers.forget_contact(session, farm.OFFICE, new.public_id)
        assert [row.contact_sealed for row in session.exec(select(ProblemReport))] == [None, None]


def test_mail_goes_to_its_cooperative_and_the_office_and_names_no_contact(
    now: datetime, tmp_path: Path
) -> None:
    with transaction() as session:
        coop, code = sold(session, now, tmp_path)
        other = world.make_coop(session, now)
        for name, org in (("hoa", coop), ("khac", other), ("so", None), ("so-khac", None)):
            said = {
                "name": name,
                "address": f"{name}@htx.example.vn",
                "org": org.org.public_id if org else "",
            }
            mine = addresses.add_address(session, farm.OFFICE, addresses.AddressIn(**said), now)
            addresses.confirm(session, mine.public_id, addresses.secret_of(mine), now)
            mine.gets_alarms = name == "so"
        row, _ = file_report(session, code, given(), None, "vi", now)
        assert problem_answers.write_of(session, row, 7, now) == 2
        assert problem_answers.write_of(session, row, 7, now) == 0
        mails = session.exec(select(Mail).where(Mail.about == f"problem/{row.public_id}")).all()
        assert all(TEXT in mail.body and "0912" not in mail.body for mail in mails)
