"""The form of a season plan, which the office, communes and cooperatives fill in alike."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from sqlmodel import Session

from trace.records.season_plan import SeasonPlan
from trace.services.intake import read
from trace.services.places import PlaceOption, option_of
from trace.services.plan_pages import PlannedPlace
from trace.services.season_plans import PlanIn
from trace.web.plan_tables import crop_said
from trace.web.registry_forms import Box, bare, crop_options, say, with_days, with_place
from trace.web.visitor import face_language

FIELDS = (
    *("place", "place_text", "crop", "variety", "first_day", "last_day"),
    *("weight_g", "area_m2", "price_vnd_kg", "note", "reason", "request_id"),
)


def boxes(*more: Box) -> tuple[Box, ...]:
    """The fields, and what a page asks for besides."""
    return (
        Box("place", "plan.place", "place"),
        Box("crop", "plan.crop", "select", options=crop_options()),
        Box("variety", "plan.variety", required=False, hint="plan.variety.hint", most=48),
        Box("first_day", "plan.first_day", "date"),
        Box("last_day", "plan.last_day", "date"),
        Box("weight_g", "plan.weight", "length", unit=say("plan.tonnes"), most=16),
        Box("area_m2", "plan.area", "length", unit="ha", most=16),
        Box("price_vnd_kg", "plan.price", "length", required=False, unit=say("plan.a_kg"), most=16),
        Box("note", "plan.note", required=False, hint="plan.note.hint", most=240),
        *more,
    )


def given(session: Session, values: dict[str, str]) -> PlanIn:
    """A plan as typed.

    Raises:
        PlaceUnclear: the place needs a choice.
        Invalid: a field says nothing a plan can be of.
    """
    said = {name: value for name, value in bare(values).items() if name != "reason"}
    return read(PlanIn, with_place(session, with_days(said, "first_day", "last_day")))


def title(one: PlannedPlace) -> str:
    """What a plan's page is called: crop, commune, year."""
    said = crop_said(face_language(), one.plan)
    crop = said[:1].upper() + said[1:]
    return say("plan.title", crop=crop, place=one.commune, year=str(one.plan.last_day.year))


def places(session: Session, plan: SeasonPlan) -> Sequence[PlaceOption]:
    """The plan's own place, with which its form starts."""
    found = option_of(session, plan.commune_code)
    if found is None or plan.old_commune_code is None:
        return (found,) if found else ()
    return (replace(found, value=f"{found.value}+{plan.old_commune_code}"),)


def as_typed(plan: SeasonPlan) -> dict[str, object]:
    """A plan as it would be typed."""
    days = {name: getattr(plan, name).strftime("%d/%m/%Y") for name in ("first_day", "last_day")}
    words = {name: getattr(plan, name) for name in ("crop", "variety", "note", "price_vnd_kg")}
    return {**words, **days, "weight_g": _scaled(plan.weight_g, 6), "area_m2": _scaled(plan.area_m2, 4)}


def _scaled(value: int, places: int) -> str:
    """1234500 g as "1,2345" tonnes."""
    return f"{Decimal(value).scaleb(-places).normalize():f}".replace(".", ",")
