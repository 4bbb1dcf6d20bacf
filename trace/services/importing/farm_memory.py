"""What the parts of the farm import know in common: how to write, and what this file said before."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, SQLModel, col

from trace.records.columns import NEW_SCHEME, OLD_SCHEME
from trace.records.plot import GrowingArea, Plot
from trace.services.admission import Actor
from trace.services.importing.farm_reader import FarmReader, Setting
from trace.services.importing.noting import Notes
from trace.services.importing.report import Draft, Report
from trace.services.importing.things import Thing
from trace.services.importing.writing import Key, all_codes, known_rows
from trace.standards.fault import Fault

Place = tuple[str, str | None]
"""Code of the commune of today, and of the old one where it was said."""


@dataclass(frozen=True)
class Task:
    """How to write: into which transaction, as which run, at what time; or not at all."""

    session: Session
    actor: Actor
    setting: Setting
    now: datetime
    writes: bool
    import_id: int | None = None
    notes: Notes | None = None

    def note_before(self, thing: Thing, ids: Collection[int]) -> None:
        """Remember how rows stand that this import is about to change."""
        if self.notes is not None and ids:
            self.notes.before(thing, ids)

    def note_line(self, thing: str, key: Key, row: int) -> None:
        """Remember in which row of the sheet a code stands."""
        if self.notes is not None:
            self.notes.line(thing, key[0], key[1], row)

    def note_changes(self, thing: Thing, number: int, row: int) -> None:
        """Remember how a row stands that this import is about to change, and by which row of the sheet."""
        if self.notes is not None:
            self.notes.changes(thing, number, row)

    def note_made(self, thing: Thing, number: int, row: int) -> None:
        """Remember a row that this import made in a table that does not say so itself."""
        if self.notes is not None:
            self.notes.made(thing, number, row)

    def note_act(self, thing: str, number: int, row: int) -> None:
        """Remember a row that a verb wrote."""
        if self.notes is not None:
            self.notes.act(thing, number, row)

    def note_act_on(self, thing: Thing, number: int, row: int) -> None:
        """The same of a row that people may change afterwards."""
        if self.notes is not None:
            self.notes.act_on(thing, number, row)


@dataclass(frozen=True, slots=True)
class Home:
    """A household as its plots see it; ``id`` is None while nothing is written."""

    id: int | None
    place: Place


@dataclass
class Memory:
    """Codes seen in this file, households and growing areas by code, square metres planted by area."""

    task: Task
    report: Report
    seen: dict[str, dict[Key, tuple[int, int, str]]] = field(default_factory=lambda: defaultdict(dict))
    homes: dict[Key, Home] = field(default_factory=dict)
    areas: dict[Key, tuple[int | None, int]] = field(default_factory=dict)
    planted: Counter[Key] = field(default_factory=Counter)
    asked: set[int] = field(default_factory=set)
    codes: dict[tuple[type[SQLModel], int], set[str]] = field(default_factory=dict)
    last_household: int = 0

    def known(self, table: type[SQLModel], keys: Iterable[Key], columns: Sequence[str]) -> dict[Key, Any]:
        """The rows stored before this import with these codes."""
        there = [key for key in set(keys) if key[1] in self._codes(table, key[0])]
        return known_rows(self.task.session, table, there, columns)

    def _codes(self, table: type[SQLModel], org: int) -> set[str]:
        if (table, org) not in self.codes:
            self.codes[table, org] = all_codes(self.task.session, table, org)
        return self.codes[table, org]

    def ask_areas(self, org: int) -> None:
        """Learn an organisation's growing areas and how much of each is planted, once."""
        if org in self.asked:
            return
        self.asked.add(org)
        session = self.task.session
        sums = (
            select(col(Plot.growing_area_id), func.sum(col(Plot.area_m2)))
            .where(col(Plot.org_id) == org, col(Plot.growing_area_id).is_not(None))
            .group_by(col(Plot.growing_area_id))
        )
        planted = {number: int(area_m2) for number, area_m2 in session.execute(sums)}
        for area in session.execute(select(GrowingArea).where(col(GrowingArea.org_id) == org)).scalars():
            self.areas.setdefault((org, area.code), (area.id, area.area_m2))
            self.planted[org, area.code] += planted.get(area.id, 0)

    def is_first(
        self, reader: FarmReader, draft: Draft, name: str, key: Key, content: str | None = None
    ) -> bool:
        """Whether a code comes for the first time; a repeat is a fault unless its ``content`` is the same."""
        here = (reader.layout.sheet, draft.row, content or "")
        before = self.seen[name].setdefault(key, here)
        if before == here:
            return True
        if content is None or before[2] != content:
            reader.blame(draft, name, draft.values[name], Fault("imp.dup.file", row2=before[1]))
        return False

    def place_of(self, draft: Draft, org: int) -> Place:
        """Where the row says its thing lies; the cooperative's own commune where it says nothing."""
        place: Any = draft.values.get("place", (self.task.setting.tenants.homes[org], None))
        return place[0], place[1]


def key_of(draft: Draft, name: str) -> Key:
    """Organisation and code of a row."""
    org: Any = draft.values["org"]
    return org, str(draft.values[name])


def place_columns(place: Place) -> dict[str, Any]:
    """The four columns of a placed row."""
    commune, old = place
    return {
        "commune_scheme": NEW_SCHEME,
        "commune_code": commune,
        "old_commune_scheme": OLD_SCHEME if old else None,
        "old_commune_code": old,
    }
