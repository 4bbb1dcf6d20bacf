"""Season plans as pages list them: with the names of their places, found without marks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlmodel import Session, col

from trace.records.admin_unit import AdminUnit
from trace.records.season_plan import SeasonPlan
from trace.services.admission import Act, Actor, visible
from trace.services.registering import found_by


@dataclass(frozen=True)
class PlannedPlace:
    """A plan with the names of its commune of today and, where it names one, the former."""

    plan: SeasonPlan
    commune: str
    old_commune: str


def plans(
    session: Session, actor: Actor, year: int | None = None, crop: str = "", place: str = ""
) -> list[PlannedPlace]:
    """Plans that are not ended: of seasons with a day in ``year``, whose commune, new or old, is called so.

    Proposed ones come first, then by place, crop and first day.

    Raises:
        NotAllowed: the role has nothing to do with plans.
    """
    rules = [visible(actor, Act.PROPOSE_PLAN, SeasonPlan), col(SeasonPlan.ended_at).is_(None)]
    if year is not None:
        rules.append(col(SeasonPlan.first_day) <= date(year, 12, 31))
        rules.append(col(SeasonPlan.last_day) >= date(year, 1, 1))
    if crop:
        rules.append(col(SeasonPlan.crop) == crop)
    found = [*session.execute(select(SeasonPlan).where(*rules)).scalars()]
    named = places_of(session, found)
    if place.strip():
        called = _units_called(session, place)
        named = [one for one in named if called & _units(one.plan)]
    return sorted(named, key=_in_order)


def places_of(session: Session, found: Iterable[SeasonPlan]) -> list[PlannedPlace]:
    """Plans with the names of where they are."""
    rows = [*found]
    codes = {code for one in rows for _, code in _units(one)}
    question = select(AdminUnit).where(col(AdminUnit.code).in_(sorted(codes)))
    names: dict[tuple[str, str], str] = {
        (one.scheme, one.code): one.full_name for one in session.execute(question).scalars()
    }

    def name(scheme: str | None, code: str | None) -> str:
        return names.get((scheme or "", code or ""), "")

    return [
        PlannedPlace(
            one,
            name(one.commune_scheme, one.commune_code),
            name(one.old_commune_scheme, one.old_commune_code),
        )
        for one in rows
    ]


def years_of(session: Session, actor: Actor) -> Sequence[int]:
    """The years plans are of, the newest first."""
    rule = visible(actor, Act.PROPOSE_PLAN, SeasonPlan), col(SeasonPlan.ended_at).is_(None)
    question = select(col(SeasonPlan.first_day), col(SeasonPlan.last_day)).where(*rule).distinct()
    return sorted({day.year for both in session.execute(question) for day in both}, reverse=True)


def _units(plan: SeasonPlan) -> set[tuple[str, str]]:
    old = {(plan.old_commune_scheme or "", plan.old_commune_code)} if plan.old_commune_code else set()
    return {(plan.commune_scheme, plan.commune_code), *old}


def _units_called(session: Session, place: str) -> set[tuple[str, str]]:
    called = found_by(place, col(AdminUnit.search_key))
    found = session.execute(select(col(AdminUnit.scheme), col(AdminUnit.code)).where(called))
    return {(scheme, code) for scheme, code in found}


def _in_order(one: PlannedPlace) -> tuple[bool, str, str, str, date, int]:
    plan = one.plan
    waits = plan.confirmed_at is None
    return not waits, one.commune, one.old_commune, f"{plan.crop} {plan.variety}", plan.first_day, plan.id
