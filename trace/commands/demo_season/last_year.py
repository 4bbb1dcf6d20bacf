"""The season before, typed in from paper in winter: what it gave by day, to be compared with."""

import random
from datetime import date, timedelta

from trace.commands.demo_season.accounts import ACCOUNTS
from trace.commands.demo_season.cast import Cast, Coop
from trace.commands.demo_season.days import at
from trace.commands.demo_season.harvests import grams, plan_entered
from trace.services.crops import MAIN

SEED = 2025
EARLY_RATES, MAIN_RATES = (11.0, 15.0), (8.0, 11.0)
"""Tonnes a hectare: a little less than in the season told."""
LATER = timedelta(days=4)
"""Last year everything ripened some days later."""
SPREAD = 18
"""Days from the first picking to the last."""
TYPED_IN = (3, 20)


def plan_last_year(cast: Cast) -> None:
    """One harvest a plot, of the lychee cooperatives nobody signs in for: they would only find old stock."""
    dice = random.Random(SEED)  # noqa: S311 - a story, no secret
    visited = {plan.coop for plan in ACCOUNTS}
    for coop in cast.coops.values():
        if coop.plan.crop == "lychee" and coop.plan.code not in visited:
            _coop(cast, coop, dice)


def _coop(cast: Cast, coop: Coop, dice: random.Random) -> None:
    is_main = coop.plan.variety in MAIN
    year = cast.days.year - 1
    begin = (date(year, 6, 11) if is_main else date(year, 5, 21)) + LATER
    good = next(one for one in coop.goods if one.motif == "lychee")
    for farm in coop.farms:
        # Most is picked in the middle of the weeks.
        day = begin + timedelta(days=(dice.randrange(SPREAD) + dice.randrange(SPREAD)) // 2)
        rate = dice.uniform(*(MAIN_RATES if is_main else EARLY_RATES))
        entered = at(cast.days.season(*TYPED_IN), 14) + timedelta(minutes=coop.number)
        plan_entered(cast, coop, farm, (day, grams(rate, farm.area_m2)), good, entered)
