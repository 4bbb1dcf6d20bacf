"""Stamps and pages as dots: a module is a whole number of a printer's own dots, nothing is ever resized.

What writes dots (``png``, ``zpl``, ``tspl``) draws through here, so that one stamp looks alike
whichever way it reaches the paper.
"""

from __future__ import annotations

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

Dark = NDArray[np.bool_]  # rows x columns, True is ink


def dots_of(length_mm: float, dpi: float) -> int:
    """A length in the nearest whole number of dots."""
    return round(length_mm * dpi / 25.4)


class StampDots:
    """Draws stamps of one layout at one resolution; what they share is drawn once."""

    def __init__(self, layout: StampLayout, dpi: float) -> None:
        self.layout, self.dpi = layout, dpi
        stock = layout.stock
        self.width, self.height = dots_of(stock.label_width_mm, dpi), dots_of(stock.label_height_mm, dpi)
        self.module = max(1, int(layout.module_mm * dpi / 25.4 + 1e-6))
        spare = layout.size * (layout.module_mm * dpi / 25.4 - self.module) / 2
        self.qr_x = round(layout.qr_x_mm * dpi / 25.4 + spare)
        self.qr_y = round(layout.qr_y_mm * dpi / 25.4 + spare)
        self._shared = self._draw_shared()

    @property
    def shared(self) -> Dark:
        """What every stamp carries: all but the symbol, the serial and the typed code."""
        return np.array(self._shared)

    def drawn(self, modules: Dark, code: str, serial: int) -> Dark:
        """One stamp's dots."""
        image = self._shared.copy()
        pen = self._pen(image)
        layout = self.layout
        self._write(pen, layout.serial, serial_text(layout.serial.text, serial))
        self._write(pen, layout.code, typed(code), layout.code_room_mm)
        dots = np.array(image)
        symbol = np.kron(modules, np.ones((self.module, self.module), bool))
        side = len(symbol)
        dots[self.qr_y : self.qr_y + side, self.qr_x : self.qr_x + side] |= symbol
        return dots

    def _draw_shared(self) -> Image.Image:
        image = Image.new("1", (self.width, self.height), 0)
        pen, scale = self._pen(image), self.dpi / 25.4
        for bar in self.layout.bars:
            ends = (bar.x_mm + bar.width_mm) * scale - 1, (bar.y_mm + bar.height_mm) * scale - 1
            pen.rectangle([(bar.x_mm * scale, bar.y_mm * scale), ends], fill=1)
        for star in self.layout.stars:
            pen.polygon([(x * scale, y * scale) for x, y in star.points()], fill=1)
        for text in self.layout.texts:
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
        scale = self.dpi / 25.4
        font = _font(place.face, round(place.size_mm * scale, 1))
        if room_mm and font.getlength(words) > room_mm * scale:
            fit = int(10 * place.size_mm * scale * room_mm * scale / font.getlength(words)) / 10
            font = _font(place.face, fit)
        at = place.x_mm * scale, place.baseline_mm * scale
        pen.text(at, words, font=font, fill=0 if place.white else 1, anchor="ls")


@cache
def _font(name: str, dots: float) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(face(name).path), dots, layout_engine=ImageFont.Layout.BASIC)


def pages(job: PrintJob, dpi: float) -> Iterator[Dark]:
    """A job's pages (of a roll: its rows of labels), one at a time.

    :raises LabelError: as :meth:`PrintJob.prepared`.
    """
    encoder, layout = job.prepared()
    stock, draw = job.stock, StampDots(layout, dpi)
    shape = dots_of(stock.page_height_mm, dpi), dots_of(stock.page_width_mm, dpi)
    for run in job.runs(most_stamps=1):
        page = np.zeros(shape, bool)
        symbols = encoder.modules(run.codes, best_of_8=job.design.best_of_8)
        for number, modules in enumerate(symbols):
            left, top = stock.corner_mm(run.cell + number + 1)
            x = dots_of(left * job.calibration.scale_x + job.calibration.offset_x_mm, dpi)
            y = dots_of(top * job.calibration.scale_y + job.calibration.offset_y_mm, dpi)
            code = run.codes[number].tobytes().decode("ascii")
            _overlay(page, draw.drawn(modules, code, int(run.serials[number])), x, y)
        yield page


def _overlay(page: Dark, stamp: Dark, x: int, y: int) -> None:
    """Ink a stamp onto the page; what a calibration shifts off the paper is lost there."""
    top, left = max(y, 0), max(x, 0)
    part = page[top : max(y + stamp.shape[0], 0), left : max(x + stamp.shape[1], 0)]
    part |= stamp[top - y : top - y + part.shape[0], left - x : left - x + part.shape[1]]
