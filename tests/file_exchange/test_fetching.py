"""Reports are fetched from a real SFTP server into the watched folder, once each, whoever dies meanwhile."""

import contextlib
import dataclasses
import os
import signal
import stat
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from marketplaces.report_server.values import Bounds
from tests.file_exchange.booth import NOW, open_booth
from tests.file_exchange.test_drops import JUNE, Yard, lived
from tests.sftp_stand import PASSWORD, USER, Stand, entry, new_key, standing
from trace.crashpoint import arm
from trace.db import Database, open_database, reading, transaction, use_database
from trace.jobs import clock
from trace.jobs.desk import Desk
from trace.jobs.work import run_one
from trace.records.file_exchange import Direction, FileLayout, RemoteFile, ReportServer
from trace.records.job import Job, Schedule
from trace.records.shop import Shop
from trace.services import leases, schedules
from trace.services.file_exchange import arriving, fetching
from trace.settings import Settings

SOON = timedelta(minutes=1)


class Fetcher(Yard):
    """A yard whose shop has a server; every look is a minute after the one before."""

    def __init__(self, root: Path, stand: Stand) -> None:
        super().__init__(open_booth(NOW, root), root)
        self.stand = stand
        self.booth.folder = stand.folder
        self.told: Job | None = None
        self.set(password=PASSWORD)

    def set(self, **server: object) -> None:
        known = {"host": "127.0.0.1", "port": self.stand.port, "user": USER, "folder": "bao-cao"}
        table = {**known, "host_keys": [self.stand.host_line], **server}
        servers = {f"postmart-{self.booth.shop.id}": table}
        self.settings = Settings(instance=self.settings.instance, report_servers=servers)
        self.desk = dataclasses.replace(
            self.desk, settings=self.settings, server_bounds=Bounds(20, 30, 60, 60)
        )

    def name_columns(self) -> None:
        """Somebody did: which, is no matter of fetching."""
        layout = FileLayout(
            shop_id=self.booth.shop.id,
            direction=Direction.REPORT,
            fingerprint="",
            file_name="mau.csv",
            head="{}",
            is_ready=True,
            changed_at=NOW,
        )
        with transaction() as session:
            session.add(layout)

    def put(self, name: str, content: bytes = b"A;B") -> Path:
        """A file on the server, an hour old."""
        path = self.stand.folder / name
        path.write_bytes(content)
        return self.age(path, 3600)

    def age(self, path: Path, seconds: float) -> Path:
        at = NOW.timestamp() - seconds
        os.utime(path, (at, at))
        return path

    def queue(self) -> int:
        self.clock += SOON
        with transaction() as session:
            name, shop = str(self.booth.shop.id), self.booth.shop.id
            return schedules.run_now(session, fetching.KIND, name, self.clock, shop_id=shop)

    def fetch(self, times: int = 1) -> dict[str, object]:
        for _ in range(times):
            number = self.queue()
            run_one(self.desk, number)
        with reading() as session:
            self.told = session.get_one(Job, number)
        return self.told.figures

    def arrived(self) -> list[str]:
        return sorted(path.name for path in self.incoming.iterdir())

    def server(self) -> ReportServer:
        with reading() as session:
            return session.get_one(ReportServer, self.booth.shop.id)

    def shop(self) -> Shop:
        with reading() as session:
            return session.get_one(Shop, self.booth.shop.id)


@pytest.fixture
def fetcher(database: Database, tmp_path: Path) -> Iterator[Fetcher]:
    with standing(tmp_path) as stand:
        yield Fetcher(tmp_path, stand)


def test_a_report_is_fetched_at_the_second_look_counted_once_and_stays_there(
    fetcher: Fetcher,
) -> None:
    path = fetcher.booth.report("merged", lived(3), *JUNE)
    path = fetcher.age(path.rename(path.with_name("tháng 6.xlsx")), 3600)
    fetcher.speak(path)
    assert fetcher.fetch()["fetched"] == 0
    assert fetcher.fetch()["fetched"] == 1
    (place,) = fetcher.incoming.iterdir()
    assert (place.name, place.read_bytes()) == (path.name, path.read_bytes())
    assert place.stat().st_mtime == pytest.approx(path.stat().st_mtime, abs=1)
    assert fetcher.look() == "done"
    assert fetcher.booth.figures() == lived(3).truth()
    assert fetcher.fetch(2)["fetched"] == 0
    assert fetcher.arrived() == []
    assert path.exists()
    told = fetcher.server()
    assert (told.fetched, told.waiting, told.fault) == (1, 0, "")


def test_a_growing_file_waits_and_one_sent_again_with_other_content_comes_again(
    fetcher: Fetcher,
) -> None:
    fetcher.name_columns()
    fetcher.put("a.csv")
    path = fetcher.put("b.csv")
    fetcher.fetch()
    path.write_bytes(b"A;B\n1;2")
    fetcher.age(path, 60)
    fetcher.fetch()
    assert fetcher.arrived() == ["a.csv"]
    assert fetcher.server().waiting == 1
    fetcher.fetch()
    assert fetcher.arrived() == ["a.csv", "b.csv"]
    path.write_bytes(b"A;B\n1;3")  # as long as before
    fetcher.age(path, 30)
    fetcher.fetch(2)
    assert {one.name: one.read_bytes()[-1:] for one in fetcher.incoming.glob("b*")} == {
        "b.csv": b"2",
        "b (2).csv": b"3",
    }


def test_two_looks_in_one_moment_are_one(fetcher: Fetcher) -> None:
    fetcher.name_columns()
    fetcher.put("a.csv")
    fetcher.fetch()
    fetcher.clock -= SOON
    assert fetcher.fetch()["fetched"] == 0


def test_names_that_could_mean_another_place_are_passed_over_and_counted(fetcher: Fetcher) -> None:
    fetcher.name_columns()
    fetcher.put("a.csv")
    bad = [  # the first one is hidden, too, and not counted
        "../x.csv",
        "/etc/x.csv",
        "a\0.csv",
        "a\n.csv",
        "\x1b[2J.csv",
        "d" * 201,
        "x\\y.csv",
        " a.csv",
        "\u202efdp.csv",
    ]
    fetcher.stand.more_entries = [
        *map(entry, bad),
        entry(b"b\xe1o.csv"),
        entry("l.csv", mode=stat.S_IFLNK | 0o777),
        entry("to.csv", size=21 * 1024 * 1024),
        entry("khong-lo.csv", size=2**64 - 1),
        entry("thu-muc", mode=stat.S_IFDIR | 0o755),
        *map(entry, ["", ".", "..", ".an.csv", "do.csv.part", "do.csv.TMP"]),
    ]
    (fetcher.stand.folder / "that.csv").symlink_to("/etc/hostname")
    figures = fetcher.fetch(2)
    assert fetcher.arrived() == ["a.csv"]
    assert fetcher.stand.opened == ["a.csv"]
    assert {path.name for path in fetcher.settings.drops.rglob("*")} == {
        f"postmart-{fetcher.booth.shop.id}",
        "den",
        "dang-doc",
        "dang-tai",
        "a.csv",
    }
    assert (figures["unfit"], figures["too_large"]) == (12, 2)
    assert (fetcher.server().unfit, fetcher.server().too_large) == (12, 2)


def test_only_files_of_the_pattern_are_reports(fetcher: Fetcher) -> None:
    fetcher.name_columns()
    fetcher.put("Don-hang-06.XLSX")
    fetcher.put("hop-dong.pdf")
    fetcher.set(password=PASSWORD, names="don-hang-*.xlsx")
    fetcher.fetch(2)
    assert fetcher.arrived() == ["Don-hang-06.XLSX"]


def test_nothing_is_asked_before_columns_are_named_or_after_the_shop_was_stopped(
    fetcher: Fetcher,
) -> None:
    fetcher.put("a.csv")
    assert fetcher.fetch()["skipped"] == "no columns"
    fetcher.name_columns()
    with transaction() as session:
        session.get_one(Shop, fetcher.booth.shop.id).state = "disabled"
    assert fetcher.fetch()["skipped"] == "disabled"
    assert fetcher.stand.visits == 0


def test_files_are_removed_there_only_when_the_settings_say_so(fetcher: Fetcher) -> None:
    fetcher.name_columns()
    fetcher.put("a.csv")
    fetcher.fetch(2)
    assert [path.name for path in fetcher.stand.folder.iterdir()] == ["a.csv"]
    fetcher.set(password=PASSWORD, remove=True)
    fetcher.put("b.csv")
    assert fetcher.fetch()["removed"] == 1  # the one that was fetched before
    assert fetcher.fetch()["removed"] == 1
    assert list(fetcher.stand.folder.iterdir()) == []
    assert fetcher.arrived() == ["a.csv", "b.csv"]


def test_a_changed_host_key_is_told_on_the_shop_and_ends_when_the_new_one_is_written_down(
    fetcher: Fetcher, tmp_path: Path
) -> None:
    fetcher.name_columns()
    fetcher.put("a.csv")
    fetcher.fetch()
    fetcher.stand.host_key = new_key(tmp_path / "khac")
    for _ in range(3):
        fetcher.fetch()
    assert fetcher.told is not None
    assert fetcher.told.state == "failed"
    key, figures = fetching.Standing("", fetcher.server()).fault or ("", {})
    assert key == "file.server.fault.host_key"
    assert figures["got"] == f"ssh-ed25519 {fetcher.stand.host_key.fingerprint}"
    assert fetcher.shop().failures == 3
    fetcher.clock -= SOON / 2  # the first pause may be shorter than a minute
    assert fetcher.fetch()["skipped"] == "paused"
    fetcher.set(password=PASSWORD)
    clock.plan_house(fetcher.desk)  # as a start anew does
    fetcher.clock -= SOON  # at the moment at which it was paused
    assert fetcher.fetch()["fetched"] == 1
    assert (fetcher.server().fault, fetcher.shop().failures) == ("", 0)


def test_a_server_that_breaks_off_leaves_nothing_half_read(fetcher: Fetcher) -> None:
    fetcher.name_columns()
    fetcher.put("a.csv")
    fetcher.fetch()
    fetcher.put("b.csv", bytes(70_000))
    fetcher.fetch()
    fetcher.stand.hangs_at = "reading"
    fetcher.desk.server_bounds = Bounds(5, 0.5, 20, 20)
    fetcher.fetch()
    assert fetcher.told is not None
    assert fetcher.told.error.startswith("unavailable: 127.0.0.1:")
    assert fetcher.arrived() == ["a.csv"]
    assert list(arriving.arriving_of(fetcher.incoming).iterdir()) == []
    fetcher.stand.hangs_at = ""
    fetcher.fetch()
    assert fetcher.arrived() == ["a.csv", "b.csv"]


@pytest.mark.parametrize("point", ["report half fetched", "report fetched"])
def test_a_worker_killed_anywhere_leaves_no_half_file_and_fetches_it_once(
    fetcher: Fetcher, database: Database, database_url: str, point: str
) -> None:
    fetcher.name_columns()
    path = fetcher.put("a.csv", os.urandom(70_000))
    fetcher.fetch()
    number = fetcher.queue()
    child = os.fork()
    if child == 0:
        with contextlib.suppress(BaseException):
            use_database(open_database(database_url))
            arm(point)
            run_one(fetcher.desk, number)
        os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    half = list(arriving.arriving_of(fetcher.incoming).iterdir())
    assert len(half) == (1 if point == "report half fetched" else 0)
    assert fetcher.arrived() in ([], ["a.csv"])
    fetcher.clock += leases.LEASE + SOON
    with transaction() as session:
        leases.reap(session, fetcher.clock)
    assert run_one(fetcher.desk, number) == "done"
    assert fetcher.arrived() == ["a.csv"]
    assert (fetcher.incoming / "a.csv").read_bytes() == path.read_bytes()
    assert list(arriving.arriving_of(fetcher.incoming).iterdir()) == []
    assert fetcher.fetch()["fetched"] == 0


def test_ten_thousand_names_are_kept_looked_at_again_and_forgotten(fetcher: Fetcher) -> None:
    fetcher.name_columns()
    fetcher.put("a.csv")
    fetcher.stand.more_entries = [entry(f"{number:05}.csv") for number in range(10_000)]
    assert fetcher.fetch()["seen"] == 10_001
    fetcher.stand.more_entries = [entry("00000.csv", modified=1_700_000_001)]
    fetcher.fetch()
    with reading() as session:
        names = {row.name: row.fetched_at for row in session.execute(select(RemoteFile)).scalars()}
    assert sorted(names) == ["00000.csv", "a.csv"]
    assert fetcher.arrived() == ["a.csv"]


def test_the_clock_knows_the_servers_that_the_settings_name(fetcher: Fetcher) -> None:
    def turns() -> list[tuple[int | None, int]]:
        rule = Schedule.kind == fetching.KIND
        with reading() as session:
            return [
                (one.shop_id, one.every_s) for one in session.execute(select(Schedule).where(rule)).scalars()
            ]

    clock.plan_house(fetcher.desk)
    clock.plan_house(fetcher.desk)
    assert turns() == [(fetcher.booth.shop.id, 300)]
    with transaction() as session:
        named = {f"voso-{fetcher.booth.shop.id}", "postmart-999999"}
        assert fetching.plan(session, named, 300, NOW) == sorted(named)
    assert turns() == []


def test_a_server_that_hangs_keeps_no_other_shops_reports_waiting(fetcher: Fetcher) -> None:
    fetcher.booth.folder = fetcher.incoming
    fetcher.speak(fetcher.booth.report("merged", lived(3), *JUNE))
    fetcher.stand.hangs_at = "listing"
    fetcher.queue()
    desk = Desk(fetcher.settings, "other", threads=8, now=lambda: fetcher.clock)
    hanging = threading.Thread(target=run_one, args=(fetcher.desk,))
    hanging.start()
    try:
        while fetcher.stand.visits == 0:
            hanging.join(0.02)
        fetcher.quiet()
        with transaction() as session:
            schedules.run_now(session, "read_drops", "", fetcher.clock)
        assert run_one(desk) == "done"
        assert fetcher.booth.figures() == lived(3).truth()
        assert hanging.is_alive()
    finally:
        fetcher.stand.over.set()
        hanging.join()
