"""Strings that come by other ways than forms: programs, files, marketplaces, the command line."""

import io
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from flask.testing import FlaskClient
from openpyxl import Workbook
from sqlmodel import Session, select

from marketplaces.values import Listing
from tests.epcis.client import document, seen
from tests.web.grounds import Estate
from tests.web.stored.judging import Judge
from trace.db import transaction
from trace.records.account import Account
from trace.records.market_order import MarketOrder
from trace.services import listings

Mark = Callable[[str, str], str]
"""A string for a field of a source."""
FARMS = ("Mã hộ", "Tên chủ hộ", "Số điện thoại", "Xã", "Mã vườn", "Cây trồng", "Giống", "Diện tích (m²)")
PRODUCTS = ("Mã sản phẩm", "Tên sản phẩm", "Cây trồng", "Khối lượng tịnh (kg)", "Thương hiệu", "Mô tả")


def from_marketplaces(own: Estate, string: Mark, rows: int) -> None:
    """Titles, codes and states as a marketplace sends them; the shop's name as its owner wrote it there."""
    now = datetime.now(UTC)
    with transaction() as session:
        shop_id = own.places["shop_id"]
        shown = [
            Listing(
                f"{n}", string("shelf", f"sku {n}"), string("shelf", f"name {n}"), 45_000, 3, "on_sale",
                page_url=f"https://www.lazada.vn/{string('shelf', f'page_url {n}')}",
            )
            for n in range(rows)
        ]  # fmt: skip
        listings.record_shelf(session, shop_id, shown, now)
        order = session.get(MarketOrder, own.places["order_id"])
        assert order is not None
        order.status_raw = string("order", "status_raw")[:40]


def from_commands(session: Session, accounts: list[Account], string: Mark) -> None:
    """Names of accounts, which an administrator types."""
    rows = session.exec(select(Account).where(Account.id.in_([one.id for one in accounts])))
    for n, account in enumerate(rows):
        account.name = string("accounts", f"name {n}")


def from_programs(client: FlaskClient, token: str, string: Mark, judge: Judge, rows: int) -> None:
    """Events, queries and subscriptions."""
    headers = {"Authorization": f"Bearer {token}"}
    for n in range(rows):
        for path, body in _sent(string, n):
            judge.look(client.post(path, json=body, headers=headers), f"POST {path}")
    for path in ("/epcis/events", "/epcis/queries", "/epcis/capture", "/epcis/queries/ten-thuong-0/events"):
        judge.look(client.get(path, headers=headers), path)


def _sent(string: Mark, number: int) -> Iterator[tuple[str, Any]]:
    """An event with notes of its own, a query by a name and one that asks for a word."""
    more: dict[str, Any] = {
        "ilmd": {"ex:note": string("epcis", "ilmd")},
        "ex:remark": {"ex:deep": [string("epcis", "extension")]},
        "bizTransactionList": [{"bizTransaction": f"urn:x:{string('epcis', 'transaction')}"}],
    }
    context: Any = {"ex": "https://ns.example/"}
    yield "/epcis/capture", document(seen(number + 1, **more), context=[context])
    yield "/epcis/queries", {"name": string("epcis", "query"), "query": {"eventType": ["ObjectEvent"]}}
    asked = {"EQ_bizStep": [string("epcis", "step")]}
    yield "/epcis/queries", {"name": f"ten-thuong-{number}", "query": asked}


def by_file(client: FlaskClient, string: Mark, judge: Judge, rows: int) -> None:
    """A workbook of households and one of products: looked at, its faults handed back, its good rows in."""
    farms = [
        (f"H-{n}", string("file", "name"), "", "10813", f"V-{n}", "vải", string("file", "variety"), 500)
        for n in range(1, rows + 1)
    ]
    farms += [
        (string("file", "code"), string("file", "name"), string("file", "phone"), string("file", "place"))
    ]
    goods = [
        (f"P-{n}", string("file", "product"), "vải", 1, string("file", "brand"), string("file", "text"))
        for n in range(1, rows + 1)
    ]
    for noun, head, lines in (("farms", FARMS, farms), ("products", PRODUCTS, goods)):
        name = string("file", "file_name")
        sent = {"loai": noun, "file": (io.BytesIO(_workbook(head, lines)), f"{name[:80]}.xlsx")}
        answer = client.post("/htx/nhap", data=sent)
        judge.look(answer, f"POST /htx/nhap {noun}")
        if answer.status_code != 303:
            continue
        for path in (answer.location, f"{answer.location}/loi.xlsx", f"{answer.location}/loi.csv"):
            judge.look(client.get(path), path)
        done = client.post(answer.location)
        judge.look(done, f"POST {answer.location}")
        if done.location:
            judge.look(client.get(done.location), done.location)


def _workbook(head: tuple[str, ...], rows: list[tuple[Any, ...]]) -> bytes:
    book, out = Workbook(), io.BytesIO()
    for row in (head, *rows):
        book.active.append(row)
    for cell in (cell for row in book.active.iter_rows(min_row=2) for cell in row):
        cell.data_type = "s" if isinstance(cell.value, str) else cell.data_type
    book.save(out)
    return out.getvalue()
