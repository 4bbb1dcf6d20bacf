"""A label laid out, by its kind: the largest dots that leave the words their room."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import product

from labels.box_stamp import stamp_layout
from labels.design import StampDesign, StampTexts
from labels.errors import DoesNotFit, OnlyFruit
from labels.export import export_layout
from labels.frame import MARGIN_MM, Frame, checked_texts, dots_fitting, frame_of, has_foot
from labels.fruit import fruit_layout, is_wide
from labels.placed import DOT_MM, Bar, PlacedArt, PlacedSymbol, StampLayout, Star
from labels.stock import Stock

__all__ = [
    "DOT_MM",
    "MARGIN_MM",
    "Bar",
    "PlacedArt",
    "PlacedSymbol",
    "StampLayout",
    "Star",
    "lay_out",
]

Planner = Callable[[StampTexts, StampDesign, Frame, int, int, int], StampLayout]
MOST_SCALE = {
    "stamp": 2.0,
    "fruit": 2.0,
    "export": 1.4,
}  # of the code and the foot: a box says more than them
PLANNERS: dict[str, Planner] = {"stamp": stamp_layout, "fruit": fruit_layout, "export": export_layout}


def lay_out(
    texts: StampTexts, design: StampDesign, stock: Stock, size: int, code_length: int = 19
) -> StampLayout:
    """The label for a symbol of ``size`` modules: largest dots first, smaller ones if the words need it.

    What fits at no dots is tried once more in tight lettering; on a box for export it is not, for
    strokes of Chinese and Japanese would run together.

    :raises OnlyFruit: the label is round and the design needs its corners.
    :raises MissingGlyph: a text holds a letter its face lacks.
    :raises QrTooSmall: fewer than three dots a module would be left.
    :raises DoesNotFit: a row that may not be dropped has no room.
    """
    if stock.is_oval and design.kind != "fruit":
        raise OnlyFruit(design.kind, stock.size)
    texts = checked_texts(texts, has_facts=design.kind == "export")
    usual = frame_of(texts, stock, MOST_SCALE[design.kind], has_foot=has_foot(design, stock))
    frames = [usual] if design.kind == "export" else [usual, replace(usual, is_tight=True)]
    refusal: DoesNotFit | None = None
    for frame, dots in product(frames, dots_fitting(usual, size, design, *_shares(design, stock))):
        try:
            return PLANNERS[design.kind](texts, design, frame, size, dots, code_length)
        except DoesNotFit as problem:
            refusal = problem
    if refusal is None:
        raise AssertionError("no dots were tried")
    raise refusal


def _shares(design: StampDesign, stock: Stock) -> tuple[float, float]:
    """How much of the label's width the QR may take; how much when its modules are large."""
    if design.kind == "fruit":
        return (0.56, 0.48) if is_wide(stock) else (0.8, 0.8)
    if design.kind == "export":
        most = min(0.22, 0.45 * stock.label_height_mm / stock.label_width_mm)
        return most, most
    return 0.5, 0.42
