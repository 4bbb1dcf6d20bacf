"""The seller centre's template for goods: blank as a seller gets it, and looked at when it comes back."""

from __future__ import annotations

import csv
import hashlib
import io
import re
import zipfile
from dataclasses import dataclass, field
from typing import Any

import xlsxwriter
from python_calamine import CalamineWorkbook

HEADINGS = (
    "Tên sản phẩm (*)", "Mã SKU (*)", "Ngành hàng (*)", "Giá bán (*)", "Tồn kho (*)", "Khối lượng (g)",
    "Hình ảnh", "Mô tả", "Trạng thái",
)  # fmt: skip
HINTS = (
    "Tối đa 120 chữ",
    "Không trùng",
    "Chọn trong danh sách",
    "Số nguyên",
    "Số nguyên",
    "",
    "",
    "",
    "1 hoặc 0",
)
LONGEST_NAME = 120
SHEET, HEAD_ROW = "Sản phẩm & giá", 3
RISKY = ("=", "+", "-", "@", "\t")


@dataclass
class Upload:
    """What the seller centre found in an uploaded file."""

    faults: list[str] = field(default_factory=list)
    goods: dict[str, dict[str, Any]] = field(default_factory=dict)


def blank_xlsx() -> bytes:
    """A title, headings in row 3, hints and an example below; categories on a second sheet."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    sheet, other = book.add_worksheet(SHEET), book.add_worksheet("Danh mục")
    sheet.merge_range("A1:I1", "MẪU ĐĂNG SẢN PHẨM", book.add_format({"bold": True}))
    bold = book.add_format({"bold": True, "bg_color": "#FFE699"})
    sheet.write_row(HEAD_ROW - 1, 0, HEADINGS, bold)
    sheet.write_row(HEAD_ROW, 0, HINTS)
    sheet.write_row(HEAD_ROW + 1, 0, ("Ví dụ", "VD-1", "Trái cây", 10_000, 5, 500, "", "", 1))
    sheet.write_formula(HEAD_ROW + 2, 3, "=1+1")
    sheet.data_validation(HEAD_ROW + 1, 2, 500, 2, {"validate": "list", "source": "='Danh mục'!$A$1:$A$3"})
    other.write_column(0, 0, ("Trái cây", "Rau củ", "Đồ khô"))
    other.hide()
    book.close()
    return buffer.getvalue()


def blank_csv() -> bytes:
    """Semicolons and a byte order mark."""
    return ("\ufeff" + ";".join(HEADINGS) + "\r\n").encode()


def look_at_xlsx(content: bytes) -> Upload:
    """Read an uploaded workbook as the seller centre does: strictly."""
    found = Upload()
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    if book.sheet_names != [SHEET, "Danh mục"]:
        found.faults.append(f"sheets {book.sheet_names}")
        return found
    rows = book.get_sheet_by_name(SHEET).to_python(skip_empty_area=False)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        xml = archive.read("xl/worksheets/sheet1.xml")
    if re.search(rb"<f[ >]", xml):
        found.faults.append("a formula")
    if b"dataValidation" not in xml:
        found.faults.append("the list of categories is gone")
    _look(found, rows[HEAD_ROW - 1], rows[HEAD_ROW], rows[HEAD_ROW + 1 :])
    return found


def look_at_csv(content: bytes) -> Upload:
    """The same for CSV."""
    found = Upload()
    if not content.startswith(b"\xef\xbb\xbf"):
        found.faults.append("no byte order mark")
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))
    _look(found, rows[0], HINTS, rows[1:])
    return found


def _look(found: Upload, headings: Any, hints: Any, goods: Any) -> None:
    if tuple(headings) != HEADINGS or tuple(hints) != HINTS:
        found.faults.append("headings or hints differ")
    for row in goods:
        told = dict(zip(HEADINGS, row, strict=False))
        sku = str(told["Mã SKU (*)"])
        if not sku or sku in found.goods:
            found.faults.append(f"code {sku!r}")
        if len(str(told["Tên sản phẩm (*)"])) > LONGEST_NAME:
            found.faults.append(f"{sku}: name too long")
        if not all(re.fullmatch(r"[0-9]+(\.0)?", str(told[one])) for one in ("Giá bán (*)", "Tồn kho (*)")):
            found.faults.append(f"{sku}: price or stock is no whole number")
        if any(isinstance(cell, str) and cell.startswith(RISKY) for cell in row):
            found.faults.append(f"{sku}: reads as a formula")
        found.goods[sku] = told


def look_at_zip(content: bytes) -> tuple[str, bytes, list[str]]:
    """The filled template in a download, its name, and what its manifest does not bear out."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        lines = archive.read("manifest.sha256").decode().splitlines()
        sums = {name: told for told, name in (line.split("  ", 1) for line in lines)}
        wrong = [name for name, told in sums.items() if _digest(archive, name) != told]
        wrong += sorted({*archive.namelist()} - {*sums, "manifest.sha256"})
        name = next(one for one in sums if "/" not in one)
        return name, archive.read(name), wrong


def _digest(archive: zipfile.ZipFile, name: str) -> str:
    return hashlib.sha256(archive.read(name)).hexdigest() if name in archive.namelist() else ""
