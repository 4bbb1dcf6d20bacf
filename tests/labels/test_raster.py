"""Dots of stamps: letters set by numpy are those that Pillow sets, and nothing leaves its label."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from labels.design import serial_text, typed
from labels.fitting import PlacedText, width_mm
from labels.lettering import Letters, font_of
from labels.raster import CODE_LETTERS, EDGE_MM, StampDots, serials_many, typed_many
from tests.labels.stamps import ALPHABET, BOX_STOCKS, ROLL, job, random_codes

DPI = [203.2, 300.0]


def as_texts(words: NDArray[np.uint8]) -> list[str]:
    return ["".join(map(chr, row)) for row in words]


def drawn_by_pillow(text: str, name: str, dots: float, shape: tuple[int, int], rise: int):
    image = Image.new("1", (shape[1], shape[0]), 0)
    pen = ImageDraw.Draw(image)
    pen.fontmode = "1"
    pen.text((0, rise), text, font=font_of(name, dots), fill=1, anchor="ls")
    return np.array(image)


def test_many_codes_and_serials_are_written_as_single_ones_are() -> None:
    codes, pattern = random_codes(20), "Số \0\0\0.\0\0\0"
    assert as_texts(typed_many(codes)) == [typed(code.tobytes().decode()) for code in codes]
    numbers = [0, 7, 481, 123456]
    written = as_texts(serials_many(pattern, np.array(numbers)))
    assert written == [serial_text(pattern, number) for number in numbers]


@pytest.mark.parametrize("name", ["regular", "bold"])
@pytest.mark.parametrize("dots", [12.8, 17.2, 26.1])
def test_letters_set_side_by_side_are_what_pillow_draws(name: str, dots: float) -> None:
    codes = random_codes(50)
    words, letters = typed_many(codes), Letters(name, dots, CODE_LETTERS)
    width = int(letters.widths(words).max())
    for row, text in zip(letters.set(words, width), as_texts(words), strict=True):
        assert np.array_equal(row, drawn_by_pillow(text, name, dots, row.shape, letters.rise)), text


@pytest.mark.parametrize("dpi", DPI)
@pytest.mark.parametrize("stock", BOX_STOCKS.values(), ids=BOX_STOCKS)
def test_the_widest_code_ends_where_its_room_ends(stock, dpi: float) -> None:
    encoder, layout = job(1, stock=stock).prepared()
    codes = np.repeat(ALPHABET[:, None], 19, axis=1)
    draw = StampDots(layout, dpi)
    top = int((layout.code.baseline_mm - layout.code.size_mm) * dpi / 25.4)
    right = (layout.code.x_mm + layout.code_room_mm) * dpi / 25.4
    for dots in draw.each(encoder.modules(codes), codes, np.arange(len(codes))):
        inked = np.flatnonzero(dots[top:].any(axis=0))
        assert inked.max() < right


@pytest.mark.parametrize("dpi", DPI)
@pytest.mark.parametrize("letters", ["HTX mmmmmwwww", "Iiiiilllll 1111", "HTX dịch vụ tổng hợp Hà Bắc"])
def test_hinted_words_are_set_smaller_before_the_edge_cuts_them(dpi: float, letters: str) -> None:
    """Letters on whole dots may run wider than the millimetres they were measured in."""
    layout = job(1, stock=ROLL).prepared()[1]
    drawn = set()
    for size in np.arange(1.6, 2.6, 0.05):
        x = ROLL.label_width_mm - EDGE_MM - width_mm("lot", letters, float(size))
        text = PlacedText("lot", letters, x, 10, float(size), "bold")
        shared = StampDots(replace(layout, texts=(text,), stars=(), bars=()), dpi).shared
        inked = np.flatnonzero(shared.any(axis=0))
        assert inked.max() < ROLL.label_width_mm * dpi / 25.4 - 1
        drawn.add(int(inked.max()))
    assert len(drawn) > 1
