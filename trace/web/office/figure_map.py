"""``/so/ban-do``: any figure on the map of the communes, as a picture, as a table beside it, and as files."""

from dataclasses import dataclass, replace
from typing import Any

from flask import Response, abort, render_template, request

from trace.db import reading
from trace.errors import FieldProblem, Invalid
from trace.services import sales_choices
from trace.services.admission import Act
from trace.services.figures import words
from trace.services.figures.asking import Dimension
from trace.services.figures.catalogue import BY_NAME, MEASURES
from trace.services.figures.commune_map import UNITS, FigureMap, figure_map
from trace.services.figures.map_table import map_table
from trace.services.figures.measure import Measure
from trace.standards.local_time import local_day
from trace.web.door import Door
from trace.web.office.board_asking import Chosen, same_but, season_asked, seasons
from trace.web.office.figure_asking import FILTERS, address
from trace.web.office.map_drawing import drawn
from trace.web.tables import as_csv, as_json, as_xlsx
from trace.web.visitor import actor, face_language, now

door = Door("figure_map", __name__, url_prefix="/so")

FORMS = {"csv": as_csv, "xlsx": as_xlsx}
DEFAULT = "harvested"
MAPPED = tuple(one for one in MEASURES if set(UNITS) <= one.dimensions)
"""Figures whose rows lie somewhere."""
UNIT_NAMES = {Dimension.COMMUNE: "xa", Dimension.OLD_DISTRICT: "huyen-cu"}
"""What the map's units are called in the address (``don-vi``)."""


@dataclass(frozen=True)
class Asked:
    """The map's question: days and filters, the figure, by which units."""

    chosen: Chosen
    measure: Measure
    by: Dimension


@door.page("/ban-do", Act.VIEW_FIGURES)
def show() -> str:
    """The map with its table."""
    asked, found = _found()
    with reading() as session:
        offered = sales_choices.choices(session, actor())
    lang, today = face_language(), local_day(now())
    ask = asked.chosen.periods.ask
    return render_template(
        "office/board/map.html",
        asked=asked,
        chosen=asked.chosen,
        seasons=list(seasons(today)),
        map=drawn(found, lang),
        found=found,
        table=map_table(found, lang),
        links=[address(replace(ask, only={**ask.only, asked.by: part.key})) for part in found.highest],
        ask=ask,
        year_ago=str(asked.chosen.periods.last_year.until.year),
        mapped=MAPPED,
        units=UNIT_NAMES,
        offered=offered,
        own_query=same_but,
        **_names(lang),
    )


def _names(lang: str) -> dict[str, Any]:
    return {"lang": lang, "words": words, "address": address, "replace": replace, "filters": FILTERS}


@door.page("/ban-do.<form>", Act.VIEW_FIGURES)
def file(form: str) -> Response:
    """The same as a file."""
    if form not in {*FORMS, "json"}:
        abort(404)
    asked, found = _found()
    made = map_table(found, face_language())
    if form == "json":
        return as_json(made)
    ask = asked.chosen.periods.ask
    name = f"ban-do-{asked.measure.name}-{ask.since.isoformat()}-{ask.until.isoformat()}"
    return FORMS[form](made, name)


def _found() -> tuple[Asked, FigureMap]:
    asked = Asked(season_asked(), _measure(), _unit())
    periods = asked.chosen.periods
    with reading() as session:
        return asked, figure_map(session, actor(), asked.measure, periods.ask, periods.last_year, asked.by)


def _measure() -> Measure:
    said = request.args.get("chi-tieu") or DEFAULT
    found = BY_NAME.get(said)
    if found not in MAPPED:
        known = ", ".join(one.name for one in MAPPED)
        raise Invalid([FieldProblem("chi-tieu", "error.value", said[:40], {"expected": known})])
    return found


def _unit() -> Dimension:
    said = request.args.get("don-vi") or UNIT_NAMES[Dimension.COMMUNE]
    found = next((by for by, name in UNIT_NAMES.items() if name == said), None)
    if found is None:
        known = ", ".join(UNIT_NAMES.values())
        raise Invalid([FieldProblem("don-vi", "error.value", said[:40], {"expected": known})])
    return found
