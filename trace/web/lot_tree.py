"""The picture of a trace: sources above, buyers below, drawn by ourselves as SVG without script.

A drawing's letters shrink with it, so it is drawn twice, for a phone and for a screen or paper; the style
sheet shows one. A state is told by a sign, its word and the edge of its box, never by colour alone.
"""

from collections.abc import Iterator

from markupsafe import Markup

from trace.services.tracing.picture import Box, Picture, lay_out
from trace.services.tracing.report import Report
from trace.texts.catalogs import t
from trace.texts.formats import weight
from trace.web.lot_boxes import heading, lines, look, shortened
from trace.web.lot_ways import GAP_Y, TALL, Sheet, ways

PAD = 8
LABELLED = 14
"""Strokes up to which each has its weight written beside it; in a fuller picture the title has it."""


SCREEN, PHONE = Sheet("screen", 900, 5, 22), Sheet("phone", 328, 2, 20)


def both(report: Report, name: str, lang: str) -> Markup:
    """The picture for a page, once for each width."""
    return Markup("").join(draw(report, name, lang, sheet) for sheet in (SCREEN, PHONE))


def alone(report: Report, name: str, lang: str) -> str:
    """The picture as a file of its own."""
    return str(draw(report, name, lang, SCREEN, Markup(' xmlns="http://www.w3.org/2000/svg"')))


def draw(report: Report, name: str, lang: str, sheet: Sheet, more: Markup | None = None) -> Markup:
    """One drawing with title and description for those who hear it."""
    picture = lay_out(report, sheet.most)
    high = len(picture.layers) * (TALL + GAP_Y) - GAP_Y + 2
    head = Markup(
        '<svg{} class="tree {}" viewBox="0 0 {} {}" width="{}" height="{}" role="img" '
        'aria-labelledby="t-{} d-{}" font-family="Be Vietnam Pro,Noto Sans,sans-serif" font-size="12">'
        '<title id="t-{}">{}</title><desc id="d-{}">{}</desc>'
    )
    size = (sheet.width, high, sheet.width, high)
    marks = (sheet.name, sheet.name, sheet.name)
    title, said = _title(report, name, lang), _description(picture, lang)
    opening = head.format(more or "", sheet.name, *size, *marks[:2], marks[0], title, marks[0], said)
    inner = [*_strokes(picture, lang, sheet), *_rows(picture, lang, sheet)]
    return opening + Markup("").join(inner) + Markup("</svg>")


def _title(report: Report, name: str, lang: str) -> str:
    return t(lang, f"trace.tree.{report.way.value}", name=name, n=len(report.nodes))


def _description(picture: Picture, lang: str) -> str:
    """The layers in words, from the sources on; the table says the rest."""
    rows = [", ".join(heading(box, lang) for box in row) for row in picture.layers]
    return " → ".join(rows) + ". " + t(lang, "trace.tree.table")


def _strokes(picture: Picture, lang: str, sheet: Sheet) -> Iterator[Markup]:
    heaviest = max((stroke.grams for stroke in picture.strokes), default=1)
    path = Markup('<path class="flow" d="{}" fill="none" stroke="#8a7c66" stroke-width="{:.1f}">')
    path += Markup("<title>{}</title></path>")
    for way, stroke in zip(ways(picture, sheet), picture.strokes, strict=True):
        wide = 1.2 + 5 * stroke.grams / heaviest
        yield path.format(way.path, wide, weight(lang, stroke.grams))
    if len(picture.strokes) <= LABELLED:
        for way, stroke in zip(ways(picture, sheet), picture.strokes, strict=True):
            yield _NEAR.format(*way.label, weight(lang, stroke.grams))


_NEAR = Markup(
    '<text class="kg" x="{:.1f}" y="{:.1f}" text-anchor="middle" fill="#5c5046" stroke="#fffdf8" '
    'stroke-width="4" paint-order="stroke" font-size="11">{}</text>'
)


def _rows(picture: Picture, lang: str, sheet: Sheet) -> Iterator[Markup]:
    for layer, row in enumerate(picture.layers):
        for place, box in enumerate(row):
            x, y = sheet.left(place, len(row)), layer * (TALL + GAP_Y) + 1
            yield _frame(box, x, y, sheet.box) + _words(box, x, y, lang, sheet.letters)


_SHAPE = Markup(
    '<g class="box {}"><rect x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{}" rx="6" '
    'fill="{}" stroke="{}" stroke-width="{}" stroke-dasharray="{}"/>'
)
_MANY = Markup('<path d="M{:.1f} {:.1f}h{:.1f}" stroke="{}" stroke-width="1.5"/>')
_PAINTS = {
    "bad": ("#fbe4e2", "#7a0e22", 3, "none"),
    "warn": ("#fff1c9", "#573b00", 2, "6 3"),
    "start": ("#e4f0df", "#14502d", 2.5, "none"),
    "partner": ("#f3ecdf", "#8a7c66", 1, "2 3"),
    "plain": ("#fffdf8", "#8a7c66", 1, "none"),
}
"""Fill, edge, its width and dashes. The style sheet of pages gives the same in the reader's theme."""


def _frame(box: Box, x: float, y: float, wide: float) -> Markup:
    """The edge of a box; one of several lots has a second line below."""
    name = look(box)
    fill, ink, thick, dashes = _PAINTS[name]
    shape = _SHAPE.format(name, x + 1, y, wide - 2, TALL - 2, fill, ink, thick, dashes)
    if len(box.nodes) == 1:
        return shape
    return shape + _MANY.format(x + 8, y + TALL + 1.5, wide - 16, ink)


_LINE = Markup('<text x="{:.1f}" y="{:.1f}" fill="#2a211b" font-weight="{}">{}</text>')


def _words(box: Box, x: float, y: float, lang: str, letters: int) -> Markup:
    said = [
        _LINE.format(x + PAD, y + 18 + 19 * place, 400 if place else 700, shortened(line, letters))
        for place, line in enumerate(lines(box, lang))
    ]
    return Markup("").join(said) + Markup("</g>")
