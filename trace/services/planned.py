"""What season plans come to over some days: sums by place and in whole."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlmodel import Session, col

from trace.records.season_plan import SeasonPlan
from trace.services.admission import Actor
from trace.services.figures.asking import Ask, Dimension
from trace.services.figures.facts.planning import OVERLAPS, PLANS
from trace.services.plan_clashes import in_force
from trace.services.rules import variety_key
from trace.standards.even_spread import day_by_day, falling


@dataclass(frozen=True)
class PlannedSum:
    """Sums of plans over some days: a plan's weight is spread evenly over its season.

    ``value_vnd`` and ``priced_g`` are of the plans that name a price. ``area_m2`` is the whole area of every
    plan with a day among them.
    """

    plans: int = 0
    weight_g: int = 0
    priced_g: int = 0
    value_vnd: int = 0
    area_m2: int = 0

    def __add__(self, other: "PlannedSum") -> "PlannedSum":
        return PlannedSum(
            self.plans + other.plans,
            self.weight_g + other.weight_g,
            self.priced_g + other.priced_g,
            self.value_vnd + other.value_vnd,
            self.area_m2 + other.area_m2,
        )

    @property
    def price_vnd_kg(self) -> int | None:
        """Đồng a kilogram, by weight, rounded half up; none where no plan names a price."""
        return (self.value_vnd * 2000 + self.priced_g) // (2 * self.priced_g) if self.priced_g else None


@dataclass(frozen=True)
class Planned:
    """The sum in whole and for each place (by the key of the dimension asked for)."""

    whole: PlannedSum
    parts: Mapping[str, PlannedSum]


def planned(
    session: Session,
    actor: Actor,
    since: date,
    until: date,
    *,
    crop: str = "",
    variety: str = "",
    by: Dimension = Dimension.COMMUNE,
) -> Planned:
    """What the plans in force come to from ``since`` to ``until``, both included.

    ``by`` is a place: today's commune or province, a former commune or district (empty where it is not
    known). A cooperative sees none: a plan is its commune's.

    Raises:
        NotAllowed: the role sees no figures.
        KeyError: ``by`` is no place.
    """
    ask = Ask(since, until)
    question = PLANS.narrowed(select(PLANS.key(by), SeasonPlan), actor, ask).where(in_force(), *OVERLAPS)
    parts: dict[str, PlannedSum] = defaultdict(PlannedSum)
    for key, plan in session.execute(question, ask.days):
        if crop in ("", plan.crop) and (not variety or variety_key(variety) == variety_key(plan.variety)):
            parts[key] += sum_of(plan, since, until)
    return Planned(sum(parts.values(), PlannedSum()), dict(parts))


def planned_by_day(session: Session, actor: Actor, ask: Ask, crop: str) -> dict[date, int]:
    """Grams the plans in force of a crop foresee for each day of the question that has a plan.

    Nothing where the question names what plans do not know.

    Raises:
        NotAllowed: the role sees no figures.
    """
    if ask.dimensions - PLANS.dimensions:
        return {}
    rules = (in_force(), *OVERLAPS, col(SeasonPlan.crop) == crop)
    question = PLANS.narrowed(select(SeasonPlan), actor, ask).where(*rules)
    grams: dict[date, int] = defaultdict(int)
    for plan in session.execute(question, ask.days).scalars():
        for day, some in day_by_day(plan.weight_g, plan.first_day, plan.last_day, ask.since, ask.until):
            grams[day] += some
    return dict(grams)


def sum_of(plan: SeasonPlan, since: date, until: date) -> PlannedSum:
    """One plan's part of the days."""
    weight_g = falling(plan.weight_g, plan.first_day, plan.last_day, since, until)
    if plan.price_vnd_kg is None:
        return PlannedSum(1, weight_g, 0, 0, plan.area_m2)
    return PlannedSum(1, weight_g, weight_g, weight_g * plan.price_vnd_kg // 1000, plan.area_m2)
