"""Files made to hurt: each is judged or refused within bounds of work, memory and patience."""

import struct
import subprocess
import sys
import tempfile
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests import world
from tests.effort import Effort, effort
from tests.services import sheets
from tests.services.fresh_import import imported
from trace.db import Database, reading, transaction
from trace.errors import Refused
from trace.services.importing import child, communes, uploads
from trace.services.importing import reading as opening
from trace.services.importing.report import MOST_KEPT
from trace.services.importing.runs import ImportOrder, Outcome, import_file

READS = "import sys; sys.stdout.write(open(sys.argv[1]).read())"


def check(coop: world.Coop, path: Path, now: datetime, *, dry_run: bool = True) -> Outcome:
    order = ImportOrder("farms", path, path.name, dry_run=dry_run)
    with reading() if dry_run else transaction() as session:
        return import_file(session, coop.boss, order, now)


@pytest.fixture
def coop(sqlite: Database, now: datetime) -> world.Coop:
    with transaction() as session:
        return world.make_coop(session, now)


def zipped(path: Path, members: dict[str, bytes], *, lie: bool = False) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    if lie:  # both lists of the archive say that the sheet unpacks to 1,000 bytes
        true = struct.pack("<I", max(len(content) for content in members.values()))
        path.write_bytes(path.read_bytes().replace(true, struct.pack("<I", 1_000)))
    return path


_BOOK = {
    "[Content_Types].xml": b"<Types/>",
    "xl/workbook.xml": b'<workbook><sheets><sheet name="A" sheetId="1" r:id="r1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": b'<Relationships><Relationship Id="r1" Target="worksheets/s.xml"/>'
    b"</Relationships>",
}
_SHEET = "xl/worksheets/s.xml"
_LAUGHS = b'<!DOCTYPE x [<!ENTITY a "ha">' + b"".join(
    f'<!ENTITY {chr(98 + n)} "{("&" + chr(97 + n) + ";") * 40}">'.encode() for n in range(9)
)
_REFUSED = {
    "high ratio": "imp.bomb",
    "many members": "imp.bomb",
    "zip in zip": "imp.bomb",
    "lying size": "imp.file",
    "billion laughs": "imp.file",
    "no sheet": "imp.file",
}
"""None is "imp.heavy": each is seen for what it is before a limit has to act."""


def bomb(name: str) -> dict[str, bytes]:
    """The members of an archive that hurts whoever unpacks it in good faith."""
    return {
        **_BOOK,
        **{
            "high ratio": {_SHEET: b"<c/>" * 12_000_000},
            "many members": {f"x/{n}": b"1" for n in range(300)},
            "zip in zip": {"xl/inner.zip": b"PK\x03\x04"},
            "lying size": {_SHEET: b"<c/>" * 12_000_000},
            "billion laughs": {_SHEET: _LAUGHS + b"]><x>&j;</x>"},
            "no sheet": {},
        }[name],
    }


def laid(folder: Path, name: str) -> Path:
    return zipped(folder / f"{name}.xlsx", bomb(name), lie=name == "lying size")


def test_bombs_are_refused_for_what_they_are_and_the_importer_stays_small(
    coop: world.Coop, sqlite_url: str, tmp_path: Path
) -> None:
    small = sheets.xlsx(tmp_path / "small.xlsx", A=sheets.farms(3))
    bare, *said = imported(sqlite_url, coop.org.id, small, *(laid(tmp_path, name) for name in _REFUSED))
    assert (bare["good"], bare["bad"]) == (3, 0)
    assert {name: one["refused"] for name, one in zip(_REFUSED, said, strict=True)} == _REFUSED
    assert said[-1]["peak_kb"] - bare["peak_kb"] < 20_000


@pytest.mark.parametrize("name", [name for name, key in _REFUSED.items() if key == "imp.bomb"])
def test_an_archive_that_tells_on_itself_is_refused_unopened(
    coop: world.Coop, tmp_path: Path, now: datetime, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    def started(*_given: object, **_named: object) -> None:
        raise AssertionError("a parser was started")

    monkeypatch.setattr(opening.subprocess, "Popen", started)
    with pytest.raises(Refused) as refused:
        check(coop, laid(tmp_path, name), now)
    assert refused.value.key == "imp.bomb"


def grid(path: Path, rows: int, columns: int = 40) -> Path:
    """A sheet of households whose every cell is another number: no row of it is good."""
    lines = (
        b'<row r="%d">' % n + b"".join(b"<c><v>%d</v></c>" % (n * 97 + k) for k in range(columns)) + b"</row>"
        for n in range(2, rows + 2)
    )
    return sheets.poured(path, sheets.HOUSEHOLDS, b"".join(lines))


def test_two_million_cells_are_judged_and_the_importer_stays_small(
    coop: world.Coop, sqlite_url: str, tmp_path: Path
) -> None:
    files = (grid(tmp_path / "small.xlsx", 3), grid(tmp_path / "large.xlsx", 50_000))
    bare, large = imported(sqlite_url, coop.org.id, *files)
    assert (bare["good"], bare["bad"]) == (0, 3)
    assert (large["good"], large["bad"], large["listed"]) == (0, 50_000, MOST_KEPT)
    assert large["peak_kb"] - bare["peak_kb"] < 60_000


def spent_on(database: Database, coop: world.Coop, path: Path, now: datetime, good: int, bad: int) -> Effort:
    with effort(database) as spent:
        report = check(coop, path, now, dry_run=False).report
    assert (report.good, report.bad) == (good, bad)
    return spent


def test_ten_times_the_rows_cost_ten_times_the_work(
    coop: world.Coop, sqlite: Database, tmp_path: Path, now: datetime
) -> None:
    few = spent_on(sqlite, coop, sheets.long(tmp_path / "a.xlsx", sheets.farms(500)), now, 500, 0)
    many = sheets.long(tmp_path / "b.xlsx", sheets.farms(5_000, start=500))
    spent = spent_on(sqlite, coop, many, now, 5_000, 0)
    assert few.statements <= spent.statements <= 10 * few.statements
    assert spent.calls < 11 * few.calls
    assert spent.instructions < 15 * few.instructions


def test_rows_that_do_not_fit_cost_less_than_ten_times_for_ten_times(
    coop: world.Coop, sqlite: Database, tmp_path: Path, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    sought: list[object] = []

    def counting(*given: Any, **_named: Any) -> list[str]:
        sought.append(given[0])
        return []

    monkeypatch.setattr(communes, "get_close_matches", counting)
    few = spent_on(sqlite, coop, grid(tmp_path / "a.xlsx", 600), now, 0, 600)
    assert len(sought) == communes.MOST_SUGGESTED
    many = spent_on(sqlite, coop, grid(tmp_path / "b.xlsx", 6_000), now, 0, 6_000)
    assert len(sought) == 2 * communes.MOST_SUGGESTED
    assert many.calls < 11 * few.calls
    assert many.statements <= 10 * few.statements


# How a parser may go wrong -> what its script does after it took its limits on.
_AMISS = {
    "spins": "while True: pass",
    "hoards": f"bytearray({2 * child.MEMORY})",
    "sleeps": "__import__('time').sleep(600)",
    "dies": "__import__('os').abort()",
    "writes": "open(path + '.more', 'w').write('x' * 100_000)",
}


@pytest.mark.parametrize("how", _AMISS)
def test_a_parser_that_goes_wrong_is_ended_and_the_file_refused(
    coop: world.Coop, tmp_path: Path, now: datetime, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    script = tmp_path / "child.py"
    limits = f"\nCPU_S = 1\n\ndef _read_csv(path, most_rows):\n    {_AMISS[how]}\n"
    source = Path(child.__file__).read_text(encoding="utf-8")
    script.write_text(source.replace("\nif __name__", f"{limits}\nif __name__"), encoding="utf-8")
    monkeypatch.setattr(opening, "_CHILD", script)
    monkeypatch.setattr(opening, "WAIT_S", 1 if how == "sleeps" else 60)
    path = tmp_path / "a.csv"
    path.write_text("Mã hộ,Tên chủ hộ\nH1,Phạm\n", encoding="utf-8")
    with pytest.raises(Refused) as refused:
        check(coop, path, now)
    assert refused.value.key == "imp.heavy"
    assert sum(one.stat().st_size for one in tmp_path.glob("*.more")) == 0


def test_a_parser_that_works_has_used_up_its_own_time_before_ours_is_over() -> None:
    assert child.CPU_S < opening.WAIT_S


def test_a_sealed_file_in_clear_has_no_name_that_a_kill_could_leave(
    coop: world.Coop, now: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    row = uploads.sealed(coop.boss, "farms", "ho.csv", b"Nguyen Van A;0912345678", now)
    with uploads.as_file(row) as path:
        told = subprocess.run([sys.executable, "-c", READS, str(path)], capture_output=True, check=True)
        assert told.stdout == b"Nguyen Van A;0912345678"
        assert list(tmp_path.iterdir()) == []
