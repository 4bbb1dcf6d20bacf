"""A stamp on a box: the QR on whole printer dots at the left, the words beside it, the code below."""

from __future__ import annotations

import math
from dataclasses import replace

from labels.design import StampDesign, StampTexts, serial_pattern
from labels.fitting import Column, Head, PlacedText, Wanted, fitted, head_block_mm
from labels.fonts import BOLD, face
from labels.frame import MARGIN_MM, QUIET, Frame, band, box_mm, check_logo, code_line, foot_row, has_foot
from labels.placed import DOT_MM, Bar, PlacedArt, StampLayout, Star, art_size_mm, on_dots, placed_art
from labels.rows import GI, row_of

STAR_PITCH = 1.0  # em from star to star
GI_MARK = "GI"
GI_LETTER_EM, GI_WIDTH_EM, GI_LEAD_EM = 0.8, 1.2, 1.5  # the mark's letters, its field, and white after it
LOGO_MM = 5.6  # its height on a label of reference size
LOGO_SHARE, LOGO_GAP_MM = 0.34, 0.6  # of the column's width; white between it and the words


def stamp_layout(
    texts: StampTexts, design: StampDesign, frame: Frame, size: int, dots: int, code_length: int
) -> StampLayout:
    """The stamp with so many dots a module.

    :raises DoesNotFit: a row that may not be dropped has no room.
    """
    module, box = dots * DOT_MM, box_mm(size, dots)
    box_y = frame.head_mm + (frame.middle_mm - box) / 2
    qr_x, qr_y = on_dots(0.5 + QUIET * module), on_dots(box_y + QUIET * module)
    roomy = has_foot(design, frame.stock)
    x = qr_x + (size + QUIET) * module + 0.4
    top = frame.head_mm + MARGIN_MM
    bottom = frame.stock.label_height_mm - frame.foot_mm - 0.3
    column = Column(x, top, frame.stock.label_width_mm - MARGIN_MM - x, bottom - top)
    rows = [replace(one, row=frame.row(one.row)) for one in _rows(texts, design, foot_apart=roomy)]
    head, logo = _head(design, rows, column, frame)
    placed = fitted(rows, column, frame.scale, frame.stock, head)
    foot, bars = foot_row(texts, design, frame, qr_x) if roomy else ([], [])
    band_words, band_bars = band(texts, frame)
    code, room = code_line(frame, qr_x, code_length)
    mark, mark_bars = gi_mark(placed)
    every = placed + foot + band_words
    return StampLayout(
        frame.stock,
        size,
        module,
        qr_x,
        qr_y,
        (*(text for text in every if text.name != "serial"), *mark),
        _stars(texts, placed),
        tuple(bars + band_bars + mark_bars),
        next((text for text in every if text.name == "serial"), no_serial(code)),
        code,
        room,
        art=_logo(design, placed, head, logo, column, frame),
    )


def no_serial(code: PlacedText) -> PlacedText:
    """The number of a design that shows none."""
    return PlacedText("serial", "", code.x_mm, code.baseline_mm, code.size_mm, BOLD)


def _rows(texts: StampTexts, design: StampDesign, *, foot_apart: bool) -> list[Wanted]:
    """The rows beside the QR; on roomy labels type line and serial stand in the foot."""
    rows = []
    for name in _with_gi(design):
        row = GI if name == GI.name else row_of(design.kind, name)
        text = texts.line(name)
        if name == "serial":
            text = serial_pattern(texts, design.serial_digits, design.digit_group)
        if text and not (foot_apart and name in ("type_line", "serial")):
            rows.append(Wanted(row, text, _lead_em(name, texts)))
    return rows


def _with_gi(design: StampDesign) -> list[str]:
    """The design's rows, the mark of origin after the stars, or before the number."""
    names = list(design.rows)
    if design.has_gi:
        after = next((at + 1 for at, name in enumerate(names) if name == "ocop"), None)
        before = next((at for at, name in enumerate(names) if name == "serial"), len(names))
        names.insert(before if after is None else after, GI.name)
    return names


def _lead_em(name: str, texts: StampTexts) -> float:
    if name == GI.name:
        return GI_LEAD_EM
    return texts.ocop_stars * STAR_PITCH + 0.3 if name == "ocop" and texts.ocop_stars else 0.0


def _stars(texts: StampTexts, placed: list[PlacedText]) -> tuple[Star, ...]:
    line = next((text for text in placed if text.name == "ocop"), None)
    if line is None:
        return ()
    x = line.x_mm - _lead_em("ocop", texts) * line.size_mm
    radius, y = 0.46 * line.size_mm, line.baseline_mm - 0.36 * line.size_mm
    pitch = STAR_PITCH * line.size_mm
    return tuple(Star(x + radius + number * pitch, y, radius) for number in range(texts.ocop_stars))


def gi_mark(placed: list[PlacedText]) -> tuple[list[PlacedText], list[Bar]]:
    """Two white letters in a black field before the words."""
    line = next((text for text in placed if text.name == GI.name), None)
    if line is None:
        return [], []
    em, letters = line.size_mm, GI_LETTER_EM * line.size_mm
    x, bottom = line.x_mm - GI_LEAD_EM * em, line.baseline_mm + 0.08 * em
    field = Bar(x, bottom - 0.9 * em, GI_WIDTH_EM * em, 0.9 * em)
    from_side = (field.width_mm - face(BOLD).width(GI_MARK) * letters) / 2
    mark = PlacedText("gi_mark", GI_MARK, x + from_side, bottom - 0.16 * em, letters, BOLD, white=True)
    return [mark], [field]


def _head(
    design: StampDesign, rows: list[Wanted], column: Column, frame: Frame
) -> tuple[Head, tuple[float, float]]:
    """Room for the logo left of the first two rows, and the logo's size."""
    if design.logo is None:
        return Head(), (0.0, 0.0)
    height = LOGO_MM * max(frame.scale, 1.0)
    size = art_size_mm(design.logo, column.width_mm * LOGO_SHARE, height)
    check_logo(size, frame)
    names = tuple(wanted.row.name for wanted in rows[:2])
    lead = _up_to_dots(column.x_mm) - column.x_mm + size[0] + LOGO_GAP_MM
    return Head(names, lead, size[1] + 0.2), size


def _up_to_dots(length_mm: float) -> float:
    return math.ceil(length_mm / DOT_MM - 1e-6) * DOT_MM


def _logo(
    design: StampDesign,
    placed: list[PlacedText],
    head: Head,
    size: tuple[float, float],
    column: Column,
    frame: Frame,
) -> tuple[PlacedArt, ...]:
    """The logo at the column's left, in the middle of the height of its rows.

    Its rows begin after it and after leads of their own, such as the field of the mark of origin.
    """
    if design.logo is None:
        return ()
    block = head_block_mm(placed, head)
    if block is None:
        raise frame.refusal("logo", size[1])
    return (placed_art(design.logo, _up_to_dots(column.x_mm), on_dots(sum(block) / 2 - size[1] / 2), *size),)
