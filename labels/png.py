"""Pages as 1-bit pictures (PNG) of the dots that ``raster`` draws."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

import numpy as np

from labels.job import PrintJob
from labels.lettering import Dark
from labels.raster import pages

SHEET_DPI = 300.0


def png_pages(job: PrintJob, dpi: float | None = None) -> Iterator[bytes]:
    """One PNG a page: sheets at 300 dpi, rolls at the job's, unless told otherwise.

    :raises LabelError: as :meth:`PrintJob.prepared`.
    """
    dpi = dpi or (SHEET_DPI if job.stock.form == "sheet" else job.dpi)
    return (png(page, dpi) for page in pages(job, dpi))


def png(dark: Dark, dpi: float) -> bytes:
    """A black and white PNG (ISO/IEC 15948) of one bit a dot, with its resolution."""
    height, width = dark.shape
    rows = np.packbits(~dark, axis=1)
    filtered = np.concatenate((np.zeros((height, 1), np.uint8), rows), axis=1)
    a_metre = round(dpi / 0.0254)
    return b"".join(
        (
            b"\x89PNG\r\n\x1a\n",
            _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)),
            _chunk(b"pHYs", struct.pack(">IIB", a_metre, a_metre, 1)),
            _chunk(b"IDAT", zlib.compress(filtered.tobytes(), 6)),
            _chunk(b"IEND", b""),
        )
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
