"""Training: sessions the office writes down, and the households that came to them."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated, Any

from sqlalchemy import ColumnElement, delete, insert, select, true
from sqlmodel import Session, col

from trace.errors import FieldProblem, Invalid, NotFound
from trace.records.household import Household
from trace.records.training import TrainingAttendance, TrainingSession
from trace.services.admission import Act, Actor, scope_of
from trace.services.intake import Day, line
from trace.services.logging_acts import append_leaf
from trace.services.registering import PlaceIn, change, place_columns
from trace.standards.local_time import local_day
from trace.standards.search_key import fold_vi

MOST_CODES = 2_000


class SessionIn(PlaceIn):
    """A session as given; a place's name is a house or hall, its commune is looked up."""

    held_on: Day
    title: Annotated[str, line(160, 2)]
    topic: Annotated[str, line(160)] = ""
    organiser: Annotated[str, line(160)] = ""
    place_name: Annotated[str, line(160)] = ""


def record_session(session: Session, actor: Actor, given: SessionIn, now: datetime) -> TrainingSession:
    """Write a session down.

    Raises:
        Invalid: the day is to come, or the place does not resolve.
    """
    scope_of(actor, Act.KEEP_TRAINING)
    by = actor.account_id
    row = TrainingSession(**columns_of(session, given, now), recorded_at=now, recorded_by=by)
    row.confirmed_at, row.confirmed_by = now, by
    session.add(row)
    session.flush()
    append_leaf(session, "training_recorded", record_of(row, actor), now)
    return row


def edit_session(
    session: Session, actor: Actor, session_id: int, given: SessionIn, now: datetime
) -> TrainingSession:
    """Put a session right; who came stays."""
    scope_of(actor, Act.KEEP_TRAINING)
    row = session_of(session, session_id)
    change(row, columns_of(session, given, now) | {"from_book": False})
    session.flush()
    append_leaf(session, "training_changed", record_of(row, actor), now)
    return row


def add_by_code(session: Session, actor: Actor, session_id: int, text: str, now: datetime) -> int:
    """Add households by their codes, a line or a blank apart; how many were not there yet.

    Raises:
        Invalid: a code nobody has, or that several cooperatives have; none is added then.
    """
    scope_of(actor, Act.KEEP_TRAINING)
    row = session_of(session, session_id)
    return add_households(session, actor, row, homes_of(session, text, true()), now)


def homes_of(session: Session, text: str, rule: ColumnElement[bool]) -> list[Household]:
    """The households these codes name among those of the rule.

    Raises:
        Invalid: a code nobody has, or that several cooperatives have.
    """
    codes = list(dict.fromkeys(text.upper().replace(",", " ").replace(";", " ").split()))[:MOST_CODES]
    question = select(Household).where(
        col(Household.code).in_([code for code in codes if code.isprintable()]),
        col(Household.erased_at).is_(None),
        rule,
    )
    found: dict[str, list[Household]] = {}
    for one in session.execute(question).scalars():
        found.setdefault(one.code, []).append(one)
    wrong = [
        FieldProblem("codes", "training.code.several" if code in found else "training.code.none", code)
        for code in codes
        if len(found.get(code, ())) != 1
    ]
    if wrong or not codes:
        raise Invalid(wrong[:1] or [FieldProblem("codes", "error.empty", "")])
    return [found[code][0] for code in codes]


def add_households(
    session: Session,
    actor: Actor,
    row: TrainingSession,
    homes: Iterable[Household],
    now: datetime,
    import_id: int | None = None,
) -> int:
    """Write down that households came; how many were not written down yet."""
    there = select(col(TrainingAttendance.household_id)).where(col(TrainingAttendance.session_id) == row.id)
    known = set(session.execute(there).scalars())
    own = {"session_id": row.id, "recorded_at": now, "recorded_by": actor.account_id, "import_id": import_id}
    new = [{**own, "household_id": home.id, "org_id": home.org_id} for home in homes if home.id not in known]
    if new:
        session.execute(insert(TrainingAttendance), new)
        append_leaf(session, "training_attended", record_of(row, actor) | {"added": len(new)}, now)
    return len(new)


def add_one(session: Session, actor: Actor, session_id: int, household_id: int, now: datetime) -> int:
    """Add a household that was picked from a search. Raises ``NotFound``."""
    scope_of(actor, Act.KEEP_TRAINING)
    home = session.get(Household, household_id)
    if home is None or home.erased_at is not None:
        raise NotFound()
    return add_households(session, actor, session_of(session, session_id), [home], now)


def take_out(session: Session, actor: Actor, session_id: int, household_id: int, now: datetime) -> None:
    """Say that a household did not come after all."""
    scope_of(actor, Act.KEEP_TRAINING)
    row = session_of(session, session_id)
    here = col(TrainingAttendance.session_id) == row.id, col(TrainingAttendance.household_id) == household_id
    session.execute(delete(TrainingAttendance).where(*here))
    append_leaf(session, "training_taken_out", record_of(row, actor) | {"household": household_id}, now)


def book_session(
    session: Session, day: date, place: dict[str, Any], actor: Actor, now: datetime
) -> TrainingSession:
    """The session that stands for a day told beside households of a commune, made where there is none.

    Where a cooperative tells it, it is a proposal of its own that waits.
    """
    org = col(TrainingSession.org_id)
    mine = org == actor.org_id if actor.org_id else org.is_(None)
    question = select(TrainingSession).where(
        col(TrainingSession.from_book),
        col(TrainingSession.held_on) == day,
        col(TrainingSession.commune_code) == place["commune_code"],
        col(TrainingSession.ended_at).is_(None),
        mine,
        col(TrainingSession.confirmed_at).is_(None) if actor.org_id else true(),
    )
    found: TrainingSession | None = session.execute(question.limit(1)).scalar_one_or_none()
    if found is None:
        by, counts = actor.account_id, not actor.org_id
        values: dict[str, Any] = {
            **place,
            "held_on": day,
            "from_book": True,
            "recorded_at": now,
            "recorded_by": by,
            "org_id": actor.org_id,
        }
        found = TrainingSession(
            **values, confirmed_at=now if counts else None, confirmed_by=by if counts else None
        )
        session.add(found)
        session.flush()
    return found


def came_on(session: Session, day: date, homes: Iterable[int]) -> set[int]:
    """Which of these households came to a session of the day that counts or waits."""
    question = (
        select(col(TrainingAttendance.household_id))
        .join(TrainingSession, col(TrainingSession.id) == col(TrainingAttendance.session_id))
        .where(col(TrainingAttendance.household_id).in_(homes), col(TrainingSession.held_on) == day)
        .where(col(TrainingSession.ended_at).is_(None))
    )
    return set(session.execute(question).scalars())


def session_of(session: Session, session_id: int) -> TrainingSession:
    """A session. Raises ``NotFound``."""
    row = session.get(TrainingSession, session_id)
    if row is None:
        raise NotFound()
    return row


def columns_of(session: Session, given: SessionIn, now: datetime) -> dict[str, Any]:
    """What a session's row holds of what was given. Raises ``Invalid`` as ``record_session`` does."""
    if given.held_on > local_day(now):
        today = {"value": given.held_on, "date": local_day(now)}
        raise Invalid([FieldProblem("held_on", "imp.date.future", given.held_on, today)])
    words = given.model_dump(include={"held_on", "title", "topic", "organiser"})
    key = fold_vi(f"{given.title} {given.topic} {given.organiser} {given.place_name}")
    return {**words, "place": given.place_name, "search_key": key, **place_columns(session, given)}


def record_of(row: TrainingSession, actor: Actor) -> dict[str, object]:
    """What the log says of an act about a session."""
    return {"session": row.id, "held_on": row.held_on.isoformat(), "by": actor.account_id}
