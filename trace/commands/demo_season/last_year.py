"""The year before, typed in from paper in winter: what it gave by day, to be compared with."""

import random
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from trace.commands.demo_season.accounts import ACCOUNTS
from trace.commands.demo_season.cast import Batch, Cast, Coop
from trace.commands.demo_season.days import at
from trace.commands.demo_season.goods import Good
from trace.commands.demo_season.harvests import DRYING, Step, grams, plan_entered, plan_entered_step
from trace.commands.demo_season.season import BEANS_AGO, CARROT_DAYS, DRIED_LEFT, FRUIT_DAYS, RICE_AGO
from trace.records.lot import LotKind
from trace.services.crops import MAIN

SEED = 2025
EARLY_RATES, MAIN_RATES = (11.0, 15.0), (8.0, 11.0)
"""Tonnes a hectare: a little less than in the season told."""
LATER = timedelta(days=4)
"""Last year everything ripened some days later."""
SPREAD = 18
"""Days from the first picking to the last."""
TYPED_IN = (3, 20)
DRIED_ON = (7, 6)
PICKED: dict[str, tuple[Sequence[int], tuple[float, float]]] = {
    "carrot": (CARROT_DAYS, (5.5, 7.5)),
    "guava": (FRUIT_DAYS, (4.5, 5.8)),
    "mung_bean": ((BEANS_AGO,), (1.2, 1.5)),
    "rice": ((RICE_AGO,), (4.3, 5.2)),
}
"""Of what is no lychee: how many days before today a year ago it was picked, and tonnes a hectare."""
YEAR, WRITTEN_UP = timedelta(days=365), timedelta(days=21)


def plan_last_year(cast: Cast) -> None:
    """What every cooperative picked the year before, so that the year told is measured against all of it."""
    dice = random.Random(SEED)  # noqa: S311 - a story, no secret
    for coop in cast.coops.values():
        if coop.plan.crop == "lychee":
            _lychee(cast, coop, dice)
        else:
            _others(cast, coop, dice)


def _lychee(cast: Cast, coop: Coop, dice: random.Random) -> None:
    """One harvest a plot. Where somebody signs in, all of it was dried: they would only find old fruit."""
    is_main = coop.plan.variety in MAIN
    year = cast.days.year - 1
    begin = (date(year, 6, 11) if is_main else date(year, 5, 21)) + LATER
    good = next(one for one in coop.goods if one.motif == "lychee")
    entered = at(cast.days.season(*TYPED_IN), 14) + timedelta(minutes=coop.number)
    picked = []
    for farm in coop.farms:
        # Most is picked in the middle of the weeks.
        day = begin + timedelta(days=(dice.randrange(SPREAD) + dice.randrange(SPREAD)) // 2)
        rate = dice.uniform(*(MAIN_RATES if is_main else EARLY_RATES))
        picked.append(plan_entered(cast, coop, farm, (day, grams(rate, farm.area_m2)), good, entered))
    if coop.plan.code in {plan.coop for plan in ACCOUNTS}:
        _dried(cast, coop, picked, entered + timedelta(hours=1))


def _dried(cast: Cast, coop: Coop, picked: Sequence[Batch], entered: datetime) -> None:
    weight_g = int(sum(batch.weight_g for batch in picked) * DRIED_LEFT) // 1000 * 1000
    step = Step(LotKind.PROCESSED, picked, weight_g=weight_g, loss_reason=DRYING)
    plan_entered_step(cast, coop, date(cast.days.year - 1, *DRIED_ON), entered, step)


def _others(cast: Cast, coop: Coop, dice: random.Random) -> None:
    """On the same days as this year, one year earlier."""
    days, rates = PICKED[coop.plan.crop]
    good: Good | None = coop.goods[0] if len(days) > 1 else None
    for ago in days:
        day = cast.days.ago(ago) - YEAR
        entered = at(max(cast.days.season(*TYPED_IN), day + WRITTEN_UP), 14) + timedelta(minutes=coop.number)
        for farm in coop.farms:
            weight_g = grams(dice.uniform(*rates), farm.area_m2)
            plan_entered(cast, coop, farm, (day, weight_g), good, entered)
