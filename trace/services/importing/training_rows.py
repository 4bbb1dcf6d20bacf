"""Training lists from a sheet: a row is a household at the session of a day, commune and title."""

from collections.abc import Sequence
from typing import Annotated, Any

from sqlalchemy import select
from sqlmodel import col

from trace.errors import Invalid
from trace.records.household import Household
from trace.records.training import TrainingAttendance, TrainingSession
from trace.services.importing import cells
from trace.services.importing.columns import Column, Kind, Layout
from trace.services.importing.farm_columns import ORG
from trace.services.importing.farm_memory import Task
from trace.services.importing.model_rows import ModelRows
from trace.services.importing.report import Draft, Report, org_of
from trace.services.importing.writing import Key, rows_of
from trace.services.intake import line
from trace.services.lineage import portions
from trace.services.training import SessionIn, add_households, record_session
from trace.standards.fault import Fault
from trace.standards.search_key import fold_vi

COLUMNS = (
    ORG,
    Column("household_code", ("ma ho", "ma nong ho", "ma so ho", "household"), required=True,
           example="TH-0001"),
    Column("held_on", ("ngay", "ngay tap huan", "ngay dao tao", "ngay to chuc", "day"), required=True,
           example="12/03/2026"),
    Column("title", ("ten buoi", "ten lop", "lop", "khoa", "session title"), required=True,
           example="Bán hàng trên sàn"),
    Column("topic", ("noi dung", "chu de", "chuyen de")),
    Column("organiser", ("don vi to chuc", "to chuc", "organizer")),
    Column("place_name", ("dia diem", "noi to chuc", "place")),
    Column("commune", ("xa", "xa phuong", "phuong xa", "ten xa", "ward"), example="xã Thanh Hà"),
    Column("old_commune", ("xa cu", "xa truoc 7 2025", "former commune")),
)  # fmt: skip
KINDS = (
    Kind("training", ("household_code", "held_on", "title"), required=("household_code", "held_on", "title")),
)


class AttendanceIn(SessionIn):
    """A session and the code of a household that came."""

    household_code: Annotated[str, line(24, 1)]


class TrainingRows(ModelRows[AttendanceIn]):
    """Takes the rows of a sheet of attendance."""

    model = AttendanceIn
    marked = "household_code"
    aside = ("org", "commune", "old_commune")

    def __init__(self, task: Task, report: Report) -> None:
        super().__init__(task, report)
        self._sessions: dict[tuple[Any, ...], TrainingSession | None] = {}
        self._homes: dict[Key, Household] = {}
        self._came: dict[int, set[int]] = {}

    def prepare(self, layout: Layout, draft: Draft, row: dict[str, Any]) -> dict[str, Any]:
        """Whose household it is, and the commune of the session: the cooperative's own where none is said."""
        setting = self.task.setting
        column = "org"
        try:
            org = setting.tenants.org_id(cells.text(row.get("org", "")))
            draft.values["org"] = org
            column = "commune"
            new, old = (cells.text(row.get(name, "")) for name in ("commune", "old_commune"))
            if not new and not old:
                return {"commune": setting.tenants.homes[org]}
            code, old_code = setting.gazetteer.resolve(new, old, setting.home)
        except Fault as fault:
            self.blame(layout, draft, column, row.get(column, ""), fault)
            return {}
        return {"commune": code, "old_commune": old_code or ""}

    def typed(self, layout: Layout, name: str, cell: Any) -> Any:
        """Text; the day must not be to come."""
        if name == "held_on":
            return cells.day(cell, self.task.setting.today).isoformat()
        return cells.text(cell).upper() if name == "household_code" else cells.text(cell)

    def learn(self, batch: Sequence[tuple[Draft, AttendanceIn]]) -> None:
        """The households of these codes, the sessions of these days, and who came to them."""
        session = self.task.session
        keys = {(org_of(draft), given.household_code) for draft, given in batch}
        self._homes = rows_of(session, Household, "code", keys, col(Household.erased_at).is_(None))
        counts, held = col(TrainingSession.confirmed_at).is_not(None), col(TrainingSession.held_on)
        order = col(TrainingSession.id).desc()
        for days in portions({given.held_on for _, given in batch}):
            question = select(TrainingSession).where(held.in_(days), counts).order_by(order)
            for row in session.execute(question).scalars():
                self._sessions[row.held_on, row.commune_code, fold_vi(row.title)] = row
        self._learn_who_came()

    def _learn_who_came(self) -> None:
        """A question for all sessions of the file that were not asked yet."""
        new = {row.id for row in self._sessions.values() if row is not None} - self._came.keys()
        self._came.update((number, set()) for number in new)
        came = TrainingAttendance
        for some in portions(new):
            question = select(col(came.session_id), col(came.household_id)).where(
                col(came.session_id).in_(some)
            )
            for course, home in self.task.session.execute(question):
                self._came[course].add(home)

    def write(self, layout: Layout, draft: Draft, given: AttendanceIn) -> None:
        """Write down that the household came, and its session where it is not there yet."""
        home = self._homes.get((org_of(draft), given.household_code))
        if home is None:
            fault = Fault("training.home.none", value=given.household_code)
            self.blame(layout, draft, "household_code", given.household_code, fault)
            return
        try:
            course = self._course(given)
        except Invalid as invalid:
            self.blame_fields(layout, draft, {}, invalid)
            return
        same = course is not None and home.id in self._came.get(course.id, ())
        self.report.count("training", created=not same, same=same)
        if self.task.writes and course is not None and not same:
            task = self.task
            task.note_line("training", (home.id, str(course.id)), draft.row)
            add_households(task.session, task.actor, course, [home], task.now, task.import_id)
            self._came.setdefault(course.id, set()).add(home.id)

    def _course(self, given: AttendanceIn) -> TrainingSession | None:
        """The session of this day, commune and title; made once, or none where this is a look only."""
        key = (given.held_on, given.commune, fold_vi(given.title))
        if key not in self._sessions:
            self._sessions[key] = self._made(given)
        return self._sessions[key]

    def _made(self, given: AttendanceIn) -> TrainingSession | None:
        if not self.task.writes:
            return None
        values = given.model_dump(exclude={"household_code"})
        return record_session(self.task.session, self.task.actor, SessionIn(**values), self.task.now)
