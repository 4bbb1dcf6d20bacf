"""Which figures of a closed month are published: those behind which no household can be seen.

A figure is shown when every kind of rows it is made of stands for enough households, and hidden otherwise.
Figures whose rows nobody can count households of (consignments, drills, papers, events) are left out.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import Session, col

from trace.records.plot import Plot
from trace.services.admission import Actor
from trace.services.figures.asking import Ask
from trace.services.figures.catalogue import MEASURES
from trace.services.figures.counting import Rows
from trace.services.figures.measure import Measure
from trace.services.lineage import portions
from trace.services.month_closing.shares import places, shares
from trace.services.open_data.pickers import pickers_of

SALES = frozenset({"orders", "lines", "typed", "allocations"})
STAMPS = frozenset({"blocks", "activations", "scans", "stamps_scanned"})
NOBODYS = frozenset({"products", "shops", "runs"})
"""Rows that say nothing of a household."""
Ids = Callable[[Session, set[int]], set[int]]


@dataclass(frozen=True)
class Basis:
    """Households behind what sales and stamps count, as the tables of these found them."""

    sales: set[int]
    stamps: set[int]


def published(
    session: Session, actor: Actor, ask: Ask, basis: Basis, least: int
) -> Iterator[tuple[Measure, bool]]:
    """The figures that are published, each with whether it is shown."""
    for measure in MEASURES:
        kinds = [rows for _place, _count, rows in places(measure, ask)]
        if kinds and all(_is_known(rows) for rows in kinds):
            yield measure, all(_enough(session, actor, ask, rows, basis, least) for rows in kinds)


def _is_known(rows: Rows) -> bool:
    return rows.fact.name in SALES | STAMPS | NOBODYS | BY_ROWS.keys()


def _enough(session: Session, actor: Actor, ask: Ask, rows: Rows, basis: Basis, least: int) -> bool:
    name = rows.fact.name
    if name in NOBODYS:
        return True
    if name in SALES:
        return len(basis.sales) >= least
    if name in STAMPS:
        return len(basis.stamps) >= least
    ids = {one.id for one in shares(session, actor, rows, ask)}
    # Nobody did it, nobody is seen: of a count of nought the rows below the line decide.
    return not ids or len(BY_ROWS[name](session, ids)) >= least


def _themselves(_session: Session, ids: set[int]) -> set[int]:
    return ids


def _pickers(session: Session, ids: set[int]) -> set[int]:
    found: set[int] = set()
    return found.union(*pickers_of(session, ids).values())


def _growers(session: Session, ids: set[int]) -> set[int]:
    found: set[int] = set()
    for some in portions(ids):
        found |= set(session.execute(select(col(Plot.household_id)).where(col(Plot.id).in_(some))).scalars())
    return found


BY_ROWS: dict[str, Ids] = {"households": _themselves, "lots": _pickers, "plots": _growers}
"""The households behind rows, by kind."""
