"""Labels of boxes and pallets, read back from the paper by readers of others."""

import io
import subprocess
import zipfile
from pathlib import Path

import numpy as np
import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from pyzbar import pyzbar

from labels.code128 import _WIDTHS, gs1_128
from labels.errors import BadJob, DoesNotFit, NeedsRoll, QrTooSmall
from labels.stock import STOCKS, Stock, checked_stock, sheet
from labels.unit_label import CUT_A4, UnitLabel, unit_layout
from labels.unit_sheet import unit_pdf, unit_pngs, unit_tspl, unit_zpl
from tests.labels.readers import zbar, zxing

SSCC = "095212345000000070"
FACTS = (
    ("product", "Vải thiều Thanh Hà, Fresh lychee"),
    ("lot", "Lot: VT-0612-03, VT-0612-04"),
    ("weight", "Net weight: 10.5 kg"),
    ("packed", "Packed: 12 June 2026"),
    ("packing_house", "Packing house: VN-HD-PH-001"),
    ("growing_area", "Growing area: JP-HD-01, JP-HD-02"),
    ("cooperative", "Consignor: Hợp tác xã Dịch vụ nông nghiệp Thanh Hà"),
    ("market", "For: Japan"),
)
NO_BARS = STOCKS["roll-70x50"]
WITH_BARS = STOCKS["roll-100x70"]


def labels(count: int, *, sscc: str = SSCC) -> list[UnitLabel]:
    return [
        UnitLabel(f"HTTPS://TX.EXAMPLE.VN/00/{sscc}?N={n}", (("serial", f"T{n:06}"), *FACTS), sscc)
        for n in range(1, count + 1)
    ]


def on_paper(pdf: bytes, folder: Path, dpi: int = 300) -> list[np.ndarray]:
    (folder / "nhan.pdf").write_bytes(pdf)
    command = ["pdftoppm", "-r", str(dpi), "-gray", str(folder / "nhan.pdf"), str(folder / "trang")]
    subprocess.run(command, check=True)
    return [np.array(Image.open(path)) for path in sorted(folder.glob("trang*.pgm"))]


def bars_of(picture: np.ndarray) -> set[tuple[str, str]]:
    """Every GS1-128 on the page and what it says."""
    found = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.Code128)
    return {(one.symbology_identifier, one.text) for one in found}


@pytest.mark.parametrize("stock", [CUT_A4, WITH_BARS, NO_BARS], ids=lambda stock: stock.name)
def test_every_label_of_a_pdf_is_read_by_both_readers(stock: Stock, tmp_path: Path) -> None:
    wanted = labels(11)
    pages = on_paper(unit_pdf(wanted, stock, min(3, stock.cells)), tmp_path)
    cells = stock.cells
    assert len(pages) == (2 if cells == 8 else 11)
    for reader in (zxing, zbar):
        said = {text for page in pages for text in reader(page)}
        assert {one.link for one in wanted} <= said, reader


def test_the_sscc_is_a_gs1_128_where_there_is_room(tmp_path: Path) -> None:
    (page,) = on_paper(unit_pdf(labels(1), WITH_BARS), tmp_path)
    assert bars_of(page) == {("]C1", f"(00){SSCC}")}
    by_zbar = pyzbar.decode(Image.fromarray(page), symbols=[pyzbar.ZBarSymbol.CODE128])
    assert [one.data.decode().strip("\x1d") for one in by_zbar] == [f"00{SSCC}"]


def test_a_small_label_says_the_sscc_in_figures() -> None:
    small = unit_layout(labels(1)[0], NO_BARS)
    assert (len(small.bars), [one.text for one in small.texts if one.name == "sscc"]) == (0, [f"(00) {SSCC}"])
    large = unit_layout(labels(1)[0], WITH_BARS)
    assert [one.text for one in large.texts if one.name == "sscc"] == [f"(00) {SSCC}"]
    assert min(bar.width_mm for bar in large.bars) >= 0.495
    assert {bar.height_mm for bar in large.bars} == {31.75}


def test_nothing_stands_on_anything_else_or_beyond_the_edge() -> None:
    for stock in (CUT_A4, WITH_BARS, NO_BARS, STOCKS["roll-60x40"]):
        for sscc in (SSCC, ""):
            laid = unit_layout(labels(1, sscc=sscc)[0], stock)
            (symbol,) = laid.symbols
            quiet = 4 * symbol.module_mm
            right = symbol.x_mm + len(symbol.modules) * symbol.module_mm + quiet
            bottom = symbol.y_mm + len(symbol.modules) * symbol.module_mm + quiet
            assert min(symbol.x_mm, symbol.y_mm) >= quiet
            top_of_bars = min((bar.y_mm for bar in laid.bars), default=stock.label_height_mm)
            assert bottom <= top_of_bars
            for text in laid.texts:
                if not (laid.bars and text.name == "sscc"):
                    assert text.x_mm >= right, text
                    assert text.baseline_mm < top_of_bars, text
            assert all(bar.x_mm + bar.width_mm <= stock.label_width_mm - 5 for bar in laid.bars)


def test_pictures_and_printers_get_the_same_dots(tmp_path: Path) -> None:
    wanted = labels(2)
    with zipfile.ZipFile(io.BytesIO(unit_pngs(wanted, WITH_BARS))) as files:
        pictures = [
            np.array(Image.open(io.BytesIO(files.read(name))).convert("L")) for name in files.namelist()
        ]
    assert [zxing(one) & {label.link for label in wanted} for one in pictures] == [
        {one.link} for one in wanted
    ]
    assert bars_of(pictures[0]) == {("]C1", f"(00){SSCC}")}
    zpl, tspl = unit_zpl(wanted, WITH_BARS), unit_tspl(wanted, WITH_BARS)
    assert (zpl.count(b"^GFA,"), tspl.count(b"PRINT 1,1")) == (2, 2)
    start = tspl.index(b"BITMAP")
    across, high = (int(part) for part in tspl[start:].split(b",")[2:4])
    data = tspl[tspl.index(b",0,", start + 10) + 3 :][: across * high]
    dots = np.unpackbits(np.frombuffer(data, np.uint8).reshape(high, across), axis=1) * 255
    assert zxing(np.pad(dots, 20, constant_values=255)) >= {wanted[0].link}


def test_what_cannot_be_printed_is_refused() -> None:
    for writer in (unit_zpl, unit_tspl):
        with pytest.raises(NeedsRoll):
            writer(labels(1), CUT_A4)
    with pytest.raises(BadJob):
        unit_pdf(labels(1), CUT_A4, 9)
    with pytest.raises(BadJob):
        unit_pdf([], CUT_A4)
    with pytest.raises((DoesNotFit, QrTooSmall)):
        unit_pdf(labels(1), STOCKS["tomy-145"])


def test_the_same_labels_are_the_same_bytes() -> None:
    assert unit_pdf(labels(3), CUT_A4) == unit_pdf(labels(3), CUT_A4)


def test_cut_paper_is_stock_like_any_other() -> None:
    assert checked_stock(CUT_A4) == sheet("a4-8", (2, 4), (105, 74.25), 105, measured=True)


def test_every_sign_of_code_128_is_eleven_modules_and_its_own() -> None:
    assert len(_WIDTHS) == len(set(_WIDTHS)) == 107
    assert {sum(map(int, str(widths))) for widths in _WIDTHS[:-1]} == {11}


@given(st.text("0123456789", min_size=1, max_size=12).map(lambda half: half + half))
def test_any_pairs_of_digits_are_read_back(digits: str) -> None:
    row = np.concatenate(
        [np.full(3 * width, 255 * (at % 2), np.uint8) for at, width in enumerate(gs1_128(digits))]
    )
    picture = np.pad(np.tile(row, (60, 1)), 40, constant_values=255)
    found = zxingcpp.read_barcodes(
        picture, formats=zxingcpp.BarcodeFormat.Code128, text_mode=zxingcpp.TextMode.Plain
    )
    assert [one.text for one in found] == [digits]
