"""What goes into a packed lot: what was asked for, what each input still has, and sums that come out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from pydantic import Field, field_validator
from sqlmodel import Session

from trace.errors import FieldProblem, Invalid, Refused
from trace.records.lot import Lot, LotKind, LotState
from trace.services.gates import crop_word
from trace.services.intake import Count, Day, Given, MaybeRow, RequestId, Weight, line
from trace.services.lot_states import refuse_recalled, state_word
from trace.standards.fault import Fault
from trace.standards.local_time import local_day
from trace.texts.formats import kilograms

LOSS_NEEDS_REASON = 25
"""Per cent sorted out from which a reason is asked for (I4)."""
ROUNDING = 200
"""A two-hundredth, 0.5 per cent, more out than in is a matter of scales (I4)."""
USABLE = (LotState.OPEN, LotState.RELEASED, LotState.HOLD)


class Draw(Given):
    """Grams taken from a lot; without a weight, all that is left of it."""

    lot: Annotated[str, line(16, 1)]
    weight_g: Weight | None = None


class PackIn(Given):
    """What is packed (or pooled) from what. The result is ``units`` of the product, or ``weight_g``."""

    parents: Annotated[list[Draw], Field(min_length=1, max_length=200)]
    product: Annotated[str, line(16)] = ""
    units: Count = None
    weight_g: Weight | None = None
    packed_on: Day
    best_before: Day | None = None
    packing_house_id: MaybeRow = None
    loss_reason: Annotated[str, line(200)] = ""
    kind: LotKind = LotKind.PACK
    request_id: RequestId

    @field_validator("kind")
    @classmethod
    def _made_of_others(cls, kind: LotKind) -> LotKind:
        if kind in (LotKind.HARVEST, LotKind.RECEIVED):
            raise Fault("field.choice", choices="pool, pack, processed")
        return kind


@dataclass(frozen=True)
class Inputs:
    """The parents, locked, and the grams drawn from each."""

    draws: tuple[tuple[Lot, int], ...]

    @property
    def lots(self) -> list[Lot]:
        """The parents."""
        return [lot for lot, _ in self.draws]

    @property
    def weight_g(self) -> int:
        """All that is drawn."""
        return sum(grams for _, grams in self.draws)


def check_inputs(session: Session, parents: Sequence[Lot], given: PackIn, now: datetime) -> None:
    """Days in order, and inputs of one crop that may be used.

    Raises:
        Invalid: a packing day to come, a last good day before it.
        Refused: ``gate.recalled``, ``gate.balance``, ``pack.state``, ``gate.date``, ``pack.mixed``.
    """
    today = local_day(now)
    if given.packed_on > today:
        shape = {"date": given.packed_on, "date2": today}
        raise Invalid([FieldProblem("packed_on", "pack.future", given.packed_on, shape)])
    if given.best_before is not None and given.best_before < given.packed_on:
        shape = {"date": given.best_before, "date2": given.packed_on}
        raise Invalid([FieldProblem("best_before", "pack.best_before", given.best_before, shape)])
    for parent in parents:
        refuse_recalled(session, parent)
        if parent.state == LotState.CONSUMED:
            raise short_of(parent, 0, parent.weight_g)
        if parent.state not in USABLE:
            raise Refused("pack.state", lot=parent.code, state=state_word(parent.state))
        made_on = parent.packed_on or parent.harvested_on
        if given.packed_on < made_on:
            raise Refused("gate.date", lot="", date=given.packed_on, lot2=parent.code, date2=made_on)
        if parent.crop != parents[0].crop:
            crops = {"crop": crop_word(parents[0].crop), "crop2": crop_word(parent.crop)}
            raise Refused("pack.mixed", lot=parents[0].code, lot2=parent.code, **crops)


def draw_from(parents: Sequence[Lot], given: PackIn, weight_g: int, free_g: Mapping[int, int]) -> Inputs:
    """Grams from each parent (I3), those sold or behind its stamps left alone: ``free_g`` are left.

    One parent without a weight gives what is packed, no more.

    Raises:
        Refused: ``gate.balance``.
    """
    draws = []
    for parent, draw in zip(parents, given.parents, strict=True):
        left = free_g[parent.id]
        whole = left if len(parents) > 1 else weight_g
        wanted = draw.weight_g if draw.weight_g is not None else whole
        if wanted > left or left <= 0:
            raise short_of(parent, max(left, 0), wanted)
        draws.append((parent, wanted))
    return Inputs(tuple(draws))


def short_of(parent: Lot, left: int, wanted: int) -> Refused:
    """``gate.balance``: a lot has less left than is wanted of it."""
    figures = {"kg_max": kilograms(left), "kg": kilograms(wanted), "kg_over": kilograms(wanted - left)}
    return Refused("gate.balance", lot=parent.code, **figures)


def check_balance(inputs: Inputs, out_g: int, loss_reason: str) -> None:
    """I4: no more out than in, within what scales differ; a large loss needs a reason.

    Raises:
        Refused: ``pool.over``, ``pool.loss``.
    """
    loss_g = inputs.weight_g - out_g
    if -loss_g * ROUNDING > inputs.weight_g:
        figures = {"kg2": kilograms(out_g), "kg": kilograms(inputs.weight_g), "kg_over": kilograms(-loss_g)}
        raise Refused("pool.over", **figures)
    if loss_g * 100 > LOSS_NEEDS_REASON * inputs.weight_g and not loss_reason:
        raise Refused("pool.loss", pct=round(100 * loss_g / inputs.weight_g, 1), max=LOSS_NEEDS_REASON)
