"""One cell of a seller's report: money, pieces, a moment, a code. What does not fit raises a ``Fault``.

A fault never repeats what stands in the cell: rows may be shifted, and then it is something of a buyer.
``shape`` says what it looked like.
"""

import re
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from trace.standards.fault import Fault
from trace.standards.local_time import VN
from trace.standards.plain_text import plain

MOST = 10**12
EARLIEST_YEAR = 2010
"""No marketplace here is older; “26-11-01” would be read as 2001, an empty date of Excel as 1899."""
_SIGN = r"(?:₫|đ|vnđ|vnd|dong|đồng)"
_CURRENCY = re.compile(rf"^{_SIGN}(?=[\s0-9])|(?<=[\s0-9]){_SIGN}$", re.IGNORECASE)
_SPACES = re.compile(r"[\s\u00a0\u202f]+")
_GROUPED = re.compile(r"[0-9]{1,3}(?:([.,'])[0-9]{3})(?:\1[0-9]{3})*(?:(?!\1)[.,]0{1,4})?")
"""What parts the thousands is not what begins the decimals: “1.000.00” may be either."""
_BARE = re.compile(r"[0-9]+(?:[.,]0{1,2}|[.,]0{4})?")
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/#-]{0,63}")
_DAY = r"([0-9]{1,4})([/.-])([0-9]{1,2})\2([0-9]{1,4})"
_CLOCK = r"([0-9]{1,2})(?::|h)([0-9]{2})(?::([0-9]{2}))?(?:[.,][0-9]{1,6})?"
_MOMENT = re.compile(rf"(?:{_DAY})(?:[ T,]+{_CLOCK})?")
_CLOCK_FIRST = re.compile(r"([0-9]{1,2}(?::|h)[0-9]{2}(?::[0-9]{2})?)[ ,-]+([0-9]\S+)")


def text(cell: Any) -> str:
    """The cell as one line of plain text; an error of the spreadsheet is a fault (``file.cell.text``)."""
    if isinstance(cell, dict):
        if "d" not in cell:
            raise Fault("file.cell.text")
        return f"{cell['d']} {cell['t']}" if cell.get("t") else str(cell["d"])
    return " ".join(plain(str(cell)).replace("\0", " ").split())


def money_vnd(cell: Any) -> int:
    """Whole đồng: ``1.234.567 ₫``, ``1,234,567``, ``1234567,00``. Raises ``file.cell.money``."""
    return _whole(cell, "file.cell.money", lambda said: _CURRENCY.sub("", said))


def pieces(cell: Any) -> int:
    """Whole pieces. ``1.000`` may be one or a thousand and is refused: ``file.cell.pieces``."""
    said = "" if isinstance(cell, int | float) else text(cell)
    if re.fullmatch(r"[0-9]{1,3}[.,]000", said):
        raise Fault("file.cell.pieces")
    return _whole(cell, "file.cell.pieces", lambda said: said)


def _whole(cell: Any, key: str, bare: Any) -> int:
    if isinstance(cell, bool) or (isinstance(cell, float) and not cell.is_integer()):
        raise Fault(key)
    if isinstance(cell, int | float):
        found = int(cell)
    else:
        said = _SPACES.sub(" ", bare(text(cell))).strip()
        said = re.sub(r"(?<=[0-9]) (?=[0-9]{3}(?:\D|$))", "", said)
        found = _grouped(said, key)
    if not 0 <= found <= MOST:
        raise Fault(key)
    return found


def _grouped(said: str, key: str) -> int:
    """Three digits behind a point or comma are thousands; zeros of any other number are decimals."""
    if match := _GROUPED.fullmatch(said):
        mark = match[1]
        whole, _, rest = said.rpartition("," if mark == "." else ".")
        number = (whole if whole and not rest.strip("0") else said).replace(mark, "")
    elif _BARE.fullmatch(said):
        number = re.split("[.,]", said)[0]
    else:
        raise Fault(key)
    try:
        return int(Decimal(number))
    except (InvalidOperation, ValueError):
        raise Fault(key) from None


def moment(cell: Any, *, month_first: bool = False) -> datetime:
    """A moment of Vietnam's clock as UTC; a bare day is its midnight. Raises ``file.cell.moment``.

    Day before month unless ``month_first``; a year in front is ISO.
    """
    match = _MOMENT.fullmatch(_CLOCK_FIRST.sub(r"\2 \1", text(cell)))
    if match is None:
        raise Fault("file.cell.moment")
    day, clock = match.groups()[:4], match.groups()[4:]
    try:
        year, month, number = _ordered(day[0], day[2], day[3], month_first=month_first)
        if year < EARLIEST_YEAR:
            raise ValueError
        hour, minute, second = (int(part or 0) for part in clock)
        return datetime(year, month, number, hour, minute, second, tzinfo=VN).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Fault("file.cell.moment") from None


def _ordered(first: str, second: str, third: str, *, month_first: bool) -> tuple[int, int, int]:
    if len(first) == 4:
        return int(first), int(second), int(third)
    if len(third) == 2:
        third = f"20{third}"
    if len(third) != 4 or len(first) > 2:
        raise ValueError
    day, month = (second, first) if month_first else (first, second)
    return int(third), int(month), int(day)


def order_code(cell: Any) -> str:
    """The marketplace's number of an order. Raises ``file.cell.order``."""
    said = text(cell).removeprefix("#")
    if not _CODE.fullmatch(said):
        raise Fault("file.cell.order")
    return said


def status_word(cell: Any) -> str:
    """A word for a state: short, without anything that looks like a number. Raises ``file.cell.status``."""
    said = text(cell)
    if not 0 < len(said) <= 48 or re.search(r"[0-9][0-9 .]{3,}|@", said):
        raise Fault("file.cell.status")
    return said


def shape(cell: Any) -> str:
    """What a cell looks like with nothing of what it says.

    >>> shape("0912 345 678"), shape("Lan, ngõ 5")
    ('0000 000 000', 'aaa, aaa 0')
    """
    said = str(cell.get("d") or "a") if isinstance(cell, dict) else str(cell)
    return "".join("0" if sign.isnumeric() else "a" if sign.isalpha() else sign for sign in said[:40])
