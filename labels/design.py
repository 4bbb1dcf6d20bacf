"""What stands on a stamp. The words come ready made, in the reader's language; here is only their order."""

from __future__ import annotations

from dataclasses import dataclass

GROUP = 4  # symbols of the typed code between hyphens: KSSS-SSSS-TTTT-TTTT-TTC


@dataclass(frozen=True)
class StampTexts:
    """The words of one lot's stamps, each a whole line (``"Lô VT-0618-03"``), empty when absent.

    ``serial`` has the place ``{serial}`` for the roll number; ``demo`` is printed across every
    stamp of a practice register.
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


@dataclass(frozen=True)
class StampDesign:
    """How a series looks: QR level, masks, and how the roll number is written."""

    level: str = "M"
    best_of_8: bool = False
    serial_digits: int = 6
    digit_group: str = "."


@dataclass(frozen=True)
class Row:
    """One row of a stamp: ``size_mm`` wanted, ``least_mm`` at a pinch, on at most ``lines`` lines."""

    name: str
    size_mm: float
    least_mm: float
    lines: int = 1


# Sizes for a label 21.2 mm high; higher labels scale them up. 1.6 mm is the least that 203 dpi
# draws cleanly. Top to bottom: what, who, where, when, how much, which stamp.
ROWS = (
    Row("product", 2.8, 2.0, lines=2),
    Row("cooperative", 1.85, 1.6, lines=2),
    Row("place", 1.75, 1.6, lines=2),
    Row("lot", 1.75, 1.6),
    Row("harvest", 1.75, 1.6),
    Row("packed", 1.75, 1.6),
    Row("best_before", 1.75, 1.6),
    Row("net_weight", 1.75, 1.6),
    Row("ocop", 1.75, 1.6),
    Row("type_line", 1.75, 1.6),
    Row("hotline", 1.75, 1.6),
    Row("serial", 1.75, 1.6),
)
# The last two only where a band across the stamp (the demonstration's) leaves no height for them.
DROPPED_FIRST = ("hotline", "type_line", "harvest", "place", "net_weight", "packed", "ocop")
CODE = Row("code", 2.15, 1.6)
DEMO = Row("demo", 1.6, 1.6)


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
