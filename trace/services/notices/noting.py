"""Writing notices down: each fact once for its organisation, whichever worker finds it first."""

import json
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from trace.records.notice import Notice
from trace.records.organisation import Organisation
from trace.services.notices.facts import FINDERS, Fact

KEPT: Final = timedelta(days=366)
AT_ONCE: Final = 400
"""Rows of one statement."""


def write_notices(session: Session, now: datetime) -> int:
    """Note every fact that is not noted yet; how many were."""
    facts = [fact for find in FINDERS for fact in find(session, now)]
    known = _known(session, {fact.about for fact in facts})
    fresh = [fact for fact in facts if (fact.org_id, fact.about) not in known]
    return sum(_add(session, fresh[begin : begin + AT_ONCE], now) for begin in range(0, len(fresh), AT_ONCE))


def forget_notices(session: Session, now: datetime) -> int:
    """Let go of those older than a year; how many."""
    return session.execute(delete(Notice).where(col(Notice.noted_at) < now - KEPT)).rowcount  # type: ignore[attr-defined, no-any-return]


def figures_of(notice: Notice) -> dict[str, Any]:
    """The values of a notice's sentence, days as days."""
    told: dict[str, Any] = json.loads(notice.figures)
    return {name: date.fromisoformat(value) if name == "date" else value for name, value in told.items()}


def _known(session: Session, abouts: Iterable[str]) -> set[tuple[int, str]]:
    named, found = sorted(abouts), set()
    for begin in range(0, len(named), AT_ONCE):
        question = select(col(Notice.org_id), col(Notice.about)).where(
            col(Notice.about).in_(named[begin : begin + AT_ONCE])
        )
        found |= {(row[0], row[1]) for row in session.execute(question)}
    return found


def _add(session: Session, facts: list[Fact], now: datetime) -> int:
    ids = {fact.org_id for fact in facts}
    question = select(col(Organisation.id), col(Organisation.commune_code)).where(
        col(Organisation.id).in_(ids)
    )
    communes = {row[0]: row[1] for row in session.execute(question)}
    rows = [_values(fact, communes[fact.org_id], now) for fact in facts]
    if not rows:
        return 0
    dialect: Any = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    adding = dialect.insert(Notice).values(rows).on_conflict_do_nothing().returning(col(Notice.id))
    return len(session.execute(adding).all())


def _values(fact: Fact, commune: str, now: datetime) -> dict[str, Any]:
    return {
        "org_id": fact.org_id,
        "household_id": fact.household_id,
        "commune_code": commune,
        "kind": fact.kind.value,
        "about": fact.about,
        "subject": fact.subject,
        "figures": json.dumps(fact.figures, ensure_ascii=False, default=str),
        "noted_at": now,
        "is_mailed": False,
    }
