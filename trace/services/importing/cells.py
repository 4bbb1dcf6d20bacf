"""The rules of one cell: text, number, day, choice; each returns a value or raises a ``Fault``."""

import re
from datetime import date
from decimal import Decimal
from typing import Any

from trace.services.registering import within_area
from trace.standards import quantity
from trace.standards.fault import Fault
from trace.standards.plain_text import plain

BESIDE = " · "
"""Between a code and the name beside it where both are offered."""
_BAD_SIGN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_OLD_FONT = re.compile(r"[A-Za-zà-ÿ][µ¸¶¹¨¾¼½ª¬Þþ]|[µ¸¶¹¾¼½Þþ][A-Za-z]")
"""Letters as TCVN3 writes them for its own fonts: signs that stand in no word written here."""
_EXCEL_ERROR = re.compile(r"#(?:N/A|REF!|VALUE!|DIV/0!|NAME\?|NULL!|NUM!)")


def text(cell: Any) -> str:
    """The cell as text. Raises ``imp.formula`` for Excel's errors and unfinished formulas."""
    if isinstance(cell, str):
        if cell[:1] in "=#" and (cell.startswith("=") or _EXCEL_ERROR.fullmatch(cell)):
            raise Fault("imp.formula")
        if _BAD_SIGN.search(cell):
            raise Fault("field.unexpected", expected="abc, 123")
        if _OLD_FONT.search(cell):
            raise Fault("imp.font", value=cell[:40])
        return plain(cell)
    if isinstance(cell, dict):
        if "e" in cell:
            raise Fault("imp.formula")
        return _day_text(str(cell["d"]))
    return str(cell)


def code(cell: Any) -> str:
    """The code of what a drop-down offers: "TH-01 · Vườn trước" is TH-01, and so is TH-01 itself."""
    return text(cell).partition(BESIDE)[0]


def line(cell: Any, most: int, least: int = 1) -> str:
    """One line of text. Raises ``field.too_long`` or ``field.too_short``."""
    said = " ".join(text(cell).split())
    if len(said) > most:
        raise Fault("field.too_long", max=most)
    if len(said) < least:
        raise Fault("field.too_short", min=least)
    return said


def area_m2(cell: Any, unit: str, sao_m2: int) -> int:
    """Square metres; a bare number is in the heading's unit. Raises ``standard.area`` or ``field.range``."""
    if isinstance(cell, int | float):
        cell = str(Decimal(str(cell))).replace(".", ",")
    return within_area(quantity.area_m2(text(cell), unit or "m2", sao_m2))


def day(cell: Any, today: date) -> date:
    """A day not after today. Raises ``standard.date`` or ``imp.date.future``."""
    if isinstance(cell, dict) and "d" in cell:
        found = date.fromisoformat(str(cell["d"]))
    else:
        found = quantity.day(text(cell), today)
    if found > today:
        raise Fault("imp.date.future", date=today)
    return found


def number(cell: Any, least: float, most: float, unit: str) -> float:
    """A number with point or comma. Raises ``imp.number`` or ``field.range``."""
    said = text(cell).replace(",", ".") if not isinstance(cell, int | float) else cell
    try:
        found = float(said)
    except ValueError:
        raise Fault("imp.number") from None
    if not least <= found <= most:
        raise Fault("field.range", min=least, max=most, unit=unit)
    return found


def _day_text(iso: str) -> str:
    return "/".join(reversed(iso.split("-")))
