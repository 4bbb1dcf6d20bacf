"""Work lists: what brings an item and what takes it away, on both databases."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import select

from tests import world
from tests.services import farm, work_world
from tests.services.work_world import Desk, alarm, area, held, packed, paper, rating, shop, sold
from tests.units import HA_BAC, THANH_HA
from trace.db import Database, transaction
from trace.records.allocation import Allocation
from trace.records.lot import Lot, LotLink
from trace.records.market_order import MarketOrder
from trace.records.product import Product
from trace.records.shop import Shop
from trace.services import holding, order_figures
from trace.services.work_lists import listing

pytestmark = pytest.mark.usefixtures("database")
LIFT = holding.LiftIn(result="KQ-12/2026", reason="Mẫu đạt")


def test_lots_on_hold_wait_until_lifted_and_followers_stand_with_theirs(now: datetime) -> None:
    with transaction() as session:
        coop, desk = farm.found(session, now), work_world.office(session, now)
        hold, lot = held(desk, coop)
        world.make_lot(session, now, coop.plot, coop.product)
        assert desk.names("tam-giu") == [lot.code]
        holding.lift_hold(session, farm.OFFICE, hold.id, LIFT, now)
        assert desk.names("tam-giu") == []


def test_areas_wait_that_gave_more_than_a_season_may(now: datetime) -> None:
    with transaction() as session:
        coop, desk = farm.found(session, now), work_world.office(session, now)
        over = area(desk, coop, 500)
        area(desk, coop, 1)
        assert desk.names("vuot-muc") == [over.code]


def test_papers_wait_that_end_within_ninety_days_and_were_not_renewed(now: datetime) -> None:
    with transaction() as session:
        coop, desk = farm.found(session, now), work_world.office(session, now)
        for left in (0, 90, 91, -1):
            paper(desk, coop, left)
        paper(desk, coop, 50, confirmed_at=None)
        paper(desk, coop, 40, scheme="organic", number="HC-1")
        assert desk.names("het-han") == ["HC-1"]  # VG-91 covers all that those of its scheme do
        paper(desk, coop, 400, scheme="organic", number="HC-2")
        assert desk.names("het-han") == []


def test_ratings_wait_until_a_later_decision(now: datetime) -> None:
    with transaction() as session:
        coop, desk = farm.found(session, now), work_world.office(session, now)
        rating(desk, coop, 30)
        assert desk.names("het-han") == [coop.product.name]
        rating(desk, coop, 400)
        assert desk.names("het-han") == []


def test_cooperatives_wait_that_sold_nothing_in_ninety_days(now: datetime) -> None:
    with transaction() as session:
        coop, desk = farm.found(session, now), work_world.office(session, now)
        silent, new = (world.make_coop(session, now, name=name) for name in ("HTX im", "HTX mới"))
        sold(desk, shop(desk, coop), 90)
        sold(desk, shop(desk, silent), 91)
        shop(desk, new, created_at=now - timedelta(days=30))
        assert desk.names("chua-ban") == ["HTX im"]


def picked(desk: Desk, coop: world.Coop, days_ago: int, **given: object) -> world.Coop:
    """A household of its own that picked so many days ago; its lot in ``extra``."""
    home = world.make_household(desk.session, desk.now, coop.org)
    plot = world.make_plot(desk.session, desk.now, home)
    day = desk.today - timedelta(days=days_ago)
    lot = world.make_lot(desk.session, desk.now, plot, None, harvested_on=day, packed_on=None, **given)
    return world.Coop(coop.org, coop.manager, coop.staff, home, plot, coop.product, {"lot": lot})


def ordered(desk: Desk, row: Shop, lot: Lot, status: str) -> None:
    day = {"ordered_at": desk.now, "day": desk.today, "ext_modified_at": desk.now, "status_raw": status}
    order = MarketOrder(shop_id=row.id, ext_order_id=f"{lot.id}", status=status, **day)
    order.payload_hash, order.first_seen_at, order.changed_at = "", desk.now, desk.now
    order = world.add(desk.session, order)
    share = {"order_id": order.id, "ext_line_id": "1", "lot_id": lot.id, "pieces": 1, "unit_g": 1000}
    product = desk.session.exec(select(Product)).first()
    world.add(desk.session, Allocation(product_id=product.id, **share))
    order_figures.recompute_lots(desk.session, {(row.id, desk.today)})


def test_households_wait_of_whose_harvest_nobody_ordered(now: datetime) -> None:
    with transaction() as session:
        coop, desk = farm.found(session, now), work_world.office(session, now)
        row = shop(desk, coop)
        waiting, straight, packed_on, fresh, old, cancelled = (
            picked(desk, coop, days) for days in (30, 30, 30, 6, 91, 30)
        )
        pack = packed(desk, coop)
        link = {"parent_id": packed_on.extra["lot"].id, "child_id": pack.id, "weight_g": 1000}
        world.add(session, LotLink(**link))
        ordered(desk, row, straight.extra["lot"], "completed")
        ordered(desk, row, pack, "placed")
        ordered(desk, row, cancelled.extra["lot"], "cancelled")
        assert desk.names("chua-ban") == [
            coop.org.name
        ]  # all of it sells nothing: its households stand behind it
        sold(desk, row, 3)
        assert sorted(desk.names("chua-ban")) == sorted([waiting.household.code, cancelled.household.code])
        assert fresh.household.code != old.household.code


def test_differences_wait_for_a_week_and_again_when_found_again(now: datetime) -> None:
    with transaction() as session:
        coop, desk = farm.found(session, now), work_world.office(session, now)
        shop(desk, coop, name="Gian có số dài hơn", ext_shop_id=f"{coop.org.id}7")
        row = shop(desk, coop, name="Gian lệch")
        subject, detail = f"sync/{row.marketplace}/{row.ext_shop_id}", '{"missing": ["1"], "extra": []}'
        alarm(desk, coop, "sync_gap", subject, detail=detail)
        alarm(desk, coop, "sync_gap", f"{subject}0", detail=detail, last_at=now - timedelta(days=8))
        assert desk.names("dong-bo") == ["Gian lệch"]


def test_shops_wait_that_bring_no_orders(now: datetime) -> None:
    with transaction() as session:
        coop, desk = farm.found(session, now), work_world.office(session, now)
        sold(desk, shop(desk, coop), 1)
        shop(desk, coop, name="Im", ext_shop_id="2", last_success_at=now - timedelta(days=1))
        shop(desk, coop, name="Khóa", ext_shop_id="3", state="needs_login")
        shop(desk, coop, name="Tắt", ext_shop_id="4", state="disabled")
        assert sorted(desk.names("dong-bo")) == ["Im", "Khóa"]


def test_stamps_wait_that_alarms_tell_of(now: datetime) -> None:
    with transaction() as session:
        coop, desk = farm.found(session, now), work_world.office(session, now)
        clone = {"detail": '{"rule": "c1", "devices": 9}'}
        alarm(desk, coop, "clone_suspect", "clone/1/7", **clone)
        alarm(desk, coop, "clone_suspect", "clone/1/8", cleared_at=now, **clone)
        alarm(desk, coop, "clone_suspect", "clone/1/9", last_at=now - timedelta(days=91), **clone)
        alarm(desk, coop, "not_activated", "not_activated/1/3", times=3)
        alarm(desk, coop, "not_activated", "not_activated/1/4", times=2)
        alarm(desk, None, "leaked_key", "leaked_key/2")
        alarm(desk, None, "lost_rows", "lost_rows/2")
        assert desk.names("tem") == ["K1-7", "K1-3", "K2"]


def test_lots_wait_that_lack_an_item(now: datetime) -> None:
    with transaction() as session:
        coop, desk = farm.found(session, now), work_world.office(session, now)
        whole = packed(desk, coop)
        coop.product.brand = "Vải Thanh Hà"
        session.add(coop.product)
        bare = world.make_product(session, now, coop.org)  # has no picture
        lot = packed(desk, coop, product_id=bare.id)
        packed(desk, coop, product_id=bare.id, state="consumed")
        assert desk.names("thieu") == [lot.code]
        assert whole.code != lot.code


def test_an_officer_sees_the_commune_alone(now: datetime) -> None:
    with transaction() as session:
        one, desk = farm.found(session, now), work_world.office(session, now)
        two = world.make_coop(session, now, commune_code=HA_BAC)
        for coop in (one, two):
            work_world.one_of_each(desk, coop)
        desks = [Desk(session, now, work_world.officer(session, now, place)) for place in (THANH_HA, HA_BAC)]
        for slug in work_world.SLUGS:
            seen = [set(key_of(desk, slug)) for desk in desks]
            assert all(seen), slug
            assert not seen[0] & seen[1], slug
            assert seen[0] | seen[1] == set(key_of(desk, slug)), slug
            assert key_of(desk, slug, org=two.org.public_id) == key_of(desks[1], slug)
            assert key_of(desk, slug, commune=HA_BAC) == key_of(desks[1], slug)


def key_of(desk: Desk, slug: str, **narrow: str) -> list[tuple[str, int]]:
    found = listing.page(desk.look(**narrow), work_world.BY_SLUG[slug])
    return [(one.kind, one.key) for one in found.items]


def test_pages_follow_each_other_without_a_gap_or_a_repeat(now: datetime, database: Database) -> None:
    with transaction() as session:
        coop, desk = farm.found(session, now), work_world.office(session, now)
        for left in (9, 5, 5, 7):
            paper(desk, coop, left, number=f"VG-{left}-{coop.org.id}-{len(coop.extra)}")
            coop.extra[str(len(coop.extra))] = left
        rating(desk, coop, 3)
        papers = work_world.BY_SLUG["het-han"]
        after, told = "", []
        while True:
            page = listing.page(desk.look(), papers, after=after, limit=2)
            told += [one.told.name for one in page.items]
            after = page.after
            if not after:
                break
        assert told == desk.names("het-han")
        assert len(set(told)) == listing.count(desk.look(), papers) == len(told)
