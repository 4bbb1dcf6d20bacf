"""What differs from stamp to stamp, as PDF operators: one row of bytes each, all of one length.

The changing places (number, code, QR bits) are columns at known offsets, so numpy fills them for
thousands of stamps at a time; the rest was written once, for every cell of the page. The QR is an
inline 1-bit image mask in hexadecimal: no byte of it can be mistaken for the end of the image.
``turned`` symbols have their columns as the picture's rows, and the matrix turns them back: the
modules that the prefix fixes are then whole rows, and deflate makes a fifth less of them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from labels.design import GROUP, typed
from labels.fitting import PlacedText
from labels.fonts import BOLD, face
from labels.job import Run
from labels.layout import StampLayout
from labels.pdf.hexing import HexRoom
from labels.pdf.serial import NumberLine
from labels.pdf.stamp import Fonts
from labels.qr import CROCKFORD

Bytes = NDArray[np.uint8]
PERCENT = np.frombuffer(b"".join(b"%03d " % number for number in range(101)), np.uint8).reshape(101, 4)


class _CodeLine:
    """One line of the typed code: its place, which symbols it holds, and what they may measure."""

    def __init__(self, place: PlacedText, part: slice, room_mm: float, length: int) -> None:
        self.place, self.part = place, part
        count = part.stop - part.start
        self.blank = typed("0" * count).encode() + (b"-" if part.stop < length else b"")
        self.ones = np.ones(count // 2, np.float32)
        self.hyphens = np.float32(np.ceil(1000 * face(BOLD).advance("-")) * self.blank.count(b"-"))
        self.room = np.float32(100 * 1000 * room_mm / place.size_mm)


class Records:
    """Room for the rows of ``most`` stamps, on pages ``page_height_mm`` high.

    A page begins with ``opening``: the font that every stamp's text begins with, chosen once.
    """

    def __init__(
        self,
        layout: StampLayout,
        fonts: Fonts,
        code_length: int,
        page_height_mm: float,
        most: int,
        *,
        turned: bool = False,
    ) -> None:
        self._layout, self._length, self._turned = layout, code_length, turned
        self._bytes = layout.size * ((layout.size + 7) // 8)
        bold = fonts[BOLD].face
        # Whole thousandths of an em: their sums are exact, so every machine squeezes alike.
        self._widths = np.zeros(256, np.float32)
        for symbol in CROCKFORD:
            self._widths[symbol] = np.ceil(1000 * bold.advance(chr(symbol)))
        self._pair_widths = (self._widths[:, None] + self._widths).ravel()
        self._code_lines = [_CodeLine(*line, code_length) for line in layout.code_lines(code_length)]
        height = layout.stock.label_height_mm
        self._number = NumberLine(layout.serial, fonts[layout.serial.face], height)
        self._groups = list(self._number.groups())
        page = self._page(fonts, page_height_mm)
        self._rows = np.tile(page, (1 + -(-most // len(page)), 1))
        self._hex = HexRoom(len(self._rows), self._bytes)

    def filled(self, run: Run, symbols: Bytes) -> Bytes:
        """The rows of a run whose packed QR symbols are given: a view, overwritten by the next run."""
        rows = self._rows[run.cell : run.cell + len(run.codes)]
        qr = self._columns["qr"]
        self._hex.write(symbols.reshape(len(symbols), -1), rows[:, qr : qr + 2 * self._bytes])
        self._fill_numbers(rows, run.serials)
        self._fill_codes(rows, run.codes)
        return rows

    def _page(self, fonts: Fonts, page_height_mm: float) -> Bytes:
        """One unfilled row for each cell of the page."""
        stock = self._layout.stock
        body, columns = self._body(fonts)
        rows = []
        for cell in range(1, stock.cells + 1):
            left, top = stock.corner_mm(cell)
            bottom = page_height_mm - top - stock.label_height_mm
            rows.append(b"q 1 0 0 1 %07.3f %07.3f cm/S Do\n" % (left, bottom) + body)
        self._columns = {name: at + len(rows[0]) - len(body) for name, at in columns.items()}
        return np.frombuffer(b"".join(rows), np.uint8).reshape(stock.cells, -1)

    def _body(self, fonts: Fonts) -> tuple[bytes, dict[str, int]]:
        """What follows the position, and where in it the columns begin."""
        text, places = self._text(fonts)
        first_font, _, rest = text.partition(b" Tf ")
        self.opening = first_font + b" Tf\n"
        columns = {name: at - len(text) + len(rest) + len(b"BT ") for name, at in places.items()}
        size = self._layout.size
        body = b"BT " + rest + b" ET\n" + self._square() + b" cm\n"
        body += b"BI/W %d/H %d/IM true/F/AHx ID\n" % (size, size)
        columns["qr"] = len(body)
        return body + b"0" * (2 * self._bytes) + b">\nEI Q\n", columns

    def _text(self, fonts: Fonts) -> tuple[bytes, dict[str, int]]:
        """Number and code as one text object's operators, and where in them the columns begin."""
        text, pen, columns = self._number.operators, self._number.pen, {"number": 0}
        name, height = fonts[BOLD].plain_name, self._layout.stock.label_height_mm
        for number, line in enumerate(self._code_lines):
            start = line.place.x_mm, height - line.place.baseline_mm
            text += b"/%b %.2f Tf %b Td " % (name, line.place.size_mm, _moved(pen, start))
            columns[f"squeeze{number}"], pen = len(text), start
            text += b"100 Tz("
            columns[f"code{number}"] = len(text)
            text += line.blank + b")Tj"
        return text, columns

    def _square(self) -> bytes:
        """The matrix that lays the picture, a unit square, onto the symbol's place."""
        height = self._layout.stock.label_height_mm
        side = self._layout.size * self._layout.module_mm
        x, top = self._layout.qr_x_mm, height - self._layout.qr_y_mm
        turned = 0, -side, -side, 0, x + side, top
        return b" ".join(map(_written, turned if self._turned else (side, 0, 0, side, x, top - side)))

    def _fill_codes(self, rows: Bytes, codes: Bytes) -> None:
        """Groups of four with hyphens between, each line squeezed when wider than its room."""
        for number, line in enumerate(self._code_lines):
            symbols = codes[:, line.part]
            for start in range(0, symbols.shape[1], GROUP):
                part = symbols[:, start : start + GROUP]
                _put(rows, self._columns[f"code{number}"] + start + start // GROUP, part)
            widths = self._pair_widths.take(_pairs(symbols)) @ line.ones + line.hyphens
            if symbols.shape[1] % 2:
                widths += self._widths.take(symbols[:, -1])
            percent = (line.room / widths).astype(np.intp)  # cut, never rounded up
            _put(rows, self._columns[f"squeeze{number}"], PERCENT.take(percent, axis=0, mode="clip"))

    def _fill_numbers(self, rows: Bytes, serials: NDArray[np.int64]) -> None:
        """Digits in groups of three from the right, as the pattern has them."""
        for place, written in self._groups:
            above = serials // 1000
            group = written.take(serials - 1000 * above, axis=0, mode="clip")
            _put(rows, self._columns["number"] + place, group)
            serials = above


def _moved(pen: tuple[float, float], start: tuple[float, float]) -> bytes:
    """From where one line began to where the next does, as differences of rounded places."""
    return b"%.2f %.2f" % tuple(round(to, 2) - round(at, 2) for at, to in zip(pen, start, strict=True))


def _pairs(symbols: Bytes) -> NDArray[np.intp]:
    """Neighbours read as one number; the last of an odd count is left out."""
    return symbols[:, : symbols.shape[1] // 2 * 2].view("<u2").astype(np.intp)


def _written(number: float) -> bytes:
    """Three decimals at most."""
    return (b"%.3f" % number).rstrip(b"0").rstrip(b".")


def _put(rows: Bytes, at: int, columns: Bytes) -> None:
    target = rows[:, at : at + columns.shape[1]]
    if columns.shape[1] == 4:
        target, columns = target.view(np.uint32), columns.view(np.uint32)
    target[:] = columns
