"""In true millimetres: stamps with their text as outlines, for screen and artwork, and a sheet's cells."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from html import escape

import numpy as np

from labels.design import serial_text, typed
from labels.fitting import PlacedText
from labels.fonts import face
from labels.job import PrintJob
from labels.layout import StampLayout
from labels.qr.template import Bits
from labels.stock import Stock


def stamp_svg(job: PrintJob) -> str:
    """The job's first stamp, as it will be printed; the title says its product and its code.

    :raises LabelError: as :meth:`PrintJob.prepared`.
    """
    encoder, layout = job.prepared()
    codes, serials = next(iter(job.codes()))
    modules = encoder.modules(codes[:1], best_of_8=job.design.best_of_8)[0]
    return _Stamp(job, layout).drawn(modules, codes[0].tobytes().decode("ascii"), int(serials[0]))


def stamp_svgs(job: PrintJob) -> Iterator[tuple[int, str]]:
    """Every stamp with its number, one at a time; stock and start cell do not matter.

    :raises LabelError: as :meth:`PrintJob.prepared`.
    """
    encoder, layout = job.prepared()
    stamp = _Stamp(job, layout)
    for run in job.runs():
        symbols = encoder.modules(run.codes, best_of_8=job.design.best_of_8)
        for modules, code, serial in zip(symbols, run.codes, run.serials.tolist(), strict=True):
            yield serial, stamp.drawn(modules, code.tobytes().decode("ascii"), serial)


class _Stamp:
    """Draws stamps of one layout; what they share is drawn once."""

    def __init__(self, job: PrintJob, layout: StampLayout) -> None:
        self._layout, self._product = layout, job.texts.product
        self._width, self._height = job.stock.label_width_mm, job.stock.label_height_mm
        size = f'width="{self._width:g}" height="{self._height:g}"'
        parts = [f'<rect {size} fill="#fff"/>', '<g fill="#000">']
        for bar in layout.bars:
            corner, sides = (bar.x_mm, bar.y_mm), (bar.width_mm, bar.height_mm)
            shape = '<rect x="{:.3f}" y="{:.3f}" width="{:.3f}" height="{:.3f}"/>'
            parts.append(shape.format(*corner, *sides))
        for star in layout.stars:
            parts.append(f'<polygon points="{" ".join(f"{x:.3f},{y:.3f}" for x, y in star.points())}"/>')
        for art in layout.art:
            parts.append(_picture(art.bits, art.x_mm, art.y_mm, art.width_mm, art.height_mm))
        for symbol in layout.symbols:
            side = len(symbol.modules) * symbol.module_mm
            parts.append(_picture(symbol.modules, symbol.x_mm, symbol.y_mm, side, side))
        parts += [_outline(text, text.text) for text in layout.texts]
        self._shared = "".join(parts)

    def drawn(self, modules: Bits, code: str, serial: int) -> str:
        """One stamp as a whole document."""
        layout, length = self._layout, len(code)
        move = f"translate({layout.qr_x_mm:g} {layout.qr_y_mm:g}) scale({layout.module_mm:g})"
        symbol = f'<path shape-rendering="crispEdges" transform="{move}" d="{_runs(modules)}"/>'
        number = _outline(layout.serial, serial_text(layout.serial.text, serial))
        under = "".join(
            _outline(place, typed(code[part]) + ("-" if part.stop < length else ""), room)
            for place, part, room in layout.code_lines(length)
        )
        body = f"{self._shared}{symbol}{number}{under}</g>"
        return _svg(self._width, self._height, f"{self._product}, {typed(code)}", body)


def sheet_svg(stock: Stock, start_cell: int, stamps: int, title: str) -> str:
    """The first page's cells with classes ``used``, ``start``, ``print`` and ``free`` for the style sheet.

    :raises BadJob: the page has no such start cell.
    """
    stock.checked_cell(start_cell)
    cells = []
    for cell in range(1, stock.cells + 1):
        left, top = stock.corner_mm(cell)
        cells.append(
            f'<rect class="{_use(cell, start_cell, stamps)}" data-cell="{cell}" x="{left:.2f}" y="{top:.2f}" '
            f'width="{stock.label_width_mm:g}" height="{stock.label_height_mm:g}" rx="1"/>'
        )
    return _svg(stock.page_width_mm, stock.page_height_mm, title, "".join(cells))


def _use(cell: int, start: int, stamps: int) -> str:
    if cell < start:
        return "used"
    if cell == start:
        return "start"
    return "print" if cell < start + stamps else "free"


def _svg(width: float, height: float, title: str, body: str) -> str:
    size = f'width="{width:g}mm" height="{height:g}mm" viewBox="0 0 {width:g} {height:g}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">'
    return f"{head}<title>{escape(title)}</title>{body}</svg>"


def _outline(place: PlacedText, words: str, room_mm: float | None = None) -> str:
    """Words as paths, a letter each, squeezed sideways when wider than their room."""
    if not words:
        return ""
    type_face = face(place.face)
    squeeze = min(1.0, (room_mm or 1e9) / (type_face.width(words) * place.size_mm))
    scale = place.size_mm / 1000
    move = f"translate({place.x_mm:.3f} {place.baseline_mm:.3f}) scale({scale * squeeze:.6f} {scale:.6f})"
    ink = ' fill="#fff"' if place.white else ""
    letters, x = [], 0.0
    for letter in words:
        if shape := _letter(place.face, letter):
            letters.append(f'<path transform="translate({x:.0f})" d="{shape}"/>')
        x += 1000 * type_face.advance(letter)
    return f'<g transform="{move}"{ink}>{"".join(letters)}</g>'


@lru_cache(maxsize=1024)
def _letter(name: str, letter: str) -> str:
    """Kept: tracing a letter takes a hundred times as long as placing it."""
    return face(name).outline(letter)


def _picture(bits: Bits, x: float, y: float, width: float, height: float) -> str:
    rows, columns = bits.shape
    move = f"translate({x:g} {y:g}) scale({width / columns:g} {height / rows:g})"
    return f'<path shape-rendering="crispEdges" transform="{move}" d="{_runs(bits)}"/>'


def _runs(modules: Bits) -> str:
    """Dark modules of a row that touch, as one rectangle each."""
    parts = []
    for y, row in enumerate(modules):
        edges = np.flatnonzero(np.diff(np.concatenate(([False], row, [False])).astype(np.int8)))
        parts += [f"M{start} {y}h{end - start}v1H{start}z" for start, end in edges.reshape(-1, 2).tolist()]
    return "".join(parts)
