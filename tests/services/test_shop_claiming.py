"""Who brings one thing at the same moment as somebody else: one of them has it, and nobody meets a fault."""

from datetime import datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import func, select

from marketplaces.carriers.values import Pass
from marketplaces.values import Credentials
from tests import world
from tests.services import shipment_world
from tests.services.test_racing import at_once, written
from trace.db import Database, reading, transaction
from trace.errors import Refused
from trace.records.carrier import CarrierAccount
from trace.records.event import LogLeaf
from trace.records.shop import Listing, Shop
from trace.services import instance_facts, shops
from trace.services.file_exchange import exports, opening

TIMES = 3


@pytest.fixture
def coops(database: Database, now: datetime) -> tuple[world.Coop, world.Coop]:
    with transaction() as session:
        return world.make_coop(session, now), world.make_coop(session, now)


def count(table: type) -> int:
    with reading() as session:
        return int(session.execute(select(func.count()).select_from(table)).scalar_one())


def of_one_only(answers: list[object]) -> bool:
    """One cooperative has the shop, however many of its windows asked; whoever else asked is told."""
    owners = {answer.org_id for answer in answers if isinstance(answer, Shop)}
    told = [answer.key for answer in answers if isinstance(answer, Refused)]
    return len(owners) == 1 and set(told) == {"shop.taken"}


def test_of_two_cooperatives_that_agree_for_one_shop_at_once_one_has_it(
    coops: tuple[world.Coop, world.Coop], now: datetime
) -> None:
    for turn in range(TIMES):
        pair = Credentials("a", "r", now + timedelta(hours=4), now + timedelta(days=30), f"7{turn}")
        new = shops.NewShop("shopee", "Vải", pair, is_guided=True)
        acts = [
            written(lambda session, who, new=new: shops.connect(session, who.boss, new, 60, now), who)
            for who in (*coops, coops[0])
        ]
        assert of_one_only(at_once(*acts))
    assert count(Shop) == TIMES


def test_of_two_cooperatives_that_open_one_shop_by_files_at_once_one_has_it(
    coops: tuple[world.Coop, world.Coop], now: datetime
) -> None:
    for turn in range(TIMES):
        given = opening.OpenIn(number=f"gian-{turn}", name="Vải", seen="1")

        def open_it(session: object, who: world.Coop, given: opening.OpenIn = given) -> Shop:
            return opening.open_shop(session, who.boss, "postmart", given, ["postmart"], now)

        assert of_one_only(at_once(*(written(open_it, who) for who in (*coops, coops[1]))))
    assert count(Shop) == TIMES


def test_two_who_begin_one_shop_at_once_begin_it_once(
    coops: tuple[world.Coop, world.Coop], now: datetime
) -> None:
    coop, pair = coops[0], Credentials("a", "r", now + timedelta(hours=4), now + timedelta(days=30), "78")
    with transaction() as session:
        new = shops.NewShop("shopee", "Vải", pair, is_guided=True)
        shop = shops.connect(session, coop.boss, new, 60, now)

    def begin(session: object) -> Shop:
        return shops.begin(session, coop.boss, shop.id, 60, now, has_event_queue=False)

    assert {one.state for one in at_once(*(written(begin) for _ in range(4)))} == {"connected"}
    with reading() as session:
        leaves = session.execute(select(LogLeaf).where(LogLeaf.kind == "shop_begun")).scalars().all()
    assert len(leaves) == 1


def test_two_who_put_one_product_on_the_shelf_at_once_put_it_there_once(
    coops: tuple[world.Coop, world.Coop], now: datetime
) -> None:
    coop = coops[0]
    with transaction() as session:
        given = opening.OpenIn(number="gian", name="Vải", seen="1")
        shop = opening.open_shop(session, coop.boss, "postmart", given, ["postmart"], now)

    def put(session: object) -> Listing:
        held = opening.held_shop(session, coop.boss, shop.id)
        return exports.add_goods(session, coop.boss, held, coop.product.public_id, now)

    answers = at_once(*(written(put) for _ in range(4)))
    assert {answer.product_id for answer in answers} == {coop.product.id}
    assert count(Listing) == 1


def test_two_who_connect_one_carrier_at_once_have_one_account(
    coops: tuple[world.Coop, world.Coop], now: datetime
) -> None:
    token = Pass("token", now + timedelta(days=900))
    with transaction() as session:  # four who found an instance at once are another matter
        instance_facts.found(session, public_url="https://id.example.vn", is_demo=False)
    connect = partial(shipment_world.connect_account, coop=coops[0], now=now, token=token)
    answers = at_once(*(written(connect) for _ in range(4)))
    assert all(isinstance(one, CarrierAccount) for one in answers)
    assert count(CarrierAccount) == 1
