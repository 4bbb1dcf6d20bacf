"""The faces as shipped: measures, outlines, subsets. All lengths are in em (1.0 = the type size)."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache
from pathlib import Path

from fontTools.pens.svgPathPen import SVGPathPen
from fontTools.pens.transformPen import TransformPen
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

from labels.errors import MissingGlyph

REGULAR, BOLD, JAPANESE, CHINESE = "regular", "bold", "ja", "zh"
FILES = {
    REGULAR: "BeVietnamPro-400",
    BOLD: "BeVietnamPro-700",
    JAPANESE: "NotoSansJP-500",
    CHINESE: "NotoSansSC-500",
}
CAP_HEIGHT = 0.74  # of both weights of Be Vietnam Pro


class Face:
    """One of ``FILES``. ``ascent`` and ``descent`` (negative) are the family's own line."""

    def __init__(self, name: str) -> None:
        self.name, self.title = name, FILES[name]
        self.path = Path(__file__).with_name(f"{self.title}.ttf")
        self._font = TTFont(self.path)
        self._names: dict[int, str] = self._font.getBestCmap()
        self._glyphs = self._font.getGlyphSet()
        self._em: int = self._font["head"].unitsPerEm
        line = self._font["hhea"]
        self.ascent, self.descent = line.ascent / self._em, line.descent / self._em
        metrics = self._font["hmtx"]
        self._advances: dict[str, float] = {
            chr(code): metrics[name][0] / self._em for code, name in self._names.items()
        }
        self._heights: dict[str, tuple[int, int]] = {}
        self.widest_digit = max("0123456789", key=self.advance)

    def checked(self, text: str) -> str:
        """The text in composed form (NFC), every letter of which the font has.

        :raises MissingGlyph: names the first letter the font lacks and its place, counted from 1.
        """
        composed = unicodedata.normalize("NFC", text)
        for position, letter in enumerate(composed, 1):
            if ord(letter) not in self._names:
                raise MissingGlyph(letter, position, composed)
        return composed

    def has(self, text: str) -> bool:
        """Whether it has every letter of the text."""
        return all(ord(letter) in self._names for letter in text)

    def advance(self, letter: str) -> float:
        """How far one letter moves the pen."""
        return self._advances[letter]

    def width(self, text: str) -> float:
        """The sum of the advances; stamps are set without kerning."""
        return sum(self._advances[letter] for letter in text)

    def reach(self, text: str) -> tuple[float, float]:
        """How far ink goes above and below the baseline: stacked marks reach 1.2, tails 0.25."""
        heights = [self._height(letter) for letter in text if letter.strip()]
        top = max((top for top, _ in heights), default=0)
        foot = min((foot for _, foot in heights), default=0)
        return top / self._em, -foot / self._em

    def _height(self, letter: str) -> tuple[int, int]:
        """Top and foot of a letter's ink in font units; reading a glyph takes long, so it is kept."""
        if letter not in self._heights:
            box = self._font["glyf"][self._names[ord(letter)]]
            self._heights[letter] = box.yMax, box.yMin
        return self._heights[letter]

    def outline(self, text: str) -> str:
        """The text as one SVG path in thousandths of an em, y downwards, the baseline at 0."""
        pen = SVGPathPen(self._glyphs, ntos=lambda number: str(round(number)))
        scale, x = 1000 / self._em, 0.0
        for letter in text:
            glyph = self._glyphs[self._names[ord(letter)]]
            glyph.draw(TransformPen(pen, (scale, 0, 0, -scale, x, 0)))
            x += glyph.width * scale
        return str(pen.getCommands())

    def subset(self, letters: Iterable[str]) -> tuple[bytes, dict[str, int]]:
        """A TrueType file with these letters alone, and each letter's glyph number in it."""
        return _subset(self.path, "".join(sorted(set(letters))))


@lru_cache(maxsize=32)
def _subset(path: Path, letters: str) -> tuple[bytes, dict[str, int]]:
    """Kept, because a lot's stamps are printed a sheet at a time and its words stay the same."""
    font = TTFont(path, recalcTimestamp=False)
    options = Options(hinting=False, notdef_outline=True, name_IDs=[], drop_tables=["name", "OS/2"])
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=[ord(letter) for letter in letters])
    subsetter.subset(font)
    file = io.BytesIO()
    font.save(file)
    names = font.getBestCmap()
    return file.getvalue(), {letter: font.getGlyphID(names[ord(letter)]) for letter in letters}


@cache
def face(name: str) -> Face:
    """The face of this name, read once."""
    return Face(name)
