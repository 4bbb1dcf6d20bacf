"""Why a figure changed: what each part's change made of the whole, and what rows told after their day."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

from sqlalchemy import exists
from sqlmodel import Session, col

from trace.records.market_order import MarketOrder, OrderStatus, OrderStatusChange
from trace.services.admission import Actor
from trace.services.figures.answering import Pair, Part, check, pairs, part_of, whole_of
from trace.services.figures.asking import IN_TIME, Ask, Dimension
from trace.services.figures.counting import Timing, Total, swapped
from trace.services.figures.fact import BEFORE_AT
from trace.services.figures.facts.sales import ORDERS
from trace.services.figures.measure import Measure
from trace.services.figures.naming import names_of
from trace.services.statistics import COUNTED

_OFF = (OrderStatus.CANCELLED, OrderStatus.RETURNED)
_LATE = Total(
    fact=ORDERS, where=(col(MarketOrder.first_seen_at) >= BEFORE_AT, col(MarketOrder.status).in_(COUNTED))
)
_CALLED_OFF = Total(
    fact=ORDERS,
    where=(
        col(MarketOrder.first_seen_at) < BEFORE_AT,
        col(MarketOrder.status).in_(_OFF),
        exists().where(
            col(OrderStatusChange.order_id) == col(MarketOrder.id),
            col(OrderStatusChange.status).in_(_OFF),
            col(OrderStatusChange.learned_at) >= BEFORE_AT,
        ),
    ),
)


@dataclass(frozen=True)
class Move:
    """One part in both periods; ``effect`` is the whole less the whole with this part as it was before."""

    dimension: Dimension
    before: Part
    now: Part
    effect: Fraction


@dataclass(frozen=True)
class Told:
    """What a period's orders told after its last day: those first seen then, those called off since."""

    late: int
    called_off: int


@dataclass(frozen=True)
class Why:
    """The figure before and now, what moved it (the largest first), and what its rows told later.

    Parts of one dimension make the change together; those of another one make the same change again.
    """

    before: Part
    now: Part
    moves: tuple[Move, ...]
    told_before: Told | None
    told_now: Told | None

    def of(self, dimension: Dimension) -> tuple[Move, ...]:
        """What moved the figure by one dimension."""
        return tuple(move for move in self.moves if move.dimension is dimension)


def why(session: Session, actor: Actor, measure: Measure, ask: Ask, before: Ask) -> Why:
    """What made the figure of ``ask`` another than that of ``before``, by every dimension but time.

    A figure that stands today has no past: nothing moved it.

    Raises:
        NotAllowed: the role sees no figures.
        Invalid: the figure can not be narrowed as asked.
    """
    check(measure, ask)
    check(measure, before)
    ask, before = (replace(one, known={} if one.known is None else one.known) for one in (ask, before))
    now, then = (whole_of(session, actor, measure, one) for one in (ask, before))
    moves = [
        move
        for dimension in sorted(measure.dimensions - IN_TIME - set(ask.only))
        if measure.timing is not Timing.TODAY
        for move in _moves(session, actor, measure, dimension, (ask, now), before)
    ]
    moves.sort(key=lambda move: (-abs(move.effect), move.dimension, move.now.key))
    told = (_told(session, actor, measure, one) for one in (before, ask))
    return Why(part_of(measure, "", "", then), part_of(measure, "", "", now), tuple(moves), *told)


def _moves(
    session: Session, actor: Actor, measure: Measure, by: Dimension, asked: tuple[Ask, Pair], before: Ask
) -> Iterator[Move]:
    ask, whole = asked
    now, then = (pairs(session, actor, measure, replace(one, by=by), by) for one in (ask, before))
    names = names_of(session, by, {**now, **then})
    figure = part_of(measure, "", "", whole).value
    nothing: Pair = (None, None)
    for key in {**now, **then}:
        part, old = now.get(key, nothing), then.get(key, nothing)
        mixed = (swapped(whole[0], part[0], old[0]), swapped(whole[1], part[1], old[1]))
        without = part_of(measure, "", "", mixed).value
        if figure is None or without is None or figure == without:
            continue
        was, is_now = (part_of(measure, key, names.get(key, key), pair) for pair in (old, part))
        yield Move(by, was, is_now, figure - without)


def _told(session: Session, actor: Actor, measure: Measure, ask: Ask) -> Told | None:
    """Only of figures over orders, whose rows know their dimensions."""
    facts = {rows.fact.name for count in measure.counts for rows in count.behind(ask)}
    if not facts & {"orders", "lines"} or not set(ask.only) <= ORDERS.dimensions:
        return None
    plain = replace(ask, by=None)
    late, off = (one.gathered(session, actor, plain, None).get("", 0) for one in (_LATE, _CALLED_OFF))
    return Told(_LATE.read(late) or 0, _CALLED_OFF.read(off) or 0)
