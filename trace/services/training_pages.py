"""Training as pages show it: sessions, who came, who is to be added, and who was trained when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, func, select
from sqlmodel import Session, col

from trace.records.household import Household
from trace.records.organisation import Organisation
from trace.records.training import TrainingAttendance, TrainingSession
from trace.services.admission import Act, Actor, may, visible
from trace.services.place_search import found_or_lies_in
from trace.services.registering import exact_first, found_by


@dataclass(frozen=True)
class SessionCount:
    """A session with how many of the households one may see came to it."""

    session: TrainingSession
    came: int


@dataclass(frozen=True)
class Attended:
    """A household that came, with its cooperative."""

    household: Household
    organisation: Organisation


def sessions(session: Session, actor: Actor, text: str = "", limit: int = 200) -> list[SessionCount]:
    """Sessions that count, the newest first: all for the office, else those to which a household in reach
    came.
    """
    seen = visible(actor, Act.VIEW_FARM, Household)
    own = (
        select(func.count())
        .select_from(TrainingAttendance)
        .join(Household, col(Household.id) == col(TrainingAttendance.household_id))
        .where(col(TrainingAttendance.session_id) == col(TrainingSession.id), seen)
        .scalar_subquery()
    )
    question = select(TrainingSession, own.label("came")).where(
        found_by(text, col(TrainingSession.search_key)), col(TrainingSession.confirmed_at).is_not(None)
    )
    if not may(actor, Act.KEEP_TRAINING):
        question = question.where(own > 0)
    order = (col(TrainingSession.held_on).desc(), col(TrainingSession.id).desc())
    return [SessionCount(row, int(n)) for row, n in session.execute(question.order_by(*order).limit(limit))]


def attended(session: Session, actor: Actor, session_id: int) -> list[Attended]:
    """Households in the actor's reach that came to a session, by cooperative and code."""
    question = (
        select(Household, Organisation)
        .join(TrainingAttendance, col(TrainingAttendance.household_id) == col(Household.id))
        .join(Organisation, col(Organisation.id) == col(Household.org_id))
        .where(visible(actor, Act.VIEW_FARM, Household), col(TrainingAttendance.session_id) == session_id)
        .order_by(col(Organisation.name), col(Household.code))
    )
    return [Attended(home, org) for home, org in session.execute(question)]


def candidates(session: Session, actor: Actor, session_id: int, text: str) -> Sequence[Attended]:
    """Households found by name, code or cooperative, without marks, that did not come yet."""
    if not text.strip():
        return []
    came = select(col(TrainingAttendance.household_id)).where(
        col(TrainingAttendance.session_id) == session_id
    )
    question = (
        select(Household, Organisation)
        .join(Organisation, col(Organisation.id) == col(Household.org_id))
        .where(visible(actor, Act.VIEW_FARM, Household), col(Household.erased_at).is_(None))
        .where(found_or_lies_in(text, Household, col(Household.search_key), col(Organisation.search_key)))
        .where(col(Household.id).not_in(came))
        .order_by(exact_first(text, col(Household.name)), col(Household.code))
        .limit(20)
    )
    return [Attended(home, org) for home, org in session.execute(question)]


def last_days(session: Session, actor: Actor) -> list[tuple[Household, int, date | None]]:
    """Households in the actor's reach, with how many sessions that count they came to and the last's day."""
    question = (
        select(Household, func.count(col(TrainingSession.id)), func.max(col(TrainingSession.held_on)))
        .outerjoin(TrainingAttendance, col(TrainingAttendance.household_id) == col(Household.id))
        .outerjoin(
            TrainingSession,
            and_(
                col(TrainingSession.id) == col(TrainingAttendance.session_id),
                col(TrainingSession.confirmed_at).is_not(None),
            ),
        )
        .where(visible(actor, Act.VIEW_FARM, Household))
        .group_by(Household.__table__)  # type: ignore[attr-defined]
        .order_by(func.count(col(TrainingSession.id)), col(Household.code))
    )
    return [(home, int(n), day) for home, n, day in session.execute(question)]
