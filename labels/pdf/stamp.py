"""A stamp as PDF operators: what all stamps share as one form, the rest as a record of fixed length.

A record's changing places (position, QR bits, serial, code) are columns of bytes at known offsets,
so numpy fills them for thousands of stamps at a time. The QR is an inline 1-bit image mask in
hexadecimal: no byte of it can be mistaken for the end of the image.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from labels.design import GROUP, typed
from labels.fitting import PlacedText
from labels.fonts import BOLD, CHINESE, JAPANESE, REGULAR
from labels.job import Run
from labels.layout import StampLayout
from labels.pdf.font import PdfFont
from labels.qr import CROCKFORD

Fonts = dict[str, PdfFont]
FONT_NAMES = {REGULAR: b"F400", BOLD: b"F700", JAPANESE: b"FJA", CHINESE: b"FZH"}
Bytes = NDArray[np.uint8]
PERCENT = np.frombuffer(b"".join(b"%03d" % number for number in range(101)), np.uint8).reshape(101, 3)


def form_of(layout: StampLayout, fonts: Fonts) -> bytes:
    """Bars, stars and the words that every stamp carries."""
    height = layout.stock.label_height_mm
    parts = [b"0 g\n"]
    for bar in layout.bars:
        y = height - bar.y_mm - bar.height_mm
        parts.append(b"%.3f %.3f %.3f %.3f re f\n" % (bar.x_mm, y, bar.width_mm, bar.height_mm))
    for star in layout.stars:
        corners = [b"%.3f %.3f" % (x, height - y) for x, y in star.points()]
        parts.append(b" m ".join((corners[0], b" l ".join((*corners[1:], b"h f\n")))))
    parts += [_shown(text, fonts, height) for text in layout.texts]
    return b"".join(parts)


def _shown(text: PlacedText, fonts: Fonts, height: float) -> bytes:
    ink = b"1 g" if text.white else b"0 g"
    hexed = fonts[text.face].hexed(text.text)
    return b"BT %b %b <%b> Tj ET\n" % (ink, _at(text, height), hexed)


def _at(text: PlacedText, height: float) -> bytes:
    """Font, size and place of a line."""
    return b"/%b %.2f Tf 1 0 0 1 %.2f %.2f Tm" % (
        FONT_NAMES[text.face],
        text.size_mm,
        text.x_mm,
        height - text.baseline_mm,
    )


class Records:
    """The operators of single stamps, one row of bytes each."""

    def __init__(self, layout: StampLayout, fonts: Fonts, code_length: int, page_height_mm: float) -> None:
        self._layout, self._length = layout, code_length
        self._stride = (layout.size + 7) // 8
        bold = fonts[BOLD]
        self._glyphs = np.zeros(256, np.uint32)
        self._widths = np.zeros(256, np.float32)  # of an em
        for symbol in CROCKFORD:
            self._glyphs[symbol] = np.frombuffer(bold.hexed(chr(symbol)), np.uint32)[0]
            self._widths[symbol] = bold.face.advance(chr(symbol))
        self._hyphens = (code_length - 1) // GROUP * bold.face.advance("-")
        self._room = layout.code_room_mm / layout.code.size_mm
        serial_hex = b"".join(bold.hexed(f"{number:03d}") for number in range(1000))
        self._thousands = np.frombuffer(serial_hex, np.uint8).reshape(1000, 12)
        self._template = self._cells(fonts, page_height_mm)

    def filled(self, run: Run, symbols: Bytes) -> Bytes:
        """The records (n, length) of a run whose packed QR symbols are given."""
        cells = (run.cell + np.arange(len(run.codes))) % len(self._template)
        records = self._template.take(cells, axis=0)
        self._fill_qr(records, symbols)
        self._fill_serials(records, run.serials)
        self._fill_codes(records, run.codes)
        return records

    def _cells(self, fonts: Fonts, page_height_mm: float) -> Bytes:
        """One unfilled record for each cell of the page."""
        stock = self._layout.stock
        body, columns = self._body(fonts)
        records = []
        for cell in range(1, stock.cells + 1):
            left, top = stock.corner_mm(cell)
            bottom = page_height_mm - top - stock.label_height_mm
            records.append(b"q 1 0 0 1 %07.3f %07.3f cm /S Do\n" % (left, bottom) + body)
        self._columns = {name: at + len(records[0]) - len(body) for name, at in columns.items()}
        return np.frombuffer(b"".join(records), np.uint8).reshape(stock.cells, -1)

    def _body(self, fonts: Fonts) -> tuple[bytes, dict[str, int]]:
        """What follows the position, and where in it the columns begin."""
        layout, height = self._layout, self._layout.stock.label_height_mm
        columns = {}
        body = b"BT %b <" % _at(layout.serial, height)
        columns["serial"] = len(body)
        body += fonts[layout.serial.face].hexed(layout.serial.text.replace("\0", "0"))
        body += b"> Tj %b " % _at(layout.code, height)
        columns["squeeze"] = len(body)
        body += b"100 Tz <"
        columns["code"] = len(body)
        body += fonts[BOLD].hexed(typed("0" * self._length)) + b"> Tj ET\n"
        side = layout.size * layout.module_mm
        corner = layout.qr_x_mm, height - layout.qr_y_mm - side
        body += b"%.3f 0 0 %.3f %.3f %.3f cm\n" % (side, side, *corner)
        body += b"BI /W %d /H %d /BPC 1 /IM true /D[1 0] /F/AHx ID\n" % (layout.size, layout.size)
        columns["qr"] = len(body)
        return body + b"0" * (2 * layout.size * self._stride) + b">\nEI Q\n", columns

    def _fill_qr(self, records: Bytes, symbols: Bytes) -> None:
        halves = symbols.reshape(len(symbols), -1).astype("<u2")
        low = halves << 8  # a byte's high half first in memory, then its low half
        halves >>= 4
        halves |= low
        halves &= 0x0F0F
        digits = halves.view(np.uint8)
        letters = (digits > 9).view(np.uint8)
        digits += 48 + 7 * letters  # "0".."9", "A".."F"
        _put(records, self._columns["qr"], digits)

    def _fill_codes(self, records: Bytes, codes: Bytes) -> None:
        """Groups of four with the template's hyphens between, squeezed when wider than the room."""
        glyphs = self._glyphs.take(codes).view(np.uint8)
        for start in range(0, self._length, GROUP):
            part = glyphs[:, 4 * start : 4 * (start + GROUP)]
            _put(records, self._columns["code"] + 4 * (start + start // GROUP), part)
        widths = self._widths.take(codes) @ np.ones(self._length, np.float32) + self._hyphens
        percent = np.minimum(100 * self._room / widths, 100).astype(np.intp)  # cut, never rounded up
        _put(records, self._columns["squeeze"], PERCENT.take(percent, axis=0))

    def _fill_serials(self, records: Bytes, serials: NDArray[np.int64]) -> None:
        """Digits in groups of three from the right, as the pattern has them."""
        places = [place for place, letter in enumerate(self._layout.serial.text) if letter == "\0"]
        while places:
            group, places = places[-3:], places[:-3]
            serials, low = np.divmod(serials, 1000)
            digits = self._thousands.take(low, axis=0)[:, -4 * len(group) :]
            _put(records, self._columns["serial"] + 4 * group[0], digits)


def _put(records: Bytes, at: int, columns: Bytes) -> None:
    records[:, at : at + columns.shape[1]] = columns
