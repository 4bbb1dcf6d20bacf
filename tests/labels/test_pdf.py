"""The PDF: what is on the paper, what can be copied out of it, and how much memory it takes."""

import io
import subprocess
import tracemalloc
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from labels.design import StampDesign, StampTexts, serial_text, typed
from labels.errors import BadJob, DoesNotFit, ForeignSymbol, LabelError
from labels.job import Calibration, PrintJob
from labels.layout import StampLayout
from labels.pdf import pdf_chunks, write_pdf
from labels.stock import STOCKS
from tests.labels.readers import READERS, zxing
from tests.labels.stamps import (
    BOX_STOCKS,
    DEMO,
    ROLL,
    SHEET,
    TEXTS,
    chunks,
    job,
    pdf_bytes,
    pdf_file,
    random_codes,
    rasterised,
    urls,
)

DPI = [203, 300]
DARK = 128


def text_of(pdf: Path) -> str:
    done = subprocess.run(["pdftotext", "-layout", str(pdf), "-"], capture_output=True, check=True)
    return done.stdout.decode()


def checked(pdf: Path) -> str:
    done = subprocess.run(["qpdf", "--check", str(pdf)], capture_output=True, check=False, text=True)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def centres(picture: NDArray[np.uint8], layout: StampLayout, cell: int, dpi: float) -> NDArray[np.bool_]:
    """The middle dot of every module of one cell, True is ink."""
    left, top = layout.stock.corner_mm(cell)
    steps = (np.arange(layout.size) + 0.5) * layout.module_mm
    columns = ((left + layout.qr_x_mm + steps) * dpi / 25.4).astype(int)
    rows = ((top + layout.qr_y_mm + steps) * dpi / 25.4).astype(int)
    ink: NDArray[np.bool_] = picture[np.ix_(rows, columns)] < DARK
    return ink


@pytest.mark.parametrize("dpi", DPI)
@pytest.mark.parametrize("reader", READERS)
def test_a_full_sheet_is_read_by_both_readers(reader, dpi: int, tmp_path: Path) -> None:
    picture = rasterised(pdf_file(job(65), tmp_path), dpi)
    assert reader(picture) == set(urls(65))


@pytest.mark.parametrize("dpi", DPI)
@pytest.mark.parametrize("reader", READERS)
def test_every_label_of_a_roll_is_read_by_both_readers(reader, dpi: int, tmp_path: Path) -> None:
    pdf = pdf_file(job(6, stock=ROLL), tmp_path)
    assert [reader(rasterised(pdf, dpi, page)) for page in range(1, 7)] == [{url} for url in urls(6)]


@pytest.mark.parametrize("name", BOX_STOCKS)
def test_every_stock_prints_labels_that_read_also_under_a_long_address_and_as_demo(
    name: str, tmp_path: Path
) -> None:
    prefix = "HTTPS://TRUYXUAT.HAIDUONG.VN/"
    stock = STOCKS[name]
    pdf = pdf_file(job(stock.cells, stock=stock, prefix=prefix, texts=replace(TEXTS, demo=DEMO)), tmp_path)
    assert zxing(rasterised(pdf, 203.2)) == set(urls(stock.cells, prefix))
    assert text_of(pdf).count(DEMO) == stock.cells


@pytest.mark.parametrize("compress", [False, True])
@pytest.mark.parametrize("dpi", DPI)
@pytest.mark.parametrize("best_of_8", [False, True])
def test_the_dots_on_paper_are_the_modules_of_the_symbols(
    best_of_8: bool, dpi: int, compress: bool, tmp_path: Path
) -> None:
    a_job = job(65, compress=compress, design=StampDesign(best_of_8=best_of_8))
    picture = rasterised(pdf_file(a_job, tmp_path), dpi)
    encoder, layout = a_job.prepared()
    expected = encoder.modules(random_codes(65), best_of_8=best_of_8)
    for cell in range(1, 66):
        assert np.array_equal(centres(picture, layout, cell, dpi), expected[cell - 1]), cell


@pytest.mark.parametrize("level", "LQH")
def test_the_modules_hold_for_other_levels_on_a_roll(level: str, tmp_path: Path) -> None:
    a_job = job(2, stock=STOCKS["roll-60x40"], design=StampDesign(level=level))
    picture = rasterised(pdf_file(a_job, tmp_path), 203.2, page=2)
    encoder, layout = a_job.prepared()
    assert np.array_equal(centres(picture, layout, 1, 203.2), encoder.modules(random_codes(2))[1])


def test_the_start_cell_is_respected_and_sheets_follow_on(tmp_path: Path) -> None:
    a_job = job(70, start_cell=61)
    pdf = pdf_file(a_job, tmp_path)
    first, second = rasterised(pdf, 203, 1), rasterised(pdf, 203, 2)
    assert zxing(first) == set(urls(70)[:5])
    assert zxing(second) == set(urls(70)[5:])
    _, top = SHEET.corner_mm(61)
    assert (first[: int(top * 203 / 25.4)] == 255).all(), "a used label was printed upon"


def test_words_codes_and_numbers_can_be_copied_out(tmp_path: Path) -> None:
    pdf = pdf_file(job(7, stock=ROLL, texts=replace(TEXTS, place="xã Hà Bắc, thành phố Hải Phòng")), tmp_path)
    text = text_of(pdf)
    for number, code in enumerate(random_codes(7)):
        assert typed(code.tobytes().decode()) in text
        assert f"Số 012.{381 + number}" in text
    for words in (TEXTS.cooperative, TEXTS.lot, TEXTS.ocop):
        assert text.count(words) == 7
    assert " ".join(text.split()).count("Vải thiều Thanh Hà") == 7


@pytest.mark.parametrize(("digits", "first"), [(6, 999_990), (7, 1_234_567), (11, 34_359_738_300)])
def test_numbers_are_written_in_full_whatever_their_length(digits: int, first: int, tmp_path: Path) -> None:
    codes, serials = random_codes(9), np.arange(first, first + 9)
    a_job = replace(
        job(stock=ROLL, design=StampDesign(serial_digits=digits)), codes=lambda: [(codes, serials)]
    )
    text = text_of(pdf_file(a_job, tmp_path))
    pattern = a_job.prepared()[1].serial.text
    assert all(serial_text(pattern, int(serial)) in text for serial in serials)


@pytest.mark.parametrize("changes", [{}, {"compress": True}, {"start_cell": 64}, {"stock": ROLL}])
def test_qpdf_finds_nothing_wrong(changes: dict[str, object], tmp_path: Path) -> None:
    assert checked(pdf_file(job(400, **changes), tmp_path)) == ""


def test_more_than_a_hundred_pages_hang_in_a_tree(tmp_path: Path) -> None:
    pdf = pdf_file(job(201, stock=ROLL), tmp_path)
    assert checked(pdf) == ""
    done = subprocess.run(["qpdf", "--show-npages", str(pdf)], capture_output=True, check=True)
    assert done.stdout.strip() == b"201"
    assert pdf.read_bytes().count(b"/Type/Pages/Parent") == 3
    assert zxing(rasterised(pdf, 203.2, 201)) == {urls(201)[-1]}


@pytest.mark.parametrize("size", [1, 64, 65, 1000])
def test_equal_jobs_give_equal_bytes_however_their_chunks_are_cut(size: int) -> None:
    a_job = job(200, start_cell=9)
    assert pdf_bytes(replace(a_job, codes=chunks(200, size))) == pdf_bytes(a_job)
    assert b"".join(pdf_chunks(a_job)) == pdf_bytes(a_job)


def test_other_codes_give_other_bytes() -> None:
    assert pdf_bytes(job(64)) != pdf_bytes(job(65))


def test_calibration_moves_and_scales_the_page(tmp_path: Path) -> None:
    ink = np.argwhere(rasterised(pdf_file(job(65), tmp_path), 254) < DARK)  # ten dots a millimetre
    moved_job = job(65, calibration=Calibration(2.0, -1.0, 0.98, 1.0))
    moved = np.argwhere(rasterised(pdf_file(moved_job, tmp_path), 254) < DARK)
    (top, left), (bottom, right) = ink.min(axis=0), ink.max(axis=0)
    (new_top, new_left), (new_bottom, new_right) = moved.min(axis=0), moved.max(axis=0)
    assert abs(new_top - (top - 10)) <= 1
    assert abs(new_bottom - (bottom - 10)) <= 1
    assert abs(new_left - (left * 0.98 + 20)) <= 1
    assert abs(new_right - (right * 0.98 + 20)) <= 1


def assert_inside_labels(a_job: PrintJob, folder: Path) -> None:
    """Ink nowhere but on labels (half a dot's rounding allowed)."""
    dpi = 254
    picture = rasterised(pdf_file(a_job, folder), dpi)
    for cell in range(1, a_job.stock.cells + 1):
        left, top = a_job.stock.corner_mm(cell)
        right, bottom = left + a_job.stock.label_width_mm, top + a_job.stock.label_height_mm
        inner = [round(edge * dpi / 25.4) for edge in (top, bottom, left, right)]
        picture[inner[0] : inner[1] + 1, inner[2] : inner[3] + 1] = 255
    assert (picture == 255).all()


@settings(
    max_examples=12,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    product=st.text("aăâbcdđêghôơưxyẬẪỂ W", min_size=1, max_size=30).filter(str.strip),
    code=st.text("0123456789ABCDEFGHJKMNPQRSTVWXYZ", min_size=19, max_size=19),
    demo=st.sampled_from(["", DEMO]),
    start=st.integers(1, 65),
)
def test_nothing_prints_outside_its_label(
    product: str, code: str, demo: str, start: int, tmp_path: Path
) -> None:
    texts = StampTexts(product, "HTX vải thiều (mẫu)", serial="Số {serial}", demo=demo)
    rows = np.tile(np.frombuffer(code.encode(), np.uint8), (3, 1))
    a_job = replace(job(texts=texts, start_cell=start), codes=lambda: [(rows, np.arange(3))])
    try:
        a_job.prepared()
    except DoesNotFit:
        return
    assert_inside_labels(a_job, tmp_path)


@pytest.mark.parametrize("stock", [SHEET, ROLL], ids=["sheet", "roll"])
def test_a_code_of_the_widest_letters_is_squeezed_into_its_label(stock, tmp_path: Path) -> None:
    rows = np.full((1, 19), ord("W"), np.uint8)
    a_job = replace(job(stock=stock), codes=lambda: [(rows, np.arange(1))])
    pdf = pdf_file(a_job, tmp_path)
    _, layout = a_job.prepared()
    picture = rasterised(pdf, 254)
    left, top = stock.corner_mm(1)
    band = slice(int((top + layout.code.baseline_mm - 1) * 10), int((top + layout.code.baseline_mm) * 10))
    ink = np.flatnonzero((picture[band] < DARK).any(axis=0)) / 10 - left
    assert ink.max() <= stock.label_width_mm - 0.6
    assert ink.max() > stock.label_width_mm - 2.5, "squeezed more than needed"
    assert typed("W" * 19) in text_of(pdf)


def test_memory_stays_flat_over_two_hundred_thousand_stamps() -> None:
    def peak(count: int) -> int:
        def codes():
            for at in range(0, count, 5000):
                yield random_codes(5000, seed=at), np.arange(at, at + 5000)

        class Drain(io.RawIOBase):
            def write(self, data) -> int:
                return len(data)

        tracemalloc.start()
        write_pdf(Drain(), replace(job(), codes=codes))
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    pdf_bytes(job(65))  # fonts and tables that stay are read first
    small, large = peak(10_000), peak(200_000)
    assert large < small + 2_000_000, (small, large)
    assert large < 40_000_000


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"start_cell": 0}, "start_cell"),
        ({"start_cell": 66}, "start_cell"),
        ({"codes": lambda: [(random_codes(2), np.arange(3))]}, "serials"),
        ({"codes": lambda: [(random_codes(2)[:, :18], np.arange(2))]}, "code_length"),
        ({"codes": lambda: [(random_codes(1), np.array([1_000_000]))]}, "serial"),
    ],
)
def test_a_contradictory_job_is_refused_by_its_field(changes: dict[str, object], field: str) -> None:
    with pytest.raises(BadJob) as refusal:
        pdf_bytes(replace(job(), **changes))  # type: ignore[arg-type]
    assert refusal.value.params["field"] == field


def test_a_foreign_symbol_stops_the_print() -> None:
    codes = random_codes(3).copy()
    codes[1, 4] = ord("i")
    with pytest.raises(ForeignSymbol):
        pdf_bytes(replace(job(), codes=lambda: [(codes, np.arange(3))]))


def test_a_refused_job_writes_nothing() -> None:
    out = io.BytesIO()
    with pytest.raises(LabelError):
        write_pdf(out, job(texts=replace(TEXTS, product="荔枝")))
    assert out.getvalue() == b""


def test_no_stamps_are_an_empty_but_sound_file(tmp_path: Path) -> None:
    assert write_pdf(io.BytesIO(), job(0)) == 0
    assert checked(pdf_file(job(0), tmp_path)) == ""


def test_the_file_says_nothing_of_when_or_where_it_was_made() -> None:
    data = pdf_bytes(job(3))
    for word in (b"CreationDate", b"ModDate", b"Producer", b"/ID"):
        assert word not in data
    assert write_pdf(io.BytesIO(), job(66)) == 2
