"""Curves over days as server-side SVG: lines told apart by their stroke, zones behind, words on peaks.

As ``web.charts``, each is drawn twice, for a phone and for a screen.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from markupsafe import Markup

from trace.web.charts import BOTTOM, PARTS, RIGHT, Frame, nice_ceiling

TOP = 34
STEPS = (1, 1.2, 1.6, 2, 2.4, 3.2, 4, 6, 8, 10)
"""Tops of a scale whose quarters are read easily; closer together than those of bars."""
HEADROOM = 1.1
"""Peaks stay under what is written over the zones."""
Tick = Callable[[float], str]
FRAMES = (Frame("screen", 760, 400, 56, 7), Frame("phone", 328, 250, 44, 4))


@dataclass(frozen=True)
class Line:
    """One line: what the style sheet knows it by, a value by day, the words on its peak.

    A ``filled`` line is drawn over the others' ground; days without a value are nought.
    """

    name: str
    values: Mapping[date, float]
    peak: str = ""
    filled: bool = False


@dataclass(frozen=True)
class Zone:
    """Days that are shaded, and what is written over them."""

    first: date
    last: date
    label: str


@dataclass(frozen=True)
class Days:
    """The days a drawing spans, both included, in a frame."""

    first: date
    last: date
    frame: Frame
    top: float

    @property
    def floor(self) -> float:
        """Where nought is."""
        return self.frame.height - BOTTOM

    @property
    def count(self) -> int:
        """Days from first to last."""
        return (self.last - self.first).days

    def x(self, day: date) -> float:
        """Where a day stands."""
        width = self.frame.width - self.frame.left - RIGHT
        return self.frame.left + width * (day - self.first).days / self.count

    def y(self, value: float) -> float:
        """Where a value stands."""
        return self.floor - (self.floor - TOP) * value / self.top

    def every(self) -> Iterator[date]:
        """Each day."""
        yield from (self.first + timedelta(days=n) for n in range(self.count + 1))


def lines(
    span: tuple[date, date], drawn: Sequence[Line], zones: Sequence[Zone], words: tuple[str, str], tick: Tick
) -> Markup:
    """The drawing for both frames; ``words`` are its title and its sentence, ``tick`` says the scale."""
    most = max((value for line in drawn for value in line.values.values()), default=0)
    top = nice_ceiling(most * HEADROOM, STEPS)
    shape = Markup(
        '<svg class="chart season {0}" viewBox="0 0 {1} {2}" role="img" aria-label="{3}">'
        "<desc>{4}</desc>{5}</svg>"
    )
    made = []
    for frame in FRAMES:
        days = Days(*span, frame, top)
        inner = Markup("").join(_inner(days, drawn, zones, tick))
        made.append(shape.format(frame.name, frame.width, frame.height, *words, inner))
    return Markup("").join(made)


def _inner(days: Days, drawn: Sequence[Line], zones: Sequence[Zone], tick: Tick) -> Iterator[Markup]:
    yield from (_zone(days, zone) for zone in zones)
    yield from _grid(days, tick)
    yield from (_fill(days, line) for line in drawn if line.filled)
    yield from (_line(days, line) for line in drawn if line.values)
    yield from (_peak(days, line) for line in drawn if line.peak and line.values)
    yield from _labels(days)


def _zone(days: Days, zone: Zone) -> Markup:
    left, right = days.x(zone.first), days.x(zone.last)
    shape = Markup('<rect class="zone" x="{:.1f}" y="{}" width="{:.1f}" height="{:.1f}"/>')
    shape += Markup('<text class="zl" x="{:.1f}" y="{}" text-anchor="middle">{}</text>')
    middle = (left + right) / 2
    return shape.format(left, TOP - 22, right - left, days.floor - TOP + 22, middle, TOP - 7, zone.label)


def _grid(days: Days, tick: Tick) -> Iterator[Markup]:
    shape = Markup('<line class="gl" x1="{}" x2="{}" y1="{:.1f}" y2="{:.1f}"/>')
    shape += Markup('<text x="{}" y="{:.1f}" text-anchor="end">{}</text>')
    frame = days.frame
    for part in range(PARTS + 1):
        value = days.top * part / PARTS
        y = days.y(value)
        yield shape.format(frame.left, frame.width - RIGHT, y, y, frame.left - 8, y + 4, tick(value))


def _spots(days: Days, line: Line) -> list[tuple[float, float]]:
    """From the day before the first value to the day after the last."""
    known = sorted(day for day, value in line.values.items() if value)
    if not known:
        return []
    first = max(days.first, known[0] - timedelta(days=1))
    last = min(days.last, known[-1] + timedelta(days=1))
    return [(days.x(day), days.y(line.values.get(day, 0))) for day in days.every() if first <= day <= last]


def _points(spots: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in spots)


def _fill(days: Days, line: Line) -> Markup:
    spots = _spots(days, line)
    if not spots:
        return Markup("")
    ground = [(spots[0][0], days.floor), *spots, (spots[-1][0], days.floor)]
    return Markup('<polygon class="fill {}" points="{}"/>').format(line.name, _points(ground))


def _line(days: Days, line: Line) -> Markup:
    return Markup('<polyline class="{}" points="{}"/>').format(line.name, _points(_spots(days, line)))


def _peak(days: Days, line: Line) -> Markup:
    day = max(line.values, key=lambda one: line.values[one])
    x, y = days.x(day), days.y(line.values[day])
    anchor = "start" if x < days.frame.width * 0.25 else "end" if x > days.frame.width * 0.75 else "middle"
    shape = Markup('<circle class="pt {}" cx="{:.1f}" cy="{:.1f}" r="5"/>')
    shape += Markup('<text class="tl" x="{:.1f}" y="{:.1f}" text-anchor="{}">{}</text>')
    return shape.format(line.name, x, y, x, max(y - 11, TOP + 8), anchor, line.peak)


def _labels(days: Days) -> Iterator[Markup]:
    step = -(-days.count // days.frame.labels)
    said = Markup('<text x="{:.1f}" y="{}" text-anchor="middle">{}</text>')
    for n in range(0, days.count + 1, step):
        day = days.first + timedelta(days=n)
        yield said.format(days.x(day), days.frame.height - 10, day.strftime("%d/%m"))
