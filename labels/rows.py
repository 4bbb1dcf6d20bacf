"""The rows a design may choose from, and what each kind of label makes of them.

A row's name is a field of ``StampTexts``; with a language after a colon it is that row for a
reader abroad (``product:ja``).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from labels.fonts import CHINESE, JAPANESE


def language_face(name: str) -> str:
    """The face that the language of a row's name asks for; empty where the size decides."""
    language = name.partition(":")[2]
    return language if language in (JAPANESE, CHINESE) else ""


@dataclass(frozen=True)
class Row:
    """One row of a stamp: ``size_mm`` wanted, ``least_mm`` at a pinch, on at most ``lines`` lines."""

    name: str
    size_mm: float
    least_mm: float
    lines: int = 1


# Sizes for a label 21.2 mm high; higher labels scale them up. 1.6 mm is the least that 203 dpi
# draws cleanly. Top to bottom: what, who, where, when, how much, which stamp.
STAMP_ROWS = (
    Row("product", 2.8, 2.0, lines=2),
    Row("cooperative", 1.85, 1.6, lines=2),
    Row("place", 1.75, 1.6, lines=2),
    Row("lot", 1.75, 1.6),
    Row("harvest", 1.75, 1.6),
    Row("packed", 1.75, 1.6),
    Row("best_before", 1.75, 1.6),
    Row("net_weight", 1.75, 1.6),
    Row("ocop", 1.75, 1.6),
    Row("scan", 1.75, 1.6),
    Row("type_line", 1.75, 1.6),
    Row("hotline", 1.75, 1.6),
    Row("serial", 1.75, 1.6),
)
GI = Row("gi", 1.75, 1.6)
# The last two only where a band across the stamp (the demonstration's) leaves no height for them.
DROPPED_FIRST = ("hotline", "scan", "type_line", "harvest", "place", "net_weight", "packed", "ocop")
CODE = Row("code", 2.15, 1.6)
# Tight: what is tried before a label is refused. At 203 dpi, 1.5 mm (12 dots to the em) is the least
# at which two tones on a plain vowel differ in two dots or more; at 1.45 mm ả is á but for one. A code
# has no tones: at 1.4 mm any two of its symbols still differ in six dots.
TIGHT_WORDS_MM, TIGHT_CODE_MM = 1.5, 1.4
DEMO = Row("demo", 1.6, 1.6)

# A sticker on a fruit: what can be read at a glance.
FRUIT_ROWS = (
    Row("product", 2.2, 1.6, lines=2),
    Row("cooperative", 1.8, 1.6, lines=2),
    Row("lot", 1.7, 1.6),
    Row("scan", 1.7, 1.6),
    Row("serial", 1.7, 1.6),
)

# A box for export, for a label 50 mm high. Chinese and Japanese want 2 mm to keep their strokes apart.
EXPORT_ROWS = (
    Row("product", 3.9, 2.4, lines=2),
    Row("product:en", 3.2, 2.2, lines=2),
    Row("product:zh", 3.1, 2.2),
    Row("product:ja", 3.1, 2.2),
    Row("growing_area", 2.3, 1.7),
    Row("packing_house", 2.3, 1.7),
    Row("growing_area:zh", 2.3, 2.0),
    Row("packing_house:zh", 2.3, 2.0),
    Row("lot", 2.3, 1.7),
    Row("lot:zh", 2.3, 2.0),
    Row("lot:ja", 2.3, 2.0),
    Row("harvest", 2.3, 1.7),
    Row("packed", 2.3, 1.7),
    Row("net_weight", 2.3, 1.7),
    Row("cooperative", 2.3, 1.7, lines=2),
    Row("exporter", 2.3, 1.7, lines=2),
    Row("origin", 2.3, 1.7),
    Row("origin:en", 2.3, 1.7),
    Row("origin:zh", 2.3, 2.0),
    Row("origin:ja", 2.3, 2.0),
    Row("place", 2.1, 1.7, lines=2),
    Row("hotline", 2.1, 1.7),
    Row("scan", 2.1, 1.7),
    Row("serial", 2.2, 1.7),
)

CHOICES = {"stamp": STAMP_ROWS, "fruit": FRUIT_ROWS, "export": EXPORT_ROWS}
USUAL = {
    "stamp": tuple(row.name for row in STAMP_ROWS if row.name not in ("scan", "hotline")),
    "fruit": ("product",),
    "export": (
        *("product", "product:en", "product:zh", "product:ja"),
        *("growing_area", "packing_house", "lot", "packed", "net_weight", "cooperative"),
        *("origin:en", "origin:zh", "origin:ja", "scan", "serial"),
    ),
}
# What a label of a kind must say; a sticker on a fruit says one of the two.
NEEDED = {"stamp": ("product", "cooperative", "serial"), "fruit": (), "export": ("product", "serial")}


def tight(row: Row) -> Row:
    """The row where there is no other way: a sixteenth smaller, the code an eighth."""
    least = TIGHT_CODE_MM if row.name == CODE.name else max(TIGHT_WORDS_MM, row.least_mm * 15 / 16)
    return replace(row, least_mm=least)


def row_of(kind: str, name: str) -> Row:
    """A kind's row of this name."""
    return next(row for row in CHOICES[kind] if row.name == name)
