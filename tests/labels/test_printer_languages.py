"""ZPL and TSPL read back to pixels: dot for dot the stamp, and nothing outside its label."""

import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from labels.design import StampDesign
from labels.errors import BadJob, DoesNotFit, LabelError, NeedsRoll
from labels.job import Calibration, PrintJob
from labels.raster import pages
from labels.stock import STOCKS, Stock, roll
from labels.tspl import tspl_chunks
from labels.zpl import zpl_chunks
from tests.labels.printer_languages import Page, crc16, read_tspl, read_zpl
from tests.labels.readers import READERS
from tests.labels.stamps import DEMO, FIRST, ROLL, SHEET, TEXTS, job, urls

THREE, ONE = STOCKS["roll-35x22-x3"], ROLL
DPI = [203.2, 300.0]


class Language(NamedTuple):
    name: str
    chunks: Callable[[PrintJob], Iterator[bytes]]
    read: Callable[[bytes, float, bool], list[Page]]


ZPL = Language("zpl", zpl_chunks, lambda data, _, blind: read_zpl(data, blind=blind))
TSPL = Language("tspl", tspl_chunks, lambda data, dpi, blind: read_tspl(data, dpi / 25.4, blind=blind))
LANGUAGES = pytest.mark.parametrize("language", [ZPL, TSPL], ids=lambda one: one.name)
STOCK = pytest.mark.parametrize("stock", [ONE, THREE], ids=lambda one: one.name)


def read(language: Language, a_job: PrintJob, *, blind: bool = False) -> list[Page]:
    return language.read(b"".join(language.chunks(a_job)), a_job.dpi, blind)


def picture(dots: NDArray[np.bool_]) -> NDArray[np.uint8]:
    return np.pad(~dots, 8, constant_values=True) * np.uint8(255)


@LANGUAGES
@STOCK
@pytest.mark.parametrize("dpi", DPI)
def test_a_bitmap_is_dot_for_dot_what_is_drawn(language: Language, stock: Stock, dpi: float) -> None:
    a_job = job(7, stock=stock, dpi=dpi, start_cell=stock.cells)
    found = read(language, a_job)
    assert len(found) == len(list(pages(a_job, dpi)))
    for page, dots in zip(found, pages(a_job, dpi), strict=True):
        assert np.array_equal(page.dots, dots)
        assert dots.any()


@LANGUAGES
@STOCK
@pytest.mark.parametrize("dpi", DPI)
@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("printer_qr", [False, True])
def test_every_label_is_read(language: Language, stock: Stock, dpi: float, reader, printer_qr: bool) -> None:
    found = read(language, job(7, stock=stock, dpi=dpi, printer_qr=printer_qr))
    read_back = [reader(picture(page.dots)) for page in found]
    assert read_back == [set(urls(7)[at : at + stock.cells]) for at in range(0, 7, stock.cells)]


@LANGUAGES
@STOCK
@pytest.mark.parametrize("dpi", DPI)
def test_with_the_printers_symbol_all_but_serial_and_code_is_the_same(
    language: Language, stock: Stock, dpi: float
) -> None:
    a_job = job(4, stock=stock, dpi=dpi, texts=replace(TEXTS, demo=DEMO))
    layout = a_job.prepared()[1]
    by_printer = read(language, replace(a_job, printer_qr=True))
    for page, dots in zip(by_printer, pages(a_job, dpi), strict=True):
        differs = page.dots ^ dots
        for cell in range(1, stock.cells + 1):
            left = stock.corner_mm(cell)[0]
            right = left + stock.label_width_mm
            for place in (layout.code, layout.serial):
                edges = left + place.x_mm, right, place.baseline_mm - place.size_mm, place.baseline_mm + 0.6
                x, end, y, foot = (round(edge * dpi / 25.4) for edge in edges)
                differs[y - 1 : foot, x - 1 : end] = False
        assert not differs.any()


@LANGUAGES
@STOCK
@pytest.mark.parametrize("start", [1, "last"])
def test_commands_carry_every_code_and_number_once(language: Language, stock: Stock, start) -> None:
    cell = stock.cells if start == "last" else 1
    found = read(language, job(5000, stock=stock, printer_qr=True, start_cell=cell), blind=True)
    assert [symbol.text for page in found for symbol in page.symbols] == urls(5000)
    typed = [text.text for page in found for text in page.texts[::2]]
    assert [text.replace("-", "") for text in typed] == [url[-19:] for url in urls(5000)]
    numbers = [int(text.text.replace(".", "")) for page in found for text in page.texts[1::2]]
    assert numbers == list(range(FIRST, FIRST + 5000))
    expected = -(-(5000 + cell - 1) // stock.cells)
    assert len(found) == expected
    assert len(found[0].symbols) == min(stock.cells - cell + 1, 5000)


STICKER = replace(TEXTS, product="Vải thiều")
FRUIT = StampDesign(kind="fruit")
NUMBERED = StampDesign(kind="fruit", rows=("product", "serial"))
ROUND, OVAL = (replace(roll(*size), is_oval=True) for size in ((28, 28), (40, 30)))
STICKERS = [
    (FRUIT, STOCKS["roll-25x25"], 2),
    (FRUIT, STOCKS["roll-30x20"], 1),
    (FRUIT, ROUND, 2),
    (FRUIT, OVAL, 2),
    (NUMBERED, roll(30, 30), 1),
    (NUMBERED, roll(25, 30), 2),
]
STICKER_NAMES = [f"{'-'.join(design.rows)}-{stock.size}" for design, stock, _ in STICKERS]


@LANGUAGES
@pytest.mark.parametrize("dpi", DPI)
@pytest.mark.parametrize(("design", "stock", "lines"), STICKERS, ids=STICKER_NAMES)
def test_a_stickers_code_is_whole_on_as_many_lines_as_the_design_has(
    language: Language, dpi: float, design: StampDesign, stock: Stock, lines: int
) -> None:
    a_job = job(500, stock=stock, dpi=dpi, design=design, texts=STICKER, printer_qr=True)
    found = read(language, a_job, blind=True)
    assert {len(page.texts) for page in found} == {lines + ("serial" in design.rows)}
    typed = ["".join(text.text for text in page.texts[:lines]).replace("-", "") for page in found]
    assert typed == [url[-19:] for url in urls(500)]
    assert all(text.text.endswith("-") for page in found for text in page.texts[: lines - 1])
    numbers = [int(text.text.replace(".", "")) for page in found for text in page.texts[lines:]]
    assert numbers == (list(range(FIRST, FIRST + 500)) if "serial" in design.rows else [])


@LANGUAGES
@pytest.mark.parametrize("dpi", DPI)
@pytest.mark.parametrize(("design", "stock", "lines"), STICKERS, ids=STICKER_NAMES)
def test_a_stickers_built_in_letters_touch_nothing(
    language: Language, dpi: float, design: StampDesign, stock: Stock, lines: int
) -> None:
    page = read(language, job(1, stock=stock, dpi=dpi, design=design, texts=STICKER, printer_qr=True))[0]
    symbol, height, width = page.symbols[0], *page.dots.shape
    side = 25 * symbol.module
    for text in page.texts:
        assert text.y >= symbol.y + side + 4 * symbol.module - 1, "the quiet zone"
        cell = page.dots[text.y : text.y + text.height, text.x : text.x + text.width]
        assert cell.shape == (text.height, text.width), "on the label"
        assert not cell.any(), "what is printed twice"
        cell[:] = True
        if stock.is_oval:
            away = [
                ((x - width / 2) / (width / 2)) ** 2 + ((y - height / 2) / (height / 2)) ** 2
                for x in (text.x, text.x + text.width)
                for y in (text.y, text.y + text.height)
            ]
            assert max(away) <= 1, "inside the curve"
    assert all(reader(picture(page.dots)) == set(urls(1)) for reader in READERS)


@LANGUAGES
def test_letters_that_are_too_large_for_the_codes_lines_are_refused(language: Language) -> None:
    """A coarse head: its smallest letters are higher than the design's."""
    coarse = job(1, stock=STOCKS["roll-25x25"], design=FRUIT, texts=STICKER, dpi=100.0)
    assert b"".join(language.chunks(coarse))
    with pytest.raises(DoesNotFit) as refusal:
        language.chunks(replace(coarse, printer_qr=True))
    assert refusal.value.params["row"] == "code"


@LANGUAGES
@pytest.mark.parametrize("level", "LMQH")
def test_the_printer_is_told_level_and_mask(language: Language, level: str) -> None:
    a_job = job(1, stock=ONE, printer_qr=True, design=StampDesign(level=level))
    symbol = read(language, a_job)[0].symbols[0]
    assert (symbol.level, symbol.mask) == (level, a_job.prepared()[0].mask)


@LANGUAGES
@pytest.mark.parametrize("printer_qr", [False, True])
def test_a_sheet_is_refused_before_the_first_byte(language: Language, printer_qr: bool) -> None:
    with pytest.raises(NeedsRoll) as refusal:
        language.chunks(job(1, stock=SHEET, printer_qr=printer_qr))
    assert isinstance(refusal.value, BadJob)
    assert refusal.value.params == {"format": language.name, "stock": "tomy-145"}


@LANGUAGES
@pytest.mark.parametrize("prefix", ["HTTPS://A^B/", "HTTPS://A~B/", 'HTTPS://A"B/', "HTTPS://A\\B/"])
def test_an_address_that_would_be_a_command_is_refused(language: Language, prefix: str) -> None:
    with pytest.raises(BadJob) as refusal:
        language.chunks(job(1, stock=ONE, prefix=prefix, printer_qr=True))
    assert refusal.value.params["value"] == prefix


@LANGUAGES
@pytest.mark.parametrize("printer_qr", [False, True])
def test_an_equal_job_gives_equal_bytes(language: Language, printer_qr: bool) -> None:
    makes = [b"".join(language.chunks(job(70, stock=THREE, printer_qr=printer_qr))) for _ in range(2)]
    assert makes[0] == makes[1]


@LANGUAGES
def test_calibration_moves_everything_by_whole_dots(language: Language) -> None:
    by = Calibration(0.5, 0.25)
    for printer_qr in (False, True):
        still = read(language, job(1, stock=ONE, printer_qr=printer_qr))[0]
        moved = read(language, job(1, stock=ONE, printer_qr=printer_qr, calibration=by))[0]
        assert np.array_equal(moved.dots[2:, 4:], still.dots[:-2, :-4])
        assert [(text.x - 4, text.y - 2) for text in moved.texts] == [(t.x, t.y) for t in still.texts]


@LANGUAGES
@pytest.mark.parametrize("offset", [(-3.5, 0.0), (0.0, 9.0)])
def test_a_symbol_pushed_off_the_page_is_refused(language: Language, offset: tuple[float, float]) -> None:
    with pytest.raises(BadJob):
        language.chunks(job(1, stock=ONE, printer_qr=True, calibration=Calibration(*offset)))


@LANGUAGES
def test_memory_stays_flat(language: Language) -> None:
    def peak(count: int) -> int:
        a_job = job(count, stock=ONE, printer_qr=True)
        held = list(a_job.codes())
        a_job = replace(a_job, codes=lambda: held)
        tracemalloc.start()
        try:
            assert sum(map(len, language.chunks(a_job))) > 200 * count
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(10)
    assert peak(60_000) < 1.5 * peak(6_000)


ROLLS = st.builds(
    roll,
    st.floats(30, 104).map(lambda mm: round(mm, 1)),
    st.floats(20, 60).map(lambda mm: round(mm, 1)),
    st.integers(1, 3),
    st.floats(1, 5).map(lambda mm: round(mm, 1)),
)
CALIBRATIONS = st.builds(
    Calibration, st.floats(-1, 1), st.floats(-1, 1), st.floats(0.99, 1.01), st.floats(0.99, 1.01)
)


@LANGUAGES
@settings(max_examples=20, phases=[Phase.generate, Phase.shrink])
@given(
    stock=ROLLS,
    by=CALIBRATIONS,
    dpi=st.sampled_from(DPI),
    demo=st.sampled_from(["", DEMO]),
    printer_qr=st.booleans(),
    design=st.sampled_from([StampDesign(), FRUIT, NUMBERED]),
)
def test_no_ink_leaves_its_label(
    language: Language,
    stock: Stock,
    by: Calibration,
    dpi: float,
    demo: str,
    printer_qr: bool,
    design: StampDesign,
) -> None:
    a_job = job(
        stock.cells,
        stock=stock,
        calibration=by,
        dpi=dpi,
        texts=replace(TEXTS, demo=demo),
        printer_qr=printer_qr,
        design=design,
    )
    try:
        page = read(language, a_job)[0]
    except LabelError:
        assume(False)
    for text in page.texts:
        page.dots[text.y : text.y + text.height, text.x : text.x + text.width] = True
    for cell in range(1, stock.cells + 1):
        x, y = stock.corner_mm(cell)
        left, top = x * by.scale_x + by.offset_x_mm, y * by.scale_y + by.offset_y_mm
        edges = left, left + stock.label_width_mm, top, top + stock.label_height_mm
        first_x, last_x, first_y, last_y = (edge * dpi / 25.4 for edge in edges)
        across = slice(max(0, round(first_x)), max(0, round(last_x + 0.5)))
        down = slice(max(0, round(first_y)), max(0, round(last_y + 0.5)))
        assert page.dots[down, across].any()
        page.dots[down, across] = False
    assert not page.dots.any()


def test_the_checksum_is_the_one_of_the_manual() -> None:
    assert crc16(b"123456789") == 0x31C3  # CRC-16/XMODEM's own check value
