"""Diary entries from a sheet: each row is an entry as the form takes it, its plot named by its code."""

from collections.abc import Sequence
from typing import Annotated, Any

from sqlalchemy import select
from sqlalchemy.orm import aliased
from sqlmodel import col

from trace.records.diary_entry import DiaryEntry, DiaryKind
from trace.records.plot import Plot
from trace.services.admission import Act, own_org, visible
from trace.services.diary import (
    DiaryEntryIn,
    Done,
    day_problems,
    new_entry,
    spray_problems,
    waiting_of,
    write_entries,
)
from trace.services.gathered_facts import GatheredFacts
from trace.services.importing import cells
from trace.services.importing.columns import Column, Kind, Layout
from trace.services.importing.farm_memory import Task
from trace.services.importing.lot_rows import PLOT_OF
from trace.services.importing.model_rows import ModelRows
from trace.services.importing.report import Draft, Report
from trace.services.intake import line
from trace.services.lineage import portions
from trace.services.lot_states import lock_org
from trace.services.registering import own_code
from trace.standards.fault import Fault
from trace.standards.search_key import fold_vi

COLUMNS = (
    PLOT_OF,
    Column("work", ("viec", "viec da lam", "cong viec", "loai viec", "work", "what was done"), required=True,
           example="Phun thuốc", choices=tuple(DiaryKind), labels="diary.kind."),
    Column("done_on", ("ngay lam", "ngay", "ngay thuc hien", "ngay phun", "done on", "day"), required=True,
           example="20/05/2026"),
    Column("material", ("thuoc hoac phan bon", "thuoc phan bon", "pesticide or fertiliser",
                        "ten thuoc", "thuoc", "phan bon", "vat tu", "material"),
           example="Abamectin"),
    Column("dose", ("lieu luong", "lieu", "luong dung", "dose"), example="20 ml / 16 lít"),
    Column("waiting_days", ("so ngay cach ly", "thoi gian cach ly", "cach ly", "days to wait",
                            "waiting days"), example="7"),
    Column("operator", ("nguoi lam", "nguoi thuc hien", "nguoi phun", "who did it", "operator")),
    Column("said_of_it", ("ghi chu", "ghi them", "note")),
)  # fmt: skip
_REQUIRED = ("plot_of", "work", "done_on")
KINDS = (Kind("diary", ("plot_of", "work", "done_on"), required=_REQUIRED),)
_WORK = next(column for column in COLUMNS if column.name == "work")
Said = tuple[object, ...]
"""What tells one entry from another of its plot and day."""


class DiaryRow(Done):
    """An entry of a sheet: what the form asks, with a code in the place of the plot's number."""

    plot_of: Annotated[str, line(24, 1)]


class DiaryRows(ModelRows[DiaryRow]):
    """Takes the rows of a sheet of what was done on the plots of the account's own cooperative.

    An entry that says the same of the same plot and day is there already; a spray of the same material
    there that says something else is a question for the page of the diary, where entries are corrected.
    """

    model = DiaryRow
    marked = "plot_of"
    fields = {"work": "kind", "said_of_it": "note"}  # noqa: RUF012 - declared where it is inherited

    def __init__(self, task: Task, report: Report) -> None:
        super().__init__(task, report)
        self._org = own_org(task.actor)
        if task.writes:
            lock_org(task.session, self._org)
        self._plots: dict[str, Plot] = {}
        self._facts = GatheredFacts(task.session)
        self._made: list[tuple[int, DiaryEntry, Plot]] = []
        self._own: set[int] = set()
        self._there: dict[tuple[int, Any], list[DiaryEntry]] = {}
        self._met: set[int] = set()

    def take(self, layout: Layout, rows: Sequence[tuple[int, list[Any]]]) -> None:
        """Judge a batch, then write its good rows together."""
        super().take(layout, rows)
        made, self._made = self._made, []
        if not made or not self.task.writes:
            return
        entries = [(entry, plot) for _, entry, plot in made]
        write_entries(self.task.session, self.task.actor, entries, self.task.now)
        for row, entry, _ in made:
            self._own.add(entry.id)
            self.task.note_act("diary", entry.id, row)

    def prepare(self, layout: Layout, draft: Draft, row: dict[str, Any]) -> dict[str, Any]:
        """Nothing stands between the cells."""
        return {}

    def typed(self, layout: Layout, name: str, cell: Any) -> Any:
        """The work by its name, a day that has been, codes as they are kept."""
        if name == "work":
            return _WORK.choice(cells.text(cell))
        if name == "done_on":
            return cells.day(cell, self.task.setting.today).isoformat()
        return own_code(cells.code(cell)) if name == "plot_of" else cells.text(cell)

    def learn(self, batch: Sequence[tuple[Draft, DiaryRow]]) -> None:
        """The plots the rows name, what the diary says of them on these days, the rules of the materials."""
        rows = [given for _, given in batch]
        session, mine = self.task.session, visible(self.task.actor, Act.WRITE_FARM, Plot)
        self._plots, self._there = {}, {}
        for some in portions({given.plot_of for given in rows}):
            question = select(Plot).where(mine, col(Plot.code).in_(some))
            self._plots |= {plot.code: plot for plot in session.execute(question).scalars()}
        self._facts.learn_materials({fold_vi(given.material) for given in rows if given.material})
        self._learn_entries({plot.id for plot in self._plots.values()}, [given.done_on for given in rows])

    def _learn_entries(self, plots: set[int], days: Sequence[Any]) -> None:
        """Entries that were there before this file."""
        later: Any = aliased(DiaryEntry)
        corrected = select(later.id).where(later.corrects_id == DiaryEntry.id).exists()
        for some in portions(plots):
            question = select(DiaryEntry).where(
                col(DiaryEntry.plot_id).in_(some),
                col(DiaryEntry.done_on).between(min(days), max(days)),
                ~corrected,
            )
            for entry in self.task.session.execute(question.order_by(col(DiaryEntry.id))).scalars():
                if entry.id not in self._own:
                    self._there.setdefault((entry.plot_id, entry.done_on), []).append(entry)

    def write(self, layout: Layout, draft: Draft, given: DiaryRow) -> None:
        """Judge an entry, or find that it is there."""
        plot = self._plots.get(given.plot_of)
        if plot is None:
            self.blame(layout, draft, "plot_of", given.plot_of, Fault("imp.link.plot"))
            return
        waiting = waiting_of(self._facts, plot.crop, given)
        same = self._there_already(layout, draft, plot, given)
        if same is None and not draft.problems:
            self._judge(layout, draft, plot, given, waiting)
        if draft.problems:
            return
        self.report.count("diary", created=same is None, same=same is not None)
        if same is None:
            mark = f"import-{self.task.import_id or 0}-{layout.sheet}-{draft.row}"
            form = DiaryEntryIn(plot_id=plot.id, request_id=mark, **given.model_dump(exclude={"plot_of"}))
            entry = new_entry(self.task.actor, plot, form, waiting, self.task.now)
            self._made.append((draft.row, entry, plot))

    def _there_already(self, layout: Layout, draft: Draft, plot: Plot, given: DiaryRow) -> DiaryEntry | None:
        """The entry of a row where it is written down; each entry is that of one row."""
        there = [one for one in self._there.get((plot.id, given.done_on), ()) if one.kind == given.kind]
        for entry in there:
            if entry.id not in self._met and _said(entry) == _said(given):
                self._met.add(entry.id)
                return entry
        sprayed = fold_vi(given.material)
        if given.kind is DiaryKind.SPRAY and any(one.material_key == sprayed for one in there):
            fault = Fault("imp.diary.twin", date=given.done_on, plot=plot.name, pesticide=given.material)
            self.blame(layout, draft, "material", given.material, fault)
        return None

    def _judge(self, layout: Layout, draft: Draft, plot: Plot, given: DiaryRow, waiting: int | None) -> None:
        """The rules of the form: the day, and what a spray must say."""
        material = fold_vi(given.material)
        problems = spray_problems(plot.crop, given.kind, given.material, waiting)
        for one in (*day_problems(given.done_on, self.task.setting.today), *problems):
            self.blame(layout, draft, one.field, one.got or "", Fault(one.key, **one.params))
        if given.kind is DiaryKind.SPRAY:
            self.is_first(layout, draft, "material", given.material, (plot.id, given.done_on, material))


def _said(one: DiaryEntry | DiaryRow) -> Said:
    return fold_vi(one.material), one.dose, one.operator, one.note
