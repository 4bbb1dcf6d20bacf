"""Words and symbol find their places, or are refused with figures."""

import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labels.design import StampDesign, StampTexts, serial_pattern, serial_text, typed
from labels.errors import DoesNotFit, LabelError, MissingGlyph, QrTooSmall
from labels.fitting import PlacedText, width_mm
from labels.fonts import face
from labels.layout import DOT_MM, StampLayout, lay_out
from labels.stock import STOCKS, Stock, roll
from tests.labels.stamps import BOX_STOCKS, DEMO, ROLL, SHEET, TEXTS

FULL = replace(
    TEXTS,
    place="xã Hà Bắc, thành phố Hải Phòng",
    harvest="TH 18/6/2026",
    net_weight="KL tịnh 2 kg",
    type_line="Hoặc vào tx.thanhha.vn, gõ mã",
    hotline="ĐT 0220 381 2345",
)
ALL_ROWS = StampDesign(rows=(*(row for row in StampDesign().rows if row != "serial"), "hotline", "serial"))


def names(layout: StampLayout) -> set[str]:
    return {text.name for text in layout.texts}


def ink_mm(layout: StampLayout) -> list[tuple[str, float, float, float, float]]:
    """Left, top, right, bottom of everything but the code and the QR."""
    boxes = []
    for text in (*layout.texts, layout.serial):
        boxes.append((text.name, *text_box(text)))
    for star in layout.stars:
        r = star.radius_mm
        boxes.append(("star", star.x_mm - r, star.y_mm - r, star.x_mm + r, star.y_mm + r))
    for bar in layout.bars:
        boxes.append(("bar", bar.x_mm, bar.y_mm, bar.x_mm + bar.width_mm, bar.y_mm + bar.height_mm))
    return boxes


def text_box(text: PlacedText) -> tuple[float, float, float, float]:
    above, below = face(text.face).reach(text.text.replace("\0", "0"))
    right = text.x_mm + width_mm(text.name, text.text, text.size_mm)
    return text.x_mm, text.baseline_mm - above * text.size_mm, right, text.baseline_mm + below * text.size_mm


def laid_out(texts: StampTexts, stock: Stock, size: int) -> StampLayout | LabelError:
    try:
        return lay_out(texts, StampDesign(), stock, size)
    except LabelError as refusal:
        return refusal


def assert_in_its_place(layout: StampLayout) -> None:
    stock, quiet = layout.stock, 4 * layout.module_mm
    side = layout.size * layout.module_mm
    qr_right, qr_bottom = layout.qr_x_mm + side + quiet, layout.qr_y_mm + side + quiet
    assert layout.qr_x_mm >= quiet - 1e-9
    assert layout.qr_y_mm >= quiet - 1e-9
    for name, left, top, right, bottom in ink_mm(layout):
        assert left >= -1e-9, name
        assert top >= -1e-9, name
        assert right <= stock.label_width_mm + 1e-9, name
        assert bottom <= stock.label_height_mm + 1e-9, name
        over_qr = left < qr_right - 1e-9 and top < qr_bottom - 1e-9 and bottom > layout.qr_y_mm - quiet + 1e-9
        assert not over_qr, f"{name} stands in the quiet zone"
    code_top = layout.code.baseline_mm - 0.74 * layout.code.size_mm
    assert code_top >= qr_bottom - 1e-9
    assert layout.code.x_mm + layout.code_room_mm <= stock.label_width_mm


@pytest.mark.parametrize("demo", ["", DEMO])
@pytest.mark.parametrize("size", [25, 29])
@pytest.mark.parametrize("stock", BOX_STOCKS.values(), ids=BOX_STOCKS)
def test_a_usual_stamp_fits_every_stock_of_the_table(stock: Stock, size: int, demo: str) -> None:
    layout = lay_out(replace(TEXTS, demo=demo), StampDesign(), stock, size)
    assert {"product", "cooperative", "lot", "ocop"} <= names(layout)
    assert_in_its_place(layout)


@pytest.mark.parametrize("stock", BOX_STOCKS.values(), ids=BOX_STOCKS)
def test_modules_are_whole_dots_on_the_dot_grid(stock: Stock) -> None:
    layout = lay_out(TEXTS, StampDesign(), stock, 25)
    for length in (layout.module_mm, layout.qr_x_mm, layout.qr_y_mm):
        assert (length / DOT_MM).is_integer()
    assert layout.module_mm >= 3 * DOT_MM


def test_the_planned_sizes_are_reached() -> None:
    assert lay_out(TEXTS, StampDesign(), SHEET, 25).module_mm == 0.5
    assert lay_out(TEXTS, StampDesign(), ROLL, 25).module_mm == 0.625


def test_rows_are_dropped_in_the_agreed_order() -> None:
    order = ["hotline", "type_line", "harvest", "place", "net_weight"]
    counts = []
    for height in (27.9, 27, 26, 25, 24, 23, 22, 21.2):
        dropped = set(order) - names(lay_out(FULL, ALL_ROWS, roll(38.1, height), 25))
        assert dropped == set(order[: len(dropped)]), height
        counts.append(len(dropped))
    assert counts == sorted(counts)
    assert counts[0] < counts[-1]


def test_what_may_never_be_dropped_is_refused_instead() -> None:
    with pytest.raises(DoesNotFit) as refusal:
        lay_out(replace(TEXTS, lot="Lô VT-0618-03-" + "0" * 20), StampDesign(), SHEET, 25)
    assert refusal.value.key == "print.fit"
    assert refusal.value.params["row"] == "Lô VT-0618-03-" + "0" * 20
    assert refusal.value.params["stock"] == "tomy-145"
    assert isinstance(refusal.value.params["x"], float)
    assert refusal.value.params["x"] > 0


def test_a_demo_mark_without_room_is_refused_not_cut() -> None:
    with pytest.raises(DoesNotFit):
        lay_out(replace(TEXTS, demo=DEMO * 3), StampDesign(), SHEET, 25)


def test_a_label_too_small_for_three_dots_is_refused_with_both_widths() -> None:
    with pytest.raises(QrTooSmall) as refusal:
        lay_out(TEXTS, StampDesign(), roll(22, 14), 29)
    assert refusal.value.key == "print.qr"
    assert refusal.value.params == {"a": 9.2, "b": 13.9}


def test_smaller_dots_are_taken_before_a_row_is_refused() -> None:
    wide = replace(TEXTS, cooperative="Hợptácxã-nôngnghiệp-dv")
    assert lay_out(TEXTS, StampDesign(), SHEET, 29).module_mm == 0.5
    assert lay_out(wide, StampDesign(), SHEET, 29).module_mm == 0.375


def test_names_break_between_words_into_even_lines_and_lots_never() -> None:
    texts = replace(TEXTS, product="Chanh leo tím Thanh Hà loại một", ocop="", ocop_stars=0)
    layout = lay_out(texts, StampDesign(), SHEET, 25)
    lines = [text.text for text in layout.texts if text.name == "product"]
    assert lines == ["Chanh leo tím", "Thanh Hà loại một"]
    assert [text.text for text in layout.texts if text.name == "lot"] == [TEXTS.lot]


def test_small_type_is_bold_and_none_is_under_what_the_printer_draws() -> None:
    for stock in BOX_STOCKS.values():
        for text in (*lay_out(FULL, ALL_ROWS, stock, 25).texts,):
            assert text.size_mm >= 1.6
            assert text.face == "bold" or text.size_mm >= 2.0


def test_numbers_are_grouped_and_filled_with_zeros() -> None:
    assert serial_text(serial_pattern(TEXTS, 6, "."), 481) == "Số 000.481"
    assert serial_text(serial_pattern(TEXTS, 7, "."), 1234567) == "Số 1.234.567"
    assert typed("0EVDTMYA8D0MNFV2HNT") == "0EVD-TMYA-8D0M-NFV2-HNT"


WORDS = st.text("aăâbcdđeêghiklmnoôơpqrstuưvxyẬẪỂƯ 0123456789-()", min_size=1, max_size=60)


@settings(max_examples=60)
@given(
    product=WORDS.filter(str.strip),
    cooperative=WORDS.filter(str.strip),
    lot=st.text("ABCVTX-0123456789", max_size=20),
    place=WORDS,
    stars=st.integers(0, 5),
    demo=st.sampled_from(["", DEMO]),
    stock=st.sampled_from(list(STOCKS.values())),
    size=st.sampled_from([25, 29, 33, 37, 41]),
)
def test_any_texts_stay_inside_the_label_or_are_refused(
    product: str, cooperative: str, lot: str, place: str, stars: int, demo: str, stock: Stock, size: int
) -> None:
    texts = StampTexts(product, cooperative, lot, place, ocop="OCOP", ocop_stars=stars, demo=demo)
    outcome = laid_out(texts, stock, size)
    if isinstance(outcome, StampLayout):
        assert_in_its_place(outcome)
    else:
        assert isinstance(outcome, DoesNotFit | QrTooSmall)


@settings(max_examples=40)
@given(text=st.text(min_size=1, max_size=20))
def test_any_unicode_is_set_or_refused_by_name(text: str) -> None:
    outcome = laid_out(StampTexts(text, text), STOCKS["roll-100x50"], 25)
    if isinstance(outcome, MissingGlyph):
        letter, composed = str(outcome.params["value"]), str(outcome.params["text"])
        assert composed[outcome.params["n"] - 1] == letter
        assert composed == unicodedata.normalize("NFC", text.strip())
    else:
        assert isinstance(outcome, StampLayout | DoesNotFit)
