"""Reasons and notes that people type for an act: kept in a row the log commits to, and emptied when asked.

A leaf names the row by its number. Leaves written before there were such rows hold the texts as typed, and
stay as they are: a leaf that was changed is a log that was changed.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from trace.errors import NotFound, Refused
from trace.records.typed_text import TypedText
from trace.services.admission import Act, Actor, scope_of
from trace.services.intake import said
from trace.services.logging_acts import append_leaf

SHORTEST_REASON = 10


def reason_of(text: str, refusal: str) -> str:
    """A reason on one line, as long as one that says something.

    Raises:
        Refused: with the key ``refusal``: shorter than ten letters.
        Invalid: longer than 400, or with a control sign.
    """
    letters = len(" ".join(text.split()))
    if letters < SHORTEST_REASON:
        raise Refused(refusal, min=SHORTEST_REASON, n=letters)
    return said(text)


def keep_text(
    session: Session, actor: Actor, kind: str, text: str, now: datetime, household_id: int | None = None
) -> int:
    """Keep a text for a leaf of this transaction; the number by which the leaf names it."""
    row = TypedText(kind=kind, text=text, household_id=household_id, typed_at=now, typed_by=actor.account_id)
    session.add(row)
    session.flush()
    return row.id


def texts_about(session: Session, household_id: int) -> Sequence[TypedText]:
    """Every text that was typed about a household, the oldest first."""
    question = select(TypedText).where(col(TypedText.household_id) == household_id)
    return session.execute(question.order_by(col(TypedText.id))).scalars().all()


def empty_text(session: Session, actor: Actor, text_id: int, now: datetime) -> TypedText:
    """Empty one text, for instance because somebody's name was typed into it; that it was is a leaf.

    Raises:
        NotAllowed: the role may not erase in every organisation.
        NotFound: there is no such text.
    """
    scope_of(actor, Act.EMPTY_TEXTS)
    row = session.get(TypedText, text_id)
    if row is None:
        raise NotFound("audit.no_such_text", got=text_id)
    row.text = ""
    append_leaf(session, "text_emptied", {"text": row.id, "by": actor.account_id}, now)
    return row
