"""Indicators 11, 15, 16 and 21: stamps on packed goods, waiting times kept, sums that come out, words."""

from sqlalchemy import exists, or_
from sqlmodel import col

from trace.records.lot import Hold, Lot, LotKind
from trace.services.figures.counting import Total
from trace.services.figures.facts.lots import INPUT_G, MADE, PACKED, PICKED
from trace.services.figures.judges.goods import is_complete, stamped_g
from trace.services.figures.measure import Measure, Unit
from trace.services.figures.measures.land import HARVEST
from trace.services.lot_states import counts

SPRAYED = ("gate.phi", "gate.banned")
"""Holds by which a harvest broke its waiting time, or was sprayed with what was not allowed."""
_KEPT = ~exists().where(col(Hold.lot_id) == col(Lot.id), col(Hold.rule).in_(SPRAYED))
_COUNTED = counts()
_IS_PACKED = col(Lot.kind).in_((LotKind.PACK, LotKind.PROCESSED))
_PACKS = (_COUNTED, _IS_PACKED)
_FED = (_COUNTED, col(Lot.kind) != LotKind.HARVEST, INPUT_G > 0)
_GOODS = (_COUNTED, or_(_IS_PACKED, col(Lot.released_at).is_not(None)))

MEASURES = (
    Measure(
        11,
        "stamped_share",
        1,
        Unit.SHARE,
        Total(fact=PACKED, where=_PACKS, judge=stamped_g),
        Total(fact=PACKED, where=_PACKS, amount=col(Lot.weight_g)),
    ),
    Measure(
        15,
        "waiting_times_kept",
        1,
        Unit.SHARE,
        Total(fact=PICKED, where=(*HARVEST, _KEPT)),
        Total(fact=PICKED, where=HARVEST),
    ),
    Measure(
        16,
        "mass_balance_gap",
        1,
        Unit.SHARE,
        Total(fact=PACKED, where=_FED, amount=INPUT_G - col(Lot.weight_g)),
        Total(fact=PACKED, where=_FED, amount=INPUT_G),
        better=-1,
    ),
    Measure(
        21,
        "complete_lots",
        1,
        Unit.SHARE,
        Total(fact=MADE, where=_GOODS, judge=is_complete),
        Total(fact=MADE, where=_GOODS),
    ),
)
