"""Sheets whose every row is the input model of a form, so that the rules are the same."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
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

    def __init__(self, task: Task, report: Report) -> None:
        self.task, self.report = task, report

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
        for one in invalid.problems:
            if layout.heading(one.field) not in blamed:
                cell = row.get(one.field, "")
                key, params = of_field(one, cell)
                where = (layout.name, draft.row)
                draft.problems.append(problem(where, layout.heading(one.field), cell, key, params))

    def _read(self, layout: Layout, draft: Draft, row: dict[str, Any]) -> Model | None:
        values = self.prepare(layout, draft, row)
        for name, cell in row.items():
            if name in self.aside or name in values:
                continue
            try:
                values[name] = self.typed(layout, name, cell)
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
