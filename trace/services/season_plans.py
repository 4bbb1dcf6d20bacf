"""Season plans of communes: entering, proposing, correcting, withdrawing; a row is never edited.

Two plans that count never cover the same day of the same crop in the same place, so their sums mean what they
say: a plan of the whole crop stands against one of a variety, a plan of today's commune against one of a
former commune in it.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field
from sqlalchemy import select, text
from sqlmodel import Session, col

from trace.errors import FieldProblem, Invalid, NotFound, Refused
from trace.records.season_plan import SeasonPlan
from trace.services.admission import Act, Actor, fetch, may
from trace.services.crops import crop_of, variety_of
from trace.services.intake import line
from trace.services.logging_acts import append_leaf
from trace.services.registering import PlaceIn, empty_is_none, place_columns, within_area
from trace.services.rules import variety_key
from trace.standards import quantity

MOST_G = 1_000_000_000_000
"""A million tonnes: no commune harvests more."""
MOST_VND_KG = 100_000_000
LONGEST = timedelta(days=366)
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
    first_day: date
    last_day: date
    weight_g: Annotated[int, BeforeValidator(_tonnes), Field(gt=0, le=MOST_G)]
    area_m2: Annotated[int, BeforeValidator(_hectares), Field(gt=0)]
    price_vnd_kg: Annotated[Annotated[int, Field(gt=0, le=MOST_VND_KG)] | None, BeforeValidator(_dong)] = None
    note: Annotated[str, line(240)] = ""


def record_plan(
    session: Session, actor: Actor, given: PlanIn, now: datetime, import_id: int | None = None
) -> SeasonPlan:
    """Enter a plan; the office's counts at once, one of a commune officer waits for the office.

    Raises:
        NotFound: a commune that is not the officer's.
        Invalid: the days do not fit, or a plan that counts covers some of them already.
    """
    one_at_a_time(session)
    row = SeasonPlan(**checked(session, given), recorded_at=now, recorded_by=actor.account_id)
    row.import_id = import_id
    _within_reach(actor, row)
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
    _end(old, actor, _reason(reason), now)
    session.flush()
    row = SeasonPlan(**values, replaces_id=old.id, recorded_at=now, recorded_by=actor.account_id)
    row.reason = old.end_reason
    _put_in_force(session, actor, row, now)
    session.add(row)
    return _told(session, actor, "plan_corrected", row, now)


def confirm_plan(session: Session, actor: Actor, plan_id: int, now: datetime) -> SeasonPlan:
    """Let a proposed plan count; one that does already stays as it is.

    Raises:
        Refused: it was ended, or a plan that counts covers some of its days.
    """
    one_at_a_time(session)
    row = fetch(session, actor, Act.PLAN_SEASONS, SeasonPlan, id=plan_id)
    if row.ended_at is not None:
        raise Refused("plan.ended")
    if row.confirmed_at is None:
        _put_in_force(session, actor, row, now)
        _told(session, actor, "plan_confirmed", row, now)
    return row


def withdraw_plan(session: Session, actor: Actor, plan_id: int, reason: str, now: datetime) -> SeasonPlan:
    """End a plan, or decline a proposed one; its row stays with the reason.

    Raises:
        Refused: it was ended before, or no reason is given.
    """
    row = _of(session, actor, plan_id, proposed=True)
    _end(row, actor, _reason(reason), now)
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


def seen_plan(session: Session, actor: Actor, plan_id: int) -> SeasonPlan:
    """One plan in the actor's reach. Raises ``NotFound``."""
    return fetch(session, actor, Act.PROPOSE_PLAN, SeasonPlan, id=plan_id)


def successor(session: Session, plan: SeasonPlan) -> SeasonPlan | None:
    """The row that took this one's place, if any."""
    question = select(SeasonPlan).where(col(SeasonPlan.replaces_id) == plan.id)
    found: SeasonPlan | None = session.execute(question).scalar_one_or_none()
    return found


def clashing(session: Session, plan: SeasonPlan) -> Sequence[SeasonPlan]:
    """Plans that count and cover a day of this one's crop and place."""
    question = (
        select(SeasonPlan)
        .where(
            col(SeasonPlan.commune_code) == plan.commune_code,
            col(SeasonPlan.crop) == plan.crop,
            col(SeasonPlan.first_day) <= plan.last_day,
            col(SeasonPlan.last_day) >= plan.first_day,
            in_force(),
        )
        .order_by(col(SeasonPlan.first_day), col(SeasonPlan.id))
    )
    with session.no_autoflush:
        others = session.execute(question).scalars().all()
    return [one for one in others if one is not plan and _overlap(one, plan)]


def refuse_overlap(plan: SeasonPlan, others: Iterable[SeasonPlan]) -> None:
    """Refuse a plan beside others.

    Raises:
        Invalid: one of them covers a day of the same crop and place.
    """
    other = next((one for one in others if _overlap(one, plan)), None)
    if other is not None:
        span = {"date": other.first_day, "date2": other.last_day}
        raise Invalid([FieldProblem("first_day", "plan.overlap", plan.first_day, span)])


def in_force() -> Any:
    """Rows that count."""
    return col(SeasonPlan.confirmed_at).is_not(None) & col(SeasonPlan.ended_at).is_(None)


def checked(session: Session, given: PlanIn) -> dict[str, Any]:
    """The columns of a plan.

    Raises:
        Invalid: the last day is before the first or a year after it, or the place does not resolve.
    """
    if not timedelta(0) <= given.last_day - given.first_day < LONGEST:
        span = {"date": given.first_day, "n": LONGEST.days}
        raise Invalid([FieldProblem("last_day", "plan.days", given.last_day, span)])
    return given.model_dump(include=set(_SAID)) | place_columns(session, given)


def one_at_a_time(session: Session) -> None:
    """Two writers at once would both find a season free; SQLite's transaction holds the lock already."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("LOCK TABLE season_plan IN SHARE ROW EXCLUSIVE MODE"))


def _put_in_force(session: Session, actor: Actor, row: SeasonPlan, now: datetime) -> None:
    refuse_overlap(row, clashing(session, row))
    row.confirmed_at, row.confirmed_by = now, actor.account_id


def _overlap(one: SeasonPlan, other: SeasonPlan) -> bool:
    same = (one.commune_code, one.crop) == (other.commune_code, other.crop)
    meets = one.first_day <= other.last_day and other.first_day <= one.last_day
    varieties = {variety_key(one.variety), variety_key(other.variety)}
    parts = {one.old_commune_code, other.old_commune_code}
    shares = ("" in varieties or len(varieties) == 1) and (None in parts or len(parts) == 1)
    return same and meets and shares


def _within_reach(actor: Actor, row: SeasonPlan) -> None:
    if not may(actor, Act.PLAN_SEASONS) and row.commune_code != actor.commune_code:
        raise NotFound()


def _of(session: Session, actor: Actor, plan_id: int, *, proposed: bool = False) -> SeasonPlan:
    row = fetch(session, actor, Act.PLAN_SEASONS, SeasonPlan, id=plan_id)
    session.refresh(row, with_for_update=True)
    if row.ended_at is not None or (row.confirmed_at is None and not proposed):
        raise Refused("plan.ended" if row.ended_at is not None else "plan.proposed")
    return row


def _end(row: SeasonPlan, actor: Actor, reason: str, now: datetime) -> None:
    row.ended_at, row.ended_by, row.end_reason = now, actor.account_id, reason


def _reason(text: str) -> str:
    said = " ".join(text.split())
    if not said:
        raise Invalid([FieldProblem("reason", "error.empty", "")])
    return said[:240]


def _told(session: Session, actor: Actor, kind: str, row: SeasonPlan, now: datetime) -> SeasonPlan:
    session.flush()
    record: dict[str, Any] = {"plan": row.id, "replaces": row.replaces_id, "by": actor.account_id}
    record |= {"crop": row.crop, "commune": row.commune_code, "weight_g": row.weight_g}
    days = {"first_day": row.first_day.isoformat(), "last_day": row.last_day.isoformat()}
    append_leaf(session, kind, record | days, now)
    return row
