"""The season itself: which cooperative picks, packs and lets out what, on which days."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import partial

from sqlmodel import Session

from trace.commands.demo_season.cast import Batch, Cast, Coop
from trace.commands.demo_season.days import at
from trace.commands.demo_season.diaries import plan_diary, plan_entry
from trace.commands.demo_season.goods import Good
from trace.commands.demo_season.harvests import DRYING, Step, grams, plan_pick, plan_release, plan_step
from trace.commands.demo_season.stamps import plan_stamps
from trace.records.diary_entry import DiaryKind
from trace.records.lot import LotKind
from trace.services import drilling, recalling

EARLY, MAIN = (12.5, 17.0), (9.0, 13.0)
"""Tonnes a hectare as Thanh Hà has seen them: early 17.2 and main 9.3 in 2022, 11.6 together in 2025."""
PICKS = 4
LEAN = 0.03
"""Two picks of a plot are not equal, and together they are its yield."""
KEPT_FRESH, DRIED_LEFT = 0.7, 0.2
CARROT_DAYS, CARROT_T_HA = (44, 27, 13, 6, 1), 7.5
DRIED_DAYS = (79, 52, 30, 16, 5, 1)
CAKE_DAYS = (80, 61, 40, 30, 20, 18, 7, 1)
ROLL_LOT_AGO = 20
"""The cakes of that day are stamped from rolls printed ahead."""
FRUIT_DAYS = (24, 10, 3)
BEANS_AGO, RICE_AGO = 95, 40

WAITING_COOP, RECALLED_COOP, DRILLED_COOP = "MD", "NS", "BV"
"""Where the first account signs in there was a drill, so that its page is there to be seen."""


def plan_season(cast: Cast) -> None:
    """Everything that grows."""
    for coop in cast.coops.values():
        if coop.plan.crop == "lychee":
            _lychee(cast, coop)
        elif coop.plan.crop == "carrot":
            _market_crop(cast, coop, CARROT_DAYS, CARROT_T_HA)
        elif coop.plan.crop == "guava":
            _market_crop(cast, coop, FRUIT_DAYS, 6.0)
        else:
            _stored_crop(cast, coop)


def _lychee(cast: Cast, coop: Coop) -> None:
    """Four picking days in the variety's weeks; each plot is picked on two of them."""
    is_main = coop.plan.variety == "thieu"
    begin = cast.days.season(6, 11) if is_main else cast.days.season(5, 21)
    # Neighbours do not all pick on the same days.
    days = [begin + timedelta(days=5 * n + cast.dice.randint(0, 2) + coop.number % 3) for n in range(PICKS)]
    plan_diary(cast, coop, begin)
    fresh = next(good for good in coop.goods if good.motif == "lychee")
    dried = next((good for good in coop.goods if good.motif == "dried" and good.crop == "lychee"), None)
    rates = [cast.dice.uniform(*(MAIN if is_main else EARLY)) for _farm in coop.farms]
    pools = []
    for turn, day in enumerate(days):
        picked = _pick_day(cast, coop, turn, day, rates, fresh)
        pool = _pack_day(cast, coop, day, picked, fresh, is_pooled=dried is not None)
        if turn == 0 and coop.plan.code == RECALLED_COOP:
            cast.agenda.add(at(day + timedelta(days=7), 10), partial(_recall, coop, picked[0]))
        else:
            pools.append(pool)
        if turn == 0 and coop.plan.code == DRILLED_COOP:
            cast.agenda.add(at(day + timedelta(days=3), 9), partial(_drill, coop, picked[0]))
    if coop.plan.code == WAITING_COOP:
        _too_early(cast, coop, days[-1], fresh)
    if dried is not None:
        _dry(cast, coop, dried, pools)


def _pick_day(
    cast: Cast, coop: Coop, turn: int, day: date, rates: Sequence[float], good: Good
) -> list[Batch]:
    picked = []
    for farm, usual in zip(coop.farms, rates, strict=True):
        if farm.number % 2 != turn % 2:
            continue
        # One plot bears more than is usual: the registry asks for a reason, and shows it.
        is_rich = coop.plan.code == WAITING_COOP and farm.number == 1
        rate, reason = (17.5, "Vườn thâm canh, đã cân lại hai lần") if is_rich else (usual, "")
        share = 0.5 + LEAN * (farm.number % 5 - 2) * (-1 if turn < 2 else 1)
        picked.append(plan_pick(cast, coop, farm, day, grams(rate * share, farm.area_m2), good, reason))
    return picked


def _pack_day(
    cast: Cast, coop: Coop, day: date, picked: list[Batch], good: Good, *, is_pooled: bool
) -> Batch:
    """The day's fruit packed; where a part is kept for drying, out of a pool. What the packs came of."""
    whole = sum(batch.weight_g for batch in picked)
    if not is_pooled:
        units = int(whole * 0.94) // good.unit_g
        return _pack_and_stamp(cast, coop, day, 15, Step(LotKind.PACK, picked, good, units=units))
    pool = plan_step(cast, coop, day, 13, Step(LotKind.POOL, picked, weight_g=int(whole * 0.96)))
    units = int(pool.weight_g * KEPT_FRESH) // good.unit_g
    _pack_and_stamp(cast, coop, day, 15, Step(LotKind.PACK, [pool], good, units=units))
    return pool


def _pack_and_stamp(
    cast: Cast, coop: Coop, day: date, hour: int, step: Step, *, is_stamped: bool = True
) -> Batch:
    batch = plan_step(cast, coop, day, hour, step)
    plan_release(cast, coop, batch, hour + 1)
    if is_stamped and step.good is not None:
        plan_stamps(cast, coop, step.good, batch, step.units, hour + 2)
    return batch


def _too_early(cast: Cast, coop: Coop, day: date, good: Good) -> None:
    """A plot sprayed three days before it was picked: the lot is stopped by the rule."""
    farm, picked_on = coop.farms[1], day + timedelta(days=2)
    plan_entry(
        cast, coop, farm, picked_on - timedelta(days=3), DiaryKind.SPRAY, "Abamectin", "20 ml một bình 16 lít"
    )
    plan_pick(cast, coop, farm, picked_on, grams(0.8, farm.area_m2), good)


def _recall(coop: Coop, batch: Batch, session: Session, now: datetime) -> None:
    given = recalling.RecallIn(
        reason="Kết quả kiểm nghiệm vượt mức dư lượng thuốc bảo vệ thực vật cho phép",
        reason_en="A laboratory found more pesticide residue than is allowed",
        phone="0220 000 0003",
    )
    _drill(coop, batch, session, now - timedelta(days=1))
    recalling.open_recall(session, coop.manager, batch.public_id, given, now)


def _drill(coop: Coop, batch: Batch, session: Session, now: datetime) -> None:
    drill = drilling.begin(session, coop.manager, batch.public_id, now, lambda: 0.0)
    drilling.finish(session, coop.manager, drill.public_id, drill.started_at + timedelta(minutes=7))


def _dry(cast: Cast, coop: Coop, good: Good, pools: Sequence[Batch]) -> None:
    """What was kept is dried in July and packed by and by; the last packs wait for the visitor."""
    day = cast.days.season(7, 6)
    kept = sum(int(pool.weight_g * (1 - KEPT_FRESH)) for pool in pools)
    step = Step(LotKind.PROCESSED, pools, weight_g=int(kept * DRIED_LEFT) // 1000 * 1000, loss_reason=DRYING)
    bulk = plan_step(cast, coop, day, 16, step)
    units = bulk.weight_g // (len(DRIED_DAYS) + 1) // good.unit_g
    packed_on = [ago for ago in DRIED_DAYS if cast.days.ago(ago) > day]
    for ago in packed_on:
        pack = Step(LotKind.PACK, [bulk], good, units=units)
        _pack_and_stamp(cast, coop, cast.days.ago(ago), 14, pack)
    if len(packed_on) == len(DRIED_DAYS):
        _for_the_visitor(cast, coop, bulk, good, bulk.weight_g - len(packed_on) * units * good.unit_g)


def _for_the_visitor(cast: Cast, coop: Coop, bulk: Batch, good: Good, left_g: int) -> None:
    """A released lot without stamps, and an open one of all that is left: what a visitor may try."""
    half = left_g // 2 // good.unit_g
    rest_g = left_g - half * good.unit_g
    first = Step(LotKind.PACK, [bulk], good, units=half)
    _pack_and_stamp(cast, coop, cast.days.ago(2), 9, first, is_stamped=False)
    rest = Step(LotKind.PACK, [bulk], good, units=rest_g // good.unit_g, drawn_g=rest_g)
    plan_step(cast, coop, cast.days.ago(1), 16, rest)


def _market_crop(cast: Cast, coop: Coop, days: Sequence[int], t_ha: float) -> None:
    """Picked, packed and sold within the day, up to yesterday."""
    plan_diary(cast, coop, cast.days.ago(days[0]))
    good = coop.goods[0]
    for ago in days:
        day = cast.days.ago(ago)
        picked = [
            plan_pick(cast, coop, farm, day, grams(t_ha * cast.dice.uniform(0.8, 1.1), farm.area_m2), good)
            for farm in coop.farms
        ]
        whole = sum(batch.weight_g for batch in picked)
        units = int(whole * 0.92) // good.unit_g
        _pack_and_stamp(cast, coop, day, 15, Step(LotKind.PACK, picked, good, units=units))


def _stored_crop(cast: Cast, coop: Coop) -> None:
    """Harvested once, stored together, made into goods by and by."""
    ago = BEANS_AGO if coop.plan.crop == "mung_bean" else RICE_AGO
    day = cast.days.ago(ago)
    plan_diary(cast, coop, day)
    t_ha = 1.5 if coop.plan.crop == "mung_bean" else 5.2
    picked = [
        plan_pick(cast, coop, farm, day, grams(t_ha * cast.dice.uniform(0.9, 1.1), farm.area_m2), None)
        for farm in coop.farms
    ]
    whole = sum(batch.weight_g for batch in picked)
    store = plan_step(cast, coop, day, 17, Step(LotKind.POOL, picked, weight_g=int(whole * 0.97)))
    kind = LotKind.PROCESSED if coop.plan.crop == "mung_bean" else LotKind.PACK
    made_on, left_g = [one for one in CAKE_DAYS if one < ago], store.weight_g
    for turn, made in enumerate(made_on):
        good = coop.goods[turn % len(coop.goods)]
        drawn_g = left_g // (len(made_on) - turn)
        left_g -= drawn_g
        is_stamped = made != ROLL_LOT_AGO
        lot = Step(kind, [store], good, units=drawn_g // good.unit_g, drawn_g=drawn_g)
        made_of = _pack_and_stamp(cast, coop, cast.days.ago(made), 14, lot, is_stamped=is_stamped)
        if not is_stamped:
            cast.unstamped[good.sku] = made_of
