"""Plots of land."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, Field
from sqlalchemy import func, select
from sqlmodel import Session, col

from trace.errors import FieldProblem, Invalid
from trace.records.household import Household
from trace.records.plot import GrowingArea, Plot
from trace.services.admission import Act, Actor, fetch, visible
from trace.services.crops import crop_of, variety_of
from trace.services.households import by, require_help, stay_inside
from trace.services.intake import DecimalComma, MaybeRow, Row, line, read
from trace.services.logging_acts import append_leaf
from trace.services.place_search import found_or_lies_in
from trace.services.registering import (
    Area,
    Code,
    PlaceIn,
    add_unique,
    change,
    exact_first,
    own_code,
    place_columns,
)
from trace.standards import quantity
from trace.standards.fault import Fault
from trace.standards.search_key import fold_vi


class PlotIn(PlaceIn):
    """A plot as given; without a commune it lies in its household's. Its position is never public."""

    household_id: Row
    code: Code
    name: Annotated[str, line(120)] = ""
    crop: Annotated[str, line(32, 1), AfterValidator(crop_of)]
    variety: Annotated[str, line(48), AfterValidator(variety_of)] = ""
    area_m2: Area
    growing_area_id: MaybeRow = None
    latitude: Annotated[Annotated[float, Field(ge=8, le=24)] | None, DecimalComma] = None
    longitude: Annotated[Annotated[float, Field(ge=102, le=118)] | None, DecimalComma] = None


def plot_input(values: Mapping[str, Any], sao_m2: int) -> PlotIn:
    """What a form sends, with the sào of this province."""
    return read(PlotIn, read_area(values, sao_m2))


def read_area(values: Mapping[str, Any], sao_m2: int) -> dict[str, Any]:
    """Typed values with the area read; one that can not be read stays for the model to refuse."""
    typed = values.get("area_m2")
    try:
        return {**values, "area_m2": quantity.area_m2(typed, sao_m2=sao_m2)} if typed else dict(values)
    except Fault:
        return dict(values)  # the model finds the same fault, and the others beside it


def add_plot(session: Session, actor: Actor, given: PlotIn, now: datetime) -> Plot:
    """Register a plot of a household in the actor's reach.

    Raises:
        NotFound: the household or growing area is not within reach.
        Invalid: the code is taken, or the place does not resolve.
    """
    household = fetch(session, actor, Act.REGISTER_FARM, Household, id=given.household_id)
    require_help(session, actor, household.id)
    values = _columns(session, actor, given, household)
    row = Plot(org_id=household.org_id, household_id=household.id, code=given.code, created_at=now, **values)
    add_unique(session, row, "code", given.code)
    if actor.acts_for:
        append_leaf(session, "plot_added", {"plot": row.id, "household": household.id, **by(actor)}, now)
    return row


def edit_plot(session: Session, actor: Actor, plot_id: int, given: PlotIn, now: datetime) -> Plot:
    """Change a plot; its code and household stay, because events name them."""
    row = fetch(session, actor, Act.REGISTER_FARM, Plot, id=plot_id)
    require_help(session, actor, row.household_id)
    for field, kept in (("code", row.code), ("household_id", row.household_id)):
        if getattr(given, field) != kept:
            shape = {"expected": kept}
            raise Invalid([FieldProblem(field, "plot.stays", getattr(given, field), shape)])
    household = session.get_one(Household, row.household_id)
    change(row, _columns(session, actor, given, household))
    session.flush()
    if actor.acts_for:
        append_leaf(session, "plot_changed", {"plot": row.id, "household": household.id, **by(actor)}, now)
    return row


def _columns(session: Session, actor: Actor, given: PlotIn, household: Household) -> dict[str, Any]:
    fields = {"crop", "variety", "area_m2", "latitude", "longitude"}
    if not actor.acts_for:  # codes of growing areas are the cooperative's
        fields |= {"growing_area_id"}
        if given.growing_area_id is not None:
            fetch(session, actor, Act.MANAGE_REGISTRY, GrowingArea, id=given.growing_area_id)
    place = place_columns(session, given, household.commune_code)
    stay_inside(actor, place)
    name = given.name or given.code
    return {
        "name": name,
        "search_key": plot_key(given.code, name),
        "helped_by": actor.account_id if actor.acts_for else None,
        **given.model_dump(include=fields),
        **place,
    }


def plot_key(code: str, name: str) -> str:
    """Under which a plot is found: name and code without marks."""
    return fold_vi(name if name == code else f"{name} {code}")


def child_code(household_code: str, number: int) -> str:
    """The code of a household's n-th plot where none was given.

    >>> child_code("TH-0012", 2)
    'TH-0012-2'
    """
    return own_code(f"{household_code}-{number}")


def plots(
    session: Session, actor: Actor, text: str = "", limit: int = 50, offset: int = 0
) -> tuple[Sequence[Plot], int]:
    """Plots in the actor's reach whose name or code holds every word, or that lie in the place of that name,
    and how many in all.
    """
    said = found_or_lies_in(text, Plot, col(Plot.search_key))
    wanted = visible(actor, Act.VIEW_FARM, Plot) & said
    order = (exact_first(text, col(Plot.name)), col(Plot.code), col(Plot.id))
    question = select(Plot).where(wanted).order_by(*order).limit(limit).offset(offset)
    total = session.execute(select(func.count()).select_from(Plot).where(wanted)).scalar_one()
    return session.execute(question).scalars().all(), int(total)


def plots_of(session: Session, actor: Actor, household_id: int) -> Sequence[Plot]:
    """The plots of one household in the actor's reach."""
    wanted = visible(actor, Act.VIEW_FARM, Plot) & (col(Plot.household_id) == household_id)
    return session.execute(select(Plot).where(wanted).order_by(col(Plot.code))).scalars().all()
