"""What a receiver makes of goods: linked one step back, weighed right, reached by recalls and holds."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session, select

from tests import world
from tests.services import consignment_world as export
from tests.services import farm
from trace.db import Database, reading, transaction
from trace.errors import NotAllowed, NotFound, Refused
from trace.records.account import Role
from trace.records.consignment import Consignment
from trace.records.event import Event
from trace.records.lot import Lot, LotLink
from trace.records.organisation import OrgKind
from trace.services import (
    arrival_lots,
    consigning,
    dispatching,
    holding,
    logistic_units,
    packing,
    recalling,
    receiving,
    releasing,
)
from trace.services.admission import actor_of
from trace.services.arrival_pages import arrival_page
from trace.services.logging_acts import body_of
from trace.services.lot_room import room_g
from trace.services.receiving import ReceiptIn
from trace.services.stamp_gates import free_g
from trace.services.tracing.contacts import contacts_of
from trace.services.tracing.day_sheet import day_sheet
from trace.services.tracing.graph import Direction
from trace.services.tracing.report import trace_lots
from trace.standards import epcis

WORDS = recalling.RecallIn(reason="Dư lượng thuốc", phone="0220 111 222")


@pytest.fixture
def coop(database: Database, now: datetime) -> world.Coop:
    with transaction() as session:
        return farm.found(session, now)


@pytest.fixture
def them(coop: world.Coop, now: datetime) -> world.Coop:
    with transaction() as session:
        return world.make_coop(session, now)


def sent(session: Session, now: datetime, coop: world.Coop, them: world.Coop, goods: Lot) -> Consignment:
    """Twenty kilograms of the lot under way to the other cooperative."""
    one = export.loaded(session, now, coop, goods, receiver=them.org.public_id)
    return dispatching.dispatch(session, coop.hand, one.public_id, now)


def received(
    session: Session, now: datetime, coop: world.Coop, them: world.Coop, goods: Lot, **short: int
) -> list[Lot]:
    one = sent(session, now, coop, them, goods)
    box = consigning.units_in(session, one)[0]
    rows = tuple({"unit": box.id, "kind": kind, "weight_g": grams} for kind, grams in short.items())
    receiving.receive(session, them.hand, one.public_id, ReceiptIn(differences=rows), now)
    return arrival_lots.take_in(session, them.hand, one.public_id, now)


def test_what_arrived_becomes_a_lot_linked_to_the_senders(
    coop: world.Coop, them: world.Coop, now: datetime
) -> None:
    with transaction() as session:
        goods = export.lot(session, now, coop)
        (lot,) = received(session, now, coop, them, goods, short=1_500)
        link = session.exec(select(LotLink).where(LotLink.child_id == lot.id)).one()
        assert (lot.kind, lot.state, lot.org_id) == ("received", "open", them.org.id)
        assert (lot.weight_g, link.parent_id, link.weight_g) == (18_500, goods.id, 18_500)
        assert (lot.plot_id, lot.household_id, lot.growing_area_id) == (None, None, None)
        body = body_of(session.exec(select(Event).where(Event.act == "take_in")).one())
    assert epcis.validate(body, now) == []
    assert body["inputQuantityList"][0]["quantity"] == 18.5


def test_taking_in_twice_gives_the_same_lots(coop: world.Coop, them: world.Coop, now: datetime) -> None:
    with transaction() as session:
        one = sent(session, now, coop, them, export.lot(session, now, coop))
        with pytest.raises(Refused, match=r"arrival\.not_received"):
            arrival_lots.take_in(session, them.hand, one.public_id, now)
        receiving.receive(session, them.hand, one.public_id, ReceiptIn(), now)
        first = arrival_lots.take_in(session, them.hand, one.public_id, now)
        assert [lot.id for lot in arrival_lots.take_in(session, them.hand, one.public_id, now)] == [
            first[0].id
        ]


def test_nobody_but_the_receiver_takes_goods_in(coop: world.Coop, them: world.Coop, now: datetime) -> None:
    with transaction() as session:
        house = world.make_org(session, now, OrgKind.PACKING_HOUSE)
        packer = actor_of(world.make_account(session, now, Role.PACKING_HOUSE, org_id=house.id))
        one = sent(session, now, coop, them, export.lot(session, now, coop))
        receiving.receive(session, them.hand, one.public_id, ReceiptIn(), now)
        for actor in (coop.hand, world.make_coop(session, now).hand):
            with pytest.raises(NotFound):
                arrival_lots.take_in(session, actor, one.public_id, now)
        with pytest.raises(NotAllowed):
            arrival_lots.take_in(session, packer, one.public_id, now)


def test_a_gram_that_left_is_taken_from_the_sender_once(
    coop: world.Coop, them: world.Coop, now: datetime
) -> None:
    with transaction() as session:
        goods = export.lot(session, now, coop)
        one = sent(session, now, coop, them, goods)
        before = room_g(session, goods), free_g(session, goods)
        receiving.receive(session, them.hand, one.public_id, ReceiptIn(), now)
        arrival_lots.take_in(session, them.hand, one.public_id, now)
        assert (room_g(session, goods), free_g(session, goods)) == before == (480_000, 480_000)
        reach = recalling.reach_of(session, coop.boss, goods.public_id)
        assert reach.weight_g == 500_000
        packing.pack_lot(session, coop.hand, farm.pack_in(goods, units=480), now)
        with pytest.raises(Refused, match=r"gate\.balance"):
            export.boxes(session, now, coop, goods, count=1, kg=1)


def test_the_receiver_packs_no_more_than_arrived(coop: world.Coop, them: world.Coop, now: datetime) -> None:
    with transaction() as session:
        (lot,) = received(session, now, coop, them, export.lot(session, now, coop), short=500)
        with pytest.raises(Refused, match=r"gate\.balance"):
            export.boxes(session, now, them, lot, count=1, kg=20)
        made = packing.pack_lot(
            session, them.hand, farm.pack_in(lot, units=19, product=them.product.public_id), now
        )
        assert room_g(session, session.get_one(Lot, lot.id)) == 500
        assert made.org_id == them.org.id


def test_a_recall_reaches_what_a_receiver_made(coop: world.Coop, them: world.Coop, now: datetime) -> None:
    with transaction() as session:
        goods = export.lot(session, now, coop)
        (lot,) = received(session, now, coop, them, goods)
        made = packing.pack_lot(
            session, them.hand, farm.pack_in(lot, units=10, product=them.product.public_id), now
        )
        recalling.open_recall(session, coop.boss, goods.public_id, WORDS, now)
        states = [session.get_one(Lot, one.id).state for one in (goods, lot, made)]
        assert states == ["recalled"] * 3
        (told,) = contacts_of(session, coop.boss, [goods.id, lot.id, made.id])
        assert (told.who, told.grams, told.state) == (them.org.name, 20_000, "received")


def test_recalled_under_way_is_received_warned_of_and_no_stock(
    coop: world.Coop, them: world.Coop, now: datetime
) -> None:
    with transaction() as session:
        goods = export.lot(session, now, coop)
        one = sent(session, now, coop, them, goods)
        assert arrival_page(session, them.hand, one.public_id, now).recalled == []
        recall = recalling.open_recall(session, coop.boss, goods.public_id, WORDS, now)
        ((lot, warned),) = arrival_page(session, them.hand, one.public_id, now).recalled
        assert (lot.id, warned.number) == (goods.id, recall.number)
        receiving.receive(session, them.hand, one.public_id, ReceiptIn(), now)
        assert one.state == "received"
        with pytest.raises(Refused, match=r"gate\.recalled"):
            arrival_lots.take_in(session, them.hand, one.public_id, now)


def test_good_goods_beside_recalled_ones_are_taken_in(
    coop: world.Coop, them: world.Coop, now: datetime
) -> None:
    with transaction() as session:
        bad, good = (export.lot(session, now, coop) for _ in range(2))
        one = export.loaded(session, now, coop, bad, receiver=them.org.public_id)
        more = export.boxes(session, now, coop, good, count=1, kg=7)
        consigning.put_in(session, coop.hand, one.public_id, [more[0].id])
        dispatching.dispatch(session, coop.hand, one.public_id, now)
        recalling.open_recall(session, coop.boss, bad.public_id, WORDS, now)
        receiving.receive(session, them.hand, one.public_id, ReceiptIn(), now)
        assert [lot.weight_g for lot in arrival_lots.take_in(session, them.hand, one.public_id, now)] == [
            7_000
        ]


def test_a_hold_of_the_senders_lot_goes_over_with_the_goods(
    coop: world.Coop, them: world.Coop, now: datetime
) -> None:
    with transaction() as session:
        goods = export.lot(session, now, coop)
        one = sent(session, now, coop, them, goods)
        holding.hold_lot(session, farm.OFFICE, goods.public_id, holding.HoldIn(reason="chờ kết quả"), now)
        receiving.receive(session, them.hand, one.public_id, ReceiptIn(), now)
        (lot,) = arrival_lots.take_in(session, them.hand, one.public_id, now)
        assert lot.state == "hold"


def test_a_trace_says_who_got_which_boxes_and_goes_one_step(
    coop: world.Coop, them: world.Coop, now: datetime
) -> None:
    with transaction() as session:
        harvest = farm.harvest(session, coop, now, kg=100)
        goods = packing.pack_lot(session, coop.hand, farm.pack_in(harvest, units=80), now)
        releasing.release_lot(session, coop.boss, goods.public_id, now)
        (lot,) = received(session, now, coop, them, goods, short=1_000)
        last = packing.pack_lot(
            session, them.hand, farm.pack_in(lot, units=10, product=them.product.public_id), now
        )
    with reading() as session:
        down = trace_lots(session, coop.hand, [harvest.id], Direction.DOWN)
        up = trace_lots(session, them.hand, [last.id], Direction.UP)
        sheet = day_sheet(session, them.hand, [lot.id])
        whole = trace_lots(session, farm.OFFICE, [harvest.id], Direction.DOWN)
    node = down.by_id[goods.id]
    assert [(one.receiver, one.boxes, one.grams, one.state) for one in node.sent] == [
        (them.org.name, 2, 20_000, "received")
    ]
    assert (node.boxed_g, node.drawn_g, node.left_g) == (20_000, 0, 60_000)
    assert {one.lot.id for one in down.nodes} == {harvest.id, goods.id, lot.id}
    assert down.by_id[lot.id].lot.is_partner
    assert {one.lot.id for one in up.nodes} == {last.id, lot.id, goods.id}
    assert (up.by_id[goods.id].lot.plot, up.by_id[goods.id].sent) == ("", ())
    assert [one.sender for one in up.by_id[lot.id].came] == [coop.org.name]
    first = sheet[0]
    told = (first.event, first.lot_code, first.other_place, first.reference)
    assert told == ("receiving", lot.code, coop.org.name, "CH-2026-0001")
    assert {row.firm for row in sheet} == {them.org.name}
    assert whole.by_id[last.id].part_g == 10_000


@given(lots=st.dictionaries(st.integers(1, 9), st.integers(1, 10**6), min_size=1, max_size=5), data=st.data())
def test_what_a_mixed_box_lacks_is_taken_to_the_gram(lots: dict[int, int], data: st.DataObject) -> None:
    lacking = data.draw(st.integers(0, sum(lots.values())))
    left = arrival_lots.without(lots, lacking)
    assert sum(left.values()) == sum(lots.values()) - lacking
    assert all(0 <= left[lot] <= lots[lot] for lot in lots)


def test_pallets_of_mixed_lots_become_a_lot_each(coop: world.Coop, them: world.Coop, now: datetime) -> None:
    with transaction() as session:
        first, second = (export.lot(session, now, coop) for _ in range(2))
        (box,) = export.boxes(session, now, coop, first, count=1, kg=10)
        logistic_units.put_more(session, coop.hand, box.id, export.units_in(second, 1, 5), now)
        to = consigning.ConsignmentIn(receiver=them.org.public_id)
        one = consigning.draft(session, coop.hand, to, now)
        consigning.put_in(session, coop.hand, one.public_id, [box.id])
        dispatching.dispatch(session, coop.hand, one.public_id, now)
        short = ({"unit": box.id, "kind": "damaged", "weight_g": 1_500},)
        receiving.receive(session, them.hand, one.public_id, ReceiptIn(differences=short), now)
        made = arrival_lots.take_in(session, them.hand, one.public_id, now)
        assert [lot.weight_g for lot in made] == [9_000, 4_500]
