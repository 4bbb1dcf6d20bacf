"""The kinds of files a print job can become, by name: how one is written, and what it is called."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO, Any, cast

from labels.errors import BadJob
from labels.job import PrintJob
from labels.pdf import pdf_chunks
from labels.png import png_pages

# The same job gives the same bytes whenever it is written: no clock in the file.
NO_DATE = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Format:
    """``suffix`` and ``media_type`` of the file, and what writes it piece by piece."""

    name: str
    suffix: str
    media_type: str
    chunks: Callable[[PrintJob], Iterator[bytes]]


def zipped_pages(job: PrintJob) -> Iterator[bytes]:
    """Every page as a PNG named ``0001.png`` on, in one ZIP; a page in memory at a time."""
    sink = _Sink()
    with zipfile.ZipFile(cast("IO[bytes]", sink), "w", zipfile.ZIP_STORED) as archive:
        for number, page in enumerate(png_pages(job), start=1):
            archive.writestr(zipfile.ZipInfo(f"{number:04}.png", NO_DATE), page)
            yield sink.taken()
    yield sink.taken()


class _Sink(io.RawIOBase):
    """A file that only goes forward: what was written is taken away."""

    def __init__(self) -> None:
        super().__init__()
        self._held = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._held += data
        return len(data)

    def taken(self) -> bytes:
        held = bytes(self._held)
        self._held.clear()
        return held


FORMATS: dict[str, Format] = {
    "pdf": Format("pdf", "pdf", "application/pdf", pdf_chunks),
    "png": Format("png", "zip", "application/zip", zipped_pages),
}


def format_named(name: str) -> Format:
    """The format of this name.

    :raises BadJob: there is none.
    """
    if name not in FORMATS:
        raise BadJob("format", name, ", ".join(FORMATS))
    return FORMATS[name]
