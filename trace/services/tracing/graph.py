"""The lots a trace reaches and the links between them, in a few statements whatever the depth."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from trace.errors import Refused
from trace.records.lot import Lot, LotLink
from trace.services.admission import Act, Actor, Scope, scope_of, visible
from trace.services.lineage import drawn_by_lot, portions

MOST_LOTS = 20_000
"""Lots of one report. One that would have more is cut there, the nearest lots first, and says so."""


class Direction(StrEnum):
    """Which way a trace goes: to where the goods grew, or to whom they went."""

    UP = "up"
    DOWN = "down"


@dataclass(frozen=True)
class Link:
    """Grams of one lot that went into another."""

    parent: int
    child: int
    grams: int


@dataclass(frozen=True)
class Graph:
    """Numbers of the lots reached, parents before children, and the links between them.

    ``partners`` are lots of other organisations, one step away and not walked on from. ``other_in`` are
    grams in a lot that came from lots which a trace down does not reach. ``is_cut`` where there were more
    than ``MOST_LOTS``.
    """

    starts: frozenset[int]
    order: tuple[int, ...]
    links: tuple[Link, ...]
    partners: frozenset[int]
    other_in: dict[int, int]
    is_cut: bool


def walk(session: Session, actor: Actor, starts: Collection[int], way: Direction) -> Graph:
    """Everything the start lots were made of, or everything made of them.

    Raises:
        NotAllowed: the actor traces nothing.
        Refused: ``trace.circle``: the links lead back to a lot, which no act of the registry makes.
    """
    found, is_cut = _reached(session, actor, starts, way)
    own = _own(session, actor, found)
    inside, other_in = _links(session, found, own, way)
    order = _in_order(session, found, inside)
    return Graph(frozenset(starts) & own, order, inside, found - own, other_in, is_cut)


def _reached(
    session: Session, actor: Actor, starts: Collection[int], way: Direction
) -> tuple[frozenset[int], bool]:
    near, far = col(LotLink.child_id), col(LotLink.parent_id)
    if way is Direction.DOWN:
        near, far = far, near
    begin: Any = select(col(Lot.id).label("id")).where(col(Lot.id).in_(sorted(starts)))
    reached = begin.cte("reached", recursive=True)
    step = select(far).join(reached, near == reached.c.id)
    if scope_of(actor, Act.TRACE) is not Scope.ALL:
        step = step.join(Lot, col(Lot.id) == reached.c.id).where(visible(actor, Act.TRACE, Lot))
    # UNION, not UNION ALL: a lot reached by two ways is walked once. No order: both databases then stop
    # at the limit, and give the nearest lots first.
    reached = reached.union(step)
    ids = list(session.execute(select(reached.c.id).limit(MOST_LOTS + 1)).scalars())
    return frozenset(ids[:MOST_LOTS]), len(ids) > MOST_LOTS


def _own(session: Session, actor: Actor, found: frozenset[int]) -> frozenset[int]:
    if scope_of(actor, Act.TRACE) is Scope.ALL:
        return found
    rule = visible(actor, Act.TRACE, Lot)
    mine: set[int] = set()
    for some in portions(found):
        mine.update(session.execute(select(col(Lot.id)).where(col(Lot.id).in_(some), rule)).scalars())
    return frozenset(mine)


def _links(
    session: Session, found: frozenset[int], own: frozenset[int], way: Direction
) -> tuple[tuple[Link, ...], dict[int, int]]:
    """Links between lots reached; what else went into the own ones, in grams."""
    columns: Any = (col(LotLink.parent_id), col(LotLink.child_id), col(LotLink.weight_g))
    inside: list[Link] = []
    other_in: dict[int, int] = {}
    for some in portions(found if way is Direction.DOWN else own):
        question = select(*columns).where(col(LotLink.child_id).in_(some)).order_by(col(LotLink.id))
        for parent, child, grams in session.execute(question):
            if parent in found and (parent in own or child in own):
                inside.append(Link(parent, child, int(grams)))
            elif child in own:
                other_in[child] = other_in.get(child, 0) + int(grams)
    return tuple(inside), other_in


def _in_order(session: Session, found: frozenset[int], links: Sequence[Link]) -> tuple[int, ...]:
    """Parents before children, among equals by number."""
    waits = dict.fromkeys(found, 0)
    children: dict[int, list[int]] = {}
    for link in links:
        waits[link.child] += 1
        children.setdefault(link.parent, []).append(link.child)
    ready = sorted(number for number, n in waits.items() if n == 0)
    for number in ready:  # grows while it is read
        for child in sorted(children.get(number, ())):
            waits[child] -= 1
            if waits[child] == 0:
                ready.append(child)
    if len(ready) < len(found):
        stuck = sorted(found - set(ready))[:5]
        codes = session.execute(select(col(Lot.code)).where(col(Lot.id).in_(stuck))).scalars()
        raise Refused("trace.circle", lots=sorted(codes))
    return tuple(ready)


def drawn_in_all(session: Session, ids: Collection[int]) -> dict[int, int]:
    """Grams taken so far from each of the lots that gave any, whoever took them."""
    drawn: dict[int, int] = {}
    for some in portions(ids):
        drawn |= drawn_by_lot(session, some)
    return drawn
