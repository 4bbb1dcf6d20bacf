"""What stands on a stamp. The words come ready made, in the reader's language; here is only their order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from labels.art import Art
from labels.errors import BadJob
from labels.rows import CHOICES, NEEDED, USUAL

GROUP = 4  # symbols of the typed code between hyphens: KSSS-SSSS-TTTT-TTTT-TTC
CODE_CUT = 3 * GROUP  # symbols on the first line of a code in two lines: 23 letters in a row want 26 mm
LEVELS = "LMQH"
LEAST_DOTS, MOST_DOTS = 3, 6  # of a module at 203 dpi: finer does not read, larger is a waste
MOST_DIGITS = 11  # a key has 2**35 serials
DIGIT_GROUPS = (".", ",", " ", "\u00a0", "")


@dataclass(frozen=True)
class StampTexts:
    """The words of one lot's stamps, each a whole line (``"Lô VT-0618-03"``), empty when absent.

    ``serial`` has the place ``{serial}`` for the roll number; ``demo`` is printed across every
    stamp of a practice register. In a line with a TAB what stands before it is the fact's name
    and what stands after it the fact. ``abroad`` holds rows for readers of other languages by
    their names (``"product:ja"``). ``link`` is the address of a second, fixed symbol and
    ``link_name`` what stands below that.
    """

    product: str
    cooperative: str
    lot: str = ""
    place: str = ""
    harvest: str = ""
    packed: str = ""
    best_before: str = ""
    net_weight: str = ""
    ocop: str = ""
    ocop_stars: int = 0
    type_line: str = ""
    hotline: str = ""
    serial: str = "{serial}"
    demo: str = ""
    gi: str = ""
    scan: str = ""
    growing_area: str = ""
    packing_house: str = ""
    origin: str = ""
    exporter: str = ""
    link: str = ""
    link_name: str = ""
    abroad: Mapping[str, str] = field(default_factory=dict, hash=False)

    def line(self, row: str) -> str:
        """The words of a row, by the row's name."""
        return self.abroad.get(row, "") if ":" in row else str(getattr(self, row))


@dataclass(frozen=True)
class StampDesign:
    """How a series looks.

    ``kind`` is "stamp" (on a box), "fruit" or "export"; ``rows`` are names of that kind's rows,
    top to bottom, none meaning the usual ones. ``dots`` is the most dots of a 203 dpi printer a
    module may have. ``has_gi`` adds the mark of a geographical indication where the words have it;
    neither that nor a logo has room on a fruit.
    """

    kind: str = "stamp"
    rows: tuple[str, ...] = ()
    level: str = "M"
    dots: int | None = None
    best_of_8: bool = False
    serial_digits: int = 6
    digit_group: str = "."
    has_gi: bool = False
    logo: Art | None = None

    def __post_init__(self) -> None:
        if not self.rows:
            object.__setattr__(self, "rows", USUAL.get(self.kind, ()))

    def to_data(self) -> dict[str, Any]:
        """As plain JSON data; :meth:`from_data` gives the same design again."""
        data = {name: getattr(self, name) for name in _FIELDS}
        return data | {"rows": list(self.rows), "logo": self.logo.to_data() if self.logo else None}

    @classmethod
    def from_data(cls, data: Any) -> StampDesign:
        """The design that plain data describe; what is absent is as usual.

        :raises BadJob: names the first field that is wrong, with what may stand there.
        """
        if not isinstance(data, dict):
            raise BadJob("design", type(data).__name__, "object")
        if unknown := sorted(str(name) for name in data if name not in _FIELDS):
            raise BadJob("design", unknown[0][:40], ", ".join(_FIELDS))
        given = {name: data[name] for name in _FIELDS if name in data and name != "logo"}
        kind = given.get("kind", "stamp")
        _among("kind", kind, CHOICES)
        for name, choices in _CHOICES.items():
            if name in given:
                _among(name, given[name], choices)
        given["rows"] = _checked_rows(kind, given.get("rows", ()))
        logo = data.get("logo")
        for name in ("logo", "has_gi"):
            if kind == "fruit" and data.get(name):
                raise BadJob(name, "fruit", "stamp, export")
        return cls(**given, logo=None if logo is None else Art.from_data(logo))


_FIELDS = tuple(StampDesign.__dataclass_fields__)
_CHOICES: dict[str, Any] = {
    "level": LEVELS,
    "dots": (None, *range(LEAST_DOTS, MOST_DOTS + 1)),
    "best_of_8": (False, True),
    "serial_digits": range(1, MOST_DIGITS + 1),
    "digit_group": DIGIT_GROUPS,
    "has_gi": (False, True),
}


def _among(name: str, value: Any, choices: Any) -> None:
    """One of the choices, and of its very type: 1 is no True."""
    if not any(value == choice and type(value) is type(choice) for choice in choices):
        raise BadJob(name, str(value)[:40], ", ".join(str(choice) for choice in choices))


def _checked_rows(kind: str, rows: Any) -> tuple[str, ...]:
    names = [row.name for row in CHOICES[kind]]
    if not isinstance(rows, list | tuple):
        raise BadJob("rows", str(rows)[:40], ", ".join(names))
    for place, name in enumerate(rows):
        if name not in names or name in rows[:place]:
            raise BadJob("rows", str(name)[:40], ", ".join(names))
    for name in NEEDED[kind] if rows else ():
        if name not in rows:
            raise BadJob("rows", ", ".join(rows)[:80], f"+ {name}")
    if kind == "fruit" and rows and not {"product", "cooperative"} & set(rows):
        raise BadJob("rows", ", ".join(rows)[:80], "+ product / cooperative")
    return tuple(rows)


def typed(code: str) -> str:
    """A code as people type it: groups of four, hyphens between."""
    return "-".join(code[start : start + GROUP] for start in range(0, len(code), GROUP))


def serial_pattern(texts: StampTexts, digits: int, group: str) -> str:
    """The serial row with its digits as NUL characters, grouped by thousands from the right."""
    grouped = "\0" * (digits % 3 or 3) + f"{group}\0\0\0" * ((digits - 1) // 3)
    return texts.serial.replace("{serial}", grouped)


def serial_text(pattern: str, serial: int) -> str:
    """A pattern with one number written in, zeros before it."""
    digits = iter(f"{serial:0{pattern.count(chr(0))}d}")
    return "".join(next(digits) if letter == "\0" else letter for letter in pattern)
