"""The file back with an error column: mended and sent again it goes in, whatever form it came and went in."""

import csv
import io
import zipfile
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests import world
from tests.services import sheets
from tests.services.import_rows import sender
from trace.db import Database, reading, transaction
from trace.errors import NotFound, Refused
from trace.services.admission import Actor
from trace.services.importing.books import template, template_csv
from trace.services.importing.communes import Gazetteer
from trace.services.importing.error_files import FORMS, Wanted
from trace.services.importing.picks import picks
from trace.services.importing.report import Report
from trace.services.importing.runs import NOUNS, ImportOrder, import_file
from trace.standards.fault import Fault

BAD = ["TH-9", "Hỏng", "12", "xã Thanh Hà", "V-9", "Vải", "", "rộng"]
GOOD = ["TH-9", "Hỏng", "0912345678", "xã Thanh Hà", "V-9", "Vải", "", "360"]


@pytest.fixture
def coop(database: Database, now: datetime) -> world.Coop:
    with transaction() as session:
        return world.make_coop(session, now)


def check(actor: Actor, path: Path, now: datetime, noun: str = "farms") -> Report:
    with reading() as session:
        return import_file(session, actor, ImportOrder(noun, path, path.name, dry_run=True), now).report


def made(form: str, path: Path, report: Report, *, only_bad: bool = False) -> bytes:
    return FORMS[form](Wanted(path, path.name, report, "vi", only_bad))


def table(form: str, data: bytes) -> list[list[Any]]:
    if form == "csv":
        return list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
    sheet = openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]
    return [["" if cell is None else cell for cell in row] for row in sheet.iter_rows(values_only=True)]


@pytest.mark.parametrize("only_bad", [False, True], ids=["all", "bad"])
@pytest.mark.parametrize("form", ["xlsx", "csv"])
@pytest.mark.parametrize("came", ["xlsx", "csv"])
def test_mended_and_sent_again_it_goes_in_and_the_error_column_is_passed_over(
    coop: world.Coop, tmp_path: Path, now: datetime, came: str, form: str, only_bad: bool
) -> None:
    rows = [*sheets.farms(3), BAD, *sheets.farms(5)[4:]]
    path = _file(tmp_path / f"a.{came}", rows)
    report = check(coop.boss, path, now)
    assert report.bad == 1
    back = table(form, made(form, path, report, only_bad=only_bad))
    assert back[0][8] == "Cần sửa"
    assert len(back) == (2 if only_bad else len(rows))
    place = 1 if only_bad else 4
    assert ("Cột “" if only_bad else "Dòng 5, cột “") in back[place][8]
    back[place][:8] = GOOD
    again = _file(tmp_path / "b.csv", back)
    mended = check(coop.boss, again, now)
    assert (mended.bad, mended.checked) == (0, len(back) - 1)
    twice = table("csv", made("csv", again, check(coop.boss, again, now)))
    assert [row.count("Cần sửa") for row in twice[:1]] == [1]


def test_rows_wider_than_the_headings_keep_their_cells(
    coop: world.Coop, tmp_path: Path, now: datetime
) -> None:
    rows = [sheets.FLAT, [*BAD, "ghi chú tay", "thêm"]]
    path = sheets.xlsx(tmp_path / "a.xlsx", A=rows)
    back = table("xlsx", made("xlsx", path, check(coop.boss, path, now)))
    assert back[1][8:10] == ["ghi chú tay", "thêm"]
    assert back[0][10] == "Cần sửa"


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_no_cell_of_the_file_becomes_a_formula_and_each_reads_back_as_it_was(
    coop: world.Coop, tmp_path: Path, now: datetime, form: str
) -> None:
    danger = ["=1+1", "+84912345678", "-1", "@SUM(A1)", "＝1", "=cmd|' /C calc'!A0"]
    path = _file(
        tmp_path / "a.csv", [sheets.HOUSEHOLDS, *([f"H{n}", one, "0", ""] for n, one in enumerate(danger))]
    )
    report = check(coop.boss, path, now)
    data = made(form, path, report)
    if form == "csv":
        assert all(row[1][:1] == "'" for row in table("csv", data)[1:])
    else:
        assert b"<f>" not in zipfile.ZipFile(io.BytesIO(data)).read("xl/worksheets/sheet1.xml")
    again = tmp_path / f"b.{form}"
    again.write_bytes(data)
    second = check(coop.boss, again, now)
    assert [(one.row, one.column, one.value, one.key) for one in second.problems] == [
        (one.row, one.column, one.value, one.key) for one in report.problems
    ]


def test_several_sheets_of_rows_are_no_csv(coop: world.Coop, tmp_path: Path, now: datetime) -> None:
    path = sheets.xlsx(
        tmp_path / "a.xlsx",
        A=[sheets.HOUSEHOLDS, ["H1", "", "", ""]],
        B=[sheets.HOUSEHOLDS, ["H2", "", "", ""]],
    )
    report = check(coop.boss, path, now)
    with pytest.raises(NotFound):
        made("csv", path, report)
    assert made("xlsx", path, report)


@pytest.mark.parametrize("noun", list(NOUNS))
def test_a_template_offers_what_there_is_to_choose_from_on_a_hidden_sheet(
    coop: world.Coop, tmp_path: Path, now: datetime, noun: str
) -> None:
    with reading() as session:
        offered = picks(session, coop.boss, noun)
    book = openpyxl.load_workbook(io.BytesIO(template(noun, "vi", with_org=False, picks=offered)))
    lists = book["Danh mục"]
    assert lists.sheet_state == "hidden"
    columns = {column[0].value: [cell.value for cell in column[1:] if cell.value] for column in lists.columns}
    if "Xã" in {cell.value for cell in book.worksheets[0][1]} and "commune" in offered:
        assert "Xã Thanh Hà" in columns["Xã"]
    for sheet in book.worksheets:
        for rule in sheet.data_validations.dataValidation:
            assert rule.formula1.startswith("'Danh mục'!$")


def test_every_commune_that_is_offered_is_understood(coop: world.Coop, now: datetime) -> None:
    with reading() as session:
        gazetteer, home = Gazetteer(session), coop.org.commune_code
        offered = picks(session, coop.boss, "farms")
    for name in offered["commune"]:
        assert gazetteer.resolve(name, "", home)
    refused = Counter(key_of(gazetteer, name, home) for name in offered["old_commune"])
    assert refused.keys() <= {"", "imp.unit.split"}
    assert refused[""] > 0


def key_of(gazetteer: Gazetteer, old: str, home: str) -> str:
    """Why an old name is refused, or nothing."""
    try:
        gazetteer.resolve("", old, home)
    except Fault as fault:
        return fault.key
    return ""


@pytest.mark.parametrize("noun", list(NOUNS))
def test_the_csv_template_is_understood_and_its_example_is_passed_over(
    sqlite: Database, tmp_path: Path, now: datetime, noun: str
) -> None:
    with transaction() as session:
        coop = world.make_coop(session, now)
    actor = sender(noun, coop)
    path = tmp_path / "mau.csv"
    with_org = NOUNS[noun].owned and actor.org_id is None
    path.write_bytes(template_csv(noun, "vi", with_org=with_org))
    report = check(actor, path, now, noun)
    assert (report.checked, report.problems) == (0, [])


_ANY = st.one_of(
    st.text(max_size=30),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(["=1+1", "05/06/2026", "2026-06-05", "0,36", "1.080", "TH-1", "xã Thanh Hà", "Vải",
                     "0912345678", "#N/A", "'=1", "\u202eabc", "Ph¹m"]),
)  # fmt: skip


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.generate),
)
@given(
    rows=st.lists(st.lists(_ANY, min_size=8, max_size=10), min_size=1, max_size=6),
    form=st.sampled_from(["csv", "xlsx"]),
)
def test_no_mixture_of_cells_is_more_than_rows_to_mend(
    sqlite: Database, tmp_path: Path, now: datetime, rows: list[list[Any]], form: str
) -> None:
    with transaction() as session:
        coop = world.make_coop(session, now)
    head = sheets.FLAT
    path = tmp_path / f"a.{form}"
    if form == "csv":
        _file(path, [head, *[[str(cell) for cell in row] for row in rows]])
    else:
        sheets.xlsx(path, A=[head, *[[_clean(cell) for cell in row] for row in rows]])
    try:
        tried = check(coop.boss, path, now)
    except Refused:
        return
    with transaction() as session:
        done = import_file(session, coop.boss, ImportOrder("farms", path, path.name), now).report
    assert (tried.good, tried.bad, tried.problems, tried.made) == (
        done.good,
        done.bad,
        done.problems,
        done.made,
    )
    for kind in FORMS:
        assert made(kind, path, tried)


def _clean(cell: Any) -> Any:
    """What a workbook can hold."""
    return "".join(one for one in cell if one.isprintable()) if isinstance(cell, str) else cell


def _file(path: Path, rows: list[Any]) -> Path:
    if path.suffix == ".xlsx":
        return sheets.xlsx(path, A=rows)
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    path.write_bytes(text.getvalue().encode("utf-8", "surrogatepass"))
    return path
