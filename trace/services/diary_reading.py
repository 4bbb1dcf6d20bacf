"""The diary as it is read: entries in their order, one of them, the plot it is about."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlmodel import Session, col

from trace.records.diary_entry import DiaryEntry
from trace.records.plot import Plot
from trace.services.admission import Act, Actor, fetch, visible
from trace.services.diary import corrected_among

PAGE = 30


def entries(
    session: Session,
    actor: Actor,
    *,
    plot_id: int | None = None,
    before: int | None = None,
    limit: int = PAGE,
) -> Sequence[tuple[DiaryEntry, Plot, bool]]:
    """Entries the actor may see, newest row first, with their plot and whether a later one corrects them."""
    question = (
        select(DiaryEntry, Plot)
        .join(Plot, col(Plot.id) == col(DiaryEntry.plot_id))
        .where(visible(actor, Act.VIEW_FARM, DiaryEntry))
        .order_by(col(DiaryEntry.id).desc())
        .limit(limit)
    )
    if plot_id is not None:
        question = question.where(col(DiaryEntry.plot_id) == plot_id)
    if before is not None:
        question = question.where(col(DiaryEntry.id) < before)
    rows = session.execute(question).all()
    corrected = corrected_among(session, [entry.id for entry, _ in rows])
    return [(entry, plot, entry.id in corrected) for entry, plot in rows]


def entry(session: Session, actor: Actor, entry_id: int) -> DiaryEntry:
    """One entry to correct.

    Raises:
        NotFound: not in the actor's sight.
    """
    return fetch(session, actor, Act.WRITE_FARM, DiaryEntry, id=entry_id)


def seen_entry(session: Session, actor: Actor, entry_id: int) -> DiaryEntry:
    """One entry to look at.

    Raises:
        NotFound: not in the actor's sight.
    """
    return fetch(session, actor, Act.VIEW_FARM, DiaryEntry, id=entry_id)


def plot_of(session: Session, written: DiaryEntry) -> Plot:
    """The plot an entry is about."""
    return session.get_one(Plot, written.plot_id)
