"""Season plans of the demonstration's communes: lychee and carrots, one corrected, two only proposed."""

from collections import defaultdict
from datetime import date, datetime
from functools import partial

from sqlmodel import Session

from trace.commands.demo_season.cast import Cast, Coop
from trace.commands.demo_season.days import at
from trace.records.account import Role
from trace.services import season_plans
from trace.services.admission import Actor

SOURCE = "Kế hoạch vụ, số liệu minh họa"
YIELDS_T_HA = {"thieu": 9.3, "": 17.2}
"""Main and early lychee of old Thanh Hà in 2022; other crops are given the second as an example."""
PRICES = {"thieu": 28_000, "": 36_000}
MORE_LAND = 3
"""So many times the registered land is the commune's, for not every household is registered."""

Key = tuple[str, str, str]


def plan_plans(cast: Cast) -> None:
    """Enter the communes' plans in March; one is corrected in April; one was proposed a week ago,
    and one by a cooperative the day after."""
    area_m2: dict[Key, int] = defaultdict(int)
    for coop in cast.coops.values():
        if coop.plan.crop in ("lychee", "carrot"):
            area_m2[coop.plan.commune, coop.plan.crop, coop.plan.variety] += coop.area_m2 * MORE_LAND
    for place, (key, area) in enumerate(sorted(area_m2.items())):
        given = _given(cast, key, area)
        corrected = place == 0
        cast.agenda.add(at(cast.days.season(3, 20), 8, place), partial(_record, cast, given, corrected))
    first = min(area_m2)
    wish = _given(cast, (first[0], "guava", ""), 90_000)
    cast.agenda.add(at(cast.days.ago(7), 9), partial(_propose, wish))
    coop = next(iter(cast.coops.values()))
    part = _given(cast, (coop.plan.commune, "guava", ""), coop.area_m2)
    cast.agenda.add(at(cast.days.ago(6), 9), partial(_propose_part, coop, part))


def _given(cast: Cast, key: Key, area_m2: int) -> season_plans.PlanIn:
    commune, crop, variety = key
    first, last = _season(cast, crop, variety)
    kind = "thieu" if variety == "thieu" else ""
    return season_plans.PlanIn(
        commune=commune,
        crop=crop,
        variety=variety,
        first_day=first,
        last_day=last,
        area_m2=area_m2,
        weight_g=round(area_m2 * YIELDS_T_HA[kind] * 100),
        price_vnd_kg=PRICES[kind],
        note=SOURCE,
    )


def _season(cast: Cast, crop: str, variety: str) -> tuple[date, date]:
    if crop != "lychee":
        return cast.days.season(1, 10), cast.days.season(4, 20)
    if variety == "thieu":
        return cast.days.season(6, 8), cast.days.season(7, 5)
    return cast.days.season(5, 15), cast.days.season(6, 12)


def _record(cast: Cast, given: season_plans.PlanIn, corrected: bool, session: Session, now: datetime) -> None:
    row = season_plans.record_plan(session, cast.office, given, now)
    if corrected:
        more = given.model_copy(update={"weight_g": given.weight_g * 11 // 10})
        season_plans.correct_plan(session, cast.office, row.id, more, "Sương muối ít hơn dự kiến", now)


def _propose(given: season_plans.PlanIn, session: Session, now: datetime) -> None:
    officer = Actor(None, Role.COMMUNE_OFFICER, commune_code=given.commune)
    season_plans.record_plan(session, officer, given, now)


def _propose_part(coop: Coop, given: season_plans.PlanIn, session: Session, now: datetime) -> None:
    season_plans.record_plan(session, coop.manager, given, now)
