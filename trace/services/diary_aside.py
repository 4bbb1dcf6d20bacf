"""Diary entries that were none, put aside together: none is taken out, each gets one that says so."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from trace.records.diary_entry import DiaryEntry, DiaryKind
from trace.records.plot import Plot
from trace.services.admission import Act, Actor, visible
from trace.services.diary import DiaryEntryIn, corrected_among, day_problems, new_entry, write_entries
from trace.services.lineage import portions
from trace.services.lot_states import lock_org
from trace.standards.local_time import local_day


def put_aside(
    session: Session, actor: Actor, entry_ids: Collection[int], reason: str, mark: str, now: datetime
) -> set[int]:
    """Correct entries that were none: each by one that says so. The numbers of those it was done to.

    One that was corrected before, or that lies too long ago to be corrected, stays as it is. ``mark``
    begins the request ids.
    """
    wrong = _locked(session, actor, entry_ids)
    corrected = corrected_among(session, [one.id for one, _ in wrong])
    going = [one for one in wrong if one[0].id not in corrected]
    going = [one for one in going if not day_problems(one[0].done_on, local_day(now))]
    entries = []
    for entry, plot in going:
        own = {"plot_id": plot.id, "done_on": entry.done_on, "corrects_id": entry.id}
        said = {"note": reason, "reason": reason, "request_id": f"{mark}-{entry.id}"}
        given = DiaryEntryIn(kind=DiaryKind.OTHER, **own, **said)
        entries.append((new_entry(actor, plot, given, None, now), plot))
    write_entries(session, actor, entries, now)
    return {entry.id for entry, _ in going}


def _locked(session: Session, actor: Actor, ids: Collection[int]) -> list[tuple[DiaryEntry, Plot]]:
    """Entries the actor may correct, with their plots; their organisations are locked."""
    found: list[tuple[DiaryEntry, Plot]] = []
    for some in portions(ids):
        question = (
            select(DiaryEntry, Plot)
            .join(Plot, col(Plot.id) == col(DiaryEntry.plot_id))
            .where(visible(actor, Act.WRITE_FARM, DiaryEntry), col(DiaryEntry.id).in_(some))
            .order_by(col(DiaryEntry.id))
        )
        found += [(entry, plot) for entry, plot in session.execute(question)]
    for org_id in sorted({entry.org_id for entry, _ in found}):
        lock_org(session, org_id)
    return found
