"""What an import made and changed, noted so that it can be taken back."""

import json
import secrets
from collections import defaultdict
from collections.abc import Collection
from typing import Any

from sqlalchemy import insert, select
from sqlmodel import Session, col

from trace.keyring import current_keyring
from trace.records.import_run import ImportRow, ImportRun
from trace.records.training import TrainingAttendance
from trace.services.importing.things import ACTED, THINGS, State, Thing, mark_of, written

ACT = b""
"""The mark of a row that an act of its own takes back: the act knows what became of it."""


class Notes:
    """Filled while rows are written, kept at the end of the import."""

    def __init__(self, session: Session, run: ImportRun) -> None:
        self._session, self._run = session, run
        self._key = secrets.token_bytes(32)
        run.key_sealed = current_keyring().seal(self._key, key_place(run))
        self._was: dict[str, dict[int, State]] = defaultdict(dict)
        self._lines: dict[tuple[str, int, str], int] = {}
        self._acts: list[dict[str, Any]] = []
        self._acted: dict[tuple[str, int], int] = {}
        self._made: dict[str, set[int]] = defaultdict(set)
        self._at: dict[tuple[str, int], int] = {}

    def line(self, thing: str, org: int, code: str, row: int) -> None:
        """The row of the sheet in which a code stands."""
        self._lines.setdefault((thing, org, code), row)

    def before(self, thing: Thing, ids: Collection[int]) -> None:
        """How rows stand that are about to be changed."""
        known = self._was[thing.name]
        new = [number for number in ids if number not in known]
        if new:
            known.update(thing.states_of(self._session, new))

    def changes(self, thing: Thing, number: int, row: int) -> None:
        """A row that is about to be changed, and the row of the sheet that says so."""
        self.before(thing, [number])
        self._at[thing.name, number] = row

    def made(self, thing: Thing, number: int, row: int) -> None:
        """A new row of a table that has no column for the import it came with."""
        self._made[thing.name].add(number)
        self._at[thing.name, number] = row

    def act(self, thing: str, number: int, row: int) -> None:
        """A row that was written by a verb and is taken back by one."""
        self._acts.append(self._note(thing, number, row, ACT))

    def act_on(self, thing: Thing, number: int, row: int) -> None:
        """The same of a row that may be changed afterwards: it is marked by what it says."""
        self._acted[thing.name, number] = row

    def keep(self) -> None:
        """Store it, once everything is written."""
        self._session.flush()
        rows = [*self._acts, *self._training(), *self._marked_acts()]
        for thing in THINGS.values():
            rows += self._rows(thing)
        if rows:
            self._session.connection().execute(insert(ImportRow), rows)

    def _marked_acts(self) -> list[dict[str, Any]]:
        found = []
        for thing in ACTED.values():
            mine = {number: row for (name, number), row in self._acted.items() if name == thing.name}
            for number, state in thing.states_of(self._session, mine).items():
                found.append(self._note(thing.name, number, mine[number], mark_of(state, self._key)))
        return found

    def _training(self) -> list[dict[str, Any]]:
        """Households that were told to have come somewhere, in a list of their own or beside their name."""
        came = TrainingAttendance
        columns = col(came.id), col(came.household_id), col(came.session_id)
        question = select(*columns).where(col(TrainingAttendance.import_id) == self._run.id)
        return [
            self._note("training", number, self._lines.get(("training", home, str(course))), ACT)
            for number, home, course in self._session.execute(question)
        ]

    def _rows(self, thing: Thing) -> list[dict[str, Any]]:
        table: Any = thing.table
        was = self._was.get(thing.name, {})
        made = thing.states_of(self._session, self._made[thing.name])
        if hasattr(table, "import_id"):
            made |= thing.states(self._session, table.import_id == self._run.id)
        changed = thing.states_of(self._session, set(was) - set(made))
        rows = [self._row(thing, number, state) for number, state in made.items()]
        for number, state in changed.items():
            if state != was[number]:
                rows.append(self._row(thing, number, state) | self._sealed(thing, number, was[number]))
        return rows

    def _row(self, thing: Thing, number: int, state: State) -> dict[str, Any]:
        line = self._at.get((thing.name, number))
        if line is None and "org_id" in state:
            line = self._lines.get((thing.name, state["org_id"], state[thing.code]))
        return self._note(thing.name, number, line, mark_of(state, self._key))

    def _sealed(self, thing: Thing, number: int, was: State) -> dict[str, Any]:
        place = was_place(self._run.id, thing.name, number)
        return {"was_sealed": current_keyring().seal(written(was), place)}

    def _note(self, thing: str, number: int, row: int | None, mark: bytes) -> dict[str, Any]:
        own = {"run_id": self._run.id, "thing": thing, "row_id": number}
        return {**own, "file_row": row, "mark": mark, "was_sealed": None}


def key_of_run(run: ImportRun) -> bytes | None:
    """The key under which the rows of a run are marked; None for runs of before."""
    return current_keyring().unseal(run.key_sealed, key_place(run)) if run.key_sealed else None


def was_of(note: ImportRow) -> State | None:
    """What a changed row said before the import; None where the import made it."""
    if note.was_sealed is None:
        return None
    place = was_place(note.run_id, note.thing, note.row_id)
    state: State = json.loads(current_keyring().unseal(note.was_sealed, place))
    return state


def key_place(run: ImportRun) -> str:
    """Where a run's sealed key belongs."""
    return f"import_run/{run.id}/key"


def was_place(run_id: int, thing: str, number: int) -> str:
    """Where the sealed state of before belongs."""
    return f"import_row/{run_id}/{thing}/{number}"
