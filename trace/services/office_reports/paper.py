"""A report as PDF: A4 across, real text in an embedded face, tables that run over pages with their heads."""

import io
import threading
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import cache, partial
from typing import Any, Final
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, LongTable, PageBreak, Paragraph, SimpleDocTemplate, Spacer

from labels.fonts import BOLD, REGULAR, face
from trace.services.office_reports.contents import Content
from trace.services.tables import Column, Table
from trace.texts import formats
from trace.texts.catalogs import shown, t

MOST_ROWS: Final = 1_000
"""Rows of one table on paper; the workbook has all."""
_PAGE: Final = landscape(A4)
_MARGIN: Final = 15 * mm
_PADDING: Final = 6
"""What the library leaves free at the sides of a page's frame."""
_WIDTH: Final = _PAGE[0] - 2 * _MARGIN - 2 * _PADDING
_INK, _QUIET, _LINE, _HEAD = (HexColor(one) for one in ("#1b1f1c", "#5a615c", "#c9cfca", "#eef2ee"))
_one_at_a_time: Final = threading.Lock()
"""The library's fonts are the process's, and not made for two threads."""


def pdf(content: Content, signature: str) -> bytes:
    """The document; ``signature`` is the sentence that says whether, by whom or why not it is signed."""
    with _one_at_a_time:
        _register()
        buffer = io.BytesIO()
        document = SimpleDocTemplate(
            buffer,
            pagesize=_PAGE,
            leftMargin=_MARGIN,
            rightMargin=_MARGIN,
            topMargin=_MARGIN,
            bottomMargin=18 * mm,
            title=content.title,
            subject=content.period,
            lang=content.language,
            initialFontName=REGULAR,
        )
        document.build(_story(content, signature), canvasmaker=partial(_Numbered, content=content))
        return buffer.getvalue()


class _Numbered(Canvas):  # type: ignore[misc]
    """Pages that know how many there are: they are finished once the last one is drawn."""

    def __init__(self, *given: Any, content: Content, **named: Any) -> None:
        super().__init__(*given, **named)
        self._content, self._waiting = content, list[dict[str, Any]]()

    def showPage(self) -> None:  # noqa: N802 - the library's name
        """Keep the page until the number of all is known."""
        self._waiting.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        """Write the foot of each page, then the file."""
        pages = len(self._waiting)
        for number, state in enumerate(self._waiting, 1):
            self.__dict__.update(state)
            self._foot(number, pages)
            super().showPage()
        super().save()

    def _foot(self, number: int, pages: int) -> None:
        content = self._content
        self.setFont(REGULAR, 8)
        self.setFillColor(_QUIET)
        self.drawString(_MARGIN + _PADDING, 10 * mm, f"{content.title} · {content.period}"[:110])
        self.drawRightString(
            _PAGE[0] - _MARGIN - _PADDING, 10 * mm, t(content.language, "report.page", n=number, m=pages)
        )


def _story(content: Content, signature: str) -> list[Flowable]:
    lang, style = content.language, _styles()
    parts = [Paragraph(escape(content.title), style["title"])]
    said = (
        ("report.about.period", content.period),
        ("report.about.compared", content.compared),
        ("report.about.made", shown(lang, content.made_at)),
    )
    parts += [Paragraph(f"{escape(t(lang, key))}: {escape(value)}", style["text"]) for key, value in said]
    parts += [Paragraph(escape(signature), style["text"]), Spacer(0, 4 * mm)]
    parts += _drawn(_headlines(content), lang, (0.26, 0.16, 0.38, 0.2))
    for table in content.papers:
        parts += [PageBreak(), Paragraph(escape(table.title), style["head"])]
        parts += _drawn(table, lang)
        parts += [Paragraph(escape(note), style["note"]) for note in table.notes if note]
    return parts


def _headlines(content: Content) -> Table:
    names = ("name", "value", "formula", "fresh")
    columns = [Column(name, t(content.language, f"report.about.{name}")) for name in names]
    return Table("", columns, [[one.name, one.said, one.formula, one.fresh] for one in content.figures])


def _drawn(table: Table, lang: str, shares: Sequence[float] = ()) -> list[Flowable]:
    style = _styles()
    head = [Paragraph(escape(one.heading), style[_head_of(one)]) for one in table.columns]
    rows = [
        [_cell(column, value, lang) for column, value in zip(table.columns, row, strict=True)]
        for row in _some(table.rows)
    ]
    widths = [share * _WIDTH for share in shares or _shares(table.columns)]
    look = [
        ("LINEBELOW", (0, 0), (-1, -1), 0.5, _LINE),
        ("BACKGROUND", (0, 0), (-1, 0), _HEAD),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("FONTNAME", (0, 0), (-1, -1), REGULAR),
    ]
    parts: list[Flowable] = [LongTable([head, *rows], colWidths=widths, repeatRows=1, style=look)]
    if len(table.rows) > MOST_ROWS:
        said = t(lang, "report.paper.more", n=MOST_ROWS, m=len(table.rows))
        parts.append(Paragraph(escape(said), style["note"]))
    return parts


def _some(rows: Sequence[Sequence[Any]]) -> Sequence[Sequence[Any]]:
    """The first rows, and the whole that stands last."""
    return rows if len(rows) <= MOST_ROWS else [*rows[: MOST_ROWS - 1], rows[-1]]


def _shares(columns: Sequence[Column]) -> list[float]:
    """Words need more room than numbers; the first column the most."""
    wants = [1.8 if column.kind == "text" else 1.0 for column in columns]
    wants[0] += 0.8
    return [one / sum(wants) for one in wants]


def _head_of(column: Column) -> str:
    return "cellhead" if column.kind in ("text", "day") else "numberhead"


def _cell(column: Column, value: Any, lang: str) -> Paragraph:
    is_number = column.kind not in ("text", "day") or isinstance(value, int | float | Decimal)
    return Paragraph(escape(_said(column, value, lang)), _styles()["number" if is_number else "cell"])


def _said(column: Column, value: Any, lang: str) -> str:
    if value is None:
        return "–"
    if isinstance(value, date):
        return formats.day(lang, value)
    return formats.percent(lang, value) if column.kind == "share" else shown(lang, value)


@cache
def _register() -> None:
    for name in (REGULAR, BOLD):
        pdfmetrics.registerFont(TTFont(name, str(face(name).path)))


@cache
def _styles() -> dict[str, ParagraphStyle]:
    text = ParagraphStyle("text", fontName=REGULAR, fontSize=10, leading=14, textColor=_INK)
    cell = ParagraphStyle("cell", text, fontSize=9, leading=12)
    return {
        "text": text,
        "cell": cell,
        "number": ParagraphStyle("number", cell, alignment=TA_RIGHT),
        "cellhead": ParagraphStyle("cellhead", cell, fontName=BOLD),
        "numberhead": ParagraphStyle("numberhead", cell, fontName=BOLD, alignment=TA_RIGHT),
        "title": ParagraphStyle("title", text, fontName=BOLD, fontSize=18, leading=24, spaceAfter=4),
        "head": ParagraphStyle("head", text, fontName=BOLD, fontSize=13, leading=18, spaceAfter=6),
        "note": ParagraphStyle("note", cell, textColor=_QUIET, spaceBefore=4),
    }
