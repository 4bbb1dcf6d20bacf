"""The test page is where its calibration says, and its measures make a printer print true."""

import io
import subprocess
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from labels import calibration as page
from labels.calibration import FRAME_INSET_MM, corrected, frame_mm, rulers
from labels.errors import BadJob, MissingGlyph
from labels.job import Calibration
from labels.stock import STOCKS, Stock
from tests.labels.stamps import BOX_STOCKS, ROLL, SHEET, job, pdf_file, rasterised

WORDS = "Mép trên. Dùng thước đo hai vạch."
DPI = 508  # twenty dots a millimetre
DOTS = 20
CLOSE_MM = 0.15
Page = NDArray[np.uint8]


def drawn(stock: Stock, calibration: Calibration, folder: Path) -> Page:
    path = folder / "page.pdf"
    path.write_bytes(page.test_page(stock, calibration, WORDS))
    return rasterised(path, DPI)


def run_mm(line: NDArray[np.bool_]) -> tuple[float, float]:
    """Where the longest run of ink of a line of dots begins and ends."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], line, [False])).astype(int)))
    starts, ends = edges[::2], edges[1::2]
    longest = int((ends - starts).argmax())
    return starts[longest] / DOTS, ends[longest] / DOTS


def ruler_mm(picture: Page, at_mm: float, *, is_down: bool) -> tuple[float, float]:
    """Both ends of the ruler that runs near ``at_mm``: the row (or column) of most ink there."""
    ink = picture < 128
    ink = ink if is_down else ink.T  # index: place across the ruler comes last
    near = slice(max(0, int((at_mm - 1.2) * DOTS)), int((at_mm + 1.2) * DOTS))
    best = near.start + int(ink[:, near].sum(axis=0).argmax())
    return run_mm(ink[:, best])


def frame_corner_mm(picture: Page, stock: Stock, calibration: Calibration) -> tuple[float, float]:
    """Middle of the left and of the upper line of the last label's frame."""
    left, top, width, height = frame_mm(stock, stock.cells)
    x = left * calibration.scale_x + calibration.offset_x_mm
    y = top * calibration.scale_y + calibration.offset_y_mm
    ink = picture < 128
    span = slice(int((y + 0.55 * height) * DOTS), int((y + 0.65 * height) * DOTS))
    across = slice(max(0, int((x - 1.5) * DOTS)), int((x + 1.5) * DOTS))
    columns = np.flatnonzero(ink[span, across].all(axis=0)) + across.start
    span = slice(int((x + 0.6 * width) * DOTS), int((x + 0.7 * width) * DOTS))
    down = slice(max(0, int((y - 1.5) * DOTS)), int((y + 1.5) * DOTS))
    rows = np.flatnonzero(ink[down, span].all(axis=1)) + down.start
    return (columns.mean() + 0.5) / DOTS, (rows.mean() + 0.5) / DOTS


@pytest.mark.parametrize(
    "calibration",
    [Calibration(), Calibration(1.5, -0.8, 1.0, 1.0), Calibration(-0.5, 0.6, 0.99, 1.01)],
    ids=["true", "shifted", "scaled"],
)
@pytest.mark.parametrize("name", ["tomy-145", "roll-50x30", "roll-35x22-x3", "roll-25x25", "roll-100x70"])
def test_rulers_and_frames_lie_where_the_calibration_says(
    name: str, calibration: Calibration, tmp_path: Path
) -> None:
    stock = STOCKS[name]
    picture = drawn(stock, calibration, tmp_path)
    across, down = rulers(stock)
    at = across.y_mm * calibration.scale_y + calibration.offset_y_mm
    start, end = ruler_mm(picture, at, is_down=False)
    assert start == pytest.approx(across.x_mm * calibration.scale_x + calibration.offset_x_mm, abs=CLOSE_MM)
    assert end - start == pytest.approx(across.length_mm * calibration.scale_x, abs=CLOSE_MM)
    at = down.x_mm * calibration.scale_x + calibration.offset_x_mm
    start, end = ruler_mm(picture, at, is_down=True)
    assert start == pytest.approx(down.y_mm * calibration.scale_y + calibration.offset_y_mm, abs=CLOSE_MM)
    assert end - start == pytest.approx(down.length_mm * calibration.scale_y, abs=CLOSE_MM)
    left, top, _, _ = frame_mm(stock, stock.cells)
    found = frame_corner_mm(picture, stock, calibration)
    assert found[0] == pytest.approx(left * calibration.scale_x + calibration.offset_x_mm, abs=CLOSE_MM)
    assert found[1] == pytest.approx(top * calibration.scale_y + calibration.offset_y_mm, abs=CLOSE_MM)


@pytest.mark.parametrize("stock", STOCKS.values(), ids=STOCKS)
def test_rulers_are_as_long_as_the_page_allows_and_lie_on_it(stock: Stock) -> None:
    across, down = rulers(stock)
    assert across.length_mm == 100 or across.length_mm > stock.page_width_mm - 15
    assert down.length_mm == 150 or down.length_mm > stock.page_height_mm - 15
    assert 4.9 <= across.x_mm <= across.x_mm + across.length_mm <= stock.page_width_mm - 4.9
    assert 4.9 <= down.y_mm <= down.y_mm + down.length_mm <= stock.page_height_mm - 4.9
    assert 2 < across.y_mm < stock.page_height_mm - 2
    assert 2 < down.x_mm < stock.page_width_mm - 2


def as_printed(picture: Page, stretch: tuple[float, float], shift_mm: tuple[float, float]) -> Page:
    """What a printer that stretches and shifts makes of a page."""
    image = Image.fromarray(picture)
    back = (
        1 / stretch[0],
        0,
        -shift_mm[0] * DOTS / stretch[0],
        0,
        1 / stretch[1],
        -shift_mm[1] * DOTS / stretch[1],
    )
    return np.array(
        image.transform(image.size, Image.Transform.AFFINE, back, Image.Resampling.BILINEAR, fillcolor=255)
    )


@pytest.mark.parametrize(
    ("stretch", "shift_mm"),
    [((0.97, 0.985), (1.2, -0.7)), ((1.015, 1.01), (-0.9, 2.0)), ((1.0, 1.0), (3.0, 0.0))],
)
@pytest.mark.parametrize("start", [Calibration(), Calibration(0.4, -0.3, 1.01, 0.99)], ids=["first", "again"])
def test_a_printer_that_shifts_and_scales_prints_true_once_corrected(
    start: Calibration, stretch: tuple[float, float], shift_mm: tuple[float, float], tmp_path: Path
) -> None:
    """Measure the printed page as people do, correct, print stamps: their ink lies where it belongs."""
    printed = as_printed(drawn(SHEET, start, tmp_path), stretch, shift_mm)
    scales = start.scale_x * stretch[0], start.scale_y * stretch[1]
    offsets = (
        start.offset_x_mm * stretch[0] + shift_mm[0],
        start.offset_y_mm * stretch[1] + shift_mm[1],
    )
    lengths = []
    across, down = rulers(SHEET)
    for ruler in (across, down):
        axis = int(not ruler.is_down)
        at = (ruler.x_mm, ruler.y_mm)[axis] * scales[axis] + offsets[axis]
        first, last = ruler_mm(printed, at, is_down=ruler.is_down)
        lengths.append(last - first)
    found = frame_corner_mm(printed, SHEET, Calibration(*offsets, *scales))
    left, top, _, _ = frame_mm(SHEET, SHEET.cells)
    edge = found[0] - left, found[1] - top
    expected = across.length_mm, down.length_mm
    better = corrected(start, expected, *lengths, *edge, at_mm=(left, top))
    wanted = rasterised(pdf_file(job(65), tmp_path), DPI)
    got = as_printed(rasterised(pdf_file(job(65, calibration=better), tmp_path), DPI), stretch, shift_mm)
    for ours, theirs in zip(ink_box_mm(wanted), ink_box_mm(got), strict=True):
        assert theirs == pytest.approx(ours, abs=CLOSE_MM)


def ink_box_mm(picture: Page) -> tuple[float, ...]:
    rows, columns = np.flatnonzero((picture < 128).any(axis=1)), np.flatnonzero((picture < 128).any(axis=0))
    return rows[0] / DOTS, rows[-1] / DOTS, columns[0] / DOTS, columns[-1] / DOTS


@settings(max_examples=200)
@given(
    old=st.builds(Calibration, *[st.floats(-5, 5)] * 2, *[st.floats(0.95, 1.05)] * 2),
    stretch=st.tuples(*[st.floats(0.97, 1.03)] * 2),
    shift=st.tuples(*[st.floats(-5, 5)] * 2),
    at=st.tuples(*[st.floats(0, 20)] * 2),
)
def test_exact_measures_give_an_exact_page(old, stretch, shift, at) -> None:
    scales, offsets = (old.scale_x, old.scale_y), (old.offset_x_mm, old.offset_y_mm)
    lengths = [stretch[i] * scales[i] * 100 for i in (0, 1)]
    edges = [stretch[i] * (scales[i] * at[i] + offsets[i]) + shift[i] - at[i] for i in (0, 1)]
    new = corrected(old, (100, 100), *lengths, *edges, at_mm=at)
    for x in (0.0, 105.0, 297.0):
        assert stretch[0] * (new.scale_x * x + new.offset_x_mm) + shift[0] == pytest.approx(x, abs=1e-6)
        assert stretch[1] * (new.scale_y * x + new.offset_y_mm) + shift[1] == pytest.approx(x, abs=1e-6)


@pytest.mark.parametrize(
    ("measures", "field"),
    [
        ((89.0, 150.0, 0.0, 0.0), "measured_x_mm"),
        ((100.0, 166.0, 0.0, 0.0), "measured_y_mm"),
        ((100.0, float("nan"), 0.0, 0.0), "measured_y_mm"),
        ((100.0, 150.0, 25.0, 0.0), "edge_x_mm"),
        ((100.0, 150.0, 0.0, float("inf")), "edge_y_mm"),
    ],
)
def test_a_measure_far_off_is_refused_by_its_field(measures: tuple[float, ...], field: str) -> None:
    with pytest.raises(BadJob) as refusal:
        corrected(Calibration(), (100.0, 150.0), *measures)
    assert refusal.value.params["field"] == field


def test_a_frame_stands_inside_its_label_on_every_stock() -> None:
    for stock in BOX_STOCKS.values():
        left, top, width, height = frame_mm(stock, stock.cells)
        corner = stock.corner_mm(stock.cells)
        assert (left - corner[0], top - corner[1]) == pytest.approx((FRAME_INSET_MM, FRAME_INSET_MM))
        assert (width, height) == pytest.approx((stock.label_width_mm - 4, stock.label_height_mm - 4))


def test_the_page_is_sound_the_same_every_time_and_has_its_words(tmp_path: Path) -> None:
    data = page.test_page(ROLL, Calibration(), WORDS)
    assert page.test_page(ROLL, Calibration(), WORDS) == data
    path = tmp_path / "page.pdf"
    path.write_bytes(data)
    subprocess.run(["qpdf", "--check", str(path)], check=True, capture_output=True)
    words = subprocess.run(["pdftotext", str(path), "-"], check=True, capture_output=True).stdout.decode()
    assert WORDS in words
    assert "40 mm" in words
    assert Image.open(io.BytesIO(_png(path))).size == (400, 240)


def _png(path: Path) -> bytes:
    done = subprocess.run(["pdftoppm", "-r", "203.2", "-png", str(path)], check=True, capture_output=True)
    return done.stdout


def test_words_with_a_foreign_letter_are_refused() -> None:
    with pytest.raises(MissingGlyph):
        page.test_page(ROLL, Calibration(), "上")
