"""Judging and writing farm rows batch by batch: growing areas, households, plots."""

from collections.abc import Sequence
from typing import Any

from trace.records.household import Household
from trace.services.importing import household_rows
from trace.services.importing.area_rows import take_areas
from trace.services.importing.columns import Layout
from trace.services.importing.farm_memory import Memory, Task, key_of
from trace.services.importing.farm_reader import FarmReader
from trace.services.importing.plot_rows import PlotRows
from trace.services.importing.report import Draft, Report, problem


class FarmRows:
    """Takes the rows of farm sheets; ``report`` tells how it went."""

    def __init__(self, task: Task, report: Report) -> None:
        self._memory = Memory(task, report)
        self._plots = PlotRows(self._memory)
        self._readers: dict[int, FarmReader] = {}

    def take(self, layout: Layout, rows: Sequence[tuple[int, list[Any]]]) -> None:
        """Judge a batch of one sheet and write its good rows."""
        reader = self._readers.setdefault(layout.sheet, FarmReader(layout, self._memory.task.setting))
        drafts = [reader.read(number, cells) for number, cells in rows if not reader.is_example(cells)]
        self._memory.report.checked += len(drafts)
        if layout.kind.name == "area":
            take_areas(self._memory, reader, _good(drafts))
        else:
            self._take_farms(reader, _good(drafts))
        for draft in drafts:
            if draft.problems:
                self._memory.report.refuse(draft.problems)

    def _take_farms(self, reader: FarmReader, drafts: list[Draft]) -> None:
        kind = reader.layout.kind.name
        keys = {key_of(draft, "household_code") for draft in drafts}
        known = self._memory.known(Household, keys, household_rows.COLUMNS)
        if kind != "household":
            self._plots.judge(reader, drafts, known)
        if kind != "plot":
            household_rows.take_households(self._memory, reader, _good(drafts), known)
        if kind != "household":
            self._plots.take(_good(drafts))

    def finish(self) -> None:
        """Say which growing areas are smaller than their plots together."""
        for (org, code), (_, area_m2) in self._memory.areas.items():
            planted = self._memory.planted[org, code]
            if planted > area_m2:
                figures = {"a": planted / 10_000, "b": area_m2 / 10_000}
                self._memory.report.warnings.append(problem(("", 0), code, code, "imp.area", figures))


def _good(drafts: list[Draft]) -> list[Draft]:
    return [draft for draft in drafts if not draft.problems]
