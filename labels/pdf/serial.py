"""The line with the roll number: words before it are the same on every stamp, digits are not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from labels.fitting import PlacedText
from labels.fonts import face
from labels.pdf.font import PdfFont

DIGIT = "\0"
Bytes = NDArray[np.uint8]


def words_before(serial: PlacedText) -> PlacedText:
    """What stands before the first digit."""
    return replace(serial, text=serial.text.partition(DIGIT)[0])


class NumberLine:
    """The rest of the line from the first digit on, as operators with a place for each digit.

    ``operators`` stand at the head of a text object and leave its line at ``pen``; without digits there
    are none.
    """

    def __init__(self, serial: PlacedText, font: PdfFont, height_mm: float) -> None:
        words = words_before(serial).text
        x = serial.x_mm + face(serial.face).width(words) * serial.size_mm
        y = height_mm - serial.baseline_mm
        place = b" %.2f Tf %.2f %.2f Td" % (serial.size_mm, x, y)
        body = b""
        for plain, letters in groupby(serial.text[len(words) :], _is_plain):
            text = "".join(letters)
            written = b"(%b)" % text.encode() if plain else b"<%b>" % font.hexed(text)
            body += b"/%b%b%bTj" % (font.plain_name if plain else font.hex_name, place, written)
            place = b" %.2f Tf" % serial.size_mm
        self._digits = [at for at, byte in enumerate(body) if byte == 0]
        self.operators = body.replace(b"\0", b"0") if self._digits else b""
        self.pen = (x, y) if self._digits else (0.0, 0.0)

    def groups(self) -> Iterator[tuple[int, Bytes]]:
        """For each run of up to three digits, from the right: its offset, and what stands there by its value.

        Three digits bring the sign after them if it never changes: four bytes are written faster than three.
        """
        places = self._digits
        while places:
            group, places = places[-3:], places[:-3]
            last = group[-1] + 1
            after = self.operators[last : last + 1] if len(group) == 3 and last not in self._digits else b""
            written = b"".join(b"%0*d%b" % (len(group), value, after) for value in range(10 ** len(group)))
            yield group[0], np.frombuffer(written, np.uint8).reshape(10 ** len(group), -1)


def _is_plain(letter: str) -> bool:
    """Whether the letter may stand in a literal string as it is."""
    return letter == DIGIT or (letter.isascii() and letter.isprintable() and letter not in "()\\")
