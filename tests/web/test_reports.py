"""Pages of reports by mail: set up, tried, sent; links in mail that agree only by a button."""

import re
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import select

from tests import world
from tests.web import grounds
from trace.db import reading, transaction
from trace.errors import Refused
from trace.records.account import Role
from trace.records.mail import Mail, MailAddress
from trace.records.report import Report, ReportReader, ReportRun
from trace.services.admission import actor_of
from trace.services.intake import read
from trace.services.mailing import addresses
from trace.services.office_reports import views
from trace.services.office_reports.views import View

FORM = {"title": "Vải tuần", "span": "week", "rhythm": "week", "day": "1", "hour": "7", "language": "vi"}
FORM |= {"as_xlsx": "1", "measure": "revenue", "by": "commune"}


def office_of(app: Flask) -> FlaskClient:
    with transaction() as session:
        account = world.make_office(session, datetime.now(UTC))
    return world.sign_in(app.test_client(), account)


@pytest.fixture
def office(app: Flask) -> FlaskClient:
    return office_of(app)


def add_address(office: FlaskClient, name: str = "hoa") -> MailAddress:
    form = {"name": f"Chị {name}", "address": f"{name}@so.example.vn", "language": "vi"}
    assert office.post("/so/bao-cao/dia-chi", data=form).status_code == 303
    with reading() as session:
        return session.exec(select(MailAddress)).all()[-1]


def secret(row: MailAddress) -> str:
    return addresses.secret_of(row)


def add_report(office: FlaskClient, **given: object) -> Report:
    answer = office.post("/so/bao-cao/moi", data={**FORM, **given})
    assert answer.status_code == 303, answer.get_data(as_text=True)
    with reading() as session:
        return session.exec(select(Report)).all()[-1]


def test_without_a_mail_server_the_pages_say_so(office: FlaskClient) -> None:
    for path in ("/so/bao-cao", "/so/bao-cao/moi", "/so/bao-cao/dia-chi"):
        assert "Chưa bật gửi thư" in office.get(path).get_data(as_text=True)


def test_an_indicator_s_page_hands_its_view_with_its_filters_on(office: FlaskClient) -> None:
    page = office.get("/so/chi-tieu/revenue?nhom=cooperative&xa=10813&san=shopee").get_data(as_text=True)
    (link,) = re.findall(r'href="(/so/bao-cao/moi\?[^"]+)"', page)
    form = office.get(link.replace("&amp;", "&")).get_data(as_text=True)
    hidden = dict(re.findall(r'type="hidden" name="(\w[\w-]*)" value="([^"]*)"', form))
    assert (hidden["xa"], hidden["san"]) == ("10813", "shopee")
    report = add_report(office, measure="revenue", by="cooperative", xa="10813", san="shopee")
    (view,) = views.read_views(report.views)
    assert view == View("revenue", "cooperative", {"commune": "10813", "marketplace": "shopee"})


def test_a_report_is_changed_paused_gone_on_with_and_deleted(office: FlaskClient) -> None:
    row = add_address(office)
    report = add_report(office, readers=row.public_id)
    path = f"/so/bao-cao/{report.public_id}"
    page = office.get(path).get_data(as_text=True)
    assert "Thứ Hai hằng tuần lúc 7 giờ" in page
    assert "Chị hoa" in page
    changed = {**FORM, "rhythm": "month", "day": "5", "hour": "8", "title": "Vải tháng"}
    assert office.post(path, data=changed).status_code == 303
    assert "Ngày 5 hằng tháng lúc 8 giờ" in office.get(path).get_data(as_text=True)
    assert office.post(f"{path}/chi-tieu", data={"measure": "*", "by": ""}).status_code == 303
    assert office.post(f"{path}/bo-chi-tieu", data={"place": "0"}).status_code == 303
    assert "24 chỉ tiêu" in office.get(path).get_data(as_text=True)
    assert office.post(f"{path}/bo-chi-tieu", data={"place": "0"}).status_code == 409
    assert office.post(f"{path}/trang-thai", data={"what": "dung"}).status_code == 303
    assert "Đang tạm dừng" in office.get(path).get_data(as_text=True)
    assert office.post(f"{path}/trang-thai", data={"what": "xoa"}).location == "/so/bao-cao"
    assert office.get(path).status_code == 404


def test_what_does_not_fit_is_said_at_its_field(office: FlaskClient) -> None:
    wrong = {**FORM, "day": "9", "title": "x"}
    answer = office.post("/so/bao-cao/moi", data=wrong)
    assert answer.status_code == 422
    assert "f-title" in answer.get_data(as_text=True)
    for change, said in (
        ({"day": "9"}, "1-7"),
        ({"as_xlsx": "0"}, "XLSX"),
        ({"measure": "bịa"}, "revenue"),
        ({"by": "growing_area"}, "commune"),
        ({"readers": "0000000000"}, "Tải lại trang"),
    ):
        answer = office.post("/so/bao-cao/moi", data={**FORM, **change})
        assert answer.status_code == 422, change
        assert said in answer.get_data(as_text=True), change


def test_a_trial_is_planned_and_stands_in_the_runs(office: FlaskClient) -> None:
    report = add_report(office)
    assert office.post(f"/so/bao-cao/{report.public_id}/lap-thu").status_code == 303
    assert "Lập thử" in office.get(f"/so/bao-cao/{report.public_id}").get_data(as_text=True)
    with reading() as session:
        (run,) = session.exec(select(ReportRun)).all()
    assert (run.is_trial, run.state) == (True, "making")


def test_an_address_is_asked_by_one_mail_whose_text_holds_no_link(office: FlaskClient) -> None:
    row = add_address(office)
    with reading() as session:
        (mail,) = session.exec(select(Mail)).all()
    assert secret(row) not in mail.body
    assert b"hoa" not in row.address_sealed
    assert row.state == "asked"


def test_the_same_address_is_noted_once_whatever_its_letters(office: FlaskClient) -> None:
    add_address(office)
    form = {"name": "Ai khác", "address": "HOA@So.Example.VN", "language": "vi"}
    answer = office.post("/so/bao-cao/dia-chi", data=form)
    assert answer.status_code == 422
    assert "Chị hoa" in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    "wrong",
    [
        "hoa",
        "hoa@so",
        "hoa@so.example.vn\nBcc: x@y.vn",
        "a b@so.vn",
        "hoà@so.vn",
        "@so.vn",
        "a" * 65 + "@so.vn",
    ],
)
def test_what_is_no_address_is_refused(office: FlaskClient, wrong: str) -> None:
    form = {"name": "Chị Hoa", "address": wrong, "language": "vi"}
    assert office.post("/so/bao-cao/dia-chi", data=form).status_code == 422


def state_of(row: MailAddress) -> str:
    with reading() as session:
        return session.get(MailAddress, row.id).state


def test_a_link_alone_agrees_to_nothing_its_button_does_and_once_more_too(
    app: Flask, office: FlaskClient
) -> None:
    row = add_address(office)
    path, anybody = f"/thu/{row.public_id}/{secret(row)}/xac-nhan", app.test_client()
    assert "Tôi đồng ý" in anybody.get(path).get_data(as_text=True)
    assert state_of(row) == "asked"
    for _ in range(2):
        assert "Đã xác nhận" in anybody.post(path).get_data(as_text=True)
    assert state_of(row) == "confirmed"


def test_leaving_takes_the_address_out_of_every_report(app: Flask, office: FlaskClient) -> None:
    row = add_address(office)
    add_report(office, readers=row.public_id)
    base, anybody = f"/thu/{row.public_id}/{secret(row)}", app.test_client()
    anybody.post(f"{base}/xac-nhan")
    assert "Thôi nhận" in anybody.get(f"{base}/thoi-nhan").get_data(as_text=True)
    assert state_of(row) == "confirmed"
    anybody.post(f"{base}/thoi-nhan")
    assert state_of(row) == "left"
    anybody.post(f"{base}/xac-nhan")
    assert state_of(row) == "left", "a link of before does not bring it back"
    with reading() as session:
        assert session.exec(select(ReportReader)).all() == []
    assert add_address(office).id != row.id, "the office may ask anew"


def test_the_button_of_a_mail_program_leaves_without_a_page(app: Flask, office: FlaskClient) -> None:
    row = add_address(office)
    path, anybody = f"/thu/{row.public_id}/{secret(row)}/thoi-nhan/ngay", app.test_client()
    app.config["WTF_CSRF_ENABLED"] = True
    assert anybody.post(path, data={"x": "y"}).status_code == 403
    assert state_of(row) == "asked"
    assert anybody.post(path, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    assert state_of(row) == "left"


def test_another_secret_and_no_such_address_get_the_same_answer(app: Flask, office: FlaskClient) -> None:
    row, anybody = add_address(office), app.test_client()
    pages = []
    for path in (f"/thu/{row.public_id}/{'x' * 32}/xac-nhan", f"/thu/{'0' * 10}/{secret(row)}/xac-nhan"):
        for method in (anybody.get, anybody.post):
            answer = method(path)
            pages.append((answer.status_code, answer.get_data(as_text=True).replace(path, "")))
    assert {status for status, _ in pages} == {404}
    assert len(set(pages)) == 1
    assert state_of(row) == "asked"


def test_erasing_leaves_nothing_of_the_address_and_its_links_are_dead(
    app: Flask, office: FlaskClient
) -> None:
    row = add_address(office)
    office.get("/so/bao-cao")  # where it is said that it was added
    path = f"/thu/{row.public_id}/{secret(row)}/xac-nhan"
    assert office.post(f"/so/bao-cao/dia-chi/{row.public_id}/xoa").status_code == 303
    assert app.test_client().get(path).status_code == 404
    with reading() as session:
        left = session.get(MailAddress, row.id)
        (mail,) = session.exec(select(Mail)).all()
    assert (left.address_sealed, left.secret_sealed, left.name) == (None, None, f"#{row.id}")
    assert mail.state == "dropped"
    assert "Chị hoa" not in office.get("/so/bao-cao/dia-chi").get_data(as_text=True)


def test_who_is_asked_again_waits_ten_minutes_and_is_asked_five_times(sqlite: object, now: datetime) -> None:
    with transaction() as session:
        actor = actor_of(world.make_office(session, now))
        said = read(addresses.AddressIn, {"name": "Chị Hoa", "address": "hoa@so.example.vn"})
        row = addresses.add_address(session, actor, said, now)
    for minutes, is_refused in ((5, True), (11, False), (20, True), (22, False), (33, False), (44, False)):
        refused = pytest.raises(Refused, match="asked") if is_refused else nullcontext()
        with refused, transaction() as session:
            addresses.ask_again(session, actor, row.public_id, now + timedelta(minutes=minutes))
    with pytest.raises(Refused, match="asked"), transaction() as session:
        addresses.ask_again(session, actor, row.public_id, now + timedelta(days=9))
    with reading() as session:
        assert len(session.exec(select(Mail)).all()) == 5


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.OFFICE])
def test_only_the_office_sees_reports_and_addresses(app: Flask, tmp_path: Path, role: Role) -> None:
    laid = grounds.lay_out(app, tmp_path, datetime.now(UTC), role)
    client = world.sign_in(app.test_client(), laid.account)
    for path in ("/so/bao-cao", "/so/bao-cao/moi", "/so/bao-cao/dia-chi"):
        assert client.get(path).status_code == 403
