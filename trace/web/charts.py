"""Charts as server-side SVG: no script, readable without colour, a table one link away."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

WIDTH, HEIGHT = 720, 240
LEFT, RIGHT, TOP, BOTTOM = 64, 12, 18, 30
NICE = (1, 2, 2.5, 5, 10)


@dataclass(frozen=True)
class Point:
    """One bar: what stands under it, its value, and the words for it."""

    label: str
    value: float
    said: str


def nice_ceiling(value: float) -> float:
    """The least round number not below ``value``: 1, 2, 2.5 or 5 times a power of ten."""
    if value <= 0:
        return 1
    power = 1.0
    while power * 10 <= value:
        power *= 10
    return next(step * power for step in NICE if step * power >= value)


def bars(points: Sequence[Point], title: str, tick: str = "{}") -> Markup:
    """A bar for each point. Every bar carries its words; ``tick`` formats the scale's figures."""
    top = nice_ceiling(max((point.value for point in points), default=0))
    inner = [*_grid(top, tick), *_columns(points, top), *_labels(points)]
    shape = Markup('<svg class="chart bars" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>')
    return shape.format(WIDTH, HEIGHT, title, Markup("").join(inner))


def _grid(top: float, tick: str) -> list[Markup]:
    line = Markup('<line class="gl" x1="{}" x2="{}" y1="{:.1f}" y2="{:.1f}"/>')
    line += Markup('<text x="{}" y="{:.1f}" text-anchor="end">{}</text>')
    lines = []
    for part in range(5):
        y = TOP + (HEIGHT - TOP - BOTTOM) * (1 - part / 4)
        said = tick.format(_short(top * part / 4))
        lines.append(line.format(LEFT, WIDTH - RIGHT, y, y, LEFT - 8, y + 4, said))
    return lines


def _short(value: float) -> str:
    return f"{value:g}".replace(".", ",")


def _columns(points: Sequence[Point], top: float) -> list[Markup]:
    bar = Markup('<rect x="{:.2f}" y="{:.2f}" width="{:.2f}" height="{:.2f}"><title>{}</title></rect>')
    room = (WIDTH - LEFT - RIGHT) / max(1, len(points))
    tall = HEIGHT - TOP - BOTTOM
    drawn = []
    for place, point in enumerate(points):
        height = tall * point.value / top
        width = max(1.0, room * 0.8)
        drawn.append(bar.format(LEFT + room * (place + 0.1), TOP + tall - height, width, height, point.said))
    return drawn


def _labels(points: Sequence[Point]) -> list[Markup]:
    room = (WIDTH - LEFT - RIGHT) / max(1, len(points))
    every = max(1, -(-len(points) // 10))
    said = Markup('<text x="{:.2f}" y="{}" text-anchor="middle">{}</text>')
    return [
        said.format(LEFT + room * (place + 0.5), HEIGHT - 10, point.label)
        for place, point in enumerate(points)
        if place % every == 0
    ]
