"""The communes of Hải Phòng as a drawing of our own: a light one for consumers, a finer one for the office.

The borders (``trace/data/admin_units``) are thinned as one net: a vertex that two communes share is kept by
both or by neither, so that neighbours still meet. The island of Bạch Long Vĩ, 70 km out, stands in a frame
in the corner.
"""

import json
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TypeVar

from trace.standards.admin_units import borders_of_hai_phong

Point = tuple[float, float]
Dot = tuple[int, int]
Ring = list[Point]
T = TypeVar("T", bound=Point)

FAR = {"11948"}
"""Bạch Long Vĩ: drawn in the frame."""


@dataclass(frozen=True)
class Detail:
    """How fine a drawing is, in its own units: ``tolerance`` is how far a thinned border may lie from the
    real one; rings smaller than ``least_islet`` square units are left out where the commune has a larger one.
    """

    width: int
    tolerance: float
    least_islet: int
    frame: int


LIGHT = Detail(720, 2.5, 60, 76)
"""One unit is some 160 m; 9 kB of paths."""
FINE = Detail(1200, 1.6, 90, 126)
"""One unit is some 96 m; 19 kB of paths."""


@dataclass(frozen=True)
class ProvinceMap:
    """SVG paths in a box of ``width`` by ``height`` units."""

    width: int
    height: int
    land: str
    borders: str
    frame: tuple[int, int, int]
    """Left, top and side of the frame with the far island."""
    communes: dict[str, str]
    """By code of the scheme since July 2025."""
    middles: dict[str, Dot]
    """A point well inside each commune."""


@dataclass(frozen=True)
class Marked:
    """The drawing with one commune to be marked in it."""

    whole: ProvinceMap
    commune: str
    middle: Dot

    @property
    def is_right(self) -> bool:
        """Whether a name beside the mark has more room on its left."""
        return self.middle[0] > self.whole.width * 0.6


def marked(code: str | None) -> Marked | None:
    """The drawing for one commune by its code since July 2025; None for one that is not on it."""
    whole = map_of_hai_phong()
    if code is None or code not in whole.communes:
        return None
    return Marked(whole, whole.communes[code], whole.middles[code])


@cache
def map_of_hai_phong(detail: Detail = LIGHT) -> ProvinceMap:
    """The drawing, made once a process."""
    near, far = _projected(detail)
    rings = _thinned(near, detail)
    height = max(y for shapes in rings.values() for ring in shapes for _x, y in ring) + 8
    side = detail.frame
    frame = (detail.width - side - 4, height - side - 4, side)
    rings |= {code: [_framed(shapes[0], frame)] for code, shapes in far.items()}
    uses = Counter(edge for shapes in rings.values() for ring in shapes for edge in _edges(ring))
    return ProvinceMap(
        width=detail.width,
        height=height,
        land=_path(_walks([edge for edge, n in uses.items() if n == 1])),
        borders=_path(_walks([edge for edge, n in uses.items() if n > 1])),
        frame=frame,
        communes={code: _path([[*ring, ring[0]] for ring in shapes]) for code, shapes in rings.items()},
        middles={code: _inside(max(shapes, key=_area)) for code, shapes in rings.items()},
    )


def _projected(detail: Detail) -> tuple[dict[str, list[Ring]], dict[str, list[Ring]]]:
    """The rings in units, unthinned, of the near communes and of the far one."""
    features = json.loads(borders_of_hai_phong())["features"]
    rings = {one["properties"]["code"]: _rings(one["geometry"]) for one in features}
    near = [point for code, shapes in rings.items() if code not in FAR for ring in shapes for point in ring]
    west, east = min(x for x, _y in near), max(x for x, _y in near)
    north = max(y for _x, y in near)
    across = (detail.width - 16) / (east - west)
    down = across / math.cos(math.radians(north))

    def placed(ring: Ring) -> Ring:
        return [(8 + (x - west) * across, 8 + (north - y) * down) for x, y in ring]

    drawn = {code: [placed(ring) for ring in shapes] for code, shapes in rings.items()}
    return (
        {code: shapes for code, shapes in drawn.items() if code not in FAR},
        {code: shapes for code, shapes in drawn.items() if code in FAR},
    )


def _rings(geometry: dict[str, object]) -> list[Ring]:
    """Every ring of a shape, its last point, which repeats the first, left out."""
    shapes: object = geometry["coordinates"]
    polygons = shapes if geometry["type"] == "MultiPolygon" else [shapes]
    return [[(x, y) for x, y in ring[:-1]] for polygon in polygons for ring in polygon]  # type: ignore[attr-defined]


def _thinned(rings: dict[str, list[Ring]], detail: Detail) -> dict[str, list[list[Dot]]]:
    """Each commune's rings with the vertices that are kept, on whole units."""
    edges = {edge for shapes in rings.values() for ring in shapes for edge in _edges(ring)}
    degree = Counter(point for edge in edges for point in edge)
    kept: set[Point] = set()
    for walk in _walks(edges, {point for point, n in degree.items() if n != 2}):
        kept.update(_essential(walk, detail.tolerance))
    return {
        code: _large([_dots(ring, kept) for ring in shapes], detail.least_islet)
        for code, shapes in rings.items()
    }


def _dots(ring: Ring, kept: set[Point]) -> list[Dot]:
    dots = [(round(x), round(y)) for x, y in ring if (x, y) in kept]
    return [dot for n, dot in enumerate(dots) if dot != dots[n - 1]]


def _large(rings: list[list[Dot]], least: int) -> list[list[Dot]]:
    """The rings that can be seen, and at least the largest."""
    rings.sort(key=_area, reverse=True)
    return [ring for n, ring in enumerate(rings) if n == 0 or (len(ring) > 2 and _area(ring) >= least)]


def _edges(ring: Sequence[T]) -> Iterable[frozenset[T]]:
    """Undirected edges of a closed ring."""
    return (frozenset((ring[n - 1], point)) for n, point in enumerate(ring) if ring[n - 1] != point)


def _walks(edges: Iterable[frozenset[T]], stops: Iterable[T] = ()) -> list[list[T]]:
    """All edges as few long lines that end at ``stops`` or where no edge is left; rings end as they begin."""
    near: dict[T, set[T]] = defaultdict(set)
    for one, other in (sorted(edge) for edge in edges):
        near[one].add(other)
        near[other].add(one)
    ends = set(stops)
    firsts: list[T] = sorted(point for point, others in near.items() if point in ends or len(others) % 2)
    walks = []
    for start in [*firsts, *sorted(near)]:
        while near[start]:
            walk = [start]
            while near[walk[-1]] and (len(walk) == 1 or walk[-1] not in ends):
                step = min(near[walk[-1]])
                near[walk[-1]].discard(step)
                near[step].discard(walk[-1])
                walk.append(step)
            walks.append(walk)
    return walks


def _essential(line: Ring, tolerance: float) -> Ring:
    """Douglas and Peucker, 1973: the ends, and what lies farther than ``tolerance`` from the line."""
    first, last = line[0], line[-1]
    gaps = [_gap(point, first, last) for point in line[1:-1]]
    if not gaps or (max(gaps) <= tolerance and first != last):
        return [first, last]
    at = gaps.index(max(gaps)) + 1
    return [*_essential(line[: at + 1], tolerance), *_essential(line[at:], tolerance)]


def _gap(point: Point, first: Point, last: Point) -> float:
    """From a point to the straight line, or to the ring's beginning."""
    across, down = last[0] - first[0], last[1] - first[1]
    length = math.hypot(across, down)
    if not length:
        return math.dist(point, first)
    return abs(across * (first[1] - point[1]) - (first[0] - point[0]) * down) / length


def _framed(ring: Ring, frame: tuple[int, int, int]) -> list[Dot]:
    """The far island, as large as the frame lets it be."""
    left, top, side = frame
    west, north = min(x for x, _y in ring), min(y for _x, y in ring)
    wide = max(max(x for x, _y in ring) - west, max(y for _x, y in ring) - north)
    scale = (side - 24) / wide
    return [(round(left + 12 + (x - west) * scale), round(top + 12 + (y - north) * scale)) for x, y in ring]


def _area(ring: Sequence[Point | Dot]) -> float:
    return abs(sum(ring[n - 1][0] * y - x * ring[n - 1][1] for n, (x, y) in enumerate(ring))) / 2


def _inside(ring: list[Dot]) -> Dot:
    """The middle of the widest stretch of land on one of the ring's horizontal lines."""
    top, bottom = min(y for _x, y in ring), max(y for _x, y in ring)
    best = (0.0, ring[0])
    for step in range(1, 16):
        level = top + (bottom - top) * step / 16 + 0.01
        cuts = sorted(
            x + (level - y) * (ring[n - 1][0] - x) / (ring[n - 1][1] - y)
            for n, (x, y) in enumerate(ring)
            if (y > level) != (ring[n - 1][1] > level)
        )
        for left, right in zip(cuts[::2], cuts[1::2], strict=True):
            room = min(right - left, 2 * (level - top), 2 * (bottom - level))
            best = max(best, (room, (round((left + right) / 2), round(level))))
    return best[1]


def _path(walks: Iterable[Sequence[Dot]]) -> str:
    """SVG path data, each step from the point before; a ring is closed."""
    said = []
    for walk in walks:
        steps = [(x - walk[n][0], y - walk[n][1]) for n, (x, y) in enumerate(walk[1:])]
        is_ring = walk[0] == walk[-1]
        moves = " ".join(f"{across} {down}" for across, down in (steps[:-1] if is_ring else steps))
        said.append(f"M{walk[0][0]} {walk[0][1]}l{moves}{'z' if is_ring else ''}".replace(" -", "-"))
    return "".join(said)
