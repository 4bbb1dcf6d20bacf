"""Jobs to print in these tests, and a PDF's pages as dots."""

import io
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from labels.design import StampTexts
from labels.job import PrintJob
from labels.pdf import write_pdf
from labels.qr import CROCKFORD
from labels.stock import STOCKS

ALPHABET = np.frombuffer(CROCKFORD, np.uint8)
PREFIX = "HTTPS://TX.THANHHA/"
FIRST = 12381
SHEET, ROLL = STOCKS["tomy-145"], STOCKS["roll-50x30"]
# the stocks that a box stamp is meant for; a sticker on a fruit has room for less
BOX_STOCKS = {name: stock for name, stock in STOCKS.items() if stock.label_width_mm >= 35}
DEMO = "TEM MẪU – KHÔNG CÓ GIÁ TRỊ"
TEXTS = StampTexts(
    product="Vải thiều Thanh Hà",
    cooperative="HTX vải thiều (mẫu)",
    lot="Lô VT-0618-03",
    ocop="OCOP 4 sao",
    ocop_stars=4,
    serial="Số {serial}",
)


def random_codes(count: int, seed: int = 1) -> NDArray[np.uint8]:
    return ALPHABET[np.random.default_rng(seed).integers(32, size=(count, 19))]


def chunks(count: int, size: int = 1000) -> Callable[[], Iterable[Any]]:
    codes, serials = random_codes(count), np.arange(FIRST, FIRST + count)
    return lambda: ((codes[at : at + size], serials[at : at + size]) for at in range(0, count, size))


def job(count: int = 65, **changes: Any) -> PrintJob:
    settings: dict[str, Any] = {"prefix": PREFIX, "texts": TEXTS, "stock": SHEET}
    return PrintJob(chunks(count), **(settings | changes))


def urls(count: int, prefix: str = PREFIX) -> list[str]:
    return [prefix + code.tobytes().decode() for code in random_codes(count)]


def pdf_bytes(a_job: PrintJob) -> bytes:
    out = io.BytesIO()
    write_pdf(out, a_job)
    return out.getvalue()


def pdf_file(a_job: PrintJob, folder: Path) -> Path:
    path = folder / "stamps.pdf"
    path.write_bytes(pdf_bytes(a_job))
    return path


def rasterised(pdf: Path, dpi: float, page: int = 1) -> NDArray[np.uint8]:
    """One page as poppler draws it, 0 is black."""
    command = ["pdftoppm", "-r", str(dpi), "-gray", "-f", str(page), "-l", str(page), str(pdf)]
    done = subprocess.run(command, capture_output=True, check=True)
    return np.array(Image.open(io.BytesIO(done.stdout)))
