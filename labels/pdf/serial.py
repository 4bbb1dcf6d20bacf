"""The line with the roll number: words before it are the same on every stamp, digits are not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby

from labels.fitting import PlacedText
from labels.fonts import face
from labels.pdf.font import PdfFont

DIGIT = "\0"


def words_before(serial: PlacedText) -> PlacedText:
    """What stands before the first digit."""
    return replace(serial, text=serial.text.partition(DIGIT)[0])


class NumberLine:
    """The rest of the line from the first digit on, as operators with a place for each digit."""

    def __init__(self, serial: PlacedText, font: PdfFont, height_mm: float) -> None:
        words = words_before(serial).text
        x = serial.x_mm + face(serial.face).width(words) * serial.size_mm
        place = b" %.2f Tf %.2f %.2f Td " % (serial.size_mm, x, height_mm - serial.baseline_mm)
        body = b"BT"
        for plain, letters in groupby(serial.text[len(words) :], _is_plain):
            text = "".join(letters)
            written = b"(%b)" % text.encode() if plain else b"<%b>" % font.hexed(text)
            body += b"/%b%b%bTj" % (font.plain_name if plain else font.hex_name, place, written)
            place = b" %.2f Tf" % serial.size_mm
        self._digits = [at for at, byte in enumerate(body) if byte == 0]
        self.operators = body.replace(b"\0", b"0") + b" ET\n" if self._digits else b""

    def groups(self) -> Iterator[tuple[int, int]]:
        """Offset and length of each run of up to three digits, from the right."""
        places = self._digits
        while places:
            group, places = places[-3:], places[:-3]
            yield group[0], len(group)


def _is_plain(letter: str) -> bool:
    """Whether the letter may stand in a literal string as it is."""
    return letter == DIGIT or (letter.isascii() and letter.isprintable() and letter not in "()\\")
