"""Growing areas that gave more this year than their yield rule lets a season give."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import Date, Select, literal, select
from sqlmodel import col

from trace.records.lot import Lot
from trace.records.organisation import Organisation
from trace.records.plot import GrowingArea
from trace.records.work_decision import WorkKind
from trace.services.figures.asking import Ask
from trace.services.figures.judges.yielding import gave_g, most_g
from trace.services.work_lists.item import Look, Source, Told, columns, marked
from trace.texts.catalogs import Term
from trace.texts.formats import kilograms

MOST: Final = 5_000
"""Growing areas that are looked at, the newest first: several times what a province has."""
STEPS: Final = 10
"""A tenth of the limit more is a new fact."""

Over = dict[int, tuple[int, int]]
"""Grams that were picked and grams at which the gate stops, by area."""


def _first_day(look: Look) -> date:
    return date(look.today.year, 1, 1)


def _over(look: Look) -> Over:
    picked = col(Lot.growing_area_id) == col(GrowingArea.id), col(Lot.harvested_on) >= _first_day(look)
    candidates = (
        select(col(GrowingArea.id))
        .join(Organisation, col(Organisation.id) == col(GrowingArea.org_id))
        .where(look.inside(GrowingArea), select(col(Lot.id)).where(*picked).exists())
        .order_by(col(GrowingArea.id).desc())
        .limit(MOST)
    )
    ids = look.session.execute(candidates).scalars().all()
    ask = Ask(_first_day(look), look.today)
    gave = gave_g(look.session, ids, ask)
    limits = most_g(look.session, ids, ask)
    return {one: (gave[one], most) for one, most in limits.items() if gave.get(one, 0) > most}


def _rows(look: Look) -> Select[Any]:
    over = look.judged(WorkKind.AREA, _over)
    marks = {one: str(gave * STEPS // most) for one, (gave, most) in over.items()}
    area, since = GrowingArea, literal(_first_day(look), Date)
    said = marked(col(area.id), marks)
    return (
        select(*columns(col(area.id), col(area.org_id), col(area.commune_code), since, said))
        .join(Organisation, col(Organisation.id) == col(area.org_id))
        .where(look.inside(area), col(area.id).in_(list(over)))
    )


def _told(look: Look, keys: Sequence[int]) -> dict[int, Told]:
    over = look.judged(WorkKind.AREA, _over)
    found = {}
    for area in look.session.execute(select(GrowingArea).where(col(GrowingArea.id).in_(keys))).scalars():
        gave, most = over[area.id]
        figures = {
            "kg": kilograms(gave),
            "most": kilograms(most),
            "year": str(look.today.year),
            "share": f"{gave * 100 // most} %",
        }
        found[area.id] = Told(area.code, [Term("work.why.area", figures)], str(area.id))
    return found


AREAS = Source(WorkKind.AREA, _rows, _told, by_day=True)
