"""The standard design on the stocks in use: a new edition of the program moves no word of it."""

import hashlib
from dataclasses import replace

import pytest

from labels.design import StampDesign
from labels.layout import StampLayout, lay_out
from labels.stock import STOCKS
from tests.labels.stamps import BOX_STOCKS, TEXTS
from tests.labels.test_layout import ALL_ROWS, FULL

# Recorded when labels of these designs were first printed; a roll that was started goes on alike.
FIRST_PRINTED = {
    ("tomy-145", "few"): "f9c576efead64b17",
    ("tomy-145", "full"): "0c4b49f40699b761",
    ("roll-50x30", "few"): "290369f9004270c1",
    ("roll-50x30", "full"): "93b5e0bf5521c366",
    ("roll-35x22-x2", "few"): "9d0c33ae6ccf11de",
    ("roll-35x22-x2", "full"): "906e949568a86bd6",
    ("roll-100x50", "few"): "2cc7f679b9d935e1",
    ("roll-100x50", "full"): "b2a2d3e0ab7494e7",
}


def fingerprint(layout: StampLayout) -> str:
    """Every place and size, to the micrometre."""
    parts = [f"{layout.module_mm:.3f} {layout.qr_x_mm:.3f} {layout.qr_y_mm:.3f} {layout.code_room_mm:.3f}"]
    for text in (*layout.texts, layout.serial, layout.code):
        places = (text.x_mm, text.baseline_mm, text.size_mm)
        parts.append(f"{text.name}|{text.text}|{text.face}|" + " ".join(f"{mm:.3f}" for mm in places))
    parts += [f"{star.x_mm:.3f} {star.y_mm:.3f} {star.radius_mm:.3f}" for star in layout.stars]
    parts += [f"{bar.x_mm:.3f} {bar.y_mm:.3f} {bar.width_mm:.3f} {bar.height_mm:.3f}" for bar in layout.bars]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


@pytest.mark.parametrize(("stock", "words"), FIRST_PRINTED)
def test_the_standard_design_is_printed_as_it_always_was(stock: str, words: str) -> None:
    texts, design = {"few": (TEXTS, StampDesign()), "full": (FULL, ALL_ROWS)}[words]
    layout = lay_out(texts, design, STOCKS[stock], 25)
    assert fingerprint(layout) == FIRST_PRINTED[stock, words]


@pytest.mark.parametrize("stock", BOX_STOCKS)
def test_a_phone_that_is_known_moves_nothing_on_the_standard_design(stock: str) -> None:
    known, unknown = (
        lay_out(one, StampDesign(), STOCKS[stock], 25) for one in (FULL, replace(FULL, hotline=""))
    )
    assert fingerprint(known) == fingerprint(unknown)
