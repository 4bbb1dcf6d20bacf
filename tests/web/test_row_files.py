"""Files of the rows behind a figure: the same rows in each form, cut off with a word, flat in memory."""

import csv
import io
import json
import tracemalloc
from collections.abc import Iterator
from datetime import date
from typing import Any

import openpyxl
import pytest
from flask.testing import FlaskClient

from tests.web.test_office_figures import coops, office  # noqa: F401 -- fixtures
from trace.services.tables import Column
from trace.web import row_files
from trace.web.office import figures
from trace.web.row_files import Listed, as_file

COLUMNS = [Column("order", "Đơn", "text"), Column("day", "Ngày", "day"), Column("amount", "Tính", "number")]
DAY = date(2026, 6, 12)


def listed(count: int) -> Listed:
    rows: Iterator[list[Any]] = ([f"=đơn {n}", DAY, n] for n in range(count))
    return Listed("Dòng", COLUMNS, rows, lambda: ["hết"])


def test_each_form_carries_the_rows_and_no_formula(app: Any) -> None:
    with app.test_request_context():
        made = {form: as_file(form, "x", listed(3)).get_data() for form in row_files.FORMS}
    assert list(csv.reader(io.StringIO(made["csv"].decode("utf-8-sig")))) == [
        ["Đơn", "Ngày", "Tính"],
        *([f"'=đơn {n}", "2026-06-12", str(n)] for n in range(3)),
    ]
    sheet = openpyxl.load_workbook(io.BytesIO(made["xlsx"])).active
    told = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
    assert [(row[0], row[1].date(), row[2]) for row in told] == [(f"=đơn {n}", DAY, n) for n in range(3)]
    assert all(row[0].data_type == "s" for row in sheet.iter_rows(min_row=2))
    said = json.loads(made["json"])
    assert said["rows"] == [{"order": f"=đơn {n}", "day": "2026-06-12", "amount": n} for n in range(3)]
    assert (said["title"], said["notes"]) == ("Dòng", ["hết"])


@pytest.mark.parametrize("form", sorted(row_files.FORMS))
def test_memory_does_not_grow_with_the_rows(app: Any, form: str) -> None:
    peaks = []
    with app.test_request_context():
        as_file(form, "x", listed(10)).close()
        for count in (4_000, 12_000):
            tracemalloc.start()
            as_file(form, "x", listed(count)).close()
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
    assert peaks[1] < peaks[0] + 100_000


def test_more_rows_than_a_file_carries_are_cut_off_and_that_is_said(
    office: FlaskClient,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole = office.get("/so/chi-tieu/orders/dong.json").get_json()
    assert (len(whole["rows"]), whole["notes"]) == (3, [])
    monkeypatch.setattr(figures, "MOST_ROWS", 2)
    cut = office.get("/so/chi-tieu/orders/dong.json").get_json()
    assert cut["rows"] == whole["rows"][:2]
    assert "2" in cut["notes"][0]
    lines = office.get("/so/chi-tieu/orders/dong.csv").text.splitlines()
    assert len(lines) == 3
    assert office.get("/so/chi-tieu/orders/dong.pdf").status_code == 404
