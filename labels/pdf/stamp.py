"""What all stamps of a job share, as PDF operators: one form, drawn on every label."""

from __future__ import annotations

from labels.fitting import PlacedText
from labels.layout import StampLayout
from labels.pdf.font import PdfFont
from labels.pdf.pictures import pictures_of
from labels.pdf.serial import words_before

Fonts = dict[str, PdfFont]


def form_of(layout: StampLayout, fonts: Fonts) -> bytes:
    """Bars, stars, pictures and the words that every stamp carries."""
    height = layout.stock.label_height_mm
    parts = [b"0 g\n"]
    for bar in layout.bars:
        y = height - bar.y_mm - bar.height_mm
        parts.append(b"%.3f %.3f %.3f %.3f re f\n" % (bar.x_mm, y, bar.width_mm, bar.height_mm))
    for star in layout.stars:
        corners = [b"%.3f %.3f" % (x, height - y) for x, y in star.points()]
        parts.append(b" m ".join((corners[0], b" l ".join((*corners[1:], b"h f\n")))))
    parts.append(pictures_of(layout))
    words = (*layout.texts, words_before(layout.serial))
    parts += [_shown(text, fonts, height) for text in words if text.text]
    return b"".join(parts)


def _shown(text: PlacedText, fonts: Fonts, height: float) -> bytes:
    ink, font = b"1 g" if text.white else b"0 g", fonts[text.face]
    y = height - text.baseline_mm
    place = font.hex_name, text.size_mm, text.x_mm, y, font.hexed(text.text)
    return b"BT %b /%b %.2f Tf %.2f %.2f Td <%b> Tj ET\n" % (ink, *place)
