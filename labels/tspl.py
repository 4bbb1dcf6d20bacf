"""Rolls in TSPL/TSPL2, the language of TSC's printers and of most low-priced label printers.

Source: TSC, *TSPL/TSPL2 Programming Language* manual: SIZE, GAP, DIRECTION, REFERENCE, CLS,
BITMAP, DOWNLOAD, PUTBMP, QRCODE, TEXT, PRINT; every line ends with CR LF. Size and gap are said
once; a page is CLS to PRINT 1,1 and prints one row of labels. Offsets of a calibration move the
dots themselves, whole dots at a time.

Two ways, as in ``zpl``: the row as one BITMAP (0 is black), or with ``printer_qr`` a stored
picture of what all stamps share (DOWNLOAD, PUTBMP) and QRCODE and TEXT for the rest.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

import numpy as np

from labels.errors import NeedsRoll
from labels.filling import CODE, SERIAL, TYPED, Records
from labels.job import PrintJob
from labels.lettering import Dark
from labels.printer_part import BuiltIn, Line, PrinterPart, printer_parts
from labels.raster import pages
from labels.stock import Stock

# The manual gives cells; its letters stand on the fifth sixth of them.
BUILT_IN = (
    BuiltIn("1", 12, 8, 8, 10),
    BuiltIn("2", 20, 12, 12, 17),
    BuiltIn("3", 24, 16, 16, 20),
    BuiltIn("4", 32, 24, 24, 27),
)
USUAL_GAP_MM = 2.0  # between labels of a roll whose stock does not say; the printer's sensor finds it
RUN_STAMPS = 2048  # their records stay in the processor's cache


def tspl_chunks(job: PrintJob) -> Iterator[bytes]:
    """The job in pieces, whole pages each; the same bytes for the same job.

    :raises NeedsRoll: the stock is a sheet.
    :raises LabelError: as :meth:`PrintJob.prepared`, and as ``printer_part.printer_parts``.
    """
    check_tspl(job)
    return _by_commands(job) if job.printer_qr else _by_dots(job)


def check_tspl(job: PrintJob) -> None:
    """Refuse what cannot be printed before the first byte; raises as :func:`tspl_chunks`."""
    if job.stock.form != "roll":
        raise NeedsRoll("tspl", job.stock.name)
    if job.printer_qr:
        printer_parts(job, BUILT_IN)
    else:
        job.prepared()


def _by_dots(job: PrintJob) -> Iterator[bytes]:
    yield stock_head(job.stock)
    for page in pages(job, job.dpi):
        yield bitmap_page(page)


def bitmap_page(page: Dark) -> bytes:
    """A page's dots as they are, printed once."""
    rows = ~np.packbits(page, axis=1)  # the bits that fill up the last byte are white too
    picture = b"BITMAP 0,0,%d,%d,0," % (rows.shape[1], rows.shape[0])
    return b"CLS\r\n" + picture + rows.tobytes() + b"\r\nPRINT 1,1\r\n"


def _by_commands(job: PrintJob) -> Iterator[bytes]:
    encoder = job.prepared()[0]
    draw, parts = printer_parts(job, BUILT_IN)
    settings = job.design.level.encode(), draw.module, encoder.mask
    payload = b'%b,%d,A,0,M2,S%d,"' % settings + job.prefix.encode() + CODE * job.code_length + b'"\r\n'
    cells = [_record(number, part, payload) for number, part in enumerate(parts, 1)]
    yield stock_head(job.stock) + b"".join(
        _stored(number, part.shared) for number, part in enumerate(parts, 1)
    )
    records = Records(b"CLS\r\n", cells, b"PRINT 1,1\r\n")
    for run in job.runs(RUN_STAMPS):
        yield records.filled(run)


def stock_head(stock: Stock) -> bytes:
    """What a printer must know of a roll."""
    gap = stock.pitch_y_mm - stock.page_height_mm
    gap = gap if gap > 0 else USUAL_GAP_MM
    lines = (
        b"SIZE %.2f mm,%.2f mm" % (stock.page_width_mm, stock.page_height_mm),
        b"GAP %.2f mm,0 mm" % gap,
        b"DIRECTION 1,0",
        b"REFERENCE 0,0",
    )
    return b"".join(line + b"\r\n" for line in lines)


def _record(number: int, part: PrinterPart, payload: bytes) -> bytes:
    """The commands of one stamp; every number has four digits, so that all cells' are equally long."""
    recall = b'PUTBMP %04d,%04d,"TEM%d.BMP"\r\n' % (part.x, part.y, number)
    symbol = b"QRCODE %04d,%04d," % (part.qr_x, part.qr_y) + payload
    code = b"".join(_line(line, TYPED) for line in part.code)
    return recall + symbol + code + (_line(part.serial, SERIAL) if part.serial else b"")


def _line(line: Line, mark: bytes) -> bytes:
    letters = line.letters
    place = line.x, line.y, letters.name.encode(), letters.times, letters.times
    words = line.pattern.encode().replace(b"\0", mark)
    return b'TEXT %04d,%04d,"%b",0,%d,%d,"' % place + words + b'"\r\n'


def _stored(number: int, dark: Dark) -> bytes:
    data = bmp(dark)
    return b'DOWNLOAD "TEM%d.BMP",%d,' % (number, len(data)) + data + b"\r\n"


def bmp(dark: Dark) -> bytes:
    """A black and white BMP of one bit a dot: rows from the bottom up, each filled to four bytes."""
    height, width = dark.shape
    rows = np.zeros((height, (width + 31) // 32 * 4), np.uint8)
    packed = ~np.packbits(dark, axis=1)
    rows[:, : packed.shape[1]] = packed
    data = rows[::-1].tobytes()
    head, palette = 14 + 40, b"\0\0\0\0\xff\xff\xff\0"
    start = head + len(palette)
    file = struct.pack("<2sIHHI", b"BM", start + len(data), 0, 0, start)
    picture = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 1, 0, len(data), 0, 0, 2, 2)
    return file + picture + palette + data
