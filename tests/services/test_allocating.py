"""Which lot sold pieces come from: first harvested, first sold, never more than a lot weighs."""

from datetime import date, datetime, timedelta

import pytest
from sqlmodel import select

from tests import world
from tests.effort import effort
from tests.services import farm, shop_world
from tests.services.shop_world import ShopWorld, order
from tests.services.test_racing import at_once, written
from trace.db import Database, reading, transaction
from trace.errors import Invalid, NotFound, Refused
from trace.records.allocation import Allocation
from trace.records.lot import Lot
from trace.services import (
    allocation_pages,
    harvesting,
    holding,
    listings,
    packing,
    reallocating,
    recalling,
    releasing,
    selling,
)
from trace.services.lot_room import lots_on_sale

EARLY, LATE = date(2026, 6, 9), date(2026, 6, 11)
WORDS = recalling.RecallIn(reason="Nghi còn thuốc trên quả", phone="0220 000 0000")


@pytest.fixture
def shop(database: Database, now: datetime) -> ShopWorld:
    return shop_world.open_shop(now)


def test_the_first_harvested_is_sold_first_and_a_line_goes_on_in_the_next_lot(shop: ShopWorld) -> None:
    late, early = shop.lot(50, harvested_on=LATE), shop.lot(10, harvested_on=EARLY)
    shop.sell("S1", 7)
    shop.sell("S2", 7)
    assert shop.shares() == sorted([(early.code, 3), (early.code, 7), (late.code, 4)])


def test_what_finds_no_lot_waits_and_is_served_oldest_order_first_on_release(
    shop: ShopWorld, now: datetime
) -> None:
    shop.sell("S1", 60)
    shop.sell("S2", 60)
    assert shop.shares() == [("", 60), ("", 60)]
    with transaction() as session:
        lot = farm.harvest(session, shop.coop, now, kg=100)
        releasing.release_lot(session, shop.coop.boss, lot.public_id, now)
    assert shop.shares() == [("", 20), (lot.code, 40), (lot.code, 60)]


def test_only_whole_pieces_come_from_a_lot(shop: ShopWorld) -> None:
    shop.listed("THUNG", shop.coop.product, 4_000)
    lot = shop.lot(10)
    shop.tell(order("S1", {"THUNG": 5}, shop.now))
    assert shop.shares() == [("", 3), (lot.code, 2)]


@pytest.mark.parametrize("status", ["cancelled", "returned", "unpaid", "unmapped"])
def test_an_order_that_counts_no_more_gives_its_share_back(shop: ShopWorld, status: str) -> None:
    lot = shop.lot(10)
    shop.sell("S1", 10)
    shop.sell("S2", 4)
    shop.sell("S1", 10, status=status, step=1)
    assert shop.shares() == [(lot.code, 4)]  # and who waited has it


def test_a_changed_line_gives_back_or_asks_for_the_difference(shop: ShopWorld) -> None:
    lot = shop.lot(10)
    shop.sell("S1", 8)
    shop.sell("S1", 5, step=1)
    assert shop.shares() == [(lot.code, 5)]
    shop.sell("S1", 12, step=2)
    assert shop.shares() == [("", 2), (lot.code, 10)]
    shop.sell("S1", 12, step=3, gone=5)
    assert shop.shares() == [(lot.code, 7)]
    shop.tell(order("S1", {"B": 1}, shop.now, step=4))
    assert shop.shares() == []


@pytest.mark.parametrize(
    "given",
    [
        {"state": "open"},
        {"state": "hold"},
        {"state": "recalled"},
        {"best_before": date(2026, 6, 11)},
        {"packed_on": date(2026, 6, 4)},  # seven days on the shelf are over
    ],
)
def test_a_lot_that_is_not_out_or_no_longer_good_gives_nothing(
    shop: ShopWorld, given: dict[str, object]
) -> None:
    shop.lot(10, **given)
    shop.sell("S1", 1)
    assert shop.shares() == [("", 1)]


def test_goods_that_were_gone_before_a_lot_was_picked_are_not_of_it(shop: ShopWorld, now: datetime) -> None:
    shop.tell(order("S1", {"A": 1}, now - timedelta(days=5), "completed"))
    lot = shop.lot(10, harvested_on=LATE)
    shop.sell("S2", 1)
    assert shop.shares() == [("", 1), (lot.code, 1)]


def test_packing_leaves_alone_what_is_sold(shop: ShopWorld, now: datetime) -> None:
    lot = shop.lot(100, state="released")
    shop.sell("S1", 70)
    with pytest.raises(Refused) as refused, transaction() as session:
        packing.pack_lot(session, shop.coop.hand, farm.pack_in(lot, units=31), now)
    assert (refused.value.key, refused.value.params["kg_max"]) == ("gate.balance", 30)
    with transaction() as session:
        packing.pack_lot(session, shop.coop.hand, farm.pack_in(lot, units=30), now)
    shop.sell("S2", 1)
    assert ("", 1) in shop.shares()


def test_mapping_a_listing_serves_its_old_lines_and_unmapping_frees_them(
    shop: ShopWorld, now: datetime
) -> None:
    listing, lot = shop.listed("B", None), shop.lot(10)
    shop.tell(order("S1", {"B": 3}, now), order("S2", {"B": 2}, now, "cancelled"))
    assert shop.shares() == []
    said = (shop.coop.boss, shop.shop.id, listing.id)
    with transaction() as session:
        listings.map_listing(session, *said, shop.coop.product.public_id, 2000, now)
    assert shop.shares() == [(lot.code, 3)]
    with transaction() as session:
        listings.map_listing(session, *said, "", None, now)
    assert shop.shares() == []


def test_a_hold_and_a_recall_stop_selling_at_once_and_name_the_orders(shop: ShopWorld, now: datetime) -> None:
    with transaction() as session:
        lot = farm.harvest(session, shop.coop, now, kg=100)
        releasing.release_lot(session, shop.coop.boss, lot.public_id, now)
    shop.sell("S1", 3)
    with transaction() as session:
        hold = holding.hold_lot(session, shop.coop.hand, lot.public_id, holding.HoldIn(reason="Chờ mẫu"), now)
    shop.sell("S2", 2)
    assert shop.shares() == [("", 2), (lot.code, 3)]
    with transaction() as session:
        lift = holding.LiftIn(result="KQ-1", reason="Mẫu đạt, xem phiếu")
        holding.lift_hold(session, farm.OFFICE, hold.id, lift, now)
    assert shop.shares() == [(lot.code, 2), (lot.code, 3)]
    with transaction() as session:
        recalling.open_recall(session, shop.coop.boss, lot.public_id, WORDS, now)
    shop.sell("S3", 1)
    with reading() as session:
        sold = allocation_pages.sold_from(session, [lot.id])
    assert [(one.marketplace, one.order, one.pieces) for one in sold] == [
        ("shopee", "S2", 2),
        ("shopee", "S1", 3),
    ]


def choose(shop: ShopWorld, share: Allocation, lot: Lot, pieces: int, now: datetime) -> None:
    given = reallocating.ShareIn(share=share.id, lot=lot.public_id, pieces=pieces)
    with transaction() as session:
        reallocating.move_share(session, shop.coop.hand, shop.shop.id, share.order_id, given, now)


def only_share(lot: Lot | None) -> Allocation:
    with reading() as session:
        rule = Allocation.lot_id == (lot.id if lot else None)
        return session.exec(select(Allocation).where(rule)).one()


def test_a_person_s_choice_is_kept_and_what_it_frees_goes_to_who_waits(
    shop: ShopWorld, now: datetime
) -> None:
    early = shop.lot(10, harvested_on=EARLY)
    shop.sell("S1", 10)
    shop.sell("S2", 4)
    late = shop.lot(6, harvested_on=LATE)
    choose(shop, only_share(early), late, 6, now)
    assert shop.shares() == sorted([(early.code, 4), (early.code, 4), (late.code, 6)])
    shop.sell("S1", 7, step=1)  # what was chosen goes last of all
    assert shop.shares() == sorted([(early.code, 1), (early.code, 4), (late.code, 6)])


def test_a_choice_is_refused_with_its_figures(shop: ShopWorld, now: datetime) -> None:
    lot, small = shop.lot(10), shop.lot(3)
    shop.sell("S1", 10)
    share = only_share(lot)
    with transaction() as session:
        other = world.make_product(session, now, shop.coop.org)
        strange = world.make_lot(session, now, shop.coop.plot, other)
        foreign = farm.found(session, now)
        theirs = world.make_lot(session, now, foreign.plot, foreign.product)
    refusals = {
        "allocation.over": (small, 4),
        "allocation.product": (strange, 1),
        "allocation.expired": (shop.lot(10, best_before=date(2026, 6, 1)), 1),
        "allocation.state": (shop.lot(10, state="open"), 1),
        "gate.recalled": (shop.lot(10, state="recalled"), 1),
    }
    for key, (target, pieces) in refusals.items():
        with pytest.raises(Refused) as refused:
            choose(shop, share, target, pieces, now)
        assert refused.value.key == key
        if key == "allocation.over":
            assert (refused.value.params["left"], refused.value.params["kg2"]) == (3, 4)
    with pytest.raises(Invalid):
        choose(shop, share, small, 11, now)
    with pytest.raises(NotFound):
        choose(shop, share, theirs, 1, now)
    shop.sell("S1", 10, status="cancelled", step=1)
    with pytest.raises(Refused, match=r"allocation\.changed"):
        choose(shop, share, small, 1, now)


def test_eight_threads_that_record_orders_sell_no_gram_twice(shop: ShopWorld, now: datetime) -> None:
    lot = shop.lot(50)
    with transaction() as session:
        shops = [shop.shop, *(shop_world.another(session, shop.coop, now) for _ in range(3))]
    acts = [
        written(selling.record_orders, shops[n % 4].id, [order(f"S{n}-{i}", {"A": 5}, now)], now)
        for n in range(8)
        for i in range(2)
    ]
    for start in (0, 8):
        at_once(*acts[start : start + 8])
    shares = shop.shares()
    assert sum(n for code, n in shares if code == lot.code) == 50
    assert sum(n for _, n in shares) == 80
    with reading() as session:
        assert shop_world.faults(session, LATE) == []


def test_selling_packing_and_stopping_at_once_never_wait_in_a_circle(shop: ShopWorld, now: datetime) -> None:
    for turn in range(3):
        lot = shop.lot(50)
        pack = farm.pack_in(lot, units=40)
        at_once(
            written(selling.record_orders, shop.shop.id, [order(f"S{turn}", {"A": 30}, now)], now),
            written(packing.pack_lot, shop.coop.hand, pack, now),
            written(recalling.open_recall, shop.coop.boss, lot.public_id, WORDS, now),
            written(selling.record_orders, shop.shop.id, [order(f"T{turn}", {"A": 30}, now)], now),
        )
        with reading() as session:
            assert shop_world.faults(session, LATE) == []


def test_fifty_orders_cost_no_more_statements_than_ten(shop: ShopWorld, database: Database) -> None:
    shop.lot(500)
    counts = []
    for turn, size in enumerate((50, 10, 50)):
        orders = [order(f"{turn}-{n}", {"A": 1}, shop.now) for n in range(size)]
        again = [order(f"{turn}-{n}", {"A": 2}, shop.now, step=1) for n in range(size)]
        with effort(database) as first:
            shop.tell(*orders)
        with effort(database) as second:
            shop.tell(*again)
        # SQLite hands back the numbers of new orders one row at a time; nothing leaves the process for it.
        numbers = size if database.is_sqlite else 0
        counts.append((first.statements - numbers, second.statements))
    assert counts[1] == counts[2]
    assert max(counts[2]) <= 30, counts


def test_a_lot_registered_and_released_by_its_people_is_on_sale_whole(shop: ShopWorld, now: datetime) -> None:
    with transaction() as session:
        lot = harvesting.register_lot(
            session,
            shop.coop.hand,
            farm.lot_in(shop.coop.plot, 40, product=shop.coop.product.public_id),
            now,
        )
        releasing.release_lot(session, shop.coop.boss, lot.public_id, now)
        (room,) = lots_on_sale(session, [shop.coop.product.id], farm.DAY)
    assert (room.lot.id, room.grams) == (lot.id, 40_000)


def test_the_list_of_orders_goes_on_where_its_page_ended(shop: ShopWorld, now: datetime) -> None:
    lot = shop.lot(50)
    shop.tell(*(order(f"S{n}", {"A": 1}, now - timedelta(minutes=n)) for n in range(55)))
    seen, before = [], None
    while True:
        with reading() as session:
            page = allocation_pages.order_list(session, shop.coop.hand, shop.shop.id, before)
        seen += [(row.order.ext_order_id, row.lots, row.waiting) for row in page.rows]
        before = page.before
        if before is None:
            break
    assert [number for number, _, _ in seen] == [f"S{n}" for n in range(55)]
    assert sum(lots == {lot.code: 1} for _, lots, _ in seen) == 50
    assert page.waiting == sum(waiting for _, _, waiting in seen) == 5
