"""Stamps issued and activated in a month, and scans of them, by commune.

A household counts for a commune when its harvest is in a lot whose stamps were activated or scanned there.
"""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from trace.records.organisation import Organisation
from trace.records.scan import Scan
from trace.records.stamp import BlockState, StampActivation, StampBlock
from trace.services.admission import Actor
from trace.services.figures.asking import Ask
from trace.services.figures.fact import Fact
from trace.services.figures.facts.stamps import ACTIVATIONS, BLOCKS, SCANS
from trace.services.open_data.pickers import pickers_of
from trace.services.open_data.suppressing import Cell

_COMMUNE = col(Organisation.commune_code)
_LENGTH = col(StampActivation.last) - col(StampActivation.first) + 1


def stamps_of(session: Session, actor: Actor, ask: Ask) -> Cell:
    """The month's stamps as nested cells: all, commune."""
    whole = Cell(())
    for name, fact, amount, rules in _counts():
        question = fact.narrowed(select(_COMMUNE, amount), actor, ask).where(*rules).group_by(_COMMUNE)
        for commune, number in session.execute(question, ask.days):
            for cell in (whole, whole.part(commune)):
                cell.values[name] = cell.values.get(name, 0) + int(number or 0)
    _people(session, actor, ask, whole)
    return whole


def _counts() -> Iterator[tuple[str, Fact, Any, tuple[Any, ...]]]:
    given = (col(StampBlock.state) != BlockState.INTERRUPTED,)
    yield "issued", BLOCKS, func.sum(col(StampBlock.count)), given
    yield "activated", ACTIVATIONS, func.sum(_LENGTH), ()
    yield "scans", SCANS, func.count(), ()


def _people(session: Session, actor: Actor, ask: Ask, whole: Cell) -> None:
    rows: set[tuple[str, int]] = set()
    lots: tuple[tuple[Fact, Any], ...] = (
        (ACTIVATIONS, col(StampActivation.lot_id)),
        (SCANS, col(Scan.lot_id)),
    )
    for fact, lot in lots:
        question = fact.narrowed(select(_COMMUNE, lot).distinct(), actor, ask).where(lot.is_not(None))
        rows |= {(commune, number) for commune, number in session.execute(question, ask.days)}
    pickers = pickers_of(session, {lot for _, lot in rows})
    for commune, number in rows:
        for cell in (whole, whole.part(commune)):
            cell.households |= pickers[number]
