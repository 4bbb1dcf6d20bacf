"""What is wrong with one cell, in the words of the import."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from trace.errors import FieldProblem
from trace.standards.fault import Fault


@dataclass(frozen=True, slots=True)
class RowProblem:
    """Where it stands (sheet, row of the sheet, heading), what stands there, and why it does not fit."""

    sheet: str
    row: int
    column: str
    value: str
    key: str
    params: Mapping[str, object] = field(default_factory=dict)

    @property
    def figures(self) -> dict[str, object]:
        """All that the text of ``key`` may name."""
        return {"value": self.value, "got": self.value, **self.params}


_KINDS = {"gtin": "GTIN", "gln": "GLN"}


def in_words(fault: Fault, column: str, value: object) -> tuple[str, dict[str, object]]:
    """The catalog key and figures of a rule's fault, as the import says it."""
    params: dict[str, Any] = {**fault.params, "value": shown(value)}
    if fault.key == "standard.check_digit":
        return "imp.check", {**params, "kind": _KINDS.get(column, column)}
    if fault.key in {"standard.area", "standard.weight", "standard.count", "standard.money"}:
        return "imp.number", params
    if fault.key in {"standard.date"}:
        return "imp.date", params
    if fault.key == "field.range":
        return "imp.range", params
    if fault.key == "standard.length" and column in _KINDS:
        return "imp.code.zero", {**params, "n": fault.params["expected"]}
    return fault.key, params


def of_field(problem: FieldProblem, value: object) -> tuple[str, dict[str, object]]:
    """The same for a fault that an input model found."""
    if problem.key in {"error.empty", "field.required"}:
        return "imp.required", {}
    return in_words(Fault(problem.key, **problem.params), problem.field, value)


def shown(value: object) -> str:
    """A cell's content as text, at most 80 letters."""
    if isinstance(value, dict):
        return str(value.get("e") or value.get("d") or "")
    return str(value)[:80]
