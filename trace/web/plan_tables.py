"""The tables of season plans, as their page shows them and its files carry the first."""

from collections.abc import Sequence
from typing import Any

from trace.records.season_plan import SeasonPlan
from trace.services.gates import crop_word
from trace.services.plan_pages import PlannedPlace
from trace.services.plan_reaching import Reached
from trace.services.planned import PlannedSum, sum_of
from trace.services.tables import Column, Table
from trace.texts.catalogs import shown, t

COLUMNS = (
    ("commune", "text"),
    ("old_commune", "text"),
    ("org", "text"),
    ("crop", "text"),
    ("variety", "text"),
    ("first_day", "day"),
    ("last_day", "day"),
    ("weight_t", "figure"),
    ("area_ha", "figure"),
    ("yield_t_ha", "figure"),
    ("price_vnd_kg", "money"),
    ("note", "text"),
)


def plan_table(plans: Sequence[PlannedPlace], lang: str) -> Table:
    """A row a plan; the last row sums what they come to over their whole seasons."""
    columns = [Column(name, t(lang, f"plan.col.{name}"), kind) for name, kind in COLUMNS]
    rows = [_row(one, lang) for one in plans]
    whole = sum((sum_of(one.plan, one.plan.first_day, one.plan.last_day) for one in plans), PlannedSum())
    sums = [whole.weight_g / 1_000_000, whole.area_m2 / 10_000, _yield(whole.weight_g, whole.area_m2)]
    total = [t(lang, "figures.total"), None, None, None, None, None, None, *sums, whole.price_vnd_kg, None]
    return Table(t(lang, "plan.list"), columns, [*rows, total], [t(lang, "plan.list.note")])


def _row(one: PlannedPlace, lang: str) -> list[Any]:
    plan = one.plan
    return [
        one.commune,
        one.old_commune or None,
        one.org or None,
        str(shown(lang, crop_word(plan.crop))),
        variety_said(lang, plan),
        plan.first_day,
        plan.last_day,
        plan.weight_g / 1_000_000,
        plan.area_m2 / 10_000,
        _yield(plan.weight_g, plan.area_m2),
        plan.price_vnd_kg,
        plan.note or None,
    ]


def reached_table(communes: Sequence[Reached], whole: Reached, lang: str) -> Table:
    """A row a commune, then the whole: tonnes planned and harvested of that, the share, the planned price."""
    columns = [
        Column("commune", t(lang, "plan.col.commune"), "text"),
        Column("weight_t", t(lang, "plan.col.weight_t"), "figure"),
        Column("picked_t", t(lang, "plan.picked_t"), "figure"),
        Column("share", t(lang, "plan.share"), "share"),
        Column("price_vnd_kg", t(lang, "plan.col.price_vnd_kg"), "money"),
    ]
    rows = [_reached(one, one.commune) for one in communes]
    return Table(t(lang, "plan.reached"), columns, [*rows, _reached(whole, t(lang, "figures.total"))])


def _reached(one: Reached, name: str) -> list[Any]:
    share = None if one.share is None else float(one.share)
    return [name, one.plan.weight_g / 1_000_000, one.picked_g / 1_000_000, share, one.plan.price_vnd_kg]


def crop_said(lang: str, plan: SeasonPlan) -> str:
    """The crop, or the variety where it is of one, in words."""
    return str(shown(lang, crop_word(plan.crop, plan.variety)))


def variety_said(lang: str, plan: SeasonPlan) -> str:
    """The variety in words; of none, all are meant."""
    if not plan.variety:
        return t(lang, "plan.all_varieties")
    return str(shown(lang, crop_word(plan.crop, plan.variety)))


def _yield(weight_g: int, area_m2: int) -> float | None:
    """Tonnes a hectare: grams a square metre are hundredths of it."""
    return round(weight_g / area_m2 / 100, 1) if area_m2 else None
