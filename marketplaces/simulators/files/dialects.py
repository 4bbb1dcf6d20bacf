"""Three awkward ways to write the same orders down."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from marketplaces.simulators.files.centre import NOTE, Centre, Part, Purchase

VIETNAMESE = {
    "placed": "Đã xác nhận",
    "completed": "Giao thành công",
    "cancelled": "Đã hủy",
    "returned": "Trả hàng",
}
ENGLISH = {"placed": "Processing", "completed": "Delivered", "cancelled": "Canceled", "returned": "Returned"}
WORDS: dict[str, dict[str, str]] = {"merged": VIETNAMESE, "semicolon": VIETNAMESE, "english": ENGLISH}
"""Dialect -> what it calls each state."""
IS_FULL = {"merged": True, "semicolon": False, "english": True}


def dong(amount: int) -> str:
    """``1.234.567 ₫``."""
    return f"{amount:,}".replace(",", ".") + " ₫"


def merged(centre: Centre, since: date, until: date, _chance: random.Random) -> bytes:
    """XLSX: a title, two rows of headings merged over each other, one merged cell an order, a row of sums."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    sheet = book.add_worksheet("Đơn hàng")
    sheet.merge_range("A1:K1", "BÁO CÁO ĐƠN HÀNG")
    sheet.merge_range("A2:K2", f"Từ ngày {since:%d/%m/%Y} đến ngày {until:%d/%m/%Y}")
    sheet.merge_range("A3:K3", f"Ngày xuất: {centre.now:%d/%m/%Y %H:%M}")
    for place, heading in enumerate(("STT", "Mã đơn hàng", "Ngày đặt", "Trạng thái")):
        sheet.merge_range(4, place, 5, place, heading)
    sheet.merge_range("E5:H5", "Sản phẩm")
    sheet.merge_range("I5:K5", "Người nhận")
    below = ("Mã hàng", "Tên hàng", "SL", "Đơn giá", "Họ tên", "Điện thoại", "Địa chỉ")
    sheet.write_row(5, 4, below)
    line = 6
    for number, one in enumerate(centre.within(since, until), start=1):
        line = _merged_order(sheet, line, number, one)
    sheet.write_row(line, 0, ("Tổng cộng", "", "", "", "", "", line - 6, dong(line)))
    book.close()
    return buffer.getvalue()


def _merged_order(sheet: Any, line: int, number: int, one: Purchase) -> int:
    """A cancelled line has its own word in a report that else says one word an order."""
    for place, part in enumerate(one.parts):
        is_first = place == 0
        shared = (number, one.code, f"{one.made_at:%d/%m/%Y %H:%M}") if is_first else ("", "", "")
        goods = (part.sku, part.name, str(part.quantity), dong(part.price_vnd))
        buyer = one.buyer if is_first else ("", "", "")
        sheet.write_row(line, 0, (*shared, VIETNAMESE[part.state], *goods, *buyer))
        line += 1
    return line


def semicolon(centre: Centre, since: date, until: date, chance: random.Random) -> bytes:
    """CSV with a byte order mark and semicolons, goods without codes, orders told again in older states."""
    out = io.StringIO()
    write = csv.writer(out, delimiter=";", lineterminator="\r\n").writerow
    write(("Tên khách", "SĐT", "Mã đơn", "Ngày tạo", "Cập nhật lúc", "Tên sản phẩm", "Số lượng", "Giá bán",
           "Tình trạng", "Ghi chú"))  # fmt: skip
    orders = centre.within(since, until)
    stale = [one for one in orders if chance.random() < 0.3 and one.changed_at > one.made_at]
    for one in stale:  # as it was before it changed
        for part in one.parts:
            write(_cells(one, part, one.made_at, VIETNAMESE["placed"]))
    chance.shuffle(orders)
    for one in [*orders, *chance.sample(orders, len(orders) // 5)]:  # and some twice
        for part in one.parts:
            write(_cells(one, part, one.changed_at, VIETNAMESE[part.state]))
    return out.getvalue().encode("utf-8-sig")


def _cells(one: Purchase, part: Part, changed: datetime, word: str) -> Sequence[str]:
    times = (f"{one.made_at:%d/%m/%Y}", f"{changed:%H:%M:%S %d/%m/%Y}")
    goods = (part.name, str(part.quantity), f"{part.price_vnd},00", word)
    return (one.buyer[0], one.buyer[1], one.code, *times, *goods, NOTE)


def english(centre: Centre, since: date, until: date, chance: random.Random) -> bytes:
    """XLSX with numbers and real dates, one row a line, shuffled orders, a cover sheet before it."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    book.add_worksheet("Read me").write("A1", "Seller report")
    sheet = book.add_worksheet("Orders")
    moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
    heads = (
        "Buyer name", "Phone", "Qty", "Unit price", "Product name", "SKU", "Order ID", "Status", "Created at",
        "Last updated", "Shipping address",
    )  # fmt: skip
    sheet.write_row(0, 0, heads)
    orders = centre.within(since, until)
    chance.shuffle(orders)
    rows = [(one, part) for one in orders for part in one.parts]
    for line, (one, part) in enumerate(rows, start=1):
        goods = (part.quantity, part.price_vnd, part.name, part.sku, one.code, ENGLISH[part.state])
        sheet.write_row(line, 0, (*one.buyer[:2], *goods))
        sheet.write_datetime(line, 8, one.made_at, moment)
        sheet.write_datetime(line, 9, one.changed_at, moment)
        sheet.write(line, 10, one.buyer[2])
    book.close()
    return buffer.getvalue()


Dialect = Callable[[Centre, date, date, random.Random], bytes]
DIALECTS: dict[str, tuple[Dialect, str]] = {
    "merged": (merged, "xlsx"),
    "semicolon": (semicolon, "csv"),
    "english": (english, "xlsx"),
}


def drop(folder: Path, name: str, dialect: str, centre: Centre, since: date, until: date) -> Path:
    """Write a report into a folder as a careful server does: hidden under ``.part``, then renamed."""
    make, suffix = DIALECTS[dialect]
    place = folder / f"{name}.{suffix}"
    part = place.with_suffix(f".{suffix}.part")
    part.write_bytes(make(centre, since, until, centre.chance))
    part.replace(place)
    return place
