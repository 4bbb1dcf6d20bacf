"""Rolls in ZPL II, the language of Zebra's printers and of many that speak it too.

Source: Zebra, *ZPL II Programming Guide* (P1012728): ^GF, ~DG, ^XG, ^BQ, ^A, ^BY, ^PW, ^LL, ^PQ
and the chapter on ZB64 encoding. A page is one format (^XA to ^XZ) and prints one row of labels;
every format says its own width, length and home, so that nothing another program left in the
printer shifts it. Offsets of a calibration move the dots themselves, whole dots at a time.

Two ways:

- the row as one bitmap (^GFA with Z64), dot for dot what ``raster`` draws, on every printer alike;
- ``printer_qr``: what all stamps share is stored once (~DG, in volatile R:) and recalled (^XG), the
  printer draws the symbol (^BQ), digits and code by itself: two hundred bytes a stamp.
"""

from __future__ import annotations

import base64
import binascii
import zlib
from collections.abc import Iterator

import numpy as np

from labels.errors import NeedsRoll
from labels.filling import CODE, SERIAL, TYPED, Records
from labels.job import PrintJob
from labels.lettering import Dark
from labels.printer_part import BuiltIn, Line, PrinterPart, printer_parts
from labels.raster import dots_of, pages

# The bitmap letters that have the same dots at every resolution: height, width, step, rise.
BUILT_IN = (BuiltIn("A", 9, 5, 6, 7), BuiltIn("B", 11, 7, 9, 11), BuiltIn("D", 18, 10, 12, 14))
# A symbol placed by ^FO sinks by the height that ^BY last said (10 by default): 1 is the least there is.
SINK = 1
RUN_STAMPS = 2048  # their records stay in the processor's cache


def zpl_chunks(job: PrintJob) -> Iterator[bytes]:
    """The job in pieces, whole pages each; the same bytes for the same job.

    :raises NeedsRoll: the stock is a sheet.
    :raises LabelError: as :meth:`PrintJob.prepared`, and as ``printer_part.printer_parts``.
    """
    check_zpl(job)
    return _by_commands(job) if job.printer_qr else _by_dots(job)


def check_zpl(job: PrintJob) -> None:
    """Refuse what cannot be printed before the first byte; raises as :func:`zpl_chunks`."""
    if job.stock.form != "roll":
        raise NeedsRoll("zpl", job.stock.name)
    if job.printer_qr:
        printer_parts(job, BUILT_IN)
    else:
        job.prepared()


def _by_dots(job: PrintJob) -> Iterator[bytes]:
    head, tail = _head(job) + b"^FO0,0", b"^FS^PQ1^XZ\n"
    for page in pages(job, job.dpi):
        yield head + b"^GFA," + z64(page) + tail


def _by_commands(job: PrintJob) -> Iterator[bytes]:
    encoder = job.prepared()[0]
    draw, parts = printer_parts(job, BUILT_IN)
    symbol = b"^BQN,2,%d,%b,%d^FD%bA," % (draw.module, _level(job), encoder.mask, _level(job))
    payload = symbol + job.prefix.encode() + CODE * job.code_length + b"^FS"
    cells = [_record(number, part, payload) for number, part in enumerate(parts, 1)]
    yield b"".join(
        b"~DGR:TEM%d.GRF,%b\n" % (number, _stored(part.shared)) for number, part in enumerate(parts, 1)
    )
    records = Records(_head(job) + b"^BY2,3.0,%d" % SINK, cells, b"^PQ1^XZ\n")
    for run in job.runs(RUN_STAMPS):
        yield records.filled(run)


def _head(job: PrintJob) -> bytes:
    stock = job.stock
    size = dots_of(stock.page_width_mm, job.dpi), dots_of(stock.page_height_mm, job.dpi)
    return b"^XA^PW%d^LL%d^LH0,0^LS0^LT0" % size


def _level(job: PrintJob) -> bytes:
    return job.design.level.encode()


def _record(number: int, part: PrinterPart, payload: bytes) -> bytes:
    """The commands of one stamp; every number has four digits, so that all cells' are equally long."""
    recall = b"^FO%04d,%04d^XGR:TEM%d.GRF,1,1^FS" % (part.x, part.y, number)
    symbol = b"^FO%04d,%04d" % (part.qr_x, part.qr_y - SINK) + payload
    code = b"".join(_line(line, TYPED) for line in part.code)
    return recall + symbol + code + (_line(part.serial, SERIAL) if part.serial else b"")


def _line(line: Line, mark: bytes) -> bytes:
    letters = line.letters
    size = letters.name.encode(), letters.height, letters.width
    words = line.pattern.encode().replace(b"\0", mark)
    return b"^FO%04d,%04d" % (line.x, line.y) + b"^A%bN,%d,%d^FD" % size + words + b"^FS"


def z64(dark: Dark) -> bytes:
    """A bitmap as the fields ``b,c,d,data`` of ^GFA: zlib, base64, and the CRC of the base64."""
    rows = np.packbits(dark, axis=1)
    return b"%d,%d,%d,%b" % (rows.size, rows.size, rows.shape[1], _encoded(rows.tobytes()))


def _stored(dark: Dark) -> bytes:
    """The same as the fields ``t,w,data`` of ~DG."""
    rows = np.packbits(dark, axis=1)
    return b"%d,%d,%b" % (rows.size, rows.shape[1], _encoded(rows.tobytes()))


def _encoded(data: bytes) -> bytes:
    """``:Z64:``, the data, and CRC-16 (0x1021 from 0, as XMODEM has it) over the encoded data."""
    text = base64.b64encode(zlib.compress(data, 6))
    return b":Z64:%b:%04X" % (text, binascii.crc_hqx(text, 0))
