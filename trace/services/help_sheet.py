"""The sheet that hangs beside the scales: how a lot is written and stamped, and whom to call, on one A4."""

import io
import threading
from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph

from labels.fonts import BOLD, REGULAR, face
from labels.qr.single import symbol_of
from trace.texts.catalogs import t

PARTS: Final = {"lot": 4, "print": 4, "stick": 3, "activate": 3, "network": 3}
"""What the sheet tells, and in how many sentences (``wall.<part>.<n>``)."""
_MARGIN: Final = 16 * mm
_WIDTH: Final = A4[0] - 2 * _MARGIN
_COLUMN: Final = (_WIDTH - 10 * mm) / 2
_QR: Final = 38 * mm
_INK, _LEAF, _LINE = (HexColor(one) for one in ("#1b1f1c", "#1f6b3f", "#c9cfca"))
_one_at_a_time: Final = threading.Lock()
"""The library's fonts are the process's, and not made for two threads."""


@dataclass(frozen=True)
class Sheet:
    """Whose sheet, in which language, whom to call, and the two addresses of its codes."""

    language: str
    organisation: str
    own_phone: str
    office_phone: str
    sign_in: str
    help: str

    def parts(self) -> list[tuple[str, list[str]]]:
        """Headings with their sentences."""
        lang = self.language
        return [
            (t(lang, f"wall.{part}"), [t(lang, f"wall.{part}.{n}") for n in range(1, count + 1)])
            for part, count in PARTS.items()
        ]

    def numbers(self) -> list[tuple[str, str]]:
        """Who is called, and the number."""
        lang = self.language
        own = [(self.organisation, self.own_phone)] if self.own_phone else []
        return [*own, (t(lang, "wall.office"), self.office_phone)]


def pdf(sheet: Sheet) -> bytes:
    """The sheet as one page of A4, real text in the shipped face."""
    with _one_at_a_time:
        _register()
        buffer = io.BytesIO()
        canvas = Canvas(buffer, pagesize=A4, lang=sheet.language, initialFontName=REGULAR)
        canvas.setTitle(f"{t(sheet.language, 'wall.title')} {sheet.organisation}".strip())
        top = _head(canvas, sheet)
        _columns(canvas, sheet, top)
        _foot(canvas, sheet)
        canvas.save()
        return buffer.getvalue()


def _register() -> None:
    for name in (REGULAR, BOLD):
        if name not in pdfmetrics.getRegisteredFontNames():
            pdfmetrics.registerFont(TTFont(name, str(face(name).path)))


def _head(canvas: Canvas, sheet: Sheet) -> float:
    top = _text(canvas, t(sheet.language, "wall.title"), A4[1] - _MARGIN, size=22, font=BOLD, colour=_LEAF)
    if sheet.organisation:
        top = _text(canvas, sheet.organisation, top - 1 * mm, size=13, font=BOLD)
    canvas.setStrokeColor(_LINE)
    canvas.line(_MARGIN, top - 3 * mm, A4[0] - _MARGIN, top - 3 * mm)
    return float(top - 7 * mm)


def _columns(canvas: Canvas, sheet: Sheet, top: float) -> None:
    """Three parts on the left, the others on the right."""
    left, right = top, top
    for number, (title, lines) in enumerate(sheet.parts()):
        if number < 3:
            left = _part(canvas, f"{number + 1}. {title}", lines, _MARGIN, left)
        else:
            right = _part(canvas, f"{number + 1}. {title}", lines, A4[0] - _MARGIN - _COLUMN, right)
    _numbers(canvas, sheet, right)


def _part(canvas: Canvas, title: str, lines: list[str], x: float, top: float) -> float:
    top = _text(canvas, title, top, size=17, font=BOLD, colour=_LEAF, x=x, width=_COLUMN)
    for line in lines:
        top = _text(canvas, line, top - 1.6 * mm, x=x, width=_COLUMN)
    return float(top - 6 * mm)


def _numbers(canvas: Canvas, sheet: Sheet, top: float) -> None:
    x = A4[0] - _MARGIN - _COLUMN
    top = _text(canvas, t(sheet.language, "wall.call"), top, size=17, font=BOLD, colour=_LEAF, x=x)
    for who, number in sheet.numbers():
        top = _text(canvas, who, top - 1.6 * mm, x=x, width=_COLUMN)
        top = _text(canvas, number, top - 0.6 * mm, size=19, font=BOLD, x=x, width=_COLUMN)


def _foot(canvas: Canvas, sheet: Sheet) -> None:
    """The two codes, each with what it opens and its address in letters."""
    for n, (key, address) in enumerate((("wall.sign_in", sheet.sign_in), ("wall.help", sheet.help))):
        x = _MARGIN if n == 0 else A4[0] - _MARGIN - _COLUMN
        _code(canvas, address, x, _MARGIN)
        beside, room = x + _QR + 4 * mm, _COLUMN - _QR - 4 * mm
        top = _text(canvas, t(sheet.language, key), _MARGIN + _QR - 4 * mm, font=BOLD, x=beside, width=room)
        _text(canvas, address, top - 1.5 * mm, size=7.2, x=beside, width=room)


def _code(canvas: Canvas, address: str, x: float, y: float) -> None:
    """A QR code of ``_QR`` with its quiet zone of four modules inside."""
    symbol = symbol_of(address)
    side = len(symbol)
    module = _QR / (side + 8)
    canvas.setFillColor(HexColor("#000000"))
    for row, line in enumerate(symbol):
        for column, dark in enumerate(line):
            if dark:
                at = x + (column + 4) * module, y + _QR - (row + 5) * module
                canvas.rect(*at, module, module, stroke=0, fill=1)


def _text(
    canvas: Canvas,
    text: str,
    top: float,
    *,
    size: float = 13.5,
    font: str = REGULAR,
    colour: HexColor = _INK,
    x: float = _MARGIN,
    width: float = _WIDTH,
) -> float:
    """The text below ``top``; where the next may begin."""
    style = ParagraphStyle(
        font, fontName=font, fontSize=size, leading=size * 1.34, textColor=colour, splitLongWords=1
    )
    words = Paragraph(escape(text), style)
    height = words.wrap(width, A4[1])[1]
    words.drawOn(canvas, x, top - height)
    return float(top - height)
