"""The inbox: an account's notices, newest first, and how many of them are new to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from trace.records.notice import Notice, NoticeReader
from trace.records.organisation import Organisation
from trace.services.admission import Act, Actor, Scope, may, scope_of, visible
from trace.services.notices.noting import figures_of
from trace.texts.catalogs import Term

PAGE: Final = 30
MANY: Final = 99
"""More new ones than this are not counted."""


@dataclass(frozen=True)
class Line:
    """One notice as its reader sees it."""

    id: int
    kind: str
    subject: str
    title: Term
    detail: Term
    noted_at: datetime
    is_new: bool


def lines(session: Session, actor: Actor, *, before: int | None = None) -> Sequence[Line]:
    """A page of the inbox; ``before`` is the number the page before ended with.

    Raises:
        NotAllowed: the role gets none.
    """
    seen = _seen(session, actor)
    question = (
        select(Notice, col(Organisation.name))
        .join(Organisation, col(Organisation.id) == col(Notice.org_id))
        .where(visible(actor, Act.READ_NOTICES, Notice))
    )
    if before is not None:
        question = question.where(col(Notice.id) < before)
    rows = session.execute(question.order_by(col(Notice.id).desc()).limit(PAGE)).all()
    watches = scope_of(actor, Act.READ_NOTICES) in {Scope.COMMUNE, Scope.ALL}
    return [line_of(row, owner if watches else "", is_new=row.id > seen) for row, owner in rows]


def count_new(session: Session, actor: Actor) -> int:
    """How many notices the account was not shown yet, ``MANY`` and one at most; 0 for who gets none."""
    if not may(actor, Act.READ_NOTICES):
        return 0
    mine = visible(actor, Act.READ_NOTICES, Notice), col(Notice.id) > _seen(session, actor)
    fresh = select(col(Notice.id)).where(*mine).limit(MANY + 1).subquery()
    return int(session.execute(select(func.count()).select_from(fresh)).scalar_one())


def mark_read(session: Session, actor: Actor, last_id: int, now: datetime) -> None:
    """The account was shown notices up to this one; never fewer than before.

    Raises:
        NotAllowed: the role gets none.
    """
    newest = select(func.max(Notice.id)).where(
        visible(actor, Act.READ_NOTICES, Notice), col(Notice.id) <= last_id
    )
    reached = session.execute(newest).scalar()
    if reached is None or reached <= _seen(session, actor):
        return
    values = {"account_id": actor.account_id, "last_id": reached, "read_at": now}
    dialect: Any = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    adding = dialect.insert(NoticeReader).values(**values)
    session.execute(
        adding.on_conflict_do_update(
            index_elements=[col(NoticeReader.account_id)],
            set_={"last_id": reached, "read_at": now},
            where=col(NoticeReader.last_id) < reached,
        )
    )


def _seen(session: Session, actor: Actor) -> int:
    question = select(col(NoticeReader.last_id)).where(col(NoticeReader.account_id) == actor.account_id)
    return session.execute(question).scalar() or 0


def line_of(row: Notice, owner: str = "", *, is_new: bool = True) -> Line:
    """A notice in words: to whom it befell, or about the ``owner`` to who looks after several."""
    figures = figures_of(row)
    if "scheme" in figures:
        figures["scheme"] = Term(figures["scheme"])
    key = f"notice.{row.kind}"
    detail = Term(f"{key}.watched", {**figures, "owner": owner}) if owner else Term(f"{key}.what", figures)
    return Line(row.id, row.kind, row.subject, Term(key, figures), detail, row.noted_at, is_new)
