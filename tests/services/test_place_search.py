"""Every search takes a place by its name of today or of before, with marks or without."""

from collections.abc import Callable
from datetime import date, datetime

import pytest
from sqlmodel import Session

from tests import world
from tests.units import HA_BAC, THANH_HA
from trace.db import Database, transaction
from trace.records.account import Role
from trace.records.product import OcopRating
from trace.services import (
    households,
    lot_pages,
    ocop_register,
    organisations,
    plan_pages,
    plots,
    pool_choices,
    season_plans,
)
from trace.services.admission import Actor
from trace.services.intake import read
from trace.services.season_plans import PlanIn
from trace.standards.local_time import local_day

OFFICE = Actor(None, Role.OFFICE)
CAT_HAI = "11914"
HONG_LAC = {"commune_code": HA_BAC, "old_commune_code": "10816", "old_commune_scheme": "2025-01"}
"""Hà Bắc, and of it what was the commune Hồng Lạc."""
PLACES = {"ha": {"commune_code": THANH_HA}, "bac": {"commune_code": HA_BAC}, "lac": HONG_LAC}
PLACES |= {"hai": {"commune_code": CAT_HAI}}
FOUND = [
    ("Thanh Hà", {"ha", "bac", "lac"}),  # the commune of today, and all the district of before
    ("thanh ha", {"ha", "bac", "lac"}),
    ("huyện Thanh Hà", {"ha", "bac", "lac"}),
    ("xã Thanh Hà", {"ha"}),
    ("Hà Bắc", {"bac", "lac"}),
    ("ha bac", {"bac", "lac"}),
    ("Hồng Lạc", {"bac", "lac"}),  # an old commune; who does not say which one may lie there
    ("Tân Việt", {"bac"}),  # another part of Hà Bắc: who says Hồng Lạc does not lie there
    ("Thanh Sơn", {"ha"}),
    ("đặc khu Cát Hải", {"hai"}),
    ("Thanh", set()),
    ("Hà", set()),
]


@pytest.fixture
def coops(database: Database, now: datetime) -> dict[str, world.Coop]:
    """A cooperative in each place, whose name and goods say nothing of it."""
    with transaction() as session:
        found = {}
        for name, place in PLACES.items():
            coop = world.make_coop(session, now, name=f"HTX số {len(found)}")
            coop.product.name, coop.product.search_key = "Hộp vải", "hop vai"
            for row in (coop.org, coop.household, coop.plot):
                for column, value in place.items():
                    setattr(row, column, value)
            lot = world.make_lot(session, now, coop.plot, coop.product)
            for column, value in place.items():
                setattr(lot, column, value)
            rating = OcopRating(product_id=coop.product.id, stars=4, score=75.0, decision_number=f"QD-{name}")
            rating.decided_on, rating.valid_to = date(2026, 1, 1), date(2029, 1, 1)
            rating.created_at = now
            session.add(rating)
            found[name] = coop
        return found


Search = Callable[[Session, str, datetime], set[int]]


def by_lots(session: Session, text: str, _now: datetime) -> set[int]:
    page = lot_pages.lots(session, OFFICE, lot_pages.LotFilter(q=text))
    return {row.lot.org_id for row in page.rows}


def by_households(session: Session, text: str, _now: datetime) -> set[int]:
    return {row.org_id for row in households.households(session, OFFICE, text)[0]}


def by_plots(session: Session, text: str, _now: datetime) -> set[int]:
    return {row.org_id for row in plots.plots(session, OFFICE, text)[0]}


def by_organisations(session: Session, text: str, _now: datetime) -> set[int]:
    return {row.id for row in organisations.organisations(session, OFFICE, text)}


@pytest.mark.parametrize("search", [by_lots, by_households, by_plots, by_organisations])
@pytest.mark.parametrize(("text", "expected"), FOUND)
def test_a_place_is_found_by_both_schemes(
    coops: dict[str, world.Coop], now: datetime, search: Search, text: str, expected: set[str]
) -> None:
    numbers = {coop.org.id: name for name, coop in coops.items()}
    with transaction() as session:
        assert {numbers[org] for org in search(session, text, now)} == expected


@pytest.mark.parametrize(("text", "expected"), [*FOUND[:7], ("thanh", {"ha", "bac", "lac"})])
def test_the_register_of_ratings_is_searched_by_both_schemes(
    coops: dict[str, world.Coop], now: datetime, text: str, expected: set[str]
) -> None:
    with transaction() as session:
        wanted = ocop_register.Wanted(place=text)
        found, _ = ocop_register.register(session, wanted, local_day(now))
        names = {coop.product.public_id: name for name, coop in coops.items()}
        assert {names[row.product.public_id] for row in found} == expected


def test_lots_to_pool_are_found_by_their_place(coops: dict[str, world.Coop], now: datetime) -> None:
    coop = coops["lac"]
    with transaction() as session:
        for text, n in (("Hồng Lạc", 1), ("Cát Hải", 0)):
            assert len(pool_choices.pool_choices(session, coop.boss, q=text).rows) == n, text


@pytest.mark.parametrize(("text", "expected"), [*FOUND[:9], ("thanh", {"ha", "bac", "lac"})])
def test_season_plans_are_searched_by_both_schemes(
    database: Database, now: datetime, text: str, expected: set[str]
) -> None:
    days = {"first_day": date(2026, 5, 20), "last_day": date(2026, 6, 8), "weight_g": "10", "area_m2": "1"}
    with transaction() as session:
        for name, place in PLACES.items():
            where = {"commune": place["commune_code"], "old_commune": place.get("old_commune_code", "")}
            crop = "vải" if name != "lac" else "ổi"  # a plan of a part beside one of the whole
            given = read(PlanIn, {**days, **where, "crop": crop, "note": name})
            season_plans.record_plan(session, OFFICE, given, now)
        found = plan_pages.plans(session, OFFICE, place=text)
        assert {one.plan.note for one in found} == expected
