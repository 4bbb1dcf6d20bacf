"""What land should give, and what it gave: the office's yield rules laid on plots and growing areas."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from trace.records.lot import Lot
from trace.records.plot import GrowingArea, Plot
from trace.records.sums import HarvestDay, HarvestMonth
from trace.services.figures.asking import Ask
from trace.services.figures.stored import spans
from trace.services.gates import YieldFigures
from trace.services.rules import yield_rule


def usual_g(session: Session, ids: Sequence[int], ask: Ask) -> dict[int, int]:
    """Grams a plot is expected to give in a season: the yield above which the gate asks for a reason."""
    facts = select(col(Plot.id), col(Plot.crop), col(Plot.variety), col(Plot.area_m2))
    rows = session.execute(facts.where(col(Plot.id).in_(ids)))
    return {number: one.usual_g for number, one in _limits(session, rows, ask)}


def most_g(session: Session, ids: Sequence[int], ask: Ask) -> dict[int, int]:
    """Grams at which the gate stops a growing area's season."""
    return {number: one.most_g for number, one in _limits(session, _areas(session, ids), ask)}


def is_over(session: Session, ids: Sequence[int], ask: Ask) -> dict[int, int]:
    """One for each growing area that gave more in the period than a season may."""
    gave = gave_g(session, ids, ask)
    return {number: int(gave.get(number, 0) > most) for number, most in most_g(session, ids, ask).items()}


def gave_g(session: Session, ids: Sequence[int], ask: Ask) -> dict[int, int]:
    """Grams picked in each growing area in the period."""
    found: Counter[int] = Counter()
    for span, is_month in spans(ask.since, ask.until):
        table: Any = HarvestMonth if is_month else HarvestDay
        area, when = col(table.growing_area_id), col(table.month if is_month else table.day)
        picked = select(area, func.sum(col(table.grams))).where(area.in_(ids), when.between(*span))
        for number, grams in session.execute(picked.group_by(area)):
            found[number] += int(grams)
    return dict(found)


def with_rule(session: Session, ids: Sequence[int], ask: Ask) -> dict[int, int]:
    """The weight of each lot whose crop has a yield rule."""
    facts = select(col(Lot.id), col(Lot.crop), col(Lot.variety), col(Lot.weight_g))
    known = _ruled(session, ask)
    rows = session.execute(facts.where(col(Lot.id).in_(ids)))
    return {number: grams for number, crop, variety, grams in rows if known(crop, variety)}


def of_ruled_areas(session: Session, ids: Sequence[int], ask: Ask) -> dict[int, int]:
    """The weight of each lot whose growing area's crop has a yield rule."""
    facts = (
        select(col(Lot.id), col(GrowingArea.crop), col(Lot.weight_g))
        .join(GrowingArea, col(GrowingArea.id) == col(Lot.growing_area_id))
        .where(col(Lot.id).in_(ids))
    )
    known = _ruled(session, ask)
    return {number: grams for number, crop, grams in session.execute(facts) if known(crop, "")}


def _areas(session: Session, ids: Sequence[int]) -> Iterable[Any]:
    facts = select(col(GrowingArea.id), col(GrowingArea.crop), col(GrowingArea.area_m2))
    rows = session.execute(facts.where(col(GrowingArea.id).in_(ids)))
    return [(number, crop, "", area) for number, crop, area in rows]


def _limits(session: Session, rows: Iterable[Any], ask: Ask) -> Iterable[tuple[int, YieldFigures]]:
    known = _ruled(session, ask)
    for number, crop, variety, area_m2 in rows:
        rule = known(crop, variety)
        if rule is not None:
            yield number, YieldFigures("", variety, crop, 0, area_m2, rule.warn_t_ha, rule.block_t_ha)


def _ruled(session: Session, ask: Ask) -> Callable[[str, str], Any]:
    """The yield rule of a crop and variety on the last day, asked once each."""
    return cache(lambda crop, variety: yield_rule(session, crop, variety, ask.until))
