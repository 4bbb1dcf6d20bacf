"""A trace as one report: every lot with what went in, out, got lost and is left; sources; the worst input."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlmodel import Session

from trace.errors import NotFound
from trace.records.lot import LotState
from trace.services.admission import Actor
from trace.services.lineage import portions
from trace.services.lot_room import boxed_by_lot, sold_by_lot
from trace.services.lot_states import MISTAKE
from trace.services.tracing import goods
from trace.services.tracing.goods import Arrived, CalledBack, Parcel, Sale, Sent, StampRange, Stop
from trace.services.tracing.graph import Direction, Graph, Link, drawn_in_all, walk
from trace.services.tracing.nodes import LotFacts, facts_of
from trace.services.tracing.shares import parts_down, parts_up

SEVERITY: Mapping[str, int] = {LotState.RECALLED: 3, LotState.HOLD: 2, LotState.DESTROYED: 1}
"""Which state of an input is the worst; the others are none to speak of."""


@dataclass(frozen=True)
class Node:
    """One lot of a trace. ``part_g``: up, grams of the traced lots that came through it; down, its grams
    that are of the traced lots.

    ``in_g`` is what was drawn into it (None for a harvest and for a partner's lot), ``loss_g`` what of that
    it does not weigh, below 0 where scales differ. ``left_g`` was neither packed on, sold, boxed nor
    stamped. ``sent`` are consignments, ``came`` that of a received lot.
    """

    lot: LotFacts
    layer: int
    part_g: int
    in_g: int | None
    drawn_g: int = 0
    sold_g: int = 0
    boxed_g: int = 0
    stamps: Sequence[StampRange] = ()
    sales: Sequence[Sale] = ()
    parcels: Sequence[Parcel] = ()
    sent: Sequence[Sent] = ()
    came: Sequence[Arrived] = ()
    stops: Sequence[Stop] = ()
    recalls: Sequence[CalledBack] = ()

    @property
    def standing(self) -> str:
        """Its state, or ``MISTAKE``; a used up lot with an open hold stands as held, as what it became is."""
        if self.lot.is_mistake:
            return MISTAKE
        bad = (LotState.RECALLED, LotState.HOLD, LotState.DESTROYED)
        return LotState.HOLD if self.stops and self.lot.state not in bad else self.lot.state

    @property
    def loss_g(self) -> int | None:
        """Grams that went in and did not come out."""
        return None if self.in_g is None else self.in_g - self.lot.weight_g

    @property
    def stamp_count(self) -> int:
        """Live stamps."""
        return sum(one.range.count for one in self.stamps)

    @property
    def left_g(self) -> int:
        """Grams nobody took: the pieces sold or boxed are the stamped ones, so the larger of both counts."""
        gone = max(self.sold_g + self.boxed_g, self.stamp_count * self.lot.unit_g)
        left = 0 if self.lot.state == LotState.DESTROYED else self.lot.weight_g - self.drawn_g - gone
        return max(0, left)


@dataclass(frozen=True)
class Report:
    """A trace. ``nodes`` stand parents before children; ``is_cut`` where there was more than is shown."""

    way: Direction
    starts: tuple[Node, ...]
    nodes: tuple[Node, ...]
    links: tuple[Link, ...]
    is_cut: bool
    by_id: Mapping[int, Node] = field(repr=False)

    @property
    def sources(self) -> tuple[Node, ...]:
        """Lots that nothing else went into as far as the actor sees: harvests, and partners' lots."""
        fed = {link.child for link in self.links}
        return tuple(node for node in self.nodes if node.lot.id not in fed)

    @property
    def worst(self) -> tuple[Node, ...]:
        """The lots a worst input began with: recalled before held before destroyed, each by its own cause."""
        bad = [node for node in self.nodes if _began_here(node, self.by_id)]
        most = max((_severity(node) for node in bad), default=0)
        return tuple(node for node in bad if _severity(node) == most)

    @property
    def weight_g(self) -> int:
        """What the traced lots weigh together."""
        return sum(node.lot.weight_g for node in self.starts)

    @property
    def days(self) -> tuple[date, date]:
        """The first and the last day a lot of the report was made."""
        days = [node.lot.day for node in self.nodes]
        return min(days), max(days)


def _severity(node: Node) -> int:
    return SEVERITY.get(node.standing, 0)


def _began_here(node: Node, by_id: Mapping[int, Node]) -> bool:
    """Whether the lot is bad by itself, and not only because an input in this report is."""
    if node.standing == LotState.HOLD:
        return any(stop.cause_id is None for stop in node.stops) or not node.stops
    if node.standing == LotState.RECALLED and node.recalls:
        root = by_id.get(node.recalls[0].root_id)
        return root is None or root is node
    return _severity(node) > 0


def trace_lots(session: Session, actor: Actor, lot_ids: Collection[int], way: Direction) -> Report:
    """Everything these lots were made of, or everything made of them, as one report.

    Raises:
        NotAllowed: the actor traces nothing.
        NotFound: none of the lots is in the actor's sight.
        Refused: ``trace.circle``.
    """
    graph = walk(session, actor, lot_ids, way)
    if not graph.starts:
        raise NotFound()
    facts = facts_of(session, graph.order, graph.partners)
    nodes = _nodes(session, graph, facts, way)
    by_id = {node.lot.id: node for node in nodes}
    starts = tuple(by_id[number] for number in sorted(graph.starts))
    return Report(way, starts, tuple(nodes), graph.links, graph.is_cut, by_id)


def _nodes(session: Session, graph: Graph, facts: Mapping[int, LotFacts], way: Direction) -> list[Node]:
    own = frozenset(graph.order) - graph.partners
    weights = {number: facts[number].weight_g for number in own}
    part = parts_up(graph, weights) if way is Direction.UP else parts_down(graph, weights)
    drawn, layers, into = drawn_in_all(session, own), _layers(graph), _in_g(graph)
    sold, boxed = (_summed(session, own, grams) for grams in (sold_by_lot, boxed_by_lot))
    told = (
        goods.stamp_ranges(session, own),
        goods.sales(session, own),
        goods.parcels(session, own),
        goods.consignments(session, own),
        goods.arrivals(session, own),
        goods.stops(session, own),
        goods.recalls_of(session, own),
    )
    return [
        Node(
            facts[number],
            layers[number],
            part[number],
            into.get(number) if number in own else None,
            drawn.get(number, 0),
            sold.get(number, 0),
            boxed.get(number, 0),
            *(by_lot.get(number, ()) for by_lot in told),  # type: ignore[arg-type]
        )
        for number in graph.order
    ]


def _summed(
    session: Session, ids: Collection[int], grams_of: Callable[[Session, Sequence[int]], dict[int, int]]
) -> dict[int, int]:
    found: dict[int, int] = {}
    for some in portions(ids):
        found |= grams_of(session, some)
    return found


def _in_g(graph: Graph) -> dict[int, int]:
    into = dict(graph.other_in)
    for link in graph.links:
        into[link.child] = into.get(link.child, 0) + link.grams
    return into


def _layers(graph: Graph) -> dict[int, int]:
    """How many steps a lot stands behind the farthest source: links always lead to a higher layer."""
    layers = dict.fromkeys(graph.order, 0)
    children: dict[int, list[int]] = {}
    for link in graph.links:
        children.setdefault(link.parent, []).append(link.child)
    for number in graph.order:
        for child in children.get(number, ()):
            layers[child] = max(layers[child], layers[number] + 1)
    return layers
