"""Season plans as pages list them: with the names of their places, found without marks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import exists, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from trace.records.account import Account
from trace.records.admin_unit import AdminUnit
from trace.records.organisation import Organisation
from trace.records.season_plan import SeasonPlan
from trace.services.admission import Act, Actor, visible
from trace.services.place_search import lies_in
from trace.services.plan_clashes import clashing
from trace.services.registering import found_by


class PlanState(StrEnum):
    """Where a plan stands."""

    WAITING = "waiting"
    IN_FORCE = "in_force"
    DECLINED = "declined"
    TAKEN_BACK = "taken_back"
    """By the cooperative that proposed it."""
    ENDED = "ended"
    """After it counted."""


@dataclass(frozen=True)
class PlannedPlace:
    """A plan with the names of its commune and, where it names them, the former one and the cooperative."""

    plan: SeasonPlan
    commune: str
    old_commune: str
    org: str = ""
    taken_back: bool = False

    @property
    def state(self) -> PlanState:
        """Where it stands."""
        if self.plan.ended_at is None:
            return PlanState.WAITING if self.plan.confirmed_at is None else PlanState.IN_FORCE
        if self.plan.confirmed_at is not None:
            return PlanState.ENDED
        return PlanState.TAKEN_BACK if self.taken_back else PlanState.DECLINED


def plans(
    session: Session, actor: Actor, year: int | None = None, crop: str = "", place: str = ""
) -> list[PlannedPlace]:
    """Plans that are not ended: of seasons with a day in ``year``, in a place called so, by either scheme.

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
    if place.strip():
        rules.append(lies_in(lambda key: found_by(place, key), SeasonPlan))
    found = [*session.execute(select(SeasonPlan).where(*rules)).scalars()]
    return sorted(places_of(session, found), key=_in_order)


def waiting(session: Session, actor: Actor) -> list[PlannedPlace]:
    """Plans of any year that wait for a decision, the oldest first.

    Raises:
        NotAllowed: the role has nothing to do with plans.
    """
    rules = col(SeasonPlan.ended_at).is_(None), col(SeasonPlan.confirmed_at).is_(None)
    question = select(SeasonPlan).where(visible(actor, Act.PROPOSE_PLAN, SeasonPlan), *rules)
    return places_of(session, session.execute(question.order_by(col(SeasonPlan.id))).scalars())


def history(session: Session, actor: Actor, limit: int = 200) -> list[PlannedPlace]:
    """Plans in the actor's reach as they ended up, the newest first; none that another took the place of.

    Raises:
        NotAllowed: the role has nothing to do with plans.
    """
    later = aliased(SeasonPlan)
    replaced = exists().where(col(later.replaces_id) == col(SeasonPlan.id))
    question = select(SeasonPlan).where(visible(actor, Act.PROPOSE_PLAN, SeasonPlan), ~replaced)
    return places_of(
        session, session.execute(question.order_by(col(SeasonPlan.id).desc()).limit(limit)).scalars()
    )


def answered(session: Session, actor: Actor, since: datetime, limit: int) -> list[PlannedPlace]:
    """What the actor's cooperative proposed and was decided by others after ``since``, the newest first."""
    found = history(session, actor)
    decided = [
        (when, one)
        for one in found
        if one.state in (PlanState.IN_FORCE, PlanState.DECLINED)
        and (when := one.plan.ended_at or one.plan.confirmed_at) is not None
        and when > since
    ]
    return [one for _, one in sorted(decided, key=lambda pair: pair[0], reverse=True)[:limit]]


def clashing_places(session: Session, plan: SeasonPlan) -> list[PlannedPlace]:
    """Plans that count and stand in the way of one that waits."""
    waits = plan.confirmed_at is None and plan.ended_at is None
    return places_of(session, clashing(session, plan)) if waits else []


def places_of(session: Session, found: Iterable[SeasonPlan]) -> list[PlannedPlace]:
    """Plans with the names of where they are and whose."""
    rows = [*found]
    codes = {code for one in rows for _, code in _units(one)}
    question = select(AdminUnit).where(col(AdminUnit.code).in_(sorted(codes)))
    names: dict[tuple[str, str], str] = {
        (one.scheme, one.code): one.full_name for one in session.execute(question).scalars()
    }

    def name(scheme: str | None, code: str | None) -> str:
        return names.get((scheme or "", code or ""), "")

    owners = _names(session, rows)
    back = _taken_back(session, rows)
    return [
        PlannedPlace(
            one,
            name(one.commune_scheme, one.commune_code),
            name(one.old_commune_scheme, one.old_commune_code),
            owners.get(one.org_id or 0, ""),
            one.id in back,
        )
        for one in rows
    ]


def _names(session: Session, rows: Iterable[SeasonPlan]) -> dict[int, str]:
    numbers = sorted({one.org_id for one in rows if one.org_id is not None})
    question = select(col(Organisation.id), col(Organisation.name)).where(col(Organisation.id).in_(numbers))
    return {row[0]: row[1] for row in session.execute(question)}


def _taken_back(session: Session, rows: Iterable[SeasonPlan]) -> set[int]:
    """Those that one of the cooperative's own accounts ended."""
    ended = {one.id: (one.ended_by, one.org_id) for one in rows if one.org_id and one.ended_by}
    by = {by for by, _ in ended.values()}
    question = select(col(Account.id), col(Account.org_id)).where(col(Account.id).in_(sorted(by)))
    homes: dict[int, int | None] = {row[0]: row[1] for row in session.execute(question)}
    return {number for number, (by, org) in ended.items() if homes.get(by or 0) == org}


def years_of(session: Session, actor: Actor) -> Sequence[int]:
    """The years plans are of, the newest first."""
    rule = visible(actor, Act.PROPOSE_PLAN, SeasonPlan), col(SeasonPlan.ended_at).is_(None)
    question = select(col(SeasonPlan.first_day), col(SeasonPlan.last_day)).where(*rule).distinct()
    return sorted({day.year for both in session.execute(question) for day in both}, reverse=True)


def _units(plan: SeasonPlan) -> set[tuple[str, str]]:
    old = {(plan.old_commune_scheme or "", plan.old_commune_code)} if plan.old_commune_code else set()
    return {(plan.commune_scheme, plan.commune_code), *old}


def _in_order(one: PlannedPlace) -> tuple[bool, str, str, str, date, int]:
    plan = one.plan
    waits = plan.confirmed_at is None
    return not waits, one.commune, one.old_commune, f"{plan.crop} {plan.variety}", plan.first_day, plan.id
