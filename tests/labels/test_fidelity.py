"""Whole prints: read by two readers, drawn by two renderers, checked by qpdf, the same everywhere."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pypdfium2
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from labels.design import StampDesign
from labels.frame import QUIET
from tests.labels.readers import READERS, zbar
from tests.labels.stamps import (
    ROLL,
    SHEET,
    job,
    pdf_bytes,
    pdf_file,
    random_codes,
    rasterised,
    urls,
)

Picture = NDArray[np.uint8]
DPI = [203, 300]
DARK = 128


def half(picture: Picture) -> Picture:
    """Every two by two dots averaged."""
    image = Image.fromarray(picture)
    return np.array(image.resize((image.width // 2, image.height // 2), Image.Resampling.BOX))


def blurred(picture: Picture) -> Picture:
    return np.array(Image.fromarray(picture).filter(ImageFilter.GaussianBlur(1)))


def smoothly_doubled(picture: Picture) -> Picture:
    """What a reader's caller does for small pictures; it adds nothing that was not there."""
    image = Image.fromarray(picture)
    return np.array(image.resize((2 * image.width, 2 * image.height), Image.Resampling.BICUBIC))


WEAR = {"as printed": lambda picture: picture, "half": half, "blurred": blurred}


def by_pdfium(pdf: Path, dpi: float, page: int = 1) -> Picture:
    """One page as pdfium draws it."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return np.array(document[page - 1].render(scale=dpi / 72, grayscale=True).to_numpy()).squeeze()
    finally:
        document.close()


def symbols_on(pdf: Path, count: int, dpi: int) -> Iterator[Picture]:
    """The square of every stamp with its quiet zone, as poppler draws the page."""
    layout = job(1).prepared()[1]
    quiet = QUIET * layout.module_mm
    side = layout.size * layout.module_mm + 2 * quiet
    for number in range(count):
        cell = number % SHEET.cells
        if cell == 0:
            picture = rasterised(pdf, dpi, 1 + number // SHEET.cells)
        left, top = SHEET.corner_mm(cell + 1)
        x, y = left + layout.qr_x_mm - quiet, top + layout.qr_y_mm - quiet
        edges = [round(edge * dpi / 25.4) for edge in (y, y + side, x, x + side)]
        yield picture[edges[0] : edges[1], edges[2] : edges[3]]


def unread(pdf: Path, count: int, dpi: int) -> dict[str, int]:
    """How many of the stamps each reader missed, by what was done to the picture.

    zbar wants more than two dots a module: half of 203 dpi it is given smoothly doubled.
    """
    missed = {f"{reader.__name__}, {wear}": 0 for reader in READERS for wear in WEAR}
    for url, picture in zip(urls(count), symbols_on(pdf, count, dpi), strict=True):
        for wear, worn in WEAR.items():
            for reader in READERS:
                seen = worn(picture)
                if reader is zbar and wear == "half" and dpi < 300:
                    seen = smoothly_doubled(seen)
                missed[f"{reader.__name__}, {wear}"] += reader(seen) != {url}
    return {name: number for name, number in missed.items() if number}


@pytest.mark.parametrize("dpi", DPI)
def test_every_stamp_is_read_also_at_half_scale_and_blurred(dpi: int, tmp_path: Path) -> None:
    assert unread(pdf_file(job(260), tmp_path), 260, dpi) == {}


@pytest.mark.soak
@pytest.mark.timeout(3000)
@pytest.mark.parametrize("dpi", DPI)
def test_each_of_ten_thousand_stamps_is_read_also_at_half_scale_and_blurred(dpi: int, tmp_path: Path) -> None:
    assert unread(pdf_file(job(10_000), tmp_path), 10_000, dpi) == {}


@pytest.mark.parametrize("draw", [rasterised, by_pdfium], ids=["poppler", "pdfium"])
@pytest.mark.parametrize("dpi", DPI)
@pytest.mark.parametrize("compress", [False, True])
@pytest.mark.parametrize("stock", [SHEET, ROLL], ids=["sheet", "roll"])
def test_two_renderers_draw_the_modules_of_the_symbols(draw, dpi: int, compress, stock, tmp_path) -> None:
    a_job = job(stock.cells + 1, stock=stock, compress=compress)
    encoder, layout = a_job.prepared()
    pdf, expected = pdf_file(a_job, tmp_path), encoder.modules(random_codes(stock.cells + 1))
    steps = (np.arange(layout.size) + 0.5) * layout.module_mm
    for number, modules in enumerate(expected):
        page, cell = divmod(number, stock.cells)
        if cell == 0:
            picture = draw(pdf, dpi, page + 1)
        left, top = stock.corner_mm(cell + 1)
        columns = ((left + layout.qr_x_mm + steps) * dpi / 25.4).astype(int)
        rows = ((top + layout.qr_y_mm + steps) * dpi / 25.4).astype(int)
        assert np.array_equal(picture[np.ix_(rows, columns)] < DARK, modules), number


def assert_sound(count: int, folder: Path, **changes: object) -> None:
    """qpdf reads the whole file and has nothing to say."""
    pdf = pdf_file(job(count, **changes), folder)
    done = subprocess.run(["qpdf", "--check", str(pdf)], capture_output=True, check=False, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    pages = subprocess.run(["qpdf", "--show-npages", str(pdf)], capture_output=True, check=True)
    assert int(pages.stdout) == -(-count // SHEET.cells)


def test_qpdf_finds_nothing_wrong_in_a_thousand_sheets(tmp_path: Path) -> None:
    assert_sound(65_000, tmp_path)


@pytest.mark.soak
@pytest.mark.timeout(1200)
def test_qpdf_finds_nothing_wrong_in_a_million_stamps(tmp_path: Path) -> None:
    assert_sound(1_000_000, tmp_path, design=StampDesign(serial_digits=7))


PRINT = """
import sys
from tests.labels.stamps import job, pdf_bytes
for compress in (False, True):
    sys.stdout.buffer.write(pdf_bytes(job(130, compress=compress)))
"""


@pytest.mark.parametrize(("seed", "zone"), [("1", "Asia/Ho_Chi_Minh"), ("2", "America/Los_Angeles")])
def test_other_processes_in_other_zones_write_the_same_bytes(seed: str, zone: str) -> None:
    surroundings = {**os.environ, "PYTHONHASHSEED": seed, "TZ": zone}
    command = [sys.executable, "-c", PRINT]
    root = Path(__file__).parents[2]
    done = subprocess.run(command, capture_output=True, check=True, env=surroundings, cwd=root)
    assert done.stdout == pdf_bytes(job(130)) + pdf_bytes(job(130, compress=True))
