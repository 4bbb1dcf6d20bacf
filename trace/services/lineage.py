"""What became of a lot and what it was made of: the graph of lot links, walked by the database."""

from collections.abc import Collection, Iterator, Sequence
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from trace.records.lot import Lot, LotKind, LotLink

Sorted = TypeVar("Sorted", int, str, date)

PORTION = 10_000
"""Row numbers in one question: below what either database takes as parameters."""


def portions(ids: Collection[Sorted]) -> Iterator[Sequence[Sorted]]:
    """Row numbers, or codes, in parts that one question can take, rising."""
    rising = sorted(ids)
    for at in range(0, len(rising), PORTION):
        yield rising[at : at + PORTION]


def descendants(session: Session, lot_id: int) -> list[int]:
    """Numbers of the lot and of everything made from it, however many steps away, rising."""
    return _walk(session, lot_id, col(LotLink.parent_id), col(LotLink.child_id))


def ancestors(session: Session, lot_id: int) -> list[int]:
    """Numbers of the lot and of everything that went into it, rising."""
    return _walk(session, lot_id, col(LotLink.child_id), col(LotLink.parent_id))


def ancestors_of_all(session: Session, lot_ids: Collection[int]) -> dict[int, list[int]]:
    """The same for each of many lots."""
    found = {lot_id: {lot_id} for lot_id in lot_ids}
    for some in portions(found):
        parts: Any = select(col(LotLink.child_id).label("lot"), col(LotLink.parent_id).label("id"))
        reached = parts.where(col(LotLink.child_id).in_(some)).cte("reached", recursive=True)
        above = select(reached.c.lot, col(LotLink.parent_id)).join(
            reached, col(LotLink.child_id) == reached.c.id
        )
        reached = reached.union(above)
        for lot_id, number in session.execute(select(reached.c.lot, reached.c.id)):
            found[lot_id].add(number)
    return {lot_id: sorted(numbers) for lot_id, numbers in found.items()}


def _walk(session: Session, lot_id: int, near: Any, far: Any) -> list[int]:
    # UNION, not UNION ALL: a lot reached by two ways is walked once.
    reached = select(near.label("id")).where(near == lot_id).cte("reached", recursive=True)
    reached = reached.union(select(far).where(near == reached.c.id))
    return sorted({lot_id, *session.execute(select(reached.c.id)).scalars()})


def drawn_g(session: Session, lot_id: int) -> int:
    """Grams taken from a lot so far."""
    return drawn_by_lot(session, [lot_id]).get(lot_id, 0)


def given_g(session: Session, lot_id: int) -> int:
    """Grams of others that went into a lot."""
    into = select(func.coalesce(func.sum(LotLink.weight_g), 0)).where(col(LotLink.child_id) == lot_id)
    return int(session.execute(into).scalar_one())


def drawn_by_lot(session: Session, lot_ids: Collection[int]) -> dict[int, int]:
    """Grams taken so far from each of the lots that gave any.

    What others took in of boxes they received is none of it: those grams left in the boxes
    (``lot_room.boxed_by_lot``) and count once.
    """
    return {
        int(lot_id): int(grams)
        for some in portions(lot_ids)
        for lot_id, grams in session.execute(drawn(some))
    }


def drawn(lot_ids: Sequence[int]) -> Any:
    """The question of ``drawn_by_lot``."""
    return _taken(lot_ids, col(LotLink.child_id).not_in(_received(aliased(Lot))))


def linked_by_lot(session: Session, lot_ids: Sequence[int]) -> dict[int, int]:
    """Grams of each of the lots that are in other lots now, whoever's these are."""
    return {int(lot_id): int(grams) for lot_id, grams in session.execute(_taken(lot_ids, true()))}


def _received(child: Any) -> Any:
    return select(child.id).where(child.id == col(LotLink.child_id), child.kind == LotKind.RECEIVED)


def _taken(lot_ids: Sequence[int], rule: ColumnElement[bool]) -> Any:
    parent = col(LotLink.parent_id)
    return select(parent, func.sum(LotLink.weight_g)).where(parent.in_(lot_ids), rule).group_by(parent)
