"""A GTIN stays with its product for good: who gave it, who took it away, and nobody else after."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session, select

from tests import world
from trace.db import Database, reading, transaction
from trace.errors import Invalid
from trace.records.product import Product
from trace.records.product_gtin import ProductGtin
from trace.services import products
from trace.services.item_links import find_item
from trace.services.product_gtins import former_gtins
from trace.standards.digital_link import DigitalLink

GTIN, LATER = "09521234500018", "09521234500025"
GOODS: dict[str, Any] = {"name": "Vải", "crop": "lychee", "unit_g": 1000}


def given(sku: str, gtin: str | None) -> products.ProductIn:
    return products.ProductIn(sku=sku, gtin=gtin, **GOODS)


@pytest.fixture
def coop(database: Database, now: datetime) -> world.Coop:
    with transaction() as session:
        coop = world.make_coop(session, now)
        world.make_prefix(session, now, coop.org, "95212345")
        return coop


def add(coop: world.Coop, sku: str, gtin: str | None, now: datetime) -> Product:
    with transaction() as session:
        return products.add_product(session, coop.hand, given(sku, gtin), now)


def change(coop: world.Coop, product: Product, gtin: str | None, now: datetime) -> None:
    with transaction() as session:
        products.edit_product(session, coop.boss, product.public_id, given(product.sku, gtin), now)


def row(session: Session, gtin: str) -> ProductGtin:
    return session.exec(select(ProductGtin).where(ProductGtin.gtin == gtin)).one()


def test_a_corrected_number_is_kept_with_who_and_when(coop: world.Coop, now: datetime) -> None:
    product, day = add(coop, "A", GTIN, now), now + timedelta(days=1)
    change(coop, product, LATER, day)
    with reading() as session:
        old, new = row(session, GTIN), row(session, LATER)
        assert (old.given_by, old.left_at, old.left_by) == (coop.staff.id, day, coop.manager.id)
        assert (new.given_at, new.given_by, new.left_at) == (day, coop.manager.id, None)
        for gtin in (GTIN, LATER):
            item = find_item(session, DigitalLink(gtin))
            assert (item.product_id, item.gtin) == (product.id, LATER)
        assert [one.gtin for one in former_gtins(session, product.id)] == [GTIN]


def test_a_number_goes_to_no_other_product_ever(coop: world.Coop, now: datetime) -> None:
    product, other = add(coop, "A", GTIN, now), add(coop, "B", None, now)
    refusals = []
    for step in ("taken", "used"):
        for try_it in (lambda: add(coop, "C", GTIN, now), lambda: change(coop, other, GTIN, now)):
            with pytest.raises(Invalid) as refused:
                try_it()
            refusals.append((step, [(one.field, one.key) for one in refused.value.problems]))
        change(coop, product, None, now)
    assert refusals == [
        *[("taken", [("gtin", "field.taken")])] * 2,
        *[("used", [("gtin", "product.gtin_used")])] * 2,
    ]
    with reading() as session:
        assert find_item(session, DigitalLink(GTIN)).product_id == product.id


def test_a_product_may_take_back_its_own_number(coop: world.Coop, now: datetime) -> None:
    product = add(coop, "A", GTIN, now)
    for gtin in (LATER, GTIN):
        change(coop, product, gtin, now)
    with reading() as session:
        assert row(session, GTIN).left_at is None
        assert row(session, LATER).left_at == now


def test_a_change_of_other_things_leaves_the_number_alone(coop: world.Coop, now: datetime) -> None:
    product = add(coop, "A", GTIN, now)
    change(coop, product, GTIN, now + timedelta(days=1))
    with reading() as session:
        assert (row(session, GTIN).given_at, row(session, GTIN).left_at) == (now, None)
