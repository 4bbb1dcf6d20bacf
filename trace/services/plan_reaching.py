"""How far communes came with the plans in force of a year: planned, harvested of it, at which price."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from sqlmodel import Session

from trace.services.admission import Actor
from trace.services.figures.answering import Part, answer
from trace.services.figures.asking import Ask, Dimension
from trace.services.figures.catalogue import BY_NAME
from trace.services.planned import PlannedSum, planned

REACHED = BY_NAME["plan_reached"]


@dataclass(frozen=True)
class Reached:
    """One commune's, or all together's without a name.

    ``picked_g`` is what was harvested of planned crops on planned days; ``share`` is it beside the plan, as
    the figure of that name has it.
    """

    commune: str
    plan: PlannedSum
    picked_g: int
    share: Fraction | None


def reached(session: Session, actor: Actor, year: int) -> tuple[Sequence[Reached], Reached]:
    """Each commune with a plan in ``year``, the largest first, and the whole.

    Raises:
        NotAllowed: the role sees no figures.
    """
    first, last = date(year, 1, 1), date(year, 12, 31)
    plans = planned(session, actor, first, last)
    found = answer(session, actor, REACHED, Ask(first, last, Dimension.COMMUNE))
    parts = {part.key: part for part in found.parts}
    rows = [_one(plan, parts[key]) for key, plan in plans.parts.items() if key in parts]
    return sorted(rows, key=lambda one: -one.plan.weight_g), _one(plans.whole, found.whole)


def _one(plan: PlannedSum, part: Part) -> Reached:
    return Reached(part.name, plan, part.top or 0, part.value)
