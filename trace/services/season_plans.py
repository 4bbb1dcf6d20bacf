"""Season plans of communes: entering, proposing, correcting, withdrawing; a row is never edited.

Communes propose to the office; cooperatives propose their own part of a commune, on which the office decides
or an officer of the commune.
"""

from datetime import datetime, timedelta
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field
from sqlalchemy import select, text
from sqlmodel import Session, col

from trace.errors import FieldProblem, Invalid, NotFound, Refused
from trace.records.plot import Plot
from trace.records.season_plan import SeasonPlan
from trace.services.admission import Act, Actor, Scope, fetch, lock, may, own_org, scope_of
from trace.services.crops import crop_of, variety_of
from trace.services.intake import Day, line, said
from trace.services.logging_acts import append_leaf
from trace.services.plan_clashes import clashing, refuse_overlap
from trace.services.registering import PlaceIn, empty_is_none, place_columns, within_area
from trace.standards import quantity

MOST_G = 1_000_000_000_000
"""A million tonnes: no commune harvests more."""
MOST_VND_KG = 100_000_000
LONGEST = timedelta(days=366)
REASON_LETTERS = 240
_SAID = ("crop", "variety", "first_day", "last_day", "weight_g", "area_m2", "price_vnd_kg", "note")


def _tonnes(value: object) -> object:
    """Grams; a typed number without a unit is tonnes."""
    return quantity.weight_g(value, "tan") if isinstance(value, str) else value


def _hectares(value: object) -> object:
    """Square metres; a typed number without a unit is hectares."""
    return within_area(quantity.area_m2(value, "ha")) if isinstance(value, str) else value


def _dong(value: object) -> object:
    value = empty_is_none(value)
    return quantity.money_vnd(value) if isinstance(value, str) else value


class PlanIn(PlaceIn):
    """A plan as given: both days are of the season; grams, square metres, đồng a kilogram."""

    crop: Annotated[str, line(32, 1), AfterValidator(crop_of)]
    variety: Annotated[str, line(48), AfterValidator(variety_of)] = ""
    first_day: Day
    last_day: Day
    weight_g: Annotated[int, BeforeValidator(_tonnes), Field(gt=0, le=MOST_G)]
    area_m2: Annotated[int, BeforeValidator(_hectares), Field(gt=0)]
    price_vnd_kg: Annotated[Annotated[int, Field(gt=0, le=MOST_VND_KG)] | None, BeforeValidator(_dong)] = None
    note: Annotated[str, line(240)] = ""


def record_plan(
    session: Session, actor: Actor, given: PlanIn, now: datetime, import_id: int | None = None
) -> SeasonPlan:
    """Enter a plan; the office's counts at once, one of a commune officer or a cooperative waits.

    Raises:
        NotFound: a commune that is not the officer's.
        Invalid: the days do not fit, a plan that counts covers some of them already, or the cooperative has
            no plot in the commune.
    """
    one_at_a_time(session)
    row = SeasonPlan(**checked(session, given), recorded_at=now, recorded_by=actor.account_id)
    row.import_id = import_id
    _within_reach(session, actor, row)
    if may(actor, Act.PLAN_SEASONS):
        _put_in_force(session, actor, row, now)
    session.add(row)
    return _told(session, actor, "plan_recorded", row, now)


def correct_plan(
    session: Session, actor: Actor, plan_id: int, given: PlanIn, reason: str, now: datetime
) -> SeasonPlan:
    """Put another row in the place of one that counts; one that says the same already is given back.

    Raises:
        NotFound: there is no such plan.
        Refused: it is not in force, or no reason is given.
        Invalid: as for a new plan.
    """
    one_at_a_time(session)
    old = _of(session, actor, plan_id)
    values = checked(session, given)
    if all(getattr(old, name) == value for name, value in values.items()):
        return old
    _end(old, actor, said(reason, REASON_LETTERS), now)
    session.flush()
    row = SeasonPlan(**values, replaces_id=old.id, recorded_at=now, recorded_by=actor.account_id)
    row.reason, row.org_id = old.end_reason, old.org_id
    _refuse_without_plots(session, row)
    _put_in_force(session, actor, row, now)
    session.add(row)
    return _told(session, actor, "plan_corrected", row, now)


def confirm_plan(session: Session, actor: Actor, plan_id: int, now: datetime) -> SeasonPlan:
    """Let a proposed plan count; one that does already stays as it is.

    Raises:
        NotAllowed: it is for the office alone to decide.
        Refused: it was ended.
        Invalid: a plan that counts covers some of its days.
    """
    one_at_a_time(session)
    row = fetch(session, actor, Act.KEEP_PLANS, SeasonPlan, id=plan_id)
    if row.ended_at is not None:
        raise Refused("plan.ended")
    if row.confirmed_at is None:
        scope_of(actor, _judge(row))
        _put_in_force(session, actor, row, now)
        _told(session, actor, "plan_confirmed", row, now)
    return row


def withdraw_plan(session: Session, actor: Actor, plan_id: int, reason: str, now: datetime) -> SeasonPlan:
    """End a plan, decline a proposed one, or take back one's own; its row stays with the reason.

    Raises:
        NotAllowed: it is for the office alone to decide.
        Refused: it was ended before.
        Invalid: no reason is given.
    """
    one_at_a_time(session)
    row = seen_plan(session, actor, plan_id)
    if actor.org_id is None or row.confirmed_at is not None:
        scope_of(actor, _judge(row))
    if row.ended_at is not None:
        raise Refused("plan.ended")
    _end(row, actor, said(reason, REASON_LETTERS), now)
    return _told(session, actor, "plan_ended", row, now)


def versions(session: Session, actor: Actor, plan_id: int) -> list[SeasonPlan]:
    """The row and all those it came after, the newest first.

    Raises:
        NotFound: none in the actor's reach.
    """
    row: SeasonPlan | None = seen_plan(session, actor, plan_id)
    found: list[SeasonPlan] = []
    while row is not None:
        found.append(row)
        row = session.get(SeasonPlan, row.replaces_id) if row.replaces_id is not None else None
    return found


def may_decide(actor: Actor, row: SeasonPlan) -> bool:
    """Whether the actor may let a plan count, decline it or end it."""
    return row.ended_at is None and may(actor, _judge(row))


def seen_plan(session: Session, actor: Actor, plan_id: int) -> SeasonPlan:
    """One plan in the actor's reach. Raises ``NotFound``."""
    return fetch(session, actor, Act.PROPOSE_PLAN, SeasonPlan, id=plan_id)


def successor(session: Session, plan: SeasonPlan) -> SeasonPlan | None:
    """The row that took this one's place, if any."""
    question = select(SeasonPlan).where(col(SeasonPlan.replaces_id) == plan.id)
    found: SeasonPlan | None = session.execute(question).scalar_one_or_none()
    return found


def checked(session: Session, given: PlanIn) -> dict[str, Any]:
    """The columns of a plan.

    Raises:
        Invalid: the last day is before the first or a year after it, or the place does not resolve.
    """
    return words_of(given) | place_columns(session, given)


def words_of(given: PlanIn) -> dict[str, Any]:
    """The columns of a plan but its place. Raises ``Invalid`` for its days."""
    if not timedelta(0) <= given.last_day - given.first_day < LONGEST:
        span = {"date": given.first_day, "n": LONGEST.days}
        raise Invalid([FieldProblem("last_day", "plan.days", given.last_day, span)])
    return given.model_dump(include=set(_SAID))


def one_at_a_time(session: Session) -> None:
    """Two writers at once would both find a season free; SQLite's transaction holds the lock already."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("LOCK TABLE season_plan IN SHARE ROW EXCLUSIVE MODE"))


def _put_in_force(session: Session, actor: Actor, row: SeasonPlan, now: datetime) -> None:
    refuse_overlap(row, clashing(session, row))
    row.confirmed_at, row.confirmed_by = now, actor.account_id


def _within_reach(session: Session, actor: Actor, row: SeasonPlan) -> None:
    scope = scope_of(actor, Act.PROPOSE_PLAN)
    if scope is Scope.COMMUNE and row.commune_code != actor.commune_code:
        raise NotFound()
    if scope is Scope.ORG:
        row.org_id = own_org(actor)
        _refuse_without_plots(session, row)


def _refuse_without_plots(session: Session, row: SeasonPlan) -> None:
    """A cooperative's plan is of a commune where it has land."""
    rules = col(Plot.org_id) == row.org_id, col(Plot.commune_code) == row.commune_code
    if (
        row.org_id is not None
        and session.execute(select(col(Plot.id)).where(*rules).limit(1)).first() is None
    ):
        raise Invalid([FieldProblem("commune", "plan.no_plot", row.commune_code)])


def _judge(row: SeasonPlan) -> Act:
    """What counts, and what communes propose, is for the office alone."""
    return Act.PLAN_SEASONS if row.org_id is None or row.confirmed_at is not None else Act.KEEP_PLANS


def _of(session: Session, actor: Actor, plan_id: int) -> SeasonPlan:
    row = fetch(session, actor, Act.PLAN_SEASONS, SeasonPlan, id=plan_id)
    lock(session, row)
    if row.ended_at is not None or row.confirmed_at is None:
        raise Refused("plan.ended" if row.ended_at is not None else "plan.proposed")
    return row


def _end(row: SeasonPlan, actor: Actor, reason: str, now: datetime) -> None:
    row.ended_at, row.ended_by, row.end_reason = now, actor.account_id, reason


def _told(session: Session, actor: Actor, kind: str, row: SeasonPlan, now: datetime) -> SeasonPlan:
    session.flush()
    record: dict[str, Any] = {"plan": row.id, "replaces": row.replaces_id, "by": actor.account_id}
    record |= {"org": row.org_id} if row.org_id is not None else {}
    record |= {"crop": row.crop, "commune": row.commune_code, "weight_g": row.weight_g}
    days = {"first_day": row.first_day.isoformat(), "last_day": row.last_day.isoformat()}
    append_leaf(session, kind, record | days, now)
    return row
