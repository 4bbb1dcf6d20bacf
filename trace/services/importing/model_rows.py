"""Sheets whose every row is the input model of a form, so that the rules are the same."""

from abc import ABC, abstractmethod
from collections.abc import Hashable, Mapping, Sequence
from typing import Any, ClassVar, Generic, TypeVar

from trace.errors import Invalid
from trace.services.importing import cells
from trace.services.importing.columns import Layout
from trace.services.importing.farm_memory import Task
from trace.services.importing.problems import in_words, of_field
from trace.services.importing.report import Draft, Report, problem
from trace.services.intake import Given, read
from trace.standards.fault import Fault
from trace.standards.search_key import fold_vi

EXAMPLE = ("vi du", "example")
Model = TypeVar("Model", bound=Given)


class ModelRows(ABC, Generic[Model]):
    """Takes the rows of sheets of one noun; ``report`` tells how it went."""

    model: type[Model]
    marked: ClassVar[str]
    """The column in which the template's example says that it is one."""
    aside: ClassVar[tuple[str, ...]] = ()
    """Columns that ``prepare`` reads and the model does not know."""
    fields: ClassVar[Mapping[str, str]] = {}
    """Column -> field of the model, where they are called otherwise."""

    def __init__(self, task: Task, report: Report) -> None:
        self.task, self.report = task, report
        self._seen: dict[Hashable, tuple[int, int]] = {}

    def take(self, layout: Layout, rows: Sequence[tuple[int, list[Any]]]) -> None:
        """Judge a batch and write its good rows."""
        batch = []
        for number, row in rows:
            said = {name: row[place] for name, place in layout.places.items() if place < len(row)}
            mark = said.get(self.marked, "")
            if not (isinstance(mark, str) and fold_vi(mark[:20]) in EXAMPLE):
                draft = Draft(number, {})
                batch.append((draft, self._read(layout, draft, said)))
        self.report.checked += len(batch)
        self.learn([(draft, given) for draft, given in batch if given is not None and not draft.problems])
        for draft, given in batch:
            if given is not None and not draft.problems:
                self.write(layout, draft, given)
            if draft.problems:
                self.report.refuse(draft.problems)

    def learn(self, batch: Sequence[tuple[Draft, Model]]) -> None:
        """Ask the database what it knows of the readable rows of a batch, all at once; ``write`` asks nothing
        to judge a row.
        """

    def finish(self) -> None:
        """Nothing is left to say."""

    @abstractmethod
    def prepare(self, layout: Layout, draft: Draft, row: dict[str, Any]) -> dict[str, Any]:
        """Values that are not a cell's own: whose the row is, where it lies; blames the draft."""

    @abstractmethod
    def typed(self, layout: Layout, name: str, cell: Any) -> Any:
        """A cell as the model reads it. Raises a ``Fault``."""

    @abstractmethod
    def write(self, layout: Layout, draft: Draft, given: Model) -> None:
        """Count what the row brings, and write it unless this is a look only."""

    def blame(self, layout: Layout, draft: Draft, name: str, cell: object, fault: Fault) -> None:
        """Note what is wrong with a cell."""
        key, params = in_words(fault, name, cell)
        draft.problems.append(problem((layout.name, draft.row), layout.heading(name), cell, key, params))

    def blame_fields(self, layout: Layout, draft: Draft, row: dict[str, Any], invalid: Invalid) -> None:
        """Note what an input model or a verb found, where a cell is not blamed already."""
        blamed = {one.column for one in draft.problems}
        columns = {field: name for name, field in self.fields.items()}
        for one in invalid.problems:
            name = columns.get(one.field, one.field)
            if layout.heading(name) not in blamed:
                cell = row.get(name, one.got if one.got is not None else "")
                key, params = of_field(one, cell)
                if key == "imp.required":
                    params = {"column": name}
                where = (layout.name, draft.row)
                draft.problems.append(problem(where, layout.heading(name), cell, key, params))

    def is_first(self, layout: Layout, draft: Draft, name: str, value: object, among: object = None) -> bool:
        """Whether a value of a column comes for the first time in this file; a repeat is blamed.

        ``among`` is what it may come once for: an organisation, a market.
        """
        here = (layout.sheet, draft.row)
        before = self._seen.setdefault((name, value, among), here)
        if before != here:
            self.blame(layout, draft, name, value, Fault("imp.dup.file", row2=before[1]))
        return before == here

    def owner(self, layout: Layout, draft: Draft, row: dict[str, Any]) -> None:
        """Note whose the row is, as its column says or the account; blames the draft."""
        said = row.get("org", "")
        try:
            draft.values["org"] = self.task.setting.tenants.org_id(cells.text(said))
        except Fault as fault:
            self.blame(layout, draft, "org", said, fault)

    def place(self, layout: Layout, draft: Draft, row: dict[str, Any], home: str) -> dict[str, Any]:
        """The codes of the communes a row names, of today and of before; nothing where it names none."""
        new, old = row.get("commune", ""), row.get("old_commune", "")
        if new == "" and old == "":
            return {}
        try:
            code, old_code = self.task.setting.gazetteer.resolve(cells.text(new), cells.text(old), home)
        except Fault as fault:
            self.blame(layout, draft, "commune" if new else "old_commune", new or old, fault)
            return {}
        return {"commune": code, "old_commune": old_code}

    def _read(self, layout: Layout, draft: Draft, row: dict[str, Any]) -> Model | None:
        values = self.prepare(layout, draft, row)
        for name, cell in row.items():
            field = self.fields.get(name, name)
            if cell == "" or name in self.aside or field in values:
                continue
            try:
                values[field] = self.typed(layout, name, cell)
            except Fault as fault:
                self.blame(layout, draft, name, cell, fault)
        try:
            return read(self.model, {name: value for name, value in values.items() if value != ""})
        except Invalid as invalid:
            self.blame_fields(layout, draft, row, invalid)
            return None


def decimal_text(cell: Any) -> str:
    """A cell as text in which a number has a decimal comma, as people type it."""
    return str(cell).replace(".", ",") if isinstance(cell, int | float) else cells.text(cell)


def with_unit(cell: Any, unit: str, known: Sequence[str], otherwise: str) -> str:
    """A bare number with the unit of its heading, or ``otherwise``."""
    said = decimal_text(cell)
    return f"{said} {unit if unit in known else otherwise}" if said[-1:].isdigit() else said
