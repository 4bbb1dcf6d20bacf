"""Charts as server-side SVG: no script, readable without colour, a table one link away.

A drawing's letters shrink and grow with it, so each chart is drawn twice, for a phone and for a screen;
the style sheet shows one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from trace.texts.formats import number

RIGHT, TOP, BOTTOM = 12, 18, 30
PARTS = 4
NICE = (1, 2, 3, 4, 6, 8, 10)
"""Tops of a scale whose quarters are read easily."""


@dataclass(frozen=True)
class Point:
    """One bar: what stands under it, its value, and the words for it."""

    label: str
    value: float
    said: str


@dataclass(frozen=True)
class Frame:
    """A drawing's size in pixels where it is shown, the room for the scale, and how many labels fit."""

    name: str
    width: int
    height: int
    left: int
    labels: int

    @property
    def tall(self) -> int:
        """Where bars may stand."""
        return self.height - TOP - BOTTOM

    def room(self, count: int) -> float:
        """The width of one of so many bars, with its gap."""
        return (self.width - self.left - RIGHT) / max(1, count)


FRAMES = (Frame("screen", 1200, 260, 68, 12), Frame("phone", 328, 210, 58, 4))


def nice_ceiling(value: float, steps: Sequence[float] = NICE) -> float:
    """The least number not below ``value`` that is one of ``steps`` times a power of ten."""
    if value <= 0:
        return 1
    power = 1.0
    while power * 10 <= value:
        power *= 10
    while power > value:
        power /= 10
    return next(step * power for step in steps if step * power >= value)


def bars(lang: str, points: Sequence[Point], title: str, tick: str = "{}") -> Markup:
    """A bar for each point. Every bar carries its words; ``tick`` formats the scale's figures, which have to
    fit beside it: of many thousands take thousands.
    """
    top = nice_ceiling(max((point.value for point in points), default=0))
    shape = Markup('<svg class="chart bars {}" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>')
    return Markup("").join(
        shape.format(
            frame.name,
            frame.width,
            frame.height,
            title,
            Markup("").join(_inner(lang, frame, points, top, tick)),
        )
        for frame in FRAMES
    )


def _inner(lang: str, frame: Frame, points: Sequence[Point], top: float, tick: str) -> Iterator[Markup]:
    yield from _grid(lang, frame, top, tick)
    yield from _columns(frame, points, top)
    yield from _labels(frame, points)


def _grid(lang: str, frame: Frame, top: float, tick: str) -> Iterator[Markup]:
    line = Markup('<line class="gl" x1="{}" x2="{}" y1="{:.1f}" y2="{:.1f}"/>')
    line += Markup('<text x="{}" y="{:.1f}" text-anchor="end">{}</text>')
    for part in range(PARTS + 1):
        y = TOP + frame.tall * (1 - part / PARTS)
        said = tick.format(number(lang, round(top * part / PARTS, 3)))
        yield line.format(frame.left, frame.width - RIGHT, y, y, frame.left - 8, y + 4, said)


def _columns(frame: Frame, points: Sequence[Point], top: float) -> Iterator[Markup]:
    bar = Markup('<rect x="{:.2f}" y="{:.2f}" width="{:.2f}" height="{:.2f}"><title>{}</title></rect>')
    room = frame.room(len(points))
    for place, point in enumerate(points):
        height = frame.tall * point.value / top
        x = frame.left + room * (place + 0.1)
        yield bar.format(x, TOP + frame.tall - height, max(1.0, room * 0.8), height, point.said)


def _labels(frame: Frame, points: Sequence[Point]) -> Iterator[Markup]:
    room = frame.room(len(points))
    every = max(1, -(-len(points) // frame.labels))
    said = Markup('<text x="{:.2f}" y="{}" text-anchor="middle">{}</text>')
    for place, point in enumerate(points):
        if place % every == 0:
            yield said.format(frame.left + room * (place + 0.5), frame.height - 10, point.label)
