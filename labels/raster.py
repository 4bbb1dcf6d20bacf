"""Stamps and pages as dots: a module is a whole number of a printer's own dots, nothing is ever resized.

What writes dots (``png``, ``zpl``, ``tspl``) draws through here, so that one stamp looks alike
whichever way it reaches the paper.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from PIL import Image, ImageDraw

from labels.design import GROUP
from labels.fitting import PlacedText
from labels.job import Codes, PrintJob, Run, Serials
from labels.layout import StampLayout
from labels.lettering import Dark, Words, font_of, letters_of
from labels.picture_dots import pictures_of
from labels.qr import CROCKFORD

EDGE_MM = (
    0.25  # hinted letters run wider than measured ones: what would come nearer to the edge is set smaller
)
STEP_DOTS = 0.3  # of the type size, when words are set smaller
CODE_LETTERS = CROCKFORD.decode() + "-"


def dots_of(length_mm: float, dpi: float) -> int:
    """A length in the nearest whole number of dots."""
    return round(length_mm * dpi / 25.4)


class StampDots:
    """Draws stamps of one layout at one resolution; what they share is drawn once.

    ``width`` and ``height`` are the label's, ``qr_x`` and ``qr_y`` the corner of its symbol and
    ``module`` the side of a module, all in dots.
    """

    def __init__(self, layout: StampLayout, dpi: float) -> None:
        self.layout, self.dpi = layout, dpi
        stock = layout.stock
        self.width, self.height = dots_of(stock.label_width_mm, dpi), dots_of(stock.label_height_mm, dpi)
        self.module = max(1, int(layout.module_mm * dpi / 25.4 + 1e-6))
        spare = layout.size * (layout.module_mm * dpi / 25.4 - self.module) / 2
        self.qr_x = round(layout.qr_x_mm * dpi / 25.4 + spare)
        self.qr_y = round(layout.qr_y_mm * dpi / 25.4 + spare)
        self._image = self._draw_shared()
        self.shared: Dark = np.array(self._image)

    def drawn(self, modules: Dark, code: str, serial: int) -> Dark:
        """One stamp's dots."""
        codes = np.frombuffer(code.encode("ascii"), np.uint8)[None]
        return next(self.each(modules[None], codes, np.array([serial])))

    def each(self, symbols: Dark, codes: Codes, serials: Serials) -> Iterator[Dark]:
        """The dots of many stamps, one after another; ``symbols`` are modules (n, size, size)."""
        places = [*self._set_codes(codes), self._set_serials(serials)]
        for number, modules in enumerate(symbols):
            dots = self.shared.copy()
            overlay(dots, modules.repeat(self.module, 0).repeat(self.module, 1), self.qr_x, self.qr_y)
            for words, x, y in places:
                overlay(dots, words[number], x, y)
            yield dots

    def with_words(self, *more: PlacedText) -> Dark:
        """What stamps share, and these words with it."""
        image = self._image.copy()
        for text in more:
            self._write(self._pen(image), text)
        return np.array(image)

    def _draw_shared(self) -> Image.Image:
        image = Image.new("1", (self.width, self.height), 0)
        pen, scale = self._pen(image), self.dpi / 25.4
        for bar in self.layout.bars:
            ends = (bar.x_mm + bar.width_mm) * scale - 1, (bar.y_mm + bar.height_mm) * scale - 1
            pen.rectangle([(bar.x_mm * scale, bar.y_mm * scale), ends], fill=1)
        for star in self.layout.stars:
            pen.polygon([(x * scale, y * scale) for x, y in star.points()], fill=1)
        for dots, x, y in pictures_of(self.layout, self.dpi):
            image.paste(1, (x, y), Image.fromarray(dots))
        for text in self.layout.texts:
            self._write(pen, text)
        return image

    def _pen(self, image: Image.Image) -> ImageDraw.ImageDraw:
        pen = ImageDraw.Draw(image)
        pen.fontmode = "1"
        return pen

    def _write(self, pen: ImageDraw.ImageDraw, place: PlacedText) -> None:
        scale = self.dpi / 25.4
        size, room = round(place.size_mm * scale, 1), self._room_mm(place) * scale
        font = font_of(place.face, size)
        while font.getlength(place.text, mode="1") > room:
            size = round(size - STEP_DOTS, 1)
            font = font_of(place.face, size)
        at = round(place.x_mm * scale), round(place.baseline_mm * scale)
        pen.text(at, place.text, font=font, fill=0 if place.white else 1, anchor="ls")

    def _set_codes(self, codes: Codes) -> list[tuple[Dark, int, int]]:
        """The typed codes on their one or two lines."""
        lines = []
        for place, part, room in self.layout.code_lines(codes.shape[1]):
            words = typed_many(codes[:, part])
            if part.stop < codes.shape[1]:
                words = np.column_stack((words, np.full(len(words), ord("-"), words.dtype)))
            lines.append(self._set(place, words, CODE_LETTERS, room))
        return lines

    def _set_serials(self, serials: Serials) -> tuple[Dark, int, int]:
        place = self.layout.serial
        alphabet = "".join(sorted(set(place.text.replace("\0", "") + "0123456789")))
        return self._set(place, serials_many(place.text, serials), alphabet, self._room_mm(place))

    def _room_mm(self, place: PlacedText) -> float:
        """What a line may take: up to the label's edge, or up to what stands right of it."""
        edge = self.layout.stock.label_width_mm - EDGE_MM - place.x_mm
        return edge if place.room_mm is None else min(edge, place.room_mm)

    def _set(self, place: PlacedText, words: Words, alphabet: str, room_mm: float) -> tuple[Dark, int, int]:
        """Words on their baseline, smaller when wider than their room: dots, left and top."""
        scale = self.dpi / 25.4
        x, size = round(place.x_mm * scale), round(place.size_mm * scale, 1)
        whole = letters_of(place.face, size, alphabet)
        room = int((place.x_mm + room_mm) * scale) - x
        dots = np.zeros((len(words), whole.height, room), bool)
        left = np.arange(len(words))
        while len(left):
            letters = letters_of(place.face, size, alphabet)
            fits = letters.widths(words[left]) <= room
            now, left = left[fits], left[~fits]
            top = whole.rise - letters.rise
            dots[now, top : top + letters.height] = letters.set(words[now], room)
            size = round(size - STEP_DOTS, 1)
        return dots, x, round(place.baseline_mm * scale) - whole.rise


def pages(job: PrintJob, dpi: float) -> Iterator[Dark]:
    """A job's pages (of a roll: its rows of labels), one at a time.

    A calibration moves labels by whole dots and scales the distances between them; what is inside
    a label is never resized, or modules would lose their edges.

    :raises LabelError: as :meth:`PrintJob.prepared`.
    """
    encoder, layout = job.prepared()
    draw, corners = StampDots(layout, dpi), corners_of(job, dpi)
    shape = dots_of(job.stock.page_height_mm, dpi), dots_of(job.stock.page_width_mm, dpi)
    for run in job.runs():
        symbols = encoder.modules(run.codes, best_of_8=job.design.best_of_8)
        stamps = draw.each(symbols, run.codes, run.serials)
        for start, cell in page_starts(run, job.stock.cells):
            page = np.zeros(shape, bool)
            for number in range(start, min(start + job.stock.cells - cell, len(run.codes))):
                overlay(page, next(stamps), *corners[cell + number - start])
            yield page


def typed_many(codes: Codes) -> Words:
    """Codes as people type them (``design.typed``), a row each."""
    length = codes.shape[1]
    words = np.full((len(codes), length + (length - 1) // GROUP), ord("-"), np.uint8)
    for start in range(0, length, GROUP):
        part = codes[:, start : start + GROUP]
        words[:, start + start // GROUP :][:, : part.shape[1]] = part
    return words


def serials_many(pattern: str, serials: Serials) -> Words:
    """Numbers written into a serial row (``design.serial_text``), a row each."""
    letters = np.frombuffer(pattern.encode("utf-32-le"), np.uint32)
    words = np.tile(letters, (len(serials), 1))
    for place in reversed(np.flatnonzero(letters == 0)):
        serials, digit = np.divmod(serials, 10)
        words[:, place] = digit + ord("0")
    return words


def corners_of(job: PrintJob, dpi: float) -> list[tuple[int, int]]:
    """Left and top dot of every cell of a page, as the job's calibration has them."""
    by = job.calibration
    corners = [job.stock.corner_mm(cell) for cell in range(1, job.stock.cells + 1)]
    return [
        (dots_of(x * by.scale_x + by.offset_x_mm, dpi), dots_of(y * by.scale_y + by.offset_y_mm, dpi))
        for x, y in corners
    ]


def page_starts(run: Run, cells: int) -> Iterator[tuple[int, int]]:
    """For each page of a run: its first stamp's place in the run, and its first cell (from 0)."""
    start, cell = 0, run.cell
    while start < len(run.codes):
        yield start, cell
        start, cell = start + cells - cell, 0


def overlay(page: Dark, stamp: Dark, x: int, y: int) -> None:
    """Ink a stamp onto the page; what a calibration shifts off the paper is lost there."""
    top, left = max(y, 0), max(x, 0)
    part = page[top : max(y + stamp.shape[0], 0), left : max(x + stamp.shape[1], 0)]
    part |= stamp[top - y : top - y + part.shape[0], left - x : left - x + part.shape[1]]
