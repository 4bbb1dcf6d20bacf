"""Whom a recall must reach, the 24-hour sheet, and drills that change nothing."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import select

from tests import stamped, world
from tests.services import farm, shop_world
from tests.services.lot_world import bare, link
from tests.services.shipment_world import connect_account, note_parcel
from tests.services.shop_world import ShopWorld
from trace.db import Database, reading, transaction
from trace.errors import NotAllowed, NotFound, Refused
from trace.records.event import Event, LogLeaf
from trace.records.lot import Lot, LotKind
from trace.records.plot import PackingHouse
from trace.records.product import Product
from trace.records.shipment import ShipmentState
from trace.records.shop import Listing
from trace.services import drilling, recalling, stamp_activating
from trace.services.stamp_facts import find_stamp
from trace.services.tracing.contacts import contacts_of
from trace.services.tracing.day_sheet import day_sheet

WORDS = recalling.RecallIn(reason="Dư lượng thuốc", phone="0220 111 222")


@pytest.fixture
def shop(database: Database, now: datetime) -> ShopWorld:
    assert database
    return shop_world.open_shop(now)


def sent(shop: ShopWorld, lot: Lot) -> str:
    """A parcel of the lot that the carrier has; its number."""
    with transaction() as session:
        account = connect_account(session, shop.coop, shop.now)
        parcel = note_parcel(session, shop.coop, account, shop.now, lot=lot.public_id)
        parcel.state, parcel.ext_number = ShipmentState.IN_TRANSIT, "1734200501"
        return parcel.ext_number


def test_orders_parcels_and_organisations_one_step_down_are_named(shop: ShopWorld, now: datetime) -> None:
    lot = shop.lot(50)
    shop.sell("S1", 7)
    shop.sell("S2", 2)
    number = sent(shop, lot)
    with transaction() as session:
        other = world.make_coop(session, now, phone="0220 333 444")
        theirs = bare(session, now, other, LotKind.PACK, 9_000)
        beyond = bare(session, now, other, LotKind.PACK, 5_000)
        link(session, lot, theirs, 10_000)
        link(session, theirs, beyond, 5_000)
    with reading() as session:
        reach = recalling.reach_of(session, shop.coop.boss, lot.public_id)
        found = contacts_of(session, shop.coop.boss, [one.id for one in reach.lots])
    told = [(one.way, one.who, one.number, one.grams, one.phone) for one in found]
    assert told == [
        ("partner", other.org.name, theirs.code, 10_000, "0220 333 444"),
        ("order", shop.shop.name, "S1", 7_000, ""),
        ("order", shop.shop.name, "S2", 2_000, ""),
        ("parcel", "", number, 5_000, ""),
    ]


def test_a_neighbour_is_told_of_nobody(shop: ShopWorld, now: datetime) -> None:
    lot = shop.lot(50)
    shop.sell("S1", 7)
    with transaction() as session:
        other = world.make_coop(session, now)
    with reading() as session:
        assert contacts_of(session, other.boss, [lot.id]) == []
        with pytest.raises(NotAllowed):
            contacts_of(session, shop.coop.hand, [lot.id])


def test_the_sheet_follows_goods_from_the_field_to_the_parcel(shop: ShopWorld, now: datetime) -> None:
    with transaction() as session:
        coop = shop.coop
        values = {"code": "PH-01", "market": "US", "name": "Nhà đóng gói Thanh Hà", "created_at": now}
        house = PackingHouse(org_id=coop.org.id, commune_code=coop.org.commune_code, **values)
        world.add(session, house)
        harvest = bare(session, now, coop, LotKind.HARVEST, 100_000, packed_on=None)
        pool = bare(session, now, coop, LotKind.POOL, 95_000)
        pack = bare(session, now, coop, LotKind.PACK, 50_000, packing_house_id=house.id)
        again = bare(session, now, coop, LotKind.PACK, 10_000)
        for parent, child, grams in ((harvest, pool, 100_000), (pool, pack, 50_000), (pack, again, 10_000)):
            link(session, parent, child, grams)
    number = sent(shop, pack)
    with reading() as session:
        rows = {(row.event, row.lot_code): row for row in day_sheet(session, coop.hand, [harvest.id])}
    assert set(rows) == {
        ("harvesting", harvest.code), ("cooling", harvest.code), ("pooling", pool.code),
        ("packing", pack.code), ("transformation", again.code), ("shipping", pack.code),
    }  # fmt: skip
    picked, cooled = rows["harvesting", harvest.code], rows["cooling", harvest.code]
    assert (picked.grams, picked.field) == (100_000, coop.plot.code)
    assert (picked.day, picked.reference) == (harvest.harvested_on, harvest.code)
    assert set(cooled.missing) == {"place", "date", "phone"}
    assert rows["packing", pack.code].place.startswith("PH-01")
    assert rows["packing", pack.code].inputs == f"{pool.code} 50 kg"
    assert rows["shipping", pack.code].reference == number
    assert "receiver" in rows["shipping", pack.code].missing


def test_of_a_harvest_sent_as_it_is_only_that_part_was_packed_here(shop: ShopWorld, now: datetime) -> None:
    with transaction() as session:
        coop = shop.coop
        session.get_one(Product, coop.product.id).name_en = "Thieu lychee"
        harvest = bare(session, now, coop, LotKind.HARVEST, 300_000, packed_on=None)
        pack = bare(session, now, coop, LotKind.PACK, 280_000)
        link(session, harvest, pack, 280_000)
    sent(shop, harvest)
    with reading() as session:
        rows = {(row.event, row.lot_code): row for row in day_sheet(session, coop.hand, [harvest.id])}
    packed = {code: row.grams for (event, code), row in rows.items() if event == "packing"}
    assert packed == {harvest.code: 20_000, pack.code: 280_000}
    assert rows["harvesting", harvest.code].grams == 300_000
    assert rows["packing", pack.code].product.startswith("Thieu lychee ")


def test_a_recall_of_one_harvest_names_all_that_went_into_its_packs(shop: ShopWorld, now: datetime) -> None:
    with transaction() as session:
        one, two = (bare(session, now, shop.coop, LotKind.HARVEST, 50_000, packed_on=None) for _ in range(2))
        pack = bare(session, now, shop.coop, LotKind.PACK, 90_000)
        for harvest in (one, two):
            link(session, harvest, pack, 45_000)
    with reading() as session:
        rows = day_sheet(session, shop.coop.hand, [one.id])
    assert {row.lot_code for row in rows if row.event == "harvesting"} == {one.code, two.code}


def test_a_drill_is_timed_and_writes_its_own_row_alone(shop: ShopWorld, now: datetime) -> None:
    lot = shop.lot(50)
    shop.sell("S1", 7)
    ticks = iter((1.0, 1.25))
    with transaction() as session:
        before = [farm.count(session, table) for table in (Event, LogLeaf)]
        drill = drilling.begin(session, shop.coop.boss, lot.public_id, now, lambda: next(ticks))
        assert [farm.count(session, table) for table in (Event, LogLeaf)] == before
        assert session.get_one(Lot, lot.id).state == "released"
        assert session.exec(select(Listing)).one().on_sale
    assert (drill.searched_ms, drill.lots, drill.contacts) == (250, 1, 1)
    later = now + timedelta(minutes=3)
    with transaction() as session:
        done = drilling.finish(session, shop.coop.boss, drill.public_id, later)
        again = drilling.finish(session, shop.coop.boss, drill.public_id, later + timedelta(hours=1))
        assert (done.finished_at, again.finished_at) == (later, later)
    with reading() as session:
        ((listed, about, _who),) = drilling.drills(session, shop.coop.boss)
        assert (listed.id, about.id) == (drill.id, lot.id)


def test_a_neighbours_drill_is_nobodys(shop: ShopWorld, now: datetime) -> None:
    lot = shop.lot(50)
    with transaction() as session:
        drill = drilling.begin(session, shop.coop.boss, lot.public_id, now, lambda: 0.0)
        other = world.make_coop(session, now)
        with pytest.raises(NotFound):
            drilling.finish(session, other.boss, drill.public_id, now)
        assert drilling.drills(session, other.boss) == []
        with pytest.raises(NotAllowed):
            drilling.begin(session, shop.coop.hand, lot.public_id, now, lambda: 0.0)


def test_from_the_recall_on_nothing_is_activated_or_sold_and_scans_know(
    shop: ShopWorld, now: datetime, tmp_path_factory: pytest.TempPathFactory
) -> None:
    harvest = shop.lot(100)
    with transaction() as session:
        pack = bare(session, now, shop.coop, LotKind.PACK, 50_000)
        link(session, harvest, pack, 50_000)
        block = stamped.make_block(session, now, shop.coop, tmp_path_factory.mktemp("keys"))
        stamped.activate(session, now, block, pack, block.first, block.first + 9)
        recalling.open_recall(session, shop.coop.boss, harvest.public_id, WORDS, now)
    shop.sell("S9", 1)
    assert shop.shares() == [("", 1)]
    rest, name = (block.first + 10, block.first + 19), pack.public_id
    with transaction() as session, pytest.raises(Refused) as refused:
        stamp_activating.activate(session, shop.coop.boss, block.public_id, *rest, name, "nua-muon", now)
    assert refused.value.key == "gate.recalled"
    with reading() as session:
        scanned = find_stamp(session, block.kid, block.first)
    assert scanned is not None
    assert scanned.recall_number is not None
