"""What a print draws, as JSON: frozen when it is ordered, so that it is drawn alike whenever it is drawn.

Words, stock, design and calibration stand in it as they were; codes do not: they follow from the key and
the serials.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import asdict, fields
from typing import Any

from labels.design import StampDesign, StampTexts
from labels.job import Calibration, Codes, PrintJob, Serials
from labels.stock import Stock

_PARTS: dict[str, type[Any]] = {"texts": StampTexts, "stock": Stock, "calibration": Calibration}


def recipe_of(job: PrintJob) -> str:
    """Everything of a job but its codes."""
    values: dict[str, Any] = {}
    for field in fields(job):
        value = getattr(job, field.name)
        if field.name in _PARTS:
            values[field.name] = asdict(value)
        elif field.name == "design":
            values[field.name] = value.to_data()
        elif field.name != "codes":
            values[field.name] = value
    return json.dumps(values, ensure_ascii=False)


def stock_of(recipe: str) -> Stock | None:
    """The stock of a recipe; None where there is no recipe."""
    return Stock(**json.loads(recipe)["stock"]) if recipe else None


def said_by(recipe: str) -> tuple[StampTexts, StampDesign]:
    """The words of a recipe and the design they were drawn in."""
    values = json.loads(recipe)
    return StampTexts(**values["texts"]), StampDesign.from_data(values["design"])


def job_of(recipe: str, codes: Callable[[], Iterable[tuple[Codes, Serials]]]) -> PrintJob:
    """The job a recipe was taken from, with these codes."""
    values: dict[str, Any] = json.loads(recipe)
    parts = {name: part(**values.pop(name)) for name, part in _PARTS.items()}
    design = StampDesign.from_data(values.pop("design"))
    return PrintJob(codes=codes, design=design, **parts, **values)
