"""Training that a cooperative reports of its own households: it counts once the office confirms it."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import delete, func, select
from sqlmodel import Session, col

from trace.errors import Refused
from trace.records.household import Household
from trace.records.organisation import Organisation
from trace.records.training import TrainingAttendance, TrainingSession
from trace.services.admission import Act, Actor, fetch, lock, own_org, scope_of, visible
from trace.services.intake import said
from trace.services.logging_acts import append_leaf
from trace.services.training import (
    SessionIn,
    add_households,
    columns_of,
    homes_of,
    record_of,
    session_of,
)

LONGEST_REASON: Final = 240


class Stage(StrEnum):
    """Where a proposal stands."""

    WAITING = "waiting"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    TAKEN_BACK = "taken_back"


def stage_of(row: TrainingSession) -> Stage:
    """Where this one stands; whoever ended one of their own took it back."""
    if row.confirmed_at is not None:
        return Stage.CONFIRMED
    if row.ended_at is None:
        return Stage.WAITING
    return Stage.TAKEN_BACK if row.ended_by == row.recorded_by else Stage.DECLINED


def propose(session: Session, actor: Actor, given: SessionIn, now: datetime) -> TrainingSession:
    """Propose a session; who came is added after.

    Raises:
        NotAllowed: the role proposes none.
        Invalid: the day is to come, or the place does not resolve.
    """
    scope_of(actor, Act.PROPOSE_TRAINING)
    values = columns_of(session, given, now)
    row = TrainingSession(**values, recorded_at=now, recorded_by=actor.account_id, org_id=own_org(actor))
    session.add(row)
    session.flush()
    append_leaf(session, "training_proposed", record_of(row, actor), now)
    return row


def proposal(session: Session, actor: Actor, session_id: int) -> TrainingSession:
    """One of the cooperative's own. Raises ``NotAllowed``, ``NotFound``."""
    return fetch(session, actor, Act.PROPOSE_TRAINING, TrainingSession, id=session_id)


def proposals(session: Session, actor: Actor, limit: int = 200) -> Sequence[tuple[TrainingSession, int]]:
    """The cooperative's own with how many households came, the newest first."""
    return _counted(session, visible(actor, Act.PROPOSE_TRAINING, TrainingSession), limit)


def waiting(session: Session, actor: Actor, limit: int = 200) -> Sequence[tuple[TrainingSession, int]]:
    """What waits for the office, with how many households came, the newest first. Raises ``NotAllowed``."""
    scope_of(actor, Act.KEEP_TRAINING)
    open_ = col(TrainingSession.confirmed_at).is_(None) & col(TrainingSession.ended_at).is_(None)
    return _counted(session, open_, limit)


def _counted(session: Session, rule: object, limit: int) -> list[tuple[TrainingSession, int]]:
    came = (
        select(func.count())
        .where(col(TrainingAttendance.session_id) == col(TrainingSession.id))
        .correlate(TrainingSession)
        .scalar_subquery()
    )
    question = select(TrainingSession, came).where(rule)  # type: ignore[arg-type]
    order = (col(TrainingSession.held_on).desc(), col(TrainingSession.id).desc())
    return [(row, int(n)) for row, n in session.execute(question.order_by(*order).limit(limit))]


def owner(session: Session, row: TrainingSession) -> str:
    """The name of the cooperative that proposed it; empty where the office wrote it down."""
    org = session.get(Organisation, row.org_id) if row.org_id is not None else None
    return org.name if org is not None else ""


def add_own(session: Session, actor: Actor, session_id: int, text: str, now: datetime) -> int:
    """Say by their codes which of the cooperative's households came; how many were not there yet.

    Raises:
        Invalid: a code none of its households has.
        Refused: ``training.decided``.
    """
    row = _open(session, proposal(session, actor, session_id))
    homes = homes_of(session, text, col(Household.org_id) == own_org(actor))
    return add_households(session, actor, row, homes, now)


def take_out_own(session: Session, actor: Actor, session_id: int, household_id: int, now: datetime) -> None:
    """Say that a household did not come after all.

    Raises:
        NotFound: not the cooperative's session or household.
        Refused: ``training.decided``.
    """
    row = _open(session, proposal(session, actor, session_id))
    fetch(session, actor, Act.PROPOSE_TRAINING, Household, id=household_id)
    here = col(TrainingAttendance.session_id) == row.id, col(TrainingAttendance.household_id) == household_id
    session.execute(delete(TrainingAttendance).where(*here))
    append_leaf(session, "training_taken_out", record_of(row, actor) | {"household": household_id}, now)


def withdraw(session: Session, actor: Actor, session_id: int, now: datetime) -> TrainingSession:
    """Take a proposal back that nobody decided on.

    Raises:
        NotFound: not the cooperative's.
        Refused: ``training.decided``.
    """
    return _end(session, actor, _open(session, proposal(session, actor, session_id)), "", now)


def confirm(session: Session, actor: Actor, session_id: int, now: datetime) -> TrainingSession:
    """The office says that it took place: from now on it counts.

    Raises:
        NotAllowed, NotFound.
        Refused: ``training.decided``; ``training.nobody``: no household came.
    """
    scope_of(actor, Act.KEEP_TRAINING)
    row = _open(session, session_of(session, session_id))
    if not session.scalar(select(func.count()).where(col(TrainingAttendance.session_id) == row.id)):
        raise Refused("training.nobody")
    row.confirmed_at, row.confirmed_by = now, actor.account_id
    session.flush()
    append_leaf(session, "training_confirmed", record_of(row, actor), now)
    return row


def decline(session: Session, actor: Actor, session_id: int, reason: str, now: datetime) -> TrainingSession:
    """The office sends it back, and says why.

    Raises:
        NotAllowed, NotFound.
        Invalid: no reason.
        Refused: ``training.decided``.
    """
    scope_of(actor, Act.KEEP_TRAINING)
    why = said(reason, LONGEST_REASON)
    return _end(session, actor, _open(session, session_of(session, session_id)), why, now)


def _end(session: Session, actor: Actor, row: TrainingSession, why: str, now: datetime) -> TrainingSession:
    row.ended_at, row.ended_by, row.end_reason = now, actor.account_id, why
    session.flush()
    append_leaf(session, "training_ended", record_of(row, actor), now)
    return row


def _open(session: Session, row: TrainingSession) -> TrainingSession:
    """The row, held until the transaction ends, if it still waits."""
    lock(session, row)
    if stage_of(row) is not Stage.WAITING:
        raise Refused("training.decided")
    return row
