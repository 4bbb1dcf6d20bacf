"""What stands in a report: figures, each with what it is cut by and narrowed to, as pages show them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from trace.errors import FieldProblem, Invalid
from trace.services.figures.answering import check
from trace.services.figures.asking import Ask, Dimension
from trace.services.figures.catalogue import BY_NAME
from trace.services.figures.measure import Measure

MOST: Final = 12
OVERVIEW: Final = ""
FORM_1034: Final = "form1034"
WHOLE: Final = (OVERVIEW, FORM_1034)
"""What is no single figure: all indicators, and the form of Decision 1034; neither is cut or narrowed."""
_LONGEST_KEY: Final = 80


@dataclass(frozen=True)
class View:
    """One figure, by its name, or one of ``WHOLE``."""

    measure: str
    by: Dimension | None = None
    only: Mapping[Dimension, str] = field(default_factory=dict)

    def ask(self, since: date, until: date) -> Ask:
        """The question of some days."""
        return Ask(since, until, self.by, self.only, known={})


def checked(view: View) -> View:
    """The view, when there is such a figure and its rows know what it is cut by.

    Raises:
        Invalid: with the figures or cuts there are.
    """
    if view.measure in WHOLE:
        return View(view.measure)
    measure = BY_NAME.get(view.measure)
    if measure is None:
        choices = {"choices": ", ".join(BY_NAME)}
        raise Invalid([FieldProblem("measure", "field.choice", view.measure[:80], choices)])
    if any(len(value) > _LONGEST_KEY for value in view.only.values()):
        raise Invalid([FieldProblem("measure", "field.too_long", None, {"max": _LONGEST_KEY})])
    check(measure, view.ask(date(2000, 1, 1), date(2000, 1, 1)))
    return view


def written(views: Sequence[View]) -> str:
    """As a report keeps them."""
    said = [{"measure": one.measure, "by": one.by, "only": dict(one.only)} for one in views]
    return json.dumps(said, ensure_ascii=False)


def read_views(text: str) -> list[View]:
    """As ``written``.

    Raises:
        KeyError, ValueError: a later version wrote them, or an earlier one.
    """
    return [
        View(
            one["measure"],
            Dimension(one["by"]) if one["by"] else None,
            {Dimension(key): value for key, value in one["only"].items()},
        )
        for one in json.loads(text)
    ]


def measure_of(view: View) -> Measure | None:
    """The figure, or None for one of ``WHOLE``.

    Raises:
        KeyError: there is no such figure any more.
    """
    return None if view.measure in WHOLE else BY_NAME[view.measure]
