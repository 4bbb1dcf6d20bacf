"""Diary entries from files: the rules of the form, what is there already, and the way back."""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from tests import world
from tests.services import farm, sheets
from trace.db import Database, reading, transaction
from trace.records.diary_entry import DiaryEntry
from trace.records.lot import Lot, LotState
from trace.services.importing.error_files import problem_text
from trace.services.importing.report import Report
from trace.services.importing.runs import ImportOrder, Outcome, import_file
from trace.services.importing.undoing import look, undo

HEAD = ("Mã vườn", "Việc đã làm", "Ngày làm", "Tên thuốc", "Liều lượng", "Số ngày cách ly", "Ghi chú")
DAY = date(2026, 6, 10)
SPRAY, WATER = "Phun thuốc", "Tưới"


@pytest.fixture
def coop(database: Database, now: datetime) -> world.Coop:
    with transaction() as session:
        return farm.found(session, now)


def row(coop: world.Coop, work: str, day: date = DAY, *more: Any) -> tuple[Any, ...]:
    return (coop.plot.code, work, f"{day:%d/%m/%Y}", *more)


def bring(coop: world.Coop, folder: Path, now: datetime, *rows: Any) -> Outcome:
    path = sheets.xlsx(folder / "nhat-ky.xlsx", A=(HEAD, *rows))
    with transaction() as session:
        return import_file(session, coop.boss, ImportOrder("diary", path, path.name), now)


def told(report: Report) -> list[tuple[int, str, str]]:
    for one in report.problems:
        for lang in ("vi", "en"):
            assert "{" not in problem_text(one, lang)
    return [(one.row, one.column, one.key) for one in report.problems]


def entries() -> list[DiaryEntry]:
    with reading() as session:
        return list(session.execute(select(DiaryEntry).order_by(DiaryEntry.id)).scalars())


def test_entries_of_a_file_are_as_those_of_the_form(coop: world.Coop, tmp_path: Path, now: datetime) -> None:
    outcome = bring(
        coop, tmp_path, now, row(coop, SPRAY, DAY, "Thuốc lạ", "20 ml", 9, "cuối vườn"), row(coop, WATER)
    )
    assert (outcome.report.good, outcome.report.bad) == (2, 0)
    spray, water = entries()
    assert (spray.kind, spray.material, spray.dose, spray.waiting_days, spray.note) == (
        "spray", "Thuốc lạ", "20 ml", 9, "cuối vườn",
    )  # fmt: skip
    assert (water.kind, water.waiting_days, water.done_on) == ("water", None, DAY)


def test_a_spray_stops_the_lot_that_was_picked_too_early(
    coop: world.Coop, tmp_path: Path, now: datetime
) -> None:
    with transaction() as session:
        lot = farm.harvest(session, coop, now, kg=50)
    bring(coop, tmp_path, now, row(coop, SPRAY, farm.DAY - timedelta(days=2), "Thuốc lạ", "", 30))
    with reading() as session:
        assert session.get_one(Lot, lot.id).state == LotState.HOLD


def test_what_the_form_refuses_is_told_by_row_and_column(
    coop: world.Coop, tmp_path: Path, now: datetime
) -> None:
    report = bring(
        coop,
        tmp_path,
        now,
        ("V-KHONG-CO", WATER, "10/06/2026"),
        row(coop, "Nhảy dây"),
        row(coop, WATER, date(2027, 6, 13)),
        row(coop, WATER, date(2024, 6, 13)),
        row(coop, SPRAY),
        row(coop, SPRAY, DAY, "Thuốc lạ"),
    ).report
    assert [(line, column) for line, column, _ in told(report)] == [
        (2, "Mã vườn"),
        (3, "Việc đã làm"),
        (4, "Ngày làm"),
        (5, "Ngày làm"),
        (6, "Tên thuốc"),
        (7, "Số ngày cách ly"),
    ]
    assert entries() == []


def test_a_spray_that_says_something_else_is_corrected_in_the_diary(
    coop: world.Coop, tmp_path: Path, now: datetime
) -> None:
    first = row(coop, SPRAY, DAY, "Thuốc lạ", "20 ml", 9)
    bring(coop, tmp_path, now, first)
    again = bring(coop, tmp_path, now, first, row(coop, SPRAY, DAY, "thuoc la", "90 ml", 9))
    assert told(again.report) == [(3, "Tên thuốc", "imp.diary.twin")]
    twice = bring(coop, tmp_path, now, *[row(coop, SPRAY, DAY - timedelta(days=1), "Thuốc mới", "", 9)] * 2)
    assert told(twice.report) == [(3, "Tên thuốc", "imp.dup.file")]
    assert len(entries()) == 2


def test_entries_go_back_by_an_entry_that_says_so(coop: world.Coop, tmp_path: Path, now: datetime) -> None:
    rows = row(coop, SPRAY, DAY, "Thuốc lạ", "", 9), row(coop, WATER)
    outcome = bring(coop, tmp_path, now, *rows)
    spray, water = entries()
    with transaction() as session:
        right = farm.spray_in(coop.plot, DAY, kind="other", corrects_id=water.id, reason="Ghi nhầm việc")
        farm.diary.write_entry(session, coop.boss, right, now)
    assert outcome.run
    with reading() as session:
        seen = look(session, coop.boss, outcome.run.id, now)
    assert ([line.why for line in seen.kept], len(seen.back)) == (["changed"], 1)
    with transaction() as session:
        run = undo(session, coop.boss, outcome.run.id, now)
    assert (run.rows_back, run.rows_kept) == (1, 1)
    assert entries()[-1].corrects_id == spray.id
    assert len(entries()) == 4
    assert bring(coop, tmp_path, now, *rows).report.good == 2
    assert len(entries()) == 6
