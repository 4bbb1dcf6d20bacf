"""The households whose harvest lies in lots, however many steps away."""

from collections.abc import Collection

from sqlalchemy import select
from sqlmodel import Session, col

from trace.records.lot import Lot
from trace.services.figures.judges.selling import parents_of
from trace.services.lineage import portions


def pickers_of(session: Session, lots: Collection[int]) -> dict[int, set[int]]:
    """The households behind each lot; a lot of which nobody wrote who picked it has none."""
    above = parents_of(session)
    holds = {lot: _all_above(lot, above) for lot in lots}
    own: dict[int, int] = {}
    for some in portions(set().union(*holds.values()) if holds else set()):
        picked = select(col(Lot.id), col(Lot.household_id))
        rows = session.execute(picked.where(col(Lot.id).in_(some), col(Lot.household_id).is_not(None)))
        own |= {lot: int(household) for lot, household in rows}
    return {lot: {own[one] for one in all_of if one in own} for lot, all_of in holds.items()}


def _all_above(lot: int, above: dict[int, list[int]]) -> set[int]:
    found, waiting = {lot}, [lot]
    while waiting:
        for parent in above.get(waiting.pop(), ()):
            if parent not in found:
                found.add(parent)
                waiting.append(parent)
    return found
