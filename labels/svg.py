"""Previews for the screen, in true millimetres: one stamp with its text as outlines, or a sheet's cells."""

from __future__ import annotations

from html import escape

import numpy as np

from labels.design import serial_text, typed
from labels.fitting import PlacedText
from labels.fonts import face
from labels.job import PrintJob
from labels.qr.template import Bits
from labels.stock import Stock


def stamp_svg(job: PrintJob) -> str:
    """The job's first stamp, as it will be printed; the title says its product and its code.

    :raises LabelError: as :meth:`PrintJob.prepared`.
    """
    encoder, layout = job.prepared()
    codes, serials = next(iter(job.codes()))
    code = typed(codes[0].tobytes().decode("ascii"))
    width, height = job.stock.label_width_mm, job.stock.label_height_mm
    modules = encoder.modules(codes[:1], best_of_8=job.design.best_of_8)[0]
    parts = [f'<rect width="{width:g}" height="{height:g}" fill="#fff"/>', '<g fill="#000">']
    for bar in layout.bars:
        corner, size = (bar.x_mm, bar.y_mm), (bar.width_mm, bar.height_mm)
        parts.append('<rect x="{:.3f}" y="{:.3f}" width="{:.3f}" height="{:.3f}"/>'.format(*corner, *size))
    move = f"translate({layout.qr_x_mm:g} {layout.qr_y_mm:g}) scale({layout.module_mm:g})"
    parts.append(f'<path shape-rendering="crispEdges" transform="{move}" d="{_runs(modules)}"/>')
    for star in layout.stars:
        parts.append(f'<polygon points="{" ".join(f"{x:.3f},{y:.3f}" for x, y in star.points())}"/>')
    parts += [_outline(text, text.text) for text in layout.texts]
    parts.append(_outline(layout.serial, serial_text(layout.serial.text, int(serials[0]))))
    parts.append(_outline(layout.code, code, layout.code_room_mm))
    return _svg(width, height, f"{job.texts.product}, {code}", "".join((*parts, "</g>")))


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
    """Words as a path, squeezed sideways when wider than their room."""
    type_face = face(place.face)
    squeeze = min(1.0, (room_mm or 1e9) / (type_face.width(words) * place.size_mm))
    scale = place.size_mm / 1000
    move = f"translate({place.x_mm:.3f} {place.baseline_mm:.3f}) scale({scale * squeeze:.6f} {scale:.6f})"
    ink = ' fill="#fff"' if place.white else ""
    return f'<path transform="{move}"{ink} d="{type_face.outline(words)}"/>'


def _runs(modules: Bits) -> str:
    """Dark modules of a row that touch, as one rectangle each."""
    parts = []
    for y, row in enumerate(modules):
        edges = np.flatnonzero(np.diff(np.concatenate(([False], row, [False])).astype(np.int8)))
        parts += [f"M{start} {y}h{end - start}v1H{start}z" for start, end in edges.reshape(-1, 2).tolist()]
    return "".join(parts)
