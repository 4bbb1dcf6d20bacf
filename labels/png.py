"""Pages as 1-bit pictures at the printer's own dots: a module is a whole number of dots, never resized."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from functools import cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from labels.design import serial_text, typed
from labels.fitting import PlacedText
from labels.fonts import face
from labels.job import PrintJob
from labels.layout import StampLayout

Dark = NDArray[np.bool_]
SHEET_DPI, ROLL_DPI = 300.0, 203.2  # label printers of "203 dpi" have 8 dots a millimetre


def png_pages(job: PrintJob, dpi: float | None = None) -> Iterator[bytes]:
    """One PNG a page: sheets at 300 dpi, rolls at 8 dots a millimetre unless told otherwise.

    :raises LabelError: as :meth:`PrintJob.prepared`.
    """
    dpi = dpi or (SHEET_DPI if job.stock.form == "sheet" else ROLL_DPI)
    return (png(page, dpi) for page in pages(job, dpi))


def pages(job: PrintJob, dpi: float) -> Iterator[Dark]:
    """The same pages as booleans, True is ink."""
    encoder, layout = job.prepared()
    stock, draw = job.stock, _Stamp(layout, dpi)
    shape = _dots(stock.page_height_mm, dpi), _dots(stock.page_width_mm, dpi)
    for run in job.runs(most_stamps=1):
        page = np.zeros(shape, bool)
        symbols = encoder.modules(run.codes, best_of_8=job.design.best_of_8)
        for number, modules in enumerate(symbols):
            left, top = stock.corner_mm(run.cell + number + 1)
            x = _dots(left * job.calibration.scale_x + job.calibration.offset_x_mm, dpi)
            y = _dots(top * job.calibration.scale_y + job.calibration.offset_y_mm, dpi)
            code = run.codes[number].tobytes().decode("ascii")
            _overlay(page, draw.drawn(modules, code, int(run.serials[number])), x, y)
        yield page


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


def _dots(length_mm: float, dpi: float) -> int:
    return round(length_mm * dpi / 25.4)


def _overlay(page: Dark, stamp: Dark, x: int, y: int) -> None:
    """Ink a stamp onto the page; what a calibration shifts off the paper is lost there."""
    top, left = max(y, 0), max(x, 0)
    part = page[top : max(y + stamp.shape[0], 0), left : max(x + stamp.shape[1], 0)]
    part |= stamp[top - y : top - y + part.shape[0], left - x : left - x + part.shape[1]]


class _Stamp:
    """Draws stamps of one layout at one resolution; what they share is drawn once."""

    def __init__(self, layout: StampLayout, dpi: float) -> None:
        self._layout, self._dpi = layout, dpi
        stock = layout.stock
        self._shape = _dots(stock.label_width_mm, dpi), _dots(stock.label_height_mm, dpi)
        self._module = max(1, int(layout.module_mm * dpi / 25.4 + 1e-6))
        spare = layout.size * (layout.module_mm * dpi / 25.4 - self._module) / 2
        self._qr_x = round(layout.qr_x_mm * dpi / 25.4 + spare)
        self._qr_y = round(layout.qr_y_mm * dpi / 25.4 + spare)
        self._shared = self._draw_shared()

    def drawn(self, modules: Dark, code: str, serial: int) -> Dark:
        """One stamp's dots."""
        image = self._shared.copy()
        pen = self._pen(image)
        layout = self._layout
        self._write(pen, layout.serial, serial_text(layout.serial.text, serial))
        self._write(pen, layout.code, typed(code), layout.code_room_mm)
        dots = np.array(image)
        symbol = np.kron(modules, np.ones((self._module, self._module), bool))
        side = len(symbol)
        dots[self._qr_y : self._qr_y + side, self._qr_x : self._qr_x + side] |= symbol
        return dots

    def _draw_shared(self) -> Image.Image:
        image = Image.new("1", self._shape, 0)
        pen, scale = self._pen(image), self._dpi / 25.4
        for bar in self._layout.bars:
            ends = (bar.x_mm + bar.width_mm) * scale - 1, (bar.y_mm + bar.height_mm) * scale - 1
            pen.rectangle([(bar.x_mm * scale, bar.y_mm * scale), ends], fill=1)
        for star in self._layout.stars:
            pen.polygon([(x * scale, y * scale) for x, y in star.points()], fill=1)
        for text in self._layout.texts:
            self._write(pen, text, text.text)
        return image

    def _pen(self, image: Image.Image) -> ImageDraw.ImageDraw:
        pen = ImageDraw.Draw(image)
        pen.fontmode = "1"
        return pen

    def _write(
        self, pen: ImageDraw.ImageDraw, place: PlacedText, words: str, room_mm: float | None = None
    ) -> None:
        """Words on their baseline; smaller when wider than their room."""
        scale = self._dpi / 25.4
        font = _font(place.weight, round(place.size_mm * scale, 1))
        if room_mm and font.getlength(words) > room_mm * scale:
            fit = int(10 * place.size_mm * scale * room_mm * scale / font.getlength(words)) / 10
            font = _font(place.weight, fit)
        at = place.x_mm * scale, place.baseline_mm * scale
        pen.text(at, words, font=font, fill=0 if place.white else 1, anchor="ls")


@cache
def _font(weight: int, dots: float) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(face(weight).path), dots, layout_engine=ImageFont.Layout.BASIC)
