"""Indicators 10, 17 and 18: what land gave against plans and rules, and the papers that cover it."""

from typing import Any

from sqlalchemy import ColumnElement, exists, or_
from sqlmodel import col

from trace.records.certificate import Certificate, CertificateScope, Scheme
from trace.records.lot import Lot, LotKind
from trace.records.plot import Plot
from trace.services.figures.counting import Timing, Total
from trace.services.figures.fact import SOON, UNTIL, Fact, table
from trace.services.figures.facts.land import AREAS, CERTIFICATES, PLOTS
from trace.services.figures.facts.lots import PICKED
from trace.services.figures.facts.planning import OVERLAPS, PLANS
from trace.services.figures.facts.sums import HARVESTS
from trace.services.figures.judges.planning import (
    expected_g,
    in_planned_season,
    of_planned,
    of_planned_or_ruled,
    planned_g,
)
from trace.services.figures.judges.yielding import is_over, most_g, of_ruled_areas
from trace.services.figures.measure import Measure, Unit
from trace.services.figures.stored import Summed
from trace.services.lot_states import counts
from trace.services.plan_clashes import in_force

HARVEST = (col(Lot.kind) == LotKind.HARVEST, counts())
_SCOPE = col(CertificateScope.certificate_id) == col(Certificate.id)
_CLAIMED = (col(Certificate.scheme) != Scheme.LAB, col(Certificate.valid_from) <= UNTIL)
_VALID = (*_CLAIMED, col(Certificate.confirmed_at).is_not(None), col(Certificate.valid_to) >= UNTIL)


def _covered(*rules: Any) -> ColumnElement[bool]:
    """Plots a paper covers: by name, by their growing area, or all of its holder's where it names nothing."""
    named = or_(
        col(CertificateScope.plot_id) == col(Plot.id),
        col(CertificateScope.growing_area_id) == col(Plot.growing_area_id),
    )
    names_it = exists().where(_SCOPE, named).correlate(table(Certificate), table(Plot))
    whole = ~exists().where(_SCOPE)
    own = col(Certificate.org_id) == col(Plot.org_id)
    return exists().where(own, *rules, or_(whole, names_it))


def _area(*rules: Any) -> Total:
    return Total(fact=PLOTS, amount=col(Plot.area_m2), where=(_covered(*rules),), holds=Timing.UNTIL)


def _planned(c: Any, fact: Fact) -> Total:
    return Total(fact=fact, amount=c.grams, rule=in_planned_season(c))


_PLANNED_LOTS = Total(
    fact=PICKED,
    where=HARVEST,
    amount=col(Lot.weight_g),
    judge=of_planned,
    rule=in_planned_season(table(Lot).c),
)

MEASURES = (
    Measure(
        10,
        "harvested",
        1,
        Unit.GRAMS,
        Summed(
            (HARVESTS.counted(lambda c, fact: Total(fact=fact, amount=c.grams)),),
            Total(fact=PICKED, where=HARVEST, amount=col(Lot.weight_g)),
        ),
    ),
    Measure(
        10,
        "lot_registration",
        2,
        Unit.SHARE,
        Total(fact=PICKED, where=HARVEST, judge=of_planned_or_ruled),
        Total(fact=PLOTS, judge=expected_g, holds=Timing.UNTIL),
        better=0,
    ),
    Measure(
        10,
        "plan_reached",
        1,
        Unit.SHARE,
        Summed((HARVESTS.counted_by_day(_planned),), _PLANNED_LOTS),
        Total(fact=PLANS, where=(in_force(), *OVERLAPS), judge=planned_g, holds=Timing.PERIOD),
        better=0,
    ),
    Measure(
        17,
        "area_utilisation",
        1,
        Unit.SHARE,
        Total(fact=PICKED, where=HARVEST, judge=of_ruled_areas),
        Total(fact=AREAS, judge=most_g, holds=Timing.UNTIL),
        better=0,
    ),
    Measure(
        17, "areas_over", 1, Unit.COUNT, Total(fact=AREAS, judge=is_over, holds=Timing.PERIOD), better=-1
    ),
    Measure(18, "certified_area", 1, Unit.SHARE, _area(*_VALID), _area(*_CLAIMED)),
    Measure(
        18,
        "certificates_expiring",
        1,
        Unit.COUNT,
        Total(fact=CERTIFICATES, where=(*_VALID, col(Certificate.valid_to) <= SOON), holds=Timing.UNTIL),
        better=-1,
    ),
)
