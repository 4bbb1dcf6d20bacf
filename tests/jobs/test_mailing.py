"""Mail on its way: encrypted, once, again later where that is right, and never where nobody can know."""

import io
import re
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from pathlib import Path

import pytest
from openpyxl import load_workbook

from tests.jobs.mail_world import MailWorld
from tests.mail_stand import PASSWORD
from trace.db import reading, transaction
from trace.errors import NotFound, Refused
from trace.jobs import smtp
from trace.records.mail import MailState
from trace.services.mailing import addresses, outbox
from trace.services.mailing.letters import Letter


def write(office: MailWorld, name: str = "hoa", about: str = "thu/1") -> str:
    """A letter to somebody who agreed; the address's public id."""
    row = office.address(name)
    with transaction() as session:
        address = addresses.find(session, office.actor, row.public_id)
        assert outbox.queue_mail(session, address, Letter(about, "Số liệu", "Xin chào\n.chấm"), office.now)
    return row.public_id


def test_a_letter_arrives_as_it_was_written_with_the_links_to_leave(office: MailWorld) -> None:
    write(office)
    office.work()
    (to, message) = office.stand.box.got[-1]
    body = message.get_content()
    assert (to, message["Subject"]) == ("hoa@so.example.vn", "Số liệu")
    assert str(message["From"]) == "Sở Nông nghiệp <bao-cao@so.example.vn>"
    assert body.startswith("Xin chào\r\n.chấm\r\n")
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert re.search(r"<http://localhost/thu/\w{10}/[\w-]{32}/thoi-nhan/ngay>", message["List-Unsubscribe"])
    assert re.search(r"http://localhost/thu/\w{10}/[\w-]{32}/thoi-nhan\s", body)
    assert office.states("thu/") == ["sent"]
    assert office.mails()[-1].answer == "250 2.0.0 OK queued as 4fT9z"


def test_the_same_letter_is_written_to_an_address_once(office: MailWorld) -> None:
    public_id = write(office)
    with transaction() as session:
        address = addresses.find(session, office.actor, public_id)
        assert not outbox.queue_mail(session, address, Letter("thu/1", "Số liệu", "nữa"), office.now)
    office.work()
    assert len(office.stand.box.subjects("hoa@so.example.vn")) == 2  # the question, and the letter


def test_nothing_is_sent_to_whoever_has_not_agreed(office: MailWorld) -> None:
    row = office.address(confirmed=False)
    with transaction() as session:
        address = addresses.find(session, office.actor, row.public_id)
        assert not outbox.queue_mail(session, address, Letter("thu/1", "a", "b"), office.now)
    office.work()
    assert office.stand.box.subjects("hoa@so.example.vn") == ["Xin xác nhận nhận báo cáo số liệu nông sản"]


def test_what_waits_for_whoever_leaves_is_not_sent(office: MailWorld) -> None:
    public_id = write(office)
    with transaction() as session:
        row = addresses.find(session, office.actor, public_id)
        addresses.leave(session, public_id, addresses.secret_of(row), office.now)
    office.work()
    assert office.states("thu/") == ["dropped"]


@pytest.mark.parametrize("is_erased", [False, True])
def test_what_is_written_at_the_moment_somebody_leaves_is_not_sent_and_stops_no_other(
    office: MailWorld, is_erased: bool
) -> None:
    """On PostgreSQL whoever writes still sees the address as it was; an erased one stopped all mail."""
    row = office.address()
    with reading() as session:
        seen = addresses.find(session, office.actor, row.public_id)
    with transaction() as session:
        if is_erased:
            addresses.erase(session, office.actor, row.public_id, office.now)
        else:
            addresses.leave(session, row.public_id, addresses.secret_of(seen), office.now)
    with transaction() as session:
        assert outbox.queue_mail(session, seen, Letter("thu/1", "Số liệu", "a"), office.now)
    write(office, "binh", "thu/2")
    office.work()
    assert (office.states("thu/1"), office.states("thu/2")) == (["dropped"], ["sent"])


def test_an_address_erased_while_its_owner_agrees_stays_erased(office: MailWorld) -> None:
    """Agreeing wrote over it (PostgreSQL): no mail could be made for it, and none behind that was sent."""
    row = office.address(confirmed=False)
    with reading() as session:
        secret = addresses.secret_of(addresses.find(session, office.actor, row.public_id))

    def agree() -> None:
        with transaction() as session:
            addresses.confirm(session, row.public_id, secret, office.now)

    with ThreadPoolExecutor(1) as pool:
        with transaction() as session:
            addresses.erase(session, office.actor, row.public_id, office.now)
            agreed = pool.submit(agree)
            wait([agreed], 0.5)
        with pytest.raises(NotFound):
            agreed.result()


def test_leaving_while_the_mail_is_on_the_wire_keeps_its_last_sign_back(
    office: MailWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    public_id = write(office)
    honest = smtp._hear_nothing

    def leave_now(wire: object) -> None:
        with transaction() as session:
            row = addresses.find(session, office.actor, public_id)
            addresses.leave(session, public_id, addresses.secret_of(row), office.now)
        honest(wire)

    monkeypatch.setattr(smtp, "_hear_nothing", leave_now)
    office.work()
    assert office.states("thu/") == ["dropped"]
    assert "Số liệu" not in office.stand.box.subjects("hoa@so.example.vn")


def test_a_greylisted_address_gets_it_when_it_is_tried_again_later(office: MailWorld) -> None:
    write(office)
    office.stand.box.faults.greylist = 3
    office.work()
    assert office.states("thu/") == ["waiting"]
    assert office.mails()[-1].problem == "mail.problem.later"
    office.travel(minutes=3)
    office.work()
    assert office.mails()[-1].tries == 1, "before its time"
    office.travel(minutes=3)
    office.work()
    office.travel(minutes=11)
    office.work()
    assert office.states("thu/") == ["sent"]
    assert office.stand.box.subjects("hoa@so.example.vn").count("Số liệu") == 1


def test_what_is_put_off_for_three_days_is_given_up(lite_office: MailWorld) -> None:
    office = lite_office
    write(office)
    office.stand.box.faults.greylist = 10_000
    for _ in range(30):
        office.work()
        office.travel(hours=4)
    mail = office.mails()[-1]
    assert (mail.state, mail.problem) == ("failed", "mail.problem.later")
    assert 18 <= mail.tries <= 26


def test_a_refused_address_is_not_tried_again_and_stands_in_no_answer(office: MailWorld) -> None:
    write(office)
    office.stand.box.faults.refuses = {"hoa@so.example.vn"}
    office.work()
    office.travel(days=1)
    office.work()
    mail = office.mails()[-1]
    assert (mail.state, mail.problem, mail.tries) == ("failed", "mail.problem.recipient", 0)
    assert mail.answer == "550 5.1.1 … no such user here"


def test_a_mail_that_is_too_large_is_refused_for_good(office: MailWorld) -> None:
    write(office)
    office.stand.box.faults.refuses_mail = True
    office.work()
    assert [(one.state, one.problem) for one in office.mails()][-1] == ("failed", "mail.problem.content")


def test_a_connection_dropped_within_the_mail_is_tried_again(office: MailWorld) -> None:
    write(office)
    office.stand.box.faults.drops_in_data = 1
    office.work()
    assert (office.states("thu/"), office.mails()[-1].problem) == (["waiting"], "mail.problem.broken")
    office.travel(minutes=6)
    office.work()
    assert office.states("thu/") == ["sent"]
    assert office.stand.box.subjects("hoa@so.example.vn").count("Số liệu") == 1


def test_an_answer_that_is_not_heard_leaves_the_mail_unknown_and_it_is_not_sent_again(
    office: MailWorld,
) -> None:
    write(office)
    office.stand.box.faults.drops_before_answer = 1
    for _ in range(3):
        office.work()
        office.travel(hours=5)
    assert (office.states("thu/"), office.mails()[-1].problem) == (["unknown"], "mail.problem.unheard")
    assert office.stand.box.subjects("hoa@so.example.vn").count("Số liệu") == 1
    with reading() as session:
        assert [one.about for one, _ in outbox.to_look_at(session, office.actor)] == ["thu/1"]


def test_a_person_may_have_an_unknown_mail_sent_again_under_the_same_message_id(office: MailWorld) -> None:
    write(office)
    office.stand.box.faults.drops_before_answer = 1
    office.work()
    with transaction() as session:
        outbox.send_again(session, office.actor, office.mails()[-1].public_id, office.now)
    office.work()
    ids = office.stand.box.ids()[1:]
    assert len(ids) == 2
    assert ids[0] == ids[1]
    with pytest.raises(Refused), transaction() as session:
        outbox.send_again(session, office.actor, office.mails()[-1].public_id, office.now)


@pytest.mark.parametrize(
    ("point", "state", "copies"),
    [("mail written", "sent", 1), ("mail begun", "unknown", 0), ("mail sent", "unknown", 1)],
)  # fmt: skip
def test_killed_at_any_point_no_mail_arrives_twice(
    office: MailWorld, point: str, state: str, copies: int
) -> None:
    write(office)
    assert office.dies("send_mail", point)
    for _ in range(3):
        office.take_over()
        office.work()
    assert office.states("thu/") == [state]
    assert office.stand.box.subjects("hoa@so.example.vn").count("Số liệu") == copies


def test_every_crash_point_of_sending_was_tried() -> None:
    text = (Path(smtp.__file__).parent / "send_mail.py").read_text()
    assert set(re.findall(r'crashpoint\("([^"]+)"\)', text)) == {"mail written", "mail begun", "mail sent"}


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"password": "sai"}, "mail.problem.auth"),
        ({"ca_file": None}, "mail.problem.tls"),
        ({"host": "127.0.0.1"}, "mail.problem.tls"),
        ({"port": 1}, "mail.problem.connect"),
    ],
)
def test_a_server_that_can_not_be_reached_or_trusted_keeps_all_mail_waiting(
    lite_office: MailWorld, change: dict[str, object], problem: str
) -> None:
    office = lite_office
    office.address("an")
    write(office)
    office.write_all("thu/2")
    right = office.settings
    office.settings = right.model_copy(update={"mail": right.mail.model_copy(update=change)})
    office.work()
    assert office.states("thu/") == ["waiting"] * 3
    assert sorted(one.tries for one in office.mails() if one.about.startswith("thu/")) == [0, 0, 1]
    assert problem in {one.problem for one in office.mails()}
    office.settings = right
    office.travel(minutes=11)
    office.work()
    assert office.states("thu/") == ["sent"] * 3


def test_without_encryption_nothing_goes_out(lite_office: MailWorld) -> None:
    office = lite_office
    write(office)
    office.stand.box.faults.no_tls = True
    office.work()
    assert (office.states("thu/"), office.mails()[-1].problem) == (["waiting"], "mail.problem.no_tls")


def test_a_slow_server_is_waited_for_only_so_long(lite_office: MailWorld) -> None:
    office = lite_office
    write(office)
    mail = office.settings.mail.model_copy(update={"timeout_s": 1})
    office.settings = office.settings.model_copy(update={"mail": mail})
    office.stand.box.faults.slow_s = 4
    office.work()
    assert office.states("thu/") == ["unknown"]


def test_where_mail_is_off_nothing_is_tried_and_nothing_is_lost(lite_office: MailWorld) -> None:
    office = lite_office
    write(office)
    right, office.settings = office.settings, office.settings.model_copy(update={"mail": None})
    office.work()
    assert office.states("thu/") == ["waiting"]
    office.settings = right
    office.work()
    assert office.states("thu/") == ["sent"]


def test_no_password_and_no_address_reaches_the_log(
    lite_office: MailWorld, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    office = lite_office
    write(office)
    office.stand.box.faults.refuses = {"hoa@so.example.vn"}
    office.work()
    office.settings = office.settings.model_copy(
        update={"mail": office.settings.mail.model_copy(update={"password": f"{PASSWORD}-khac"})}
    )
    write(office, "an", "thu/2")
    office.work()
    out, err = capfd.readouterr()
    ours = [one.getMessage() for one in caplog.records if not one.name.startswith("mail.log")]
    for text in (out, err, *ours, repr(office.settings)):
        assert PASSWORD not in text
        assert "@so.example.vn>" not in text
        assert "hoa@" not in text


def test_the_message_of_a_mail_is_the_same_however_often_it_is_made(lite_office: MailWorld) -> None:
    from trace.jobs.send_mail import _next, sender_of
    from trace.services.mailing.letters import Enclosed, message_of

    office = lite_office
    write(office)

    class Run:
        desk = office.desk

    mail = replace(_next(Run()), files=[Enclosed("a.xlsx", "application/x-a", b"\0\1")])
    sender = sender_of(office.settings, office.settings.mail)
    assert message_of(mail, sender).as_bytes() == message_of(mail, sender).as_bytes()


# --- reports ----------------------------------------------------------------------------------------


def sheets(message: object) -> dict[str, list[list[object]]]:
    (part,) = message.iter_attachments()
    book = load_workbook(io.BytesIO(part.get_content()))
    return {sheet.title: [[cell.value for cell in row] for row in sheet.rows] for sheet in book}


def test_a_weekly_report_arrives_as_a_workbook_of_the_week_before(office: MailWorld) -> None:
    office.order()
    office.order()
    office.report(office.address("hoa"), office.address("an"))
    office.travel(days=2, hours=22)  # Monday 07:30
    office.work()
    assert office.states() == ["sent", "sent"]
    _, message = office.stand.box.got[-1]
    assert message["Subject"] == "Vải tuần: 08/06–14/06/2026"
    assert "Đơn hàng" in message.get_body().get_content()
    found = sheets(message)
    about, table = found.values()
    assert about[0] == ["Chỉ tiêu", "Kết quả", "Cách tính", "Cập nhật"]
    assert about[1][1] == "2 đơn"
    assert ["Kỳ số liệu", "08/06–14/06/2026", "", ""] in [[cell or "" for cell in row] for row in about]
    assert table[-1][:2] == ["Tất cả", 2]


def test_a_report_is_made_once_for_its_time_however_often_the_clock_looks(office: MailWorld) -> None:
    office.order()
    report = office.report(office.address())
    office.travel(days=2, hours=22)
    for _ in range(3):
        office.work()
        office.travel(minutes=2)
    assert [one.state for one in office.runs(report)] == ["made"]
    assert office.states() == ["sent"]
    office.order()
    office.travel(days=7)
    office.work()
    assert office.states() == ["sent", "sent"]


def test_after_weeks_of_standstill_only_the_last_report_is_made(office: MailWorld) -> None:
    report = office.report(office.address())
    office.travel(days=19)
    office.order()
    office.travel(days=5)
    office.work()
    (run,) = office.runs(report)
    assert run.due_at.isoformat().startswith("2026-07-06T00:00")
    assert run.state == "made"


def test_a_report_with_nothing_to_tell_is_skipped_and_says_why(office: MailWorld) -> None:
    report = office.report(office.address())
    office.travel(days=2, hours=22)
    office.work()
    (run,) = office.runs(report)
    assert (run.state, run.problem) == ("empty", "report.empty")
    assert office.states() == []


def test_readers_who_have_not_agreed_get_nothing_and_the_run_says_so(office: MailWorld) -> None:
    office.order()
    report = office.report(office.address(confirmed=False))
    office.travel(days=2, hours=22)
    office.work()
    (run,) = office.runs(report)
    assert (run.state, run.problem) == ("made", "report.no_readers")
    assert office.states() == []


@pytest.mark.parametrize("point", ["report made", "report kept"])
def test_a_worker_killed_while_it_makes_a_report_leaves_one_mail(office: MailWorld, point: str) -> None:
    office.order()
    report = office.report(office.address())
    office.travel(days=2, hours=22)
    office.run("plan_reports")
    assert office.dies_at_next(point)
    for _ in range(2):
        office.take_over()
        office.work()
    assert [one.state for one in office.runs(report)] == ["made"]
    assert office.states() == ["sent"]


def test_a_figure_that_is_no_more_fails_the_run_and_says_what_to_do(office: MailWorld) -> None:
    report = office.report(office.address())
    with transaction() as session:
        row = session.get(type(report), report.id)
        row.views = '[{"measure": "bygone", "by": null, "only": {}}]'
    office.travel(days=2, hours=22)
    office.work()
    (run,) = office.runs(report)
    assert (run.state, run.problem) == ("failed", "report.problem.figure")


def test_a_report_whose_job_is_dead_has_failed(office: MailWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    from trace.jobs import make_reports

    office.order()
    report = office.report(office.address())
    office.travel(days=2, hours=22)

    def stumble(*_given: object) -> None:
        raise RuntimeError("no room")

    monkeypatch.setattr(make_reports, "_files", stumble)
    for _ in range(6):
        office.work()
        office.travel(minutes=15)
    office.work()
    (run,) = office.runs(report)
    assert (run.state, run.problem) == ("failed", "report.problem.dead")


def test_where_mail_is_off_reports_wait_for_it(lite_office: MailWorld) -> None:
    office = lite_office
    office.order()
    report = office.report(office.address())
    right, office.settings = office.settings, office.settings.model_copy(update={"mail": None})
    office.travel(days=2, hours=22)
    office.work()
    assert office.runs(report) == []
    office.settings = right
    office.work()
    assert [one.state for one in office.runs(report)] == ["made"]


def test_states_of_mails_are_all_spoken() -> None:
    from trace.texts.catalogs import t

    assert all(t(lang, f"mail.state.{one}") for one in MailState for lang in ("vi", "en"))
