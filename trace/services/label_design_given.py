"""A stamp design as people choose it, made into what the label room draws."""

import json
from typing import Annotated

from pydantic import BeforeValidator

from labels.art import Art
from labels.design import StampDesign
from labels.errors import BadJob
from trace.errors import FieldProblem, Invalid
from trace.services.intake import Given, line
from trace.texts.catalogs import Term

STANDARD = "standard"
"""The design of those who chose none; everybody has it."""


def _number(value: object) -> object:
    """A choice among figures, or nothing."""
    text = str(value if value is not None else "").strip()
    return int(text) if text.isdecimal() and len(text) < 4 else None


def _ticked(value: object) -> object:
    return value in ("1", "on", True)


class DesignIn(Given):
    """What a cooperative chooses; ``rows`` top to bottom, ``dots`` empty where the label decides."""

    name: Annotated[str, line(60, 2)]
    product: Annotated[str, line(16)] = ""
    kind: Annotated[str, line(8, 1)]
    rows: tuple[Annotated[str, line(24, 1)], ...] = ()
    level: Annotated[str, line(1, 1)] = "M"
    dots: Annotated[int | None, BeforeValidator(_number)] = None
    serial_digits: Annotated[int | None, BeforeValidator(_number)] = 6
    best_of_8: Annotated[bool, BeforeValidator(_ticked)] = False
    has_gi: Annotated[bool, BeforeValidator(_ticked)] = False


def designed(given: DesignIn, logo: Art | None) -> StampDesign:
    """The design, when the label room knows all that was chosen.

    Raises:
        Invalid: the field that is wrong, and what may stand there.
    """
    data = {
        "kind": given.kind,
        "rows": list(given.rows),
        "level": given.level,
        "dots": given.dots,
        "serial_digits": given.serial_digits or 6,
        "best_of_8": given.best_of_8,
        "has_gi": given.has_gi,
        "logo": logo.to_data() if logo else None,
    }
    if not given.rows:
        raise Invalid([FieldProblem("rows", "label_design.no_rows", "")])
    try:
        return StampDesign.from_data(data)
    except BadJob as problem:
        raise Invalid([_problem(problem)]) from problem


def _problem(problem: BadJob) -> FieldProblem:
    field, got, may = (str(problem.params[name]) for name in ("field", "value", "max"))
    if field == "rows" and may.startswith("+ "):
        needed = [Term(f"label_design.row.{name}") for name in may.removeprefix("+ ").split(" / ")]
        return FieldProblem("rows", "label_design.needed", got, {"row": needed})
    return FieldProblem(field, "field.choice", got, {"choices": may})


def written(design: StampDesign) -> str:
    """The design as it is kept: the same design is always the same text."""
    return json.dumps(design.to_data(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def as_design(data: str) -> StampDesign:
    """The design that was kept."""
    return StampDesign.from_data(json.loads(data))
