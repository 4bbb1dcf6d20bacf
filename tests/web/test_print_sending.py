"""Sending a print to a printer from its pages: offered where it can be done, told plainly how it ended."""

import secrets
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlmodel import select

from tests import world
from tests.jobs.printer_port import LOOPBACK, PrinterPort, own_host
from tests.services.stamp_world import StampWorld
from tests.web.test_printing import codes_of
from trace.app import create_app
from trace.db import Database, reading, transaction
from trace.jobs import work
from trace.records.label_printer import LabelPrinter
from trace.records.stamp import PrintRun, Sending, StampBlock
from trace.services import instance_facts, label_printers, stamp_keys
from trace.services.intake import read
from trace.services.label_printers import PrinterIn
from trace.services.stamp_marks import Places
from trace.settings import Settings

NAME = "Zebra nhà đóng gói"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(instance=tmp_path, public_url="http://localhost", printer_hosts=(LOOPBACK,))


@pytest.fixture
def desk(sqlite: Database, tmp_path: Path) -> StampWorld:
    now = datetime.now(UTC)
    with transaction() as session:
        instance_facts.found(session, public_url="http://localhost", is_demo=True)
        stamp_keys.ensure_key(session, tmp_path / "keys", now)
        coop = world.make_coop(session, now)
    return StampWorld(Places(tmp_path / "keys", tmp_path / "marks.log"), coop, now)


@pytest.fixture
def manager(client: FlaskClient, desk: StampWorld) -> FlaskClient:
    return world.sign_in(client, desk.coop.manager)


def add_printer(desk: StampWorld, address: str, kind: str = "zpl", coop: world.Coop | None = None) -> str:
    given = read(PrinterIn, {"name": NAME, "kind": kind, "dpi": "203", "address": address})
    with transaction() as session:
        boss = (coop or desk.coop).boss
        return label_printers.add_printer(session, boss, given, desk.now).public_id


def choices(printer: str, **given: str) -> dict[str, str]:
    chosen = {"stock": "roll-50x30", "format": "zpl", "printer": printer}
    return {"request_id": secrets.token_hex(8), "step": "send", **chosen, **given}


def ordered(client: FlaskClient, settings: Settings, block: StampBlock, printer: str, **given: str) -> str:
    """Order to send, let the file be drawn; the address of the print."""
    answer = client.post(f"/htx/in/{block.public_id}", data=choices(printer, **given))
    assert answer.status_code == 303, answer.text
    assert work.run_one_print(work.new_desk(settings)) == "done"
    return str(answer.headers["Location"])


def sent(client: FlaskClient, settings: Settings, block: StampBlock, printer: str, **given: str) -> str:
    run = ordered(client, settings, block, printer, **given)
    assert work.run_one_sending(work.new_desk(settings)) == "done"
    return run


def rows() -> list[PrintRun]:
    with reading() as session:
        return list(session.exec(select(PrintRun).order_by(PrintRun.id)))


def page_of(client: FlaskClient, block: StampBlock, printer: str, **given: str) -> str:
    asked = {"stock": "roll-50x30", "format": "zpl", "printer": printer, **given}
    return client.get(f"/htx/in/{block.public_id}", query_string=asked).text


BUTTON = f"In ngay trên {NAME}"


def test_the_desk_offers_it_where_the_printer_can_be_sent_to(manager: FlaskClient, desk: StampWorld) -> None:
    block, printer = desk.issue(5), add_printer(desk, f"tcp://{own_host()}")
    assert BUTTON in page_of(manager, block, printer)
    assert "Chỉ tạo tệp để tải về" in page_of(manager, block, printer)
    assert "chọn tệp ZPL" in page_of(manager, block, printer, format="pdf")
    for other in (add_printer(desk, ""), add_printer(desk, "cups://Canon", "pdf"), ""):
        page = page_of(manager, block, other)
        assert BUTTON not in page
        assert 'value="send"' not in page
    sheet = page_of(manager, block, printer, stock="tomy-145", format="pdf")
    assert "chọn tệp ZPL" not in sheet


def test_an_installation_that_lists_no_printer_says_so(desk: StampWorld, tmp_path: Path) -> None:
    settings = Settings(instance=tmp_path, public_url="http://localhost")
    client = create_app(settings).test_client()
    client.application.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    world.sign_in(client, desk.coop.manager)
    block, printer = desk.issue(5), add_printer(desk, f"tcp://{own_host()}")
    page = page_of(client, block, printer)
    assert "printer_hosts" in page
    assert BUTTON not in page
    assert "printer_hosts" in client.get(f"/htx/may-in/{printer}").text
    refused = client.post(f"/htx/in/{block.public_id}", data=choices(printer))
    assert refused.status_code == 409
    assert rows() == []


def test_a_forbidden_address_is_refused_when_it_is_ordered(manager: FlaskClient, desk: StampWorld) -> None:
    block, printer = desk.issue(5), add_printer(desk, "tcp://169.254.169.254")
    refused = manager.post(f"/htx/in/{block.public_id}", data=choices(printer))
    assert refused.status_code == 409
    assert "169.254.169.254" in refused.text
    assert rows() == []


def test_anothers_printer_is_no_choice_and_looks_like_an_absent_one(
    manager: FlaskClient, desk: StampWorld
) -> None:
    with transaction() as session:
        other = world.make_coop(session, desk.now)
    theirs, absent = add_printer(desk, f"tcp://{own_host()}", coop=other), "zzzzzzzzzz"
    block = desk.issue(5)
    answers = [
        manager.post(f"/htx/in/{block.public_id}", data=choices(name, request_id="mot"))
        for name in (theirs, absent)
    ]
    assert [answer.status_code for answer in answers] == [422, 422]
    assert answers[0].text.replace(theirs, absent) == answers[1].text
    assert [manager.get(f"/htx/may-in/{name}").status_code for name in (theirs, absent)] == [404, 404]


def test_a_print_goes_to_the_printer_and_its_paper_is_checked(
    manager: FlaskClient, desk: StampWorld, settings: Settings
) -> None:
    block = desk.issue(30)
    with PrinterPort() as port:
        run = ordered(manager, settings, block, add_printer(desk, port.address))
        waiting = manager.get(run).text
        assert f"Đang chờ “{NAME}”" in waiting
        assert '<meta http-equiv="refresh"' in waiting
        assert manager.post(f"{run}/xac-nhan", data=ends_of(block, 0, 29)).status_code == 409
        assert work.run_one_sending(work.new_desk(settings)) == "done"
        port.quiet()
        assert port.sha256 == rows()[0].sha256
    page = manager.get(run).text
    assert f"Đã gửi đủ 30 tem sang “{NAME}”" in page
    assert "refresh" not in page
    assert manager.post(f"{run}/gui-lai").status_code == 409
    assert manager.post(f"{run}/xac-nhan", data=ends_of(block, 0, 11)).status_code == 409
    assert manager.post(f"{run}/xac-nhan", data=ends_of(block, 0, 29)).status_code == 303
    assert "Đã xác nhận" in manager.get(run).text
    spoiled = {"request_id": "hong-tem-1", "reason": "torn", "first_1": "3", "last_1": "5"}
    assert manager.post(f"{run}/hong", data=spoiled).status_code == 303


def ends_of(block: StampBlock, first: int, last: int) -> dict[str, str]:
    codes = codes_of(block)
    return {"first_code": codes[first], "last_code": codes[last], "request_id": secrets.token_hex(8)}


def test_the_same_form_sent_twice_orders_one_sending(manager: FlaskClient, desk: StampWorld) -> None:
    block, given = desk.issue(5), choices(add_printer(desk, f"tcp://{own_host()}"))
    answers = [manager.post(f"/htx/in/{block.public_id}", data=given) for _ in range(3)]
    assert len({answer.headers["Location"] for answer in answers}) == len(rows()) == 1
    only_file = manager.post(f"/htx/in/{block.public_id}", data={**given, "step": "print"})
    assert only_file.status_code == 409


def test_a_silent_printer_is_named_and_sent_to_again_with_a_button(
    manager: FlaskClient, desk: StampWorld, settings: Settings
) -> None:
    block, host = desk.issue(5), own_host()
    printer = add_printer(desk, f"tcp://{host}")
    run = sent(manager, settings, block, printer)
    page = manager.get(run).text
    for said in (
        f"“{NAME}” không trả lời",
        f"tcp://{host}:9100",
        "Chưa ra tem nào",
        "Gửi lại",
        "Tải về ZPL",
    ):
        assert said in page
    assert manager.get(f"{run}?lang=en").text.count("does not answer") == 1
    with PrinterPort() as port:
        with transaction() as session:
            session.exec(select(LabelPrinter)).one().address = port.address
        assert manager.post(f"{run}/gui-lai").status_code == 303
        assert work.run_one_sending(work.new_desk(settings)) == "done"
        port.quiet()
        assert port.sha256 == rows()[0].sha256


def test_an_unsent_print_whose_file_was_cleared_away_is_made_again_and_sent(
    manager: FlaskClient, desk: StampWorld, settings: Settings
) -> None:
    run = sent(manager, settings, desk.issue(5), add_printer(desk, f"tcp://{own_host()}"))
    for path in settings.prints.iterdir():
        path.unlink()
    assert "Gửi lại" in manager.get(run).text
    assert manager.post(f"{run}/gui-lai").status_code == 303
    assert work.run_one_print(work.new_desk(settings)) == "done"
    assert rows()[0].sending == Sending.ASKED


def test_stopped_before_the_printer_took_anything(
    manager: FlaskClient, desk: StampWorld, settings: Settings
) -> None:
    run = ordered(manager, settings, desk.issue(5), add_printer(desk, f"tcp://{own_host()}"))
    assert manager.post(f"{run}/dung").status_code == 303
    assert work.run_one_sending(work.new_desk(settings)) is None
    assert "Đã dừng, chưa gửi gì" in manager.get(run).text


@pytest.fixture
def broken(manager: FlaskClient, desk: StampWorld, settings: Settings) -> tuple[str, StampBlock]:
    """A print whose server died while it was sent."""
    block = desk.issue(30)
    run = ordered(manager, settings, block, add_printer(desk, f"tcp://{own_host()}"))
    with transaction() as session:
        row = session.exec(select(PrintRun)).one()
        row.sending, row.sent = Sending.SENDING, 12
    assert work.run_one_sending(work.new_desk(settings)) == "done"
    return run, block


def test_an_unknown_end_is_shown_as_one_and_not_sent_again(
    manager: FlaskClient, broken: tuple[str, StampBlock]
) -> None:
    run, _ = broken
    page = manager.get(run).text
    for said in (
        "Không rõ tem ra đến đâu",
        "12 trên 30 tem",
        "không tự gửi lại",
        "Tem ra đến đâu?",
        "Không ra tem nào",
    ):
        assert said in page
    assert "gui-lai" not in page
    assert manager.post(f"{run}/gui-lai").status_code == 409
    assert "chưa rõ ra đến đâu" in manager.get("/htx/in").text


def test_a_person_says_what_came_out_and_prints_the_rest(
    manager: FlaskClient, broken: tuple[str, StampBlock], desk: StampWorld
) -> None:
    run, block = broken
    strange = ends_of(desk.issue(3), 0, 1)
    assert manager.post(f"{run}/xac-nhan", data=strange).status_code == 409
    assert manager.post(f"{run}/xac-nhan", data={"request_id": "de-trong-1"}).status_code == 422
    assert rows()[0].sending == Sending.UNKNOWN
    assert manager.post(f"{run}/xac-nhan", data=ends_of(block, 0, 11)).status_code == 303
    manager.get(run)  # says once that it is noted
    page = manager.get(run).text
    assert "Đã soát: ra 12 tem" in page
    rest = f"first={block.first + 12}&amp;last={block.last}"
    assert rest in page
    assert "In nốt phần chưa ra" in page
    for late in ({"none": "1", "request_id": "muon-roi-1"}, ends_of(block, 0, 29)):
        assert manager.post(f"{run}/xac-nhan", data=late).status_code == 409


def test_a_person_says_that_nothing_came_out(manager: FlaskClient, broken: tuple[str, StampBlock]) -> None:
    run, block = broken
    for _ in range(2):
        said = {"none": "1", "request_id": "khong-ra-1"}
        assert manager.post(f"{run}/xac-nhan", data=said).status_code == 303
    page = manager.get(run).text
    assert "Đã soát: không ra tem nào" in page
    assert f"first={block.first}&amp;last={block.last}" in page
    assert (rows()[0].sending, rows()[0].out_first) == (Sending.SEEN, None)


def test_nobody_elses_print_is_sent_again_or_judged(
    manager: FlaskClient, broken: tuple[str, StampBlock], desk: StampWorld, settings: Settings
) -> None:
    run, _ = broken
    with transaction() as session:
        other = world.make_coop(session, desk.now)
    theirs = world.sign_in(manager.application.test_client(), other.manager)
    for act in ("gui-lai", "xac-nhan", "dung"):
        foreign = theirs.post(f"{run}/{act}", data={"none": "1"})
        absent = theirs.post(f"/htx/in/lan/zzzzzzzzzz/{act}", data={"none": "1"})
        assert (foreign.status_code, absent.status_code) == (404, 404)
        assert foreign.text.replace(run.rsplit("/", 1)[1], "zzzzzzzzzz") == absent.text
