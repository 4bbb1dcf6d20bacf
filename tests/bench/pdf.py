"""A block of stamps to a file on the disk, beside the ordinary way and beside the bare writing of bytes."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import io
import os
import sys
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import qrcode

from labels.design import StampTexts
from labels.job import PrintJob
from labels.pdf import write_pdf
from labels.stock import STOCKS
from tests.bench.ruler import Bar
from tests.bench.stamps import PREFIX, codes, urls

STAMPS = 208_000  # 3,200 sheets
TEXTS = StampTexts(
    "Vải thiều Thanh Hà",
    "HTX vải thiều (mẫu)",
    lot="Lô VT-0618-03",
    ocop="OCOP 4 sao",
    ocop_stars=4,
    serial="Số {serial}",
)


@cache
def block() -> PrintJob:
    """The job of every bar here; codes are at hand, as they are when a block was allocated."""
    given, serials = codes(STAMPS), np.arange(STAMPS)
    return PrintJob(lambda: [(given, serials)], PREFIX, TEXTS, STOCKS["tomy-145"])


def to_disk() -> int:
    """The whole job into a file; tables and font subset are kept between jobs, as in the service."""
    with tempfile.TemporaryFile() as file:
        write_pdf(file, block())
        return STAMPS


def bytes_to_disk() -> Callable[[], int]:
    """The same bytes, ready made, into a file."""
    out = io.BytesIO()
    write_pdf(out, block())
    data = out.getbuffer()

    def work() -> int:
        for _ in range(4):  # one write alone is too short for the clock
            with tempfile.TemporaryFile() as file:
                file.write(data)
        return 4 * STAMPS

    return work


def pylabels() -> ModuleType:
    """The library ``pylabels``, whose import name is that of our own room: loaded under another.

    :raises ModuleNotFoundError: it is not installed.
    """
    path = Path(str(importlib.metadata.distribution("pylabels").locate_file("labels/__init__.py")))
    spec = importlib.util.spec_from_file_location(
        "pylabels", path, submodule_search_locations=[str(path.parent)]
    )
    if spec is None or spec.loader is None:
        raise ModuleNotFoundError(f"pylabels has no loader at {path}")
    module = sys.modules["pylabels"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def ordinary(count: int) -> Callable[[], int]:
    """One sheet the usual way: ``pylabels`` lays out, ``qrcode.make`` draws, reportlab writes."""
    texts = urls(count)

    def work() -> int:
        library = pylabels()
        specification = library.Specification(210, 297, 5, 13, 38.1, 21.2, column_gap=2.5, row_gap=0)
        sheet = library.Sheet(specification, draw_label)
        sheet.add_labels(enumerate(texts))
        with tempfile.TemporaryDirectory() as folder:
            sheet.save(os.path.join(folder, "sheet.pdf"))
        return count

    return work


def draw_label(label: Any, width: float, height: float, numbered: tuple[int, str]) -> None:
    """The same content as ours, without Vietnamese letters (the standard fonts have none)."""
    from reportlab.graphics import shapes

    serial, text = numbered
    picture = qrcode.make(text).convert("RGB")
    label.add(shapes.Image(2, 10, 46, 46, picture))
    rows = ("Vai thieu Thanh Ha", "HTX vai thieu", "Lo VT-0618-03", "OCOP 4 sao", f"So {serial:06d}")
    for number, row in enumerate(rows):
        label.add(shapes.String(52, height - 10 - 9 * number, row, fontSize=5))
    label.add(shapes.String(4, 3, text[-19:], fontSize=6))


def bars() -> list[Bar]:
    """Ten thousand times the ordinary way, and at most ten times the CPU of writing the same bytes."""
    return [
        Bar("pdf-block-to-disk", "stamps", to_disk, ordinary(65), "pylabels + qrcode", 10_000),
        Bar("pdf-against-raw-bytes", "stamps", to_disk, bytes_to_disk(), "write() of the same bytes", 0.1),
    ]
