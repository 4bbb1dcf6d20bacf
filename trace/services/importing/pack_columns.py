"""The columns of a sheet of packed lots, and the cell that says what went into one."""

import re
from typing import Annotated, Any

from pydantic import Field

from trace.services.importing.columns import Column, Kind
from trace.services.importing.lot_rows import SKU
from trace.services.intake import MAX_WEIGHT_G, Count, Day, Given, Weight, line
from trace.services.registering import own_code
from trace.standards import quantity
from trace.standards.fault import Fault
from trace.texts.formats import kilograms

COLUMNS = (
    Column("sources", ("dong tu lo", "tu lo", "tu cac lo", "lo dau vao", "cac lo dau vao", "lo thu hoach",
                       "packed from", "from lots", "source lots"),
           required=True, example="VT-0612-01: 120; VT-0612-02: 80"),
    Column("packed_on", ("ngay dong goi", "ngay dong", "day of packing", "packing day"), required=True,
           example="13/06/2026"),
    SKU,
    Column("boxes", ("so hop", "so hop dong duoc", "so tui", "so goi", "how many boxes", "units"),
           example="98"),
    Column("packed_g", ("khoi luong ra", "khoi luong dong goi", "khoi luong", "weight packed", "weight")),
    Column("packed_at", ("ma co so dong goi", "ma so co so dong goi", "co so dong goi", "noi dong goi",
                         "ma so csdg", "packing house code", "packing house")),
    Column("best_before", ("han dung", "han su dung", "hsd")),
    Column("loss_reason", ("ly do hao hut", "ly do hao hut nhieu", "ly do", "why so much was lost",
                           "reason")),
    Column("same_again", ("lan dong khac giong het", "lan dong khac", "packed the same again"),
           choices=("yes",), labels="imp.answer."),
)  # fmt: skip
_REQUIRED = ("sources", "packed_on")
KINDS = (Kind("pack", _REQUIRED, required=_REQUIRED),)
AGAIN = COLUMNS[-1]
MOST_SOURCES = 200
"""As many as the form takes."""
_SOURCE = re.compile(r"(?P<code>[^\s:=()]+)\s*(?:[:=]|\s)?\s*(?P<weight>\S.*)?")


class Source(Given):
    """A lot by its code, and the grams taken from it where the row says them."""

    lot: Annotated[str, line(32, 1)]
    weight_g: Weight | None = None


class PackRow(Given):
    """A packed lot of a sheet: what the form asks, with codes in the place of numbers."""

    sources: Annotated[list[Source], Field(min_length=1, max_length=MOST_SOURCES)]
    packed_on: Day
    sku: Annotated[str, line(48)] = ""
    units: Count = None
    weight_g: Weight | None = None
    packed_at: Annotated[str, line(64)] = ""
    best_before: Day | None = None
    loss_reason: Annotated[str, line(200)] = ""
    same_again: bool = False

    @property
    def from_lots(self) -> str:
        """What went into it, always written the same way."""
        return "; ".join(sorted(f"{one.lot}: {_kg(one)}" for one in self.sources))


def _kg(source: Source) -> str:
    return "" if source.weight_g is None else str(kilograms(source.weight_g))


def sources_in(said: str) -> list[dict[str, Any]]:
    """The lots a cell names, each with the grams taken of it, in kilograms where no unit stands.

    >>> sources_in("VT-0612-01: 120; vt-0612-02: 1,5 tạ")
    [{'lot': 'VT-0612-01', 'weight_g': 120000}, {'lot': 'VT-0612-02', 'weight_g': 150000}]
    >>> sources_in("VT-0612-01")
    [{'lot': 'VT-0612-01', 'weight_g': None}]

    Raises ``imp.pack.source`` with the part that cannot be read, ``imp.pack.many``, ``imp.pack.twice``.
    """
    parts = [part for part in re.split(r"[;\n]", said) if part.strip()]
    if len(parts) > MOST_SOURCES:
        raise Fault("imp.pack.many", n=len(parts), max=MOST_SOURCES)
    found = [_source(part.strip()) for part in parts]
    codes = [one["lot"] for one in found]
    twice = next((code for place, code in enumerate(codes) if code in codes[:place]), None)
    if twice is not None:
        raise Fault("imp.pack.twice", lot=twice)
    return found


def _source(part: str) -> dict[str, Any]:
    read = _SOURCE.fullmatch(part)
    if read is None:
        raise Fault("imp.pack.source", part=part[:40])
    try:
        weight = read["weight"]
        grams = quantity.weight_g(weight.strip("()")) if weight else None
        code = own_code(read["code"])
    except Fault:
        raise Fault("imp.pack.source", part=part[:40]) from None
    if grams is not None and not 0 < grams <= MAX_WEIGHT_G:
        raise Fault("imp.pack.source", part=part[:40])
    return {"lot": code, "weight_g": grams}
