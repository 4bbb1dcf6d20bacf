"""Spreadsheets for the tests of importing."""

import zipfile
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

import xlsxwriter

HOUSEHOLDS = ("Mã hộ", "Tên chủ hộ", "Số điện thoại", "Xã")
FLAT = ("Mã hộ", "Tên chủ hộ", "Số điện thoại", "Xã", "Mã vườn", "Cây trồng", "Giống", "Diện tích (m²)")
PRODUCTS = (
    "Mã sản phẩm",
    "Tên sản phẩm",
    "Mã vạch",
    "Cây trồng",
    "Khối lượng tịnh (kg)",
    "Hạn sử dụng (ngày)",
)


def xlsx(path: Path, **sheets: Sequence[Sequence[Any]]) -> Path:
    """A workbook; text is text, numbers are numbers, ``("=", formula, value)`` is a formula."""
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True, "strings_to_urls": False})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for line, row in enumerate(rows):
            for place, cell in enumerate(row):
                if isinstance(cell, tuple):
                    sheet.write_formula(line, place, cell[1], None, cell[2])
                elif isinstance(cell, int | float):
                    sheet.write_number(line, place, cell)
                elif cell:
                    sheet.write_string(line, place, cell)
    book.close()
    return path


def poured(path: Path, head: Sequence[Any], lines: bytes) -> Path:
    """A workbook with these headings, and the XML of its other rows as it is given."""
    xlsx(path, A=[head])
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    members[sheet] = members[sheet].replace(b"</sheetData>", lines + b"</sheetData>")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def long(path: Path, rows: Sequence[Sequence[Any]]) -> Path:
    """The same sheet as ``xlsx`` writes of texts and numbers, in a tenth of the time."""
    lines = (
        f'<row r="{number}">{"".join(map(_cell, row))}</row>' for number, row in enumerate(rows[1:], start=2)
    )
    return poured(path, rows[0], "".join(lines).encode())


def _cell(value: Any) -> str:
    if isinstance(value, int | float):
        return f"<c><v>{value}</v></c>"
    return f'<c t="inlineStr"><is><t>{escape(value)}</t></is></c>'


def farms(count: int, start: int = 0, org: str | None = None) -> list[list[Any]]:
    """Households with a plot each, as a flat sheet."""
    head: list[Any] = [*FLAT, *(["Hợp tác xã"] if org else [])]
    rows = [head]
    for n in range(start, start + count):
        phone = f"09{10_000_000 + n}"
        row = [
            f"TH-{n:06}",
            f"Nguyễn Văn Thực {n}",
            phone,
            "xã Thanh Hà",
            f"V-{n:06}",
            "Vải",
            "thiều",
            360 + n % 9000,
        ]
        rows.append([*row, *([org] if org else [])])
    return rows
