"""What season plans say of plots and lots: how much a plot should give, which harvest was planned."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, false, func, or_, select, tuple_
from sqlmodel import Session, col

from trace.records.lot import Lot
from trace.records.plot import Plot
from trace.records.season_plan import SeasonPlan
from trace.records.sums import HarvestMonth
from trace.services.figures.asking import Ask
from trace.services.figures.counting import Rule
from trace.services.figures.judges.yielding import usual_g, with_rule
from trace.services.plan_clashes import in_force
from trace.services.rules import variety_key
from trace.standards.even_spread import falling

Find = Callable[[str, str | None, str, str, int], list[SeasonPlan]]
"""The plans of a commune of today, a former one, a crop and a variety, for the goods of a cooperative."""


def planned_g(session: Session, ids: Sequence[int], ask: Ask) -> dict[int, int]:
    """What of each plan's weight falls on the period, in grams."""
    rows = session.execute(select(SeasonPlan).where(col(SeasonPlan.id).in_(ids))).scalars()
    return {one.id: _falling(one, one.weight_g, ask) for one in rows}


def expected_g(session: Session, ids: Sequence[int], ask: Ask) -> dict[int, int]:
    """Grams a plot should give: its area's part of the plans of its commune, else as the rules expect.

    Of a plan counts what falls on the period, of a rule a whole season.
    """
    find = _plans(session, ask)
    place = (Plot.commune_code, Plot.old_commune_code)
    facts = (Plot.id, *place, Plot.crop, Plot.variety, Plot.org_id, Plot.area_m2)
    found: dict[int, int] = {}
    for number, *where, area_m2 in session.execute(select(*_columns(facts)).where(col(Plot.id).in_(ids))):
        if plans := find(*where):
            parts = (_falling(one, one.weight_g, ask) * area_m2 // one.area_m2 for one in plans)
            found[number] = sum(parts)
    rest = [number for number in ids if number not in found]
    return found | (usual_g(session, rest, ask) if rest else {})


def of_planned_or_ruled(session: Session, ids: Sequence[int], ask: Ask) -> dict[int, int]:
    """The weight of each lot whose crop its commune has a plan of, or a rule exists for."""
    find = _plans(session, ask)
    found = {one: grams for one, *where, _day, grams in _lots(session, ids) if find(*where)}
    rest = [number for number in ids if number not in found]
    return found | (with_rule(session, rest, ask) if rest else {})


def of_planned(session: Session, ids: Sequence[int], ask: Ask) -> dict[int, int]:
    """The weight of each lot that was picked in the season of a plan of its commune and crop."""
    find = _plans(session, ask)
    return {
        number: grams
        for number, *where, day, grams in _lots(session, ids)
        if any(one.first_day <= day <= one.last_day for one in find(*where))
    }


def in_planned_season(of: Any) -> Rule:
    """The same as a rule: of lots (``of`` are their columns) or of sums of them by day.

    A variety is compared as plans name it, which no database does: the names there are come from the sums.
    """
    day, old = of.day if "day" in of else of.harvested_on, func.nullif(of.old_commune_code, "")

    def rule(session: Session, ask: Ask) -> ColumnElement[bool]:
        plan, years = SeasonPlan, _years(ask)
        named = select(col(plan.variety), func.min(col(plan.first_day)), func.max(col(plan.last_day)))
        named = named.where(in_force(), *_touching(years)).group_by(col(plan.variety))
        plans = session.execute(named).all()
        if not plans:
            return false()
        grown = session.execute(select(col(HarvestMonth.variety)).distinct()).scalars().all()
        pairs = [
            (row[0], one) for row in plans for one in grown if variety_key(row[0]) in ("", variety_key(one))
        ]
        found = exists().where(
            in_force(),
            *_touching(years),
            col(plan.commune_code) == of.commune_code,
            col(plan.crop) == of.crop,
            day.between(col(plan.first_day), col(plan.last_day)),
            or_(col(plan.old_commune_code).is_(None), col(plan.old_commune_code) == old),
            or_(col(plan.org_id).is_(None), col(plan.org_id) == of.org_id),
            tuple_(col(plan.variety), of.variety).in_(pairs),
        )
        first, last = min(row[1] for row in plans), max(row[2] for row in plans)
        return and_(day.between(first, last), found)

    return rule


def _lots(session: Session, ids: Sequence[int]) -> Any:
    facts = (Lot.id, Lot.commune_code, Lot.old_commune_code, Lot.crop, Lot.variety, Lot.org_id)
    more = (Lot.harvested_on, Lot.weight_g)
    return session.execute(select(*_columns(facts + more)).where(col(Lot.id).in_(ids)))


def _columns(facts: Sequence[Any]) -> list[Any]:
    return [col(one) for one in facts]


def _falling(plan: SeasonPlan, amount: int, ask: Ask) -> int:
    return falling(amount, plan.first_day, plan.last_day, ask.since, ask.until)


def _years(ask: Ask) -> tuple[date, date]:
    return date(ask.since.year, 1, 1), date(ask.until.year, 12, 31)


def _touching(years: tuple[date, date]) -> tuple[ColumnElement[bool], ...]:
    return col(SeasonPlan.first_day) <= years[1], col(SeasonPlan.last_day) >= years[0]


def _plans(session: Session, ask: Ask) -> Find:
    """Plans in force of the calendar years asked about: where one is, the rules do not speak."""
    question = select(SeasonPlan).where(in_force(), *_touching(_years(ask)))
    by_place: dict[tuple[str, str], list[SeasonPlan]] = defaultdict(list)
    for one in session.execute(question).scalars():
        by_place[one.commune_code, one.crop].append(one)

    def find(commune: str, old: str | None, crop: str, variety: str, org: int) -> list[SeasonPlan]:
        return [
            one
            for one in by_place.get((commune, crop), ())
            if variety_key(one.variety) in ("", variety_key(variety))
            and one.old_commune_code in (None, old)
            and one.org_id in (None, org)
        ]

    return find
