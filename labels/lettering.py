"""Serials and typed codes as dots, for many stamps at once: letters are cut into columns and set by numpy."""

from __future__ import annotations

from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from labels.fonts import face

Dark = NDArray[np.bool_]  # rows x columns, True is ink
Words = NDArray[np.uint8] | NDArray[np.uint32]  # one word a row as code points, all of one length


@cache
def font_of(name: str, dots: float) -> ImageFont.FreeTypeFont:
    """A face at ``dots`` to the em."""
    return ImageFont.truetype(str(face(name).path), dots, layout_engine=ImageFont.Layout.BASIC)


class Letters:
    """Some letters of one face at one size. ``rise`` is how far the highest stands above the baseline."""

    def __init__(self, name: str, dots: float, alphabet: str) -> None:
        font = font_of(name, dots)
        boxes = [font.getbbox(letter, mode="1", anchor="ls") for letter in alphabet]
        self.rise = max(0, *(-int(box[1]) for box in boxes))
        self.height = self.rise + max(0, *(int(box[3]) for box in boxes))
        most = max(map(ord, alphabet)) + 1
        self._starts, self._widths = np.zeros(most, np.intp), np.zeros(most, np.intp)
        columns = [np.zeros((1, self.height), bool)]  # number 0 is blank, for the room after a word
        for letter, (left, _, right, _) in zip(alphabet, boxes, strict=True):
            ahead = max(0, -int(left))  # ink before its own origin stays its own: the letter moves right
            width = max(round(font.getlength(letter, mode="1")), int(right)) + ahead
            self._starts[ord(letter)] = sum(len(part) for part in columns)
            self._widths[ord(letter)] = width
            columns.append(self._cut(font, letter, ahead, width))
        self._columns = np.concatenate(columns)

    def _cut(self, font: ImageFont.FreeTypeFont, letter: str, ahead: int, width: int) -> Dark:
        image = Image.new("1", (width, self.height), 0)
        pen = ImageDraw.Draw(image)
        pen.fontmode = "1"
        pen.text((ahead, self.rise), letter, font=font, fill=1, anchor="ls")
        return np.array(image).T

    def widths(self, words: Words) -> NDArray[np.intp]:
        """How many dots each word is wide."""
        total: NDArray[np.intp] = self._widths[words].sum(axis=1)
        return total

    def set(self, words: Words, width: int) -> Dark:
        """The words (n, height, width) from the left; none may be wider than ``width``."""
        counts = np.empty((len(words), words.shape[1] + 1), np.intp)
        counts[:, :-1] = self._widths[words]
        counts[:, -1] = width - counts[:, :-1].sum(axis=1)
        ends = counts.cumsum(axis=1)
        shifts = np.empty_like(counts)  # what makes a column of the word a column of the letter
        shifts[:, :-1] = self._starts[words] - (ends[:, :-1] - counts[:, :-1])
        shifts[:, -1] = -width  # any column of the room after the word is blank
        columns = np.repeat(shifts.ravel(), counts.ravel()).reshape(-1, width) + np.arange(width)
        return self._columns.take(columns.clip(min=0), axis=0).transpose(0, 2, 1)


@lru_cache(maxsize=64)
def letters_of(name: str, dots: float, alphabet: str) -> Letters:
    """Letters are kept: cutting them takes longer than setting a thousand words."""
    return Letters(name, dots, alphabet)
