"""A QR code drawn into a page: one path, black on white whatever the page's colours are."""

from itertools import groupby

from markupsafe import Markup

from labels.qr.single import symbol_of

QUIET = 4
"""Empty modules around it (ISO/IEC 18004, 9.1)."""


def qr_picture(text: str, label: str) -> Markup:
    """An SVG for the page, spoken of as ``label``.

    Raises:
        PayloadTooLong: more than a symbol of version 9 holds.
    """
    rows = symbol_of(text, "L").tolist()
    side = len(rows) + 2 * QUIET
    path = "".join(_bars(row, y + QUIET) for y, row in enumerate(rows))
    head = Markup('<svg class="qr" viewBox="0 0 {0} {0}" role="img" aria-label="{1}">').format(side, label)
    field = Markup('<rect width="{0}" height="{0}" fill="#fff"/><path fill="#000" d="{1}"/>')
    return head + field.format(side, path) + Markup("</svg>")


def _bars(row: list[int], y: int) -> str:
    said, x = "", QUIET
    for is_dark, run in groupby(bool(module) for module in row):
        length = sum(1 for _ in run)
        said += f"M{x} {y}h{length}v1h-{length}z" if is_dark else ""
        x += length
    return said
