"""Looks at codes nobody issued: how many there were on a day, and nothing else of them.

A code that is not ours says nothing of a stamp, and who tries codes is not ours to follow: neither is kept.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from trace.records.scan import GhostDay
from trace.services.month_touches import SCANS, touch
from trace.services.verdicts import State

GHOSTS = frozenset({State.FORGED, State.UNALLOCATED})


@dataclass(frozen=True)
class GhostNote:
    """One look at a code nobody issued, on a day in Vietnam."""

    day: date
    state: State


def add(session: Session, notes: Iterable[GhostNote]) -> None:
    """Count looks; call it last, as all processes write sums in the same order."""
    looks = Counter((note.day, note.state.value) for note in notes)
    if not looks:
        return
    touch(session, SCANS, {day for day, _ in looks})
    dialect = sqlite if session.connection().dialect.name == "sqlite" else postgresql
    statement: Any = dialect.insert(GhostDay)
    more = {"looks": col(GhostDay.looks) + statement.excluded.looks}
    statement = statement.on_conflict_do_update(index_elements=["day", "state"], set_=more)
    rows = [{"day": day, "state": state, "looks": n} for (day, state), n in sorted(looks.items())]
    session.connection().execute(statement, rows)
