"""The office's files: the same address ends in CSV, XLSX and JSON, and each cell says the same in all three.

Numbers are numbers, days are days, Vietnamese is whole, and what somebody typed is never a formula.
"""

import csv
import io
import re
import zipfile
from datetime import UTC, date, datetime, timedelta
from typing import Any

import openpyxl
import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import select

from tests import world
from tests.services import farm, work_world
from tests.services.test_statistics import make_listing, make_order, make_shop
from tests.units import HA_BAC, THANH_HA
from tests.web.test_closings import a_day, last_month
from tests.web.test_open_data import FORMULA, closed  # noqa: F401 -- a fixture
from trace.db import reading, transaction
from trace.records.account import Role
from trace.records.market_order import MarketOrder, OrderStatus
from trace.services.admission import Actor
from trace.services.figures.catalogue import MEASURES
from trace.services.month_closing import freezing, revising
from trace.services.open_data.datasets import DATASETS
from trace.services.recounting import recount
from trace.services.work_lists import deciding, listing
from trace.standards.local_time import local_day
from trace.standards.plain_text import safe_text

NAMES = (
    "=1+1",
    "+84 Vườn Đặng",
    "-Vải thiều ủ ấm",
    "@SUM(A1)",
    "＝cmd|'/c calc'!A1",
    "Ngõ \U0001f33e",
    "00123",
)
"""What a cooperative may be called: signs a spreadsheet computes, letters it breaks, noughts it drops."""
OFFICE = Actor(None, Role.OFFICE)
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
VIETNAMESE = re.compile("[ạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹđ]")


@pytest.fixture
def office(app: Flask, client: FlaskClient, now: datetime) -> FlaskClient:
    """Cooperatives of these names sold last month and yesterday; that month is closed, an order undone."""
    app.json.sort_keys = False  # type: ignore[attr-defined]  # the columns in their order
    moment = datetime.now(UTC)
    with transaction() as session:
        farm.found(session, moment)
        desk = work_world.office(session, moment)
        for number, name in enumerate(NAMES):
            coop = world.make_coop(session, now, commune_code=(THANH_HA, HA_BAC)[number % 2], name=name)
            coop.product.name = name
            shop = make_shop(session, now, coop, "shopee", f"S{coop.org.id}")
            item = make_listing(session, now, shop, "a", product_id=coop.product.id, unit_g=2_500)
            for day in (a_day(), local_day(moment) - timedelta(days=1)):
                make_order(session, shop, day, OrderStatus.COMPLETED, [(item, 3, 70_001)])
            work_world.one_of_each(desk, coop)
        recount(session)
        (first, *_) = listing.page(desk.look(), work_world.BY_SLUG["het-han"]).items
        note = deciding.DecisionIn(act="note", note=NAMES[2], seen=first.standing.number)
        deciding.decide(session, desk.actor, first.kind, first.key, note, moment)
    close_and_undo(moment)
    with transaction() as session:
        account = world.make_office(session, now)
    return world.sign_in(client, account)


def close_and_undo(moment: datetime) -> None:
    with reading() as session:
        made = freezing.draft(session, OFFICE, last_month(), moment - timedelta(hours=1))
    with transaction() as session:
        closing, _ = freezing.keep(session, OFFICE, made)
        session.exec(select(MarketOrder).order_by(MarketOrder.id)).first().status = OrderStatus.CANCELLED
        recount(session)
    with reading() as session:
        found = revising.find(session, OFFICE, closing)
    with transaction() as session:
        assert revising.note(session, closing, found, moment)


def addresses(office: FlaskClient) -> list[str]:
    month = last_month()
    found = ["/so/chi-tieu.{}", "/so/bang.{}", "/so/ban-do.{}", "/so/qd-1034.{}", "/so/ban-hang.{}"]
    found += ["/so/ke-hoach.{}", "/so/viec/nhat-ky.{}"]
    found += [f"/so/chi-tieu/{name}.{{}}?nhom={by}" for name, by in (
        ("revenue", "cooperative"), ("revenue", "day"), ("orders", "product"), ("price", "commune"),
        ("harvested", "month"), ("cancelled", "cooperative"), ("active_sellers", "commune"))]  # fmt: skip
    found += [f"/so/chi-tieu/{one.name}/dong.{{}}" for one in MEASURES]
    found += [f"/so/viec.{{}}?loai={slug}" for slug in work_world.SLUGS]
    key = office.get("/so/viec.json?loai=het-han").get_json()["rows"][0]["key"]
    found += [f"/so/viec/{key}.{{}}"]
    found += [f"/so/chot-thang/{month}{end}.{{}}" for end in ("", "/thay-doi", "/revenue", "/orders")]
    return found


def test_each_cell_says_the_same_as_csv_xlsx_and_json(office: FlaskClient) -> None:
    seen: dict[str, int] = dict.fromkeys(("text", "number", "day", "empty"), 0)
    words, faults = set(), []
    for address in addresses(office):
        with time_machine.travel(datetime.now(UTC), tick=False):  # some figures are ages
            answers = {form: office.get(address.format(form)) for form in ("json", "csv", "xlsx")}
        codes = {answer.status_code for answer in answers.values()}
        if codes == {404}:
            continue  # a figure without rows behind it
        assert codes == {200}, address
        said = answers["json"].get_json(force=True)["rows"]
        lines = list(csv.reader(io.StringIO(answers["csv"].data.decode("utf-8-sig"))))
        sheet = opened(answers["xlsx"].data)
        assert len(said) == len(lines) - 1 == sheet.max_row - 1, address
        assert [cell.value for cell in sheet[1]] == lines[0], address
        for row, line, cells in zip(said, lines[1:], sheet.iter_rows(min_row=2), strict=True):
            for (name, value), plain, cell in zip(row.items(), line, cells, strict=True):
                kind, fault = compared(value, plain, cell)
                seen[kind] += 1
                faults += [f"{address} {name}: {fault}"] if fault else []
                words |= {value} if isinstance(value, str) else set()
    assert faults == []
    assert min(seen.values()) > 20, seen
    assert set(NAMES) <= words
    assert [one for one in words if VIETNAMESE.search(one)]


def opened(data: bytes) -> Any:
    """The one sheet; no part of the file holds a formula or leads elsewhere."""
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        for name in parts.namelist():
            text = parts.read(name)
            assert b"<f>" not in text, name
            assert b"<f " not in text, name
            assert b"externalLink" not in text, name
            assert b"hyperlink" not in text, name
    (sheet,) = openpyxl.load_workbook(io.BytesIO(data)).worksheets
    return sheet


def compared(value: Any, plain: str, cell: Any) -> tuple[str, str]:
    """What kind of cell JSON says this is, and where the others differ from it."""
    told = f"JSON {value!r}, CSV {plain!r}, XLSX {cell.value!r} ({cell.data_type})"
    if value is None or value == "":
        return "empty", "" if plain == "" and cell.value in (None, "") else told
    if isinstance(value, bool):
        return "number", told
    if isinstance(value, int | float):
        same = cell.data_type == "n" and not cell.is_date and cell.value == value == float(plain)
        return "number", "" if same else told
    if DAY.fullmatch(value):
        same = cell.is_date and cell.value.date() == date.fromisoformat(value) and plain == value
        return "day", "" if same else told
    same = cell.data_type == "s" and cell.value == value and plain == safe_text(value)
    return "text", "" if same else told


def test_open_data_says_the_same_as_csv_and_json(closed: FlaskClient) -> None:  # noqa: F811
    typed = 0
    for dataset in DATASETS:
        told = closed.get(f"/opendata/{dataset.name}.json").get_json()
        lines = list(csv.reader(io.StringIO(closed.get(f"/opendata/{dataset.name}.csv").text)))
        assert lines[0] == told["columns"]
        for row, line in zip(told["rows"], lines[1:], strict=True):
            for column, plain in zip(dataset.columns, line, strict=True):
                value = row[column.name]
                assert as_csvw(value) == plain, (dataset.name, column.name)
                assert value is None or fits(value, column.datatype), (dataset.name, column.name, value)
                typed += value == FORMULA
    assert typed == 1


def as_csvw(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return "" if value is None else str(value).lower()
    return safe_text(value) if isinstance(value, str) else str(value)


def fits(value: Any, datatype: str) -> bool:
    """Whether a value of JSON is what the dictionary calls its column."""
    if datatype in ("integer", "decimal", "number"):
        return isinstance(value, int) or (isinstance(value, float) and datatype != "integer")
    if datatype == "boolean":
        return isinstance(value, bool)
    return isinstance(value, str) and (datatype != "date" or DAY.fullmatch(value) is not None)
