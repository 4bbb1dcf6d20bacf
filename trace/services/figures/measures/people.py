"""Indicators 1 to 5: households and products on marketplaces (Decision 1034/QĐ-BTTTT), courses, OCOP."""

from sqlalchemy import select
from sqlmodel import col

from trace.records.household import Household
from trace.records.shop import Listing, Shop, ShopState
from trace.records.training import TrainingAttendance, TrainingSession
from trace.services.figures.counting import Timing, Total
from trace.services.figures.fact import UNTIL
from trace.services.figures.facts.people import AT_SHOPS, CONFIRMED, HOUSEHOLDS, SELLERS, TRAINED
from trace.services.figures.facts.placing import stars
from trace.services.figures.facts.products import ON_SHELVES, PRODUCTS
from trace.services.figures.judges.selling import sells_in_period, sold_after_course, sold_in_period
from trace.services.figures.measure import Measure, Unit

CONNECTED = (ShopState.CONNECTED, ShopState.NEEDS_LOGIN)
"""Shops that were connected and are known by that still."""
OCOP_FROM = 3
"""Stars from which a product counts as OCOP."""
_IS_CONNECTED = col(Shop.state).in_(CONNECTED)
_HAS_SHOP = col(Household.org_id).in_(select(col(Shop.org_id)).where(_IS_CONNECTED))
_LIVE = (col(Listing.on_sale), col(Listing.is_missing).is_(False))
_IS_OCOP = stars() >= OCOP_FROM

_AT_SHOPS = Total(fact=AT_SHOPS, where=(_IS_CONNECTED,))
_CAME = (
    select(col(TrainingAttendance.household_id))
    .join(TrainingSession, col(TrainingSession.id) == col(TrainingAttendance.session_id))
    .where(col(TrainingSession.held_on) <= UNTIL, CONFIRMED)
)
_TRAINED = Total(fact=HOUSEHOLDS, where=(col(Household.id).in_(_CAME),), holds=Timing.UNTIL)
_COURSES = Total(fact=TRAINED)
_OCOP_LIVE = Total(fact=ON_SHELVES, where=(*_LIVE, _IS_OCOP))

MEASURES = (
    Measure(1, "households_on_platforms", 1, Unit.COUNT, _AT_SHOPS),
    Measure(
        2,
        "active_sellers",
        1,
        Unit.SHARE,
        Total(
            fact=SELLERS,
            where=(_HAS_SHOP,),
            judge=sold_in_period,
            rule=sells_in_period,
            holds=Timing.PERIOD,
        ),
        Total(fact=HOUSEHOLDS, where=(_HAS_SHOP,)),
    ),
    Measure(3, "households_trained", 2, Unit.COUNT, _TRAINED),
    Measure(3, "trained_then_selling", 2, Unit.SHARE, Total(fact=TRAINED, judge=sold_after_course), _COURSES),
    Measure(4, "products_on_platforms", 1, Unit.COUNT, Total(fact=ON_SHELVES, where=_LIVE)),
    Measure(4, "ocop_on_platforms", 1, Unit.COUNT, _OCOP_LIVE),
    Measure(
        5,
        "ocop_coverage",
        1,
        Unit.SHARE,
        _OCOP_LIVE,
        Total(fact=PRODUCTS, where=(_IS_OCOP,), holds=Timing.UNTIL),
    ),
)
