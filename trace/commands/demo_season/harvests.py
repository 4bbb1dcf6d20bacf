"""Lots: what is picked, pooled, packed and released. The verbs; which days is ``season``'s business."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial

from sqlmodel import Session

from trace.commands.demo_season.cast import Batch, Cast, Coop, Farm
from trace.commands.demo_season.days import at
from trace.commands.demo_season.goods import Good
from trace.records.lot import LotKind
from trace.services import harvesting, pack_inputs, packing, releasing

DRYING = "Sấy khô: bay nước, bỏ vỏ và hạt"
G_PER_M2 = 100
"""One tonne a hectare is a hundred grams on a square metre."""


@dataclass(frozen=True)
class Step:
    """Making one lot of others: ``units`` of the good, or ``weight_g`` in bulk; drawn grams may be given."""

    kind: LotKind
    parents: Sequence[Batch]
    good: Good | None = None
    units: int = 0
    weight_g: int = 0
    drawn_g: int = 0
    loss_reason: str = ""


def grams(t_ha: float, area_m2: int) -> int:
    """A yield on so much land, in whole kilograms."""
    return max(1, round(t_ha * G_PER_M2 * area_m2 / 1000)) * 1000


def plan_pick(
    cast: Cast, coop: Coop, farm: Farm, day: date, weight_g: int, good: Good | None, reason: str = ""
) -> Batch:
    """A harvest lot of one plot in the morning of that day."""
    batch = Batch(day, weight_g)
    picked = at(day, 7) + timedelta(minutes=5 * farm.number)
    cast.agenda.add(picked, partial(_pick, coop, farm, batch, good, reason))
    return batch


def _pick(
    coop: Coop, farm: Farm, batch: Batch, good: Good | None, reason: str, session: Session, now: datetime
) -> None:
    given = harvesting.LotIn(
        plot_id=farm.plot_id,
        product=coop.products.get(good.sku, "") if good else "",
        weight_g=batch.weight_g,
        harvested_on=batch.day,
        crates=max(1, batch.weight_g // 20_000),
        yield_reason=reason,
        request_id=f"mau-hai-{farm.plot_id}-{batch.day:%y%m%d}",
    )
    batch.public_id = harvesting.register_lot(session, coop.hand, given, now).public_id


def plan_entered(
    cast: Cast, coop: Coop, farm: Farm, picked: tuple[date, int], good: Good | None, entered: datetime
) -> Batch:
    """A harvest lot of long ago, day and grams, typed in from paper at an instant."""
    batch = Batch(*picked)
    cast.agenda.add(entered, partial(_pick, coop, farm, batch, good, ""))
    return batch


def plan_step(cast: Cast, coop: Coop, day: date, hour: int, step: Step) -> Batch:
    """A pool, a processed lot or a pack at that hour."""
    unit_g = step.good.unit_g if step.good else 0
    batch = Batch(day, step.weight_g or step.units * unit_g)
    cast.agenda.add(at(day, hour), partial(_make, coop, batch, step))
    return batch


def plan_entered_step(cast: Cast, coop: Coop, day: date, entered: datetime, step: Step) -> None:
    """What was made of lots that day, typed in from paper at an instant."""
    cast.agenda.add(entered, partial(_make, coop, Batch(day, step.weight_g), step))


def _make(coop: Coop, batch: Batch, step: Step, session: Session, now: datetime) -> None:
    drawn = {"weight_g": step.drawn_g} if step.drawn_g else {}
    given = pack_inputs.PackIn(
        parents=[pack_inputs.Draw(lot=parent.public_id, **drawn) for parent in step.parents],
        product=coop.products[step.good.sku] if step.good else "",
        units=step.units or None,
        weight_g=step.weight_g or None,
        packed_on=batch.day,
        packing_house_id=coop.house_id,
        loss_reason=step.loss_reason,
        kind=step.kind,
        request_id=f"mau-{step.kind}-{step.parents[0].public_id}-{now:%y%m%d%H}",
    )
    batch.public_id = packing.pack_lot(session, coop.hand, given, now).public_id


def plan_release(cast: Cast, coop: Coop, batch: Batch, hour: int) -> None:
    """The manager lets a lot out on the day it was packed."""
    cast.agenda.add(at(batch.day, hour), partial(_release, coop, batch))


def _release(coop: Coop, batch: Batch, session: Session, now: datetime) -> None:
    releasing.release_lot(session, coop.manager, batch.public_id, now)
