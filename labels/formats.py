"""The kinds of files a print job can become, by name: how one is written, and what it is called.

Pages are sheets or rows of a roll. A PNG is a page; an SVG is one stamp, because who asks for SVG
places stamps into artwork of their own, by number; whole sheets are what PDF is for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from labels.errors import BadJob
from labels.job import PrintJob
from labels.pdf import pdf_chunks
from labels.png import png_pages
from labels.svg import stamp_svgs
from labels.tspl import check_tspl, tspl_chunks
from labels.zipped import zip_chunks
from labels.zpl import check_zpl, zpl_chunks


@dataclass(frozen=True)
class Format:
    """``suffix`` and ``media_type`` of the file, and what writes it piece by piece.

    ``check`` raises a :class:`labels.errors.LabelError` for a job that cannot be written, before
    anything is. ``rolls_only`` is a label printer's language. The same job gives the same bytes,
    whenever it is written: no clock in any of them.
    """

    name: str
    suffix: str
    media_type: str
    chunks: Callable[[PrintJob], Iterator[bytes]]
    check: Callable[[PrintJob], object] = PrintJob.prepared
    rolls_only: bool = False


def zipped_pages(job: PrintJob) -> Iterator[bytes]:
    """Every page as a PNG named ``0001.png`` on, in one ZIP; a page in memory at a time."""
    return zip_chunks((f"{number:04}.png", page) for number, page in enumerate(png_pages(job), start=1))


def zipped_stamps(job: PrintJob) -> Iterator[bytes]:
    """Every stamp as an SVG named by its number (``000481.svg``), in one ZIP."""
    width = job.design.serial_digits
    files = ((f"{serial:0{width}}.svg", text.encode()) for serial, text in stamp_svgs(job))
    return zip_chunks(files, deflate=True)


FORMATS: dict[str, Format] = {
    "pdf": Format("pdf", "pdf", "application/pdf", pdf_chunks),
    "png": Format("png", "zip", "application/zip", zipped_pages),
    "svg": Format("svg", "zip", "application/zip", zipped_stamps),
    "zpl": Format("zpl", "zpl", "application/octet-stream", zpl_chunks, check_zpl, rolls_only=True),
    "tspl": Format("tspl", "tspl", "application/octet-stream", tspl_chunks, check_tspl, rolls_only=True),
}


def format_named(name: str) -> Format:
    """The format of this name.

    :raises BadJob: there is none.
    """
    if name not in FORMATS:
        raise BadJob("format", name, ", ".join(FORMATS))
    return FORMATS[name]
