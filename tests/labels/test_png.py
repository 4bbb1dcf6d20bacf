"""Pictures of pages: one bit a dot, symbols that read, dots that are modules."""

import io
import struct

import numpy as np
import pytest
from PIL import Image

from labels.job import Calibration
from labels.png import png, png_pages
from labels.raster import pages
from tests.labels.readers import READERS
from tests.labels.stamps import ROLL, SHEET, TEXTS, job, random_codes, urls


def picture(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


@pytest.mark.parametrize("reader", READERS)
def test_a_sheet_at_three_hundred_dots_an_inch_is_read(reader) -> None:
    found = [reader(np.array(picture(data).convert("L"))) for data in png_pages(job(70, start_cell=63))]
    assert found == [set(urls(70)[:3]), set(urls(70)[3:68]), set(urls(70)[68:])]


@pytest.mark.parametrize("reader", READERS)
def test_labels_of_a_roll_are_read(reader) -> None:
    found = [reader(np.array(picture(data).convert("L"))) for data in png_pages(job(3, stock=ROLL))]
    assert found == [{url} for url in urls(3)]


def test_a_page_has_its_size_one_bit_a_dot_and_its_resolution() -> None:
    image = picture(next(iter(png_pages(job(1)))))
    assert (image.size, image.mode) == ((2480, 3508), "1")
    assert image.info["dpi"] == pytest.approx((300, 300), abs=0.02)
    assert picture(next(iter(png_pages(job(1, stock=ROLL))))).size == (400, 240)


def test_a_roll_label_holds_every_module_as_five_by_five_equal_dots() -> None:
    a_job = job(1, stock=ROLL)
    encoder, layout = a_job.prepared()
    dots = next(iter(pages(a_job, 203.2)))
    x, y = round(layout.qr_x_mm * 8), round(layout.qr_y_mm * 8)
    symbol = dots[y : y + 125, x : x + 125].reshape(25, 5, 25, 5)
    expected = encoder.modules(random_codes(1))[0]
    assert np.array_equal(symbol, np.broadcast_to(expected[:, None, :, None], symbol.shape))
    quiet = dots[y - 20 : y + 145, x - 20 : x + 145].copy()
    quiet[20:145, 20:145] = False
    assert not quiet.any()


def test_the_picture_is_black_where_the_dots_are() -> None:
    dots = np.random.default_rng(1).random((37, 53)) < 0.5
    assert np.array_equal(~np.array(picture(png(dots, 300))), dots)
    assert struct.unpack(">II", png(dots, 300)[16:24]) == (53, 37)


def test_nothing_is_drawn_outside_the_labels() -> None:
    dots = next(iter(pages(job(65), 300)))
    for cell in range(1, 66):
        left, top = SHEET.corner_mm(cell)
        x, y = round(left * 300 / 25.4), round(top * 300 / 25.4)
        dots[y : y + 251, x : x + 451] = False
    assert not dots.any()


def test_calibration_moves_the_ink_and_may_push_it_off_the_paper() -> None:
    still = next(iter(pages(job(1, stock=ROLL), 203.2)))
    moved = next(iter(pages(job(1, stock=ROLL, calibration=Calibration(1.0, -0.5)), 203.2)))
    assert np.array_equal(moved[:-4, 8:], still[4:, :-8])
    far = next(iter(pages(job(1, stock=ROLL, calibration=Calibration(-60.0, 40.0)), 203.2)))
    assert not far.any()


def test_equal_jobs_give_equal_pictures() -> None:
    assert list(png_pages(job(66, texts=TEXTS))) == list(png_pages(job(66)))
