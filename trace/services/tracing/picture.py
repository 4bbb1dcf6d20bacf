"""A report laid out as a picture: layers of boxes from the sources down, many lots of a kind in one box."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from trace.services.tracing.report import Node, Report

MOST_LAYERS = 40
"""Steps drawn; what lies deeper is in the table, and the picture says so."""


@dataclass(frozen=True)
class Box:
    """One lot, or several of one layer, mostly of one kind."""

    nodes: tuple[Node, ...]
    is_start: bool = False

    @property
    def grams(self) -> int:
        """What its lots weigh together; for a partner's lots what is ours in them."""
        return sum(node.part_g if node.lot.is_partner else node.lot.weight_g for node in self.nodes)


@dataclass(frozen=True)
class Stroke:
    """Grams from one box to another, each named by layer and place in it."""

    start: tuple[int, int]
    end: tuple[int, int]
    grams: int


@dataclass(frozen=True)
class Picture:
    """Layers from the sources down and the strokes between."""

    layers: tuple[tuple[Box, ...], ...]
    strokes: tuple[Stroke, ...]


def hidden(report: Report) -> int:
    """How many lots lie deeper than is drawn."""
    return sum(1 for node in report.nodes if node.layer >= MOST_LAYERS)


def lay_out(report: Report, most: int) -> Picture:
    """At most ``most`` boxes side by side: in a fuller layer lots of a kind share a box.

    The lots asked about and those a worst input began with keep a box of their own while there is room.
    """
    special = {node.lot.id for node in (*report.starts, *report.worst)}
    starts = {node.lot.id for node in report.starts}
    by_layer: dict[int, list[Node]] = {}
    for node in report.nodes:
        by_layer.setdefault(node.layer, []).append(node)
    drawn = sorted(by_layer)[:MOST_LAYERS]
    layers = [_boxes(by_layer[layer], most, special, starts) for layer in drawn]
    layers = _untangled(layers, report)
    places = _places(layers)
    return Picture(tuple(tuple(row) for row in layers), tuple(_strokes(report, places)))


def _boxes(nodes: Sequence[Node], most: int, special: set[int], starts: set[int]) -> list[Box]:
    """A box each while there is room; then the special ones and a box a kind; then whatever fits."""
    each = [_box([node], starts) for node in nodes]
    if len(each) <= most:
        return each
    alone = [node for node in nodes if node.lot.id in special]
    with_special = [_box([node], starts) for node in alone]
    with_special += _kinds([node for node in nodes if node.lot.id not in special], starts)
    for boxes in (with_special, _kinds(nodes, starts)):
        if len(boxes) <= most:
            return boxes
    return [_box(nodes, starts)]


def _box(nodes: Sequence[Node], starts: set[int]) -> Box:
    return Box(tuple(nodes), any(node.lot.id in starts for node in nodes))


def _kinds(nodes: Sequence[Node], starts: set[int]) -> list[Box]:
    """One box for the lots of each kind, partners' apart."""
    kinds: dict[tuple[str, bool], list[Node]] = {}
    for node in nodes:
        kinds.setdefault((node.lot.kind, node.lot.is_partner), []).append(node)
    return [_box(some, starts) for some in kinds.values()]


def _places(layers: Iterable[Sequence[Box]]) -> dict[int, tuple[int, int]]:
    return {
        node.lot.id: (layer, place)
        for layer, row in enumerate(layers)
        for place, box in enumerate(row)
        for node in box.nodes
    }


def _untangled(layers: list[list[Box]], report: Report) -> list[list[Box]]:
    """Boxes of a layer in the order of what stands above them, so that fewer strokes cross."""
    parents: dict[int, list[int]] = {}
    for link in report.links:
        parents.setdefault(link.child, []).append(link.parent)
    placed: dict[int, float] = {}
    ordered = []
    for row in layers:
        middles = [_middle(box, parents, placed) for box in row]
        kept = [row[at] for at in sorted(range(len(row)), key=lambda at: (middles[at], at))]
        placed |= {node.lot.id: (at + 0.5) / len(kept) for at, box in enumerate(kept) for node in box.nodes}
        ordered.append(kept)
    return ordered


def _middle(box: Box, parents: Mapping[int, Sequence[int]], placed: Mapping[int, float]) -> float:
    above = [placed[one] for node in box.nodes for one in parents.get(node.lot.id, ()) if one in placed]
    return sum(above) / len(above) if above else 0.5


def _strokes(report: Report, places: Mapping[int, tuple[int, int]]) -> list[Stroke]:
    grams: dict[tuple[tuple[int, int], tuple[int, int]], int] = {}
    for link in report.links:
        if link.parent in places and link.child in places:
            ends = (places[link.parent], places[link.child])
            grams[ends] = grams.get(ends, 0) + link.grams
    return [Stroke(start, end, grams[start, end]) for start, end in sorted(grams)]
