"""A subset of one face inside a PDF, to be set in two ways.

Any of its letters by glyph number (Type0, Identity-H, with a map back to Unicode for copying);
what is plain ASCII, such as codes and numbers, also as one byte a letter (TrueType, WinAnsi),
a quarter of the space.
"""

from __future__ import annotations

import hashlib

from labels.fonts import BOLD, CAP_HEIGHT, CHINESE, JAPANESE, REGULAR, face
from labels.pdf.file import PdfFile

RESOURCES = {REGULAR: b"R", BOLD: b"B", JAPANESE: b"J", CHINESE: b"C"}
CMAP = b"""/CIDInit /ProcSet findresource begin 12 dict begin begincmap
/CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def
/CMapName /Adobe-Identity-UCS def /CMapType 2 def
1 begincodespacerange <0000> <FFFF> endcodespacerange
%bendcmap CMapName currentdict /CMap defineresource pop end end
"""


class PdfFont:
    """Written into the file when made; pages name it by a capital, and by a small letter when ``plain``."""

    def __init__(self, file: PdfFile, name: str, letters: str, *, plain: bool = False) -> None:
        self.face = face(name)
        data, self._glyphs = self.face.subset(letters)
        tag = hashlib.sha256(data).digest()[:6]
        self._name = bytes(65 + byte % 26 for byte in tag) + b"+" + self.face.title.encode()
        program = file.add_stream(b"/Length1 %d" % len(data), data, compress=9)
        descriptor = file.add(self._descriptor(program))
        child = file.add(self._descendant(descriptor))
        unicode = file.add_stream(b"", self._to_unicode(), compress=9)
        parts = b"/Encoding/Identity-H/DescendantFonts[%d 0 R]/ToUnicode %d 0 R" % (child, unicode)
        self.number = file.add(b"<</Type/Font/Subtype/Type0/BaseFont/%b%b>>" % (self._name, parts))
        self.hex_name, self.plain_name = RESOURCES[name], RESOURCES[name].lower()
        self.resources = b"/%b %d 0 R" % (self.hex_name, self.number)
        if plain:
            self.resources += b"/%b %d 0 R" % (self.plain_name, file.add(self._plain(descriptor)))

    def hexed(self, text: str) -> bytes:
        """The text's glyph numbers, four hexadecimal digits each."""
        return b"".join(b"%04X" % self._glyphs[letter] for letter in text)

    def _descriptor(self, program: int) -> bytes:
        above, below = round(1000 * self.face.ascent), round(1000 * self.face.descent)
        metrics = b"/Ascent %d/Descent %d/CapHeight %d/StemV 90" % (above, below, 1000 * CAP_HEIGHT)
        shape = b"/Flags 32/ItalicAngle 0/FontBBox[-200 %d 1300 1225]" % below
        return b"<</Type/FontDescriptor/FontName/%b%b%b/FontFile2 %d 0 R>>" % (
            self._name,
            shape,
            metrics,
            program,
        )

    def _descendant(self, descriptor: int) -> bytes:
        advances = sorted((number, self.face.advance(letter)) for letter, number in self._glyphs.items())
        widths = b"".join(b"%d[%d]" % (number, round(1000 * advance)) for number, advance in advances)
        system = b"/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>"
        maps = b"/CIDToGIDMap/Identity/DW 600/W[%b]/FontDescriptor %d 0 R" % (widths, descriptor)
        return b"<</Type/Font/Subtype/CIDFontType2/BaseFont/%b%b%b>>" % (self._name, system, maps)

    def _plain(self, descriptor: int) -> bytes:
        letters = (chr(code) for code in range(32, 127))
        advances = [self.face.advance(letter) if letter in self._glyphs else 0 for letter in letters]
        widths = b" ".join(b"%d" % round(1000 * advance) for advance in advances)
        shape = b"/FirstChar 32/LastChar 126/Widths[%b]/FontDescriptor %d 0 R" % (widths, descriptor)
        kind = b"<</Type/Font/Subtype/TrueType/Encoding/WinAnsiEncoding"
        return b"%b/BaseFont/%b%b>>" % (kind, self._name, shape)

    def _to_unicode(self) -> bytes:
        pairs = sorted((number, letter) for letter, number in self._glyphs.items())
        lines = [b"<%04X> <%b>\n" % (number, _utf16(letter)) for number, letter in pairs]
        blocks = [lines[start : start + 100] for start in range(0, len(lines), 100)]
        parts = (b"%d beginbfchar\n%bendbfchar\n" % (len(block), b"".join(block)) for block in blocks)
        return CMAP % b"".join(parts)


def _utf16(letter: str) -> bytes:
    return letter.encode("utf-16-be").hex().upper().encode()
