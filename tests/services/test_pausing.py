"""What is recalled or stopped is taken off the marketplaces' shelves in the same transaction."""

from datetime import datetime

import pytest
from sqlmodel import Session

from tests import world
from tests.services import farm
from trace.db import Database, reading, transaction
from trace.records.lot import Lot
from trace.records.product import Product
from trace.records.shop import Listing, Shop
from trace.services import holding, recalling, releasing

WORDS = recalling.RecallIn(reason="Nghi còn thuốc trên quả", phone="0220 000 0000")
WHY = holding.HoldIn(reason="Chờ kết quả mẫu")


@pytest.fixture
def coop(database: Database, now: datetime) -> world.Coop:
    with transaction() as session:
        return farm.found(session, now)


def listed(session: Session, coop: world.Coop, now: datetime, product: Product) -> Listing:
    name = f"gh-{product.sku}"
    shop = world.add(
        session,
        Shop(org_id=coop.org.id, marketplace="shopee", ext_shop_id=name, name=name, created_at=now),
    )
    values = {"shop_id": shop.id, "ext_listing_id": "1", "product_id": product.id, "unit_g": 1000}
    values |= {"price_vnd": 60_000, "stock": 10, "desired": '{"stock_at": "", "content": false}'}
    return world.add(session, Listing(**values, sent='{"status": "x"}', created_at=now, updated_at=now))


def on_sale(*listings: Listing) -> list[bool]:
    with reading() as session:
        return [session.get_one(Listing, one.id).on_sale for one in listings]


def out(coop: world.Coop, now: datetime) -> Lot:
    with transaction() as session:
        lot = farm.harvest(session, coop, now)
        return releasing.release_lot(session, coop.boss, lot.public_id, now)


def test_a_recall_pauses_its_products_and_no_other(coop: world.Coop, now: datetime) -> None:
    lot = out(coop, now)
    with transaction() as session:
        other = world.make_product(session, now, coop.org)
        mine, others = listed(session, coop, now, coop.product), listed(session, coop, now, other)
    with transaction() as session:
        recalling.open_recall(session, coop.boss, lot.public_id, WORDS, now)
    assert on_sale(mine, others) == [False, True]
    with reading() as session:
        assert session.get_one(Listing, mine.id).sent == "{}"  # the next push sends it


def test_stopping_a_lot_that_is_out_pauses_its_product(coop: world.Coop, now: datetime) -> None:
    lot = out(coop, now)
    with transaction() as session:
        mine = listed(session, coop, now, coop.product)
        holding.hold_lot(session, coop.hand, lot.public_id, WHY, now)
    assert on_sale(mine) == [False]


def test_stopping_a_harvest_nobody_let_out_leaves_the_shelf(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        lot = farm.harvest(session, coop, now)
        mine = listed(session, coop, now, coop.product)
        holding.hold_lot(session, coop.hand, lot.public_id, WHY, now)
    assert on_sale(mine) == [True]
