"""The watched folder: whole files are read once, whoever dies meanwhile, and odd ones are left alone."""

import os
import signal
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from marketplaces.simulators.files.centre import BUYERS, Centre
from tests.file_exchange.booth import NOW, Booth, everything_written, faults, open_booth
from trace.crashpoint import arm
from trace.db import Database, open_database, reading, transaction, use_database
from trace.jobs.desk import Desk
from trace.jobs.work import run_one
from trace.records.file_exchange import FileReport, ReportState
from trace.services import leases, schedules
from trace.services.file_exchange import cleaning, drops, layouts, reports
from trace.settings import Settings

JUNE = (date(2026, 6, 1), date(2026, 6, 30))


class Yard:
    """A booth, its drop folder, and a worker whose clock is far enough ahead for files to be quiet."""

    def __init__(self, booth: Booth, root: Path) -> None:
        self.booth = booth
        self.clock = NOW
        self.settings = Settings(instance=root, public_url="http://localhost")
        self.desk = Desk(self.settings, "test", now=lambda: self.clock)
        self.incoming, self.claimed = drops.folders_of(self.settings.drops, "postmart", booth.shop.id)
        drops.make_folders(self.incoming, self.claimed)
        booth.folder = self.incoming

    def takes_alone(self) -> None:
        with transaction() as session:
            layout = layouts.layout_of(session, self.booth.shop.id, "report")
            choices = layouts.ReportChoices(is_full=True, takes_alone=True)
            layouts.confirm_report_layout(session, layout, layouts.columns_of(layout), choices, None, NOW)

    def speak(self, path: Path) -> None:
        self.booth.speak("merged", path)
        self.takes_alone()

    def quiet(self) -> None:
        for path in (*self.incoming.iterdir(), *self.claimed.iterdir()):
            if not path.is_symlink():
                os.utime(path, (NOW.timestamp() - 60, NOW.timestamp() - 60))

    def look(self) -> str | None:
        self.quiet()
        with transaction() as session:
            schedules.run_now(session, "read_drops", "", self.desk.now())
        return run_one(self.desk)

    def lying(self) -> list[str]:
        return sorted(path.name for folder in (self.incoming, self.claimed) for path in folder.iterdir())

    def reports(self) -> list[FileReport]:
        with reading() as session:
            return list(session.execute(select(FileReport).order_by(FileReport.id)).scalars())


@pytest.fixture
def yard(database: Database, now, tmp_path: Path) -> Yard:
    return Yard(open_booth(now, tmp_path), tmp_path)


def lived(days: int) -> Centre:
    centre = Centre()
    for _ in range(days):
        centre.pass_time()
    return centre


def test_a_dropped_report_is_counted_once_and_its_original_is_gone(yard: Yard) -> None:
    centre = lived(3)
    yard.speak(yard.booth.report("merged", centre, *JUNE))
    assert yard.look() == "done"
    assert yard.booth.figures() == centre.truth()
    assert yard.lying() == []
    yard.booth.report("merged", centre, *JUNE)
    yard.look()
    assert yard.booth.figures() == centre.truth()
    assert not [one for buyer in BUYERS for one in buyer if one in everything_written()]


def test_a_file_still_being_written_is_left_until_it_is_whole(yard: Yard) -> None:
    path = yard.booth.report("merged", lived(2), *JUNE)
    yard.speak(path)
    part = path.rename(path.with_name("a.xlsx.part"))
    yard.look()
    assert yard.reports() == []
    part.rename(path)
    os.utime(path, (NOW.timestamp() - 5, NOW.timestamp() - 5))
    with transaction() as session:
        schedules.run_now(session, "read_drops", "", NOW)
    run_one(yard.desk)
    assert yard.reports() == []
    yard.look()
    assert [one.state for one in yard.reports()] == [ReportState.TAKEN]


def test_unless_the_shop_says_so_a_dropped_report_waits_for_a_person(yard: Yard) -> None:
    yard.booth.speak("merged", yard.booth.report("merged", lived(2), *JUNE))
    yard.look()
    assert [one.state for one in yard.reports()] == [ReportState.CHECKED]
    assert yard.booth.figures() == {}


def test_nothing_is_touched_before_somebody_named_the_columns(yard: Yard) -> None:
    yard.booth.report("merged", lived(2), *JUNE)
    before = yard.lying()
    yard.look()
    assert yard.lying() == before
    assert yard.reports() == []


def test_what_can_not_be_read_stays_its_owners_and_is_tried_again_when_columns_change(yard: Yard) -> None:
    yard.speak(yard.booth.report("merged", lived(2), *JUNE))
    yard.look()
    bad = yard.booth.csv("Mã đơn;Trạng thái;Ghi chú", "A1;Mới;Gọi 0912345678", name="lạ.csv")
    yard.look()
    yard.look()
    assert yard.lying() == ["lạ.csv"]
    refused = [one for one in yard.reports() if one.state == ReportState.REFUSED]
    assert len(refused) == 1
    assert "0912345678" not in everything_written()
    yard.booth.map_columns(yard.booth.report("merged", lived(2), *JUNE), is_full=True)
    assert [one for one in yard.reports() if one.state == ReportState.REFUSED] == []
    assert bad.exists()


def test_a_newer_file_of_the_name_is_never_overwritten_by_one_given_back(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    yard.speak(yard.booth.report("merged", lived(3), *JUNE))
    (yard.incoming / "ngay.csv").write_text("hỏng", encoding="utf-8")
    clean = cleaning.clean

    def meanwhile(path: Path, *given: object) -> cleaning.Cleaned:
        if path.read_bytes() == "hỏng".encode():
            (yard.incoming / "ngay.csv").write_text("mới", encoding="utf-8")
        return clean(path, *given)

    monkeypatch.setattr(cleaning, "clean", meanwhile)
    yard.look()
    found = {path.name: path.read_text(encoding="utf-8") for path in yard.incoming.iterdir()}
    assert found == {"ngay.csv": "mới", "2-ngay.csv": "hỏng"}


def test_whatever_a_file_is_called_it_is_read_and_stops_nobody(yard: Yard) -> None:
    yard.speak(yard.booth.report("merged", lived(3), *JUNE))
    yard.look()
    head = "Mã đơn;Ngày đặt;Trạng thái;Mã sản phẩm;Sản phẩm;Số lượng;Đơn giá"
    names = (b"\xff\xfe.csv", b"a\nb\x1b[31m.csv", "ngày\u202e.csv".encode(), b"x" * 251 + b".csv")
    for name in names:
        with open(os.fsencode(yard.incoming) + b"/" + name, "w", encoding="utf-8") as file:
            file.write(f"{head}\n{name.hex()}")
    assert yard.look() == "done"
    shown = [report.file_name for report in yard.reports()[1:]]
    assert len(shown) == len(names)
    assert all(one.isprintable() for one in shown)


def test_a_file_that_the_disk_refuses_keeps_no_other_waiting(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    yard.speak(yard.booth.report("merged", lived(3), *JUNE))
    (yard.incoming / "0-khoa.csv").write_text("của ai đó", encoding="utf-8")
    digest = reports.digest

    def refused(path: Path) -> str:
        if path.name == "0-khoa.csv":
            raise PermissionError(13, "Permission denied")
        return digest(path)

    monkeypatch.setattr(reports, "digest", refused)
    assert yard.look() == "done"
    assert [report.state for report in yard.reports()] == ["taken"]
    assert yard.lying() == ["0-khoa.csv"]


def test_a_file_whose_time_lies_ahead_is_read_all_the_same(yard: Yard) -> None:
    path = yard.booth.report("merged", lived(3), *JUNE)
    yard.speak(path)
    os.utime(path, (NOW.timestamp() + 10**10,) * 2)
    yard.clock = datetime.now(UTC) + timedelta(minutes=1)
    [whole] = drops.waiting(yard.incoming, yard.clock, 10**7)
    assert abs(drops.written_at(whole) - yard.clock) < timedelta(minutes=5)


def test_links_are_never_followed_and_never_read(yard: Yard, tmp_path: Path) -> None:
    path = yard.booth.report("merged", lived(2), *JUNE)
    yard.speak(path)
    outside = path.rename(tmp_path / "khoa.xlsx")
    (yard.incoming / "link.xlsx").symlink_to(outside)
    os.link(outside, yard.incoming / "hard.xlsx")
    yard.look()
    assert yard.reports() == []
    assert outside.exists()


def test_a_file_larger_than_an_upload_is_left(yard: Yard) -> None:
    yard.speak(yard.booth.report("merged", lived(2), *JUNE))
    yard.look()
    with (yard.incoming / "to.csv").open("wb") as file:
        file.truncate(21 * 1024 * 1024)
    yard.look()
    assert yard.lying() == ["to.csv"]


@pytest.mark.parametrize("point", ["drop claimed", "report half taken", "report taken", "drop kept"])
def test_a_worker_killed_anywhere_leaves_all_of_a_report_or_nothing(
    yard: Yard, database: Database, database_url: str, point: str
) -> None:
    centre = lived(4)
    yard.speak(yard.booth.report("merged", centre, *JUNE))
    yard.quiet()
    with transaction() as session:
        schedules.run_now(session, "read_drops", "", NOW)
    child = os.fork()
    if child == 0:
        try:
            use_database(open_database(database_url))
            arm(point)
            run_one(yard.desk)
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    assert yard.booth.figures() in ({}, centre.truth())
    assert faults() == []
    yard.clock += leases.LEASE + timedelta(minutes=1)
    with transaction() as session:
        leases.reap(session, yard.clock)
    assert run_one(yard.desk) == "done"
    assert yard.booth.figures() == centre.truth()
    assert yard.lying() == []
    assert len(yard.reports()) == 1


def test_of_two_workers_one_gets_the_file(yard: Yard) -> None:
    path = yard.booth.csv("a")
    assert drops.claim(path, yard.claimed) is not None
    assert drops.claim(path, yard.claimed) is None
