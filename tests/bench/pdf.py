"""A block of stamps to a file on the disk, beside the ordinary way and beside the bare writing of bytes."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import qrcode

from labels.design import StampTexts
from labels.job import Codes, PrintJob, Serials
from labels.pdf import pdf_chunks
from labels.printers import FilePrinter
from labels.stock import STOCKS
from tests.bench.ruler import Bar, Limit
from tests.bench.stamps import PREFIX, Stamps, first_serial, new_key
from trace.standards.stamp_code import encode_many

STAMPS = 208_000  # 3,200 sheets
MILLION = 1_000_000
TEXTS = StampTexts(
    "Vải thiều Thanh Hà",
    "HTX vải thiều (mẫu)",
    lot="Lô VT-0618-03",
    ocop="OCOP 4 sao",
    ocop_stars=4,
    serial="Số {serial}",
)


CHUNK = 65_536  # codes at a time, as the print desk makes them


def block(count: int = STAMPS, *, compress: bool = False) -> PrintJob:
    """A block nobody printed yet: its codes are made while it is printed, every time anew."""
    key, first = new_key(), first_serial(count)

    def codes() -> Iterator[tuple[Codes, Serials]]:
        for start in range(0, count, CHUNK):
            many = min(CHUNK, count - start)
            yield encode_many(key, first + start, many), np.arange(start, start + many)

    return PrintJob(codes, PREFIX, TEXTS, STOCKS["tomy-145"], compress=compress)


def to_disk() -> int:
    """Codes, symbols, pages, SHA-256, file, flush to the disk, rename: all that the print desk does.

    Tables and font subset are kept between jobs, as in the service.
    """
    with tempfile.TemporaryDirectory() as folder:
        FilePrinter(Path(folder)).print_pages(pdf_chunks(block()), "block.pdf")
        return STAMPS


def bytes_to_disk() -> Callable[[], int]:
    """As many bytes, ready made, into a file and flushed to the disk."""
    data = b"".join(pdf_chunks(block()))

    def work() -> int:
        for _ in range(2):  # one write alone is short for the clock
            with tempfile.TemporaryFile(buffering=0) as file:
                file.write(data)
                os.fsync(file.fileno())
        return 2 * STAMPS

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

    def work() -> int:
        texts = Stamps(count, count).urls
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


def a_million() -> dict[str, float]:
    """One compressed file of a million stamps by a process of its own: bytes a stamp, peak memory in MB."""
    command = [sys.executable, "-m", "tests.bench.pdf"]
    done = subprocess.run(command, capture_output=True, check=True, text=True)
    figures: dict[str, float] = json.loads(done.stdout)
    return figures


def print_a_million() -> None:
    """What the process of its own does."""
    with tempfile.TemporaryDirectory() as folder:
        pages = pdf_chunks(block(MILLION, compress=True))
        FilePrinter(Path(folder)).print_pages(pages, "million.pdf")
        size = (Path(folder) / "million.pdf").stat().st_size
    print(json.dumps({"bytes": size / MILLION, "peak_mb": peak_mb()}))


def peak_mb() -> float:
    """The most memory this process held (Linux's ``ru_maxrss`` would count its parent's before the start)."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024 / 1e6
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


def bars() -> list[Bar | Limit]:
    """Ten thousand times the ordinary way, and at most ten times the CPU of writing the same bytes."""
    figures = cache(a_million)
    return [
        Bar("pdf-block-to-disk", "stamps", to_disk, ordinary(65), "pylabels + qrcode", 10_000),
        Bar("pdf-against-raw-bytes", "stamps", to_disk, bytes_to_disk(), "write() of the same bytes", 0.1),
        Limit("pdf-million-bytes", "bytes a stamp, compressed", lambda: figures()["bytes"], 130),
        Limit("pdf-million-memory", "MB at the most", lambda: figures()["peak_mb"], 200),
    ]


if __name__ == "__main__":
    print_a_million()
