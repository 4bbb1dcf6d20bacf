"""Where the boxes of a tree of lots stand, and the way of its strokes: straight down, or round the side."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from trace.services.tracing.picture import Picture, Stroke

GAP_X, GAP_Y, TALL = 10, 46, 84
LETTER = 8
"""How high the figures of a weight are, in pixels."""
SIDE, LANE = 22, 6
"""Room at both sides for strokes that pass a layer by, and how far two of them keep apart."""


@dataclass(frozen=True)
class Sheet:
    """A drawing's name, its width in pixels where it is shown, how many boxes stand side by side."""

    name: str
    width: int
    most: int
    letters: int

    def left(self, place: int, of: int) -> float:
        """Where a box of a row begins; rows stand in the middle."""
        row = of * self.box + (of - 1) * GAP_X
        return (self.width - row) / 2 + place * (self.box + GAP_X)

    @property
    def box(self) -> float:
        """The width of a box."""
        return (self.width - 2 * SIDE - (self.most - 1) * GAP_X) / self.most


@dataclass(frozen=True)
class Way:
    """A stroke's path and where its weight is written."""

    path: str
    label: tuple[float, float]


def ways(picture: Picture, sheet: Sheet) -> Iterator[Way]:
    """The way of each stroke, in their order."""
    passing = 0
    leaving = Counter(stroke.start for stroke in picture.strokes)
    arriving = Counter(stroke.end for stroke in picture.strokes)
    for stroke in picture.strokes:
        if stroke.end[0] - stroke.start[0] == 1:
            yield _down(picture, stroke, sheet, _along(leaving[stroke.start], arriving[stroke.end]))
        else:
            yield _around(picture, stroke, sheet, passing)
            passing += 1


def _middle(picture: Picture, at: tuple[int, int], sheet: Sheet) -> float:
    return sheet.left(at[1], len(picture.layers[at[0]])) + sheet.box / 2


def _top(layer: int) -> float:
    return layer * (TALL + GAP_Y) + 1


def _along(leaving: int, arriving: int) -> float:
    """Where on a stroke its weight stands, 0 to 1: nearer the end that fewer share, so weights keep apart."""
    return 0.5 + 0.25 * ((leaving > arriving) - (leaving < arriving))


def _down(picture: Picture, stroke: Stroke, sheet: Sheet, along: float) -> Way:
    x1, x2 = (_middle(picture, end, sheet) for end in (stroke.start, stroke.end))
    y1, y2 = _top(stroke.start[0]) + TALL, _top(stroke.end[0])
    middle = (y1 + y2) / 2
    path = f"M{x1:.1f} {y1:.1f}C{x1:.1f} {middle:.1f} {x2:.1f} {middle:.1f} {x2:.1f} {y2:.1f}"
    near_end = along * along * (3 - 2 * along)
    gone = 1.5 * along * (1 - along) + along**3
    return Way(path, (x1 + (x2 - x1) * near_end, y1 + (y2 - y1) * gone + LETTER / 2))


def _around(picture: Picture, stroke: Stroke, sheet: Sheet, passing: int) -> Way:
    """Past the layers between, beside the widest of them, on the side that is nearer."""
    x1, x2 = (_middle(picture, end, sheet) for end in (stroke.start, stroke.end))
    y1, y2 = _top(stroke.start[0]) + TALL, _top(stroke.end[0])
    widest = max(len(picture.layers[layer]) for layer in range(stroke.start[0] + 1, stroke.end[0]))
    reach = (sheet.width / 2 - sheet.left(0, widest)) + LANE * (1 + passing % 3)
    side = -1 if x1 + x2 <= sheet.width else 1
    lane = sheet.width / 2 + side * reach
    first, last = _top(stroke.start[0] + 1), _top(stroke.end[0]) - GAP_Y
    upper, lower = (y1 + first) / 2, (last + y2) / 2
    path = (
        f"M{x1:.1f} {y1:.1f}C{x1:.1f} {upper:.1f} {lane:.1f} {upper:.1f} {lane:.1f} {first:.1f}"
        f"V{last:.1f}C{lane:.1f} {lower:.1f} {x2:.1f} {lower:.1f} {x2:.1f} {y2:.1f}"
    )
    return Way(path, ((x1 + lane) / 2, upper + 12))
