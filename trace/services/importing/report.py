"""What an import found: good and bad rows, problems with their places, what was made of each noun."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from trace.services.importing.columns import Layout
from trace.services.importing.problems import RowProblem, shown
from trace.standards.fault import Fault

MOST_KEPT = 20_000
"""Problems beyond these are counted and not listed."""


@dataclass
class Report:
    """Filled while rows are judged. ``made`` counts "<noun>.created|updated|same"."""

    checked: int = 0
    bad: int = 0
    problems: list[RowProblem] = field(default_factory=list)
    warnings: list[RowProblem] = field(default_factory=list)
    made: Counter[str] = field(default_factory=Counter)
    layouts: dict[int, Layout] = field(default_factory=dict)
    """The sheets that hold rows, by their numbers in the file."""

    @property
    def good(self) -> int:
        """Rows without a problem."""
        return self.checked - self.bad

    @property
    def kinds(self) -> list[str]:
        """What the rows are that were counted, in the order in which they came."""
        counted = (key.partition(".")[0] for key, number in self.made.items() if number)
        return list(dict.fromkeys(counted))

    def refuse(self, problems: list[RowProblem]) -> None:
        """One row does not fit."""
        self.bad += 1
        self.problems.extend(problems[: max(0, MOST_KEPT - len(self.problems))])

    def count(self, noun: str, *, created: int = 0, updated: int = 0, same: int = 0) -> None:
        """So many rows of a noun were new, changed, or as they stood."""
        for what, number in (("created", created), ("updated", updated), ("same", same)):
            self.made[f"{noun}.{what}"] += number


@dataclass(slots=True)
class Draft:
    """One row read so far: its values, and what is wrong with it."""

    row: int
    values: dict[str, object]
    problems: list[RowProblem] = field(default_factory=list)


def org_of(draft: Draft) -> int:
    """Whose row it is."""
    return int(str(draft.values["org"]))


def problem(
    where: tuple[str, int], heading: str, value: object, key: str, params: Mapping[str, object] | None = None
) -> RowProblem:
    """A problem of the cell under ``heading`` in row ``where[1]`` of sheet ``where[0]``."""
    return RowProblem(where[0], where[1], heading, shown(value), key, params or {})


def fault_of(where: tuple[str, int], heading: str, value: object, fault: Fault) -> RowProblem:
    """A problem out of a rule's fault whose key already speaks the import's words."""
    return problem(where, heading, value, fault.key, fault.params)
