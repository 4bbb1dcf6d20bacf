"""Sales in the record: once a shop, lot and batch; what came back, and what never was sold."""

from datetime import datetime

import pytest
from sqlmodel import Session, select

from tests.services import shop_world
from tests.services.shop_world import ShopWorld, order
from trace.db import Database, reading, transaction
from trace.records.allocation import Allocation
from trace.records.event import Event
from trace.records.lot import Lot
from trace.records.market_order import MarketOrder
from trace.records.shop import Listing
from trace.services import listings, reallocating
from trace.services.logging_acts import body_of
from trace.services.lot_life import life_of

STEP = "https://ref.gs1.org/cbv/BizStep-"
Told = list[tuple[str, str, float]]


@pytest.fixture
def shop(database: Database, now: datetime) -> ShopWorld:
    return shop_world.open_shop(now)


def told(lot: Lot) -> Told:
    """Act, what it says of the goods, and kilograms, of every event of sales, in their order."""
    with reading() as session:
        return [_line(session, event) for event in _sales(session, lot)]


def _sales(session: Session, lot: Lot) -> list[Event]:
    mine = select(Event).where(Event.subject_kind == "lot", Event.subject_id == lot.id)
    return list(session.exec(mine.where(Event.act.in_(("sell", "take_back"))).order_by(Event.id)).all())


def _line(session: Session, event: Event) -> tuple[str, str, float]:
    body = body_of(event)
    says = body["errorDeclaration"]["reason"] if event.declares else body["disposition"]
    return event.act, says, body["quantityList"][0]["quantity"]


def standing_kg(lot: Lot) -> float:
    """Sold less returned, of events nobody declared wrong."""
    with reading() as session:
        events = _sales(session, lot)
        wrong = {event.event_id for event in events if event.declares}
        rest = [event for event in events if event.event_id not in wrong]
        signs = {"sell": 1, "take_back": -1}
        return sum(signs[one.act] * body_of(one)["quantityList"][0]["quantity"] for one in rest)


def sold_kg(lot: Lot) -> int:
    """A plain recount: pieces of completed orders that came from the lot."""
    with reading() as session:
        rows = session.exec(select(Allocation).where(Allocation.lot_id == lot.id)).all()
        done = [row for row in rows if session.get_one(MarketOrder, row.order_id).status == "completed"]
        return sum(row.pieces * row.unit_g for row in done) // 1000


def test_a_batch_is_one_event_a_lot_and_placed_orders_are_none(shop: ShopWorld) -> None:
    lot = shop.lot(50)
    shop.tell(*(order(f"D{n}", {"A": 2}, shop.now, "completed") for n in range(5)))
    shop.sell("D9", 3)
    assert told(lot) == [("sell", "retail_sold", 10)]
    shop.sell("D9", 3, status="completed", step=1)
    assert told(lot)[1:] == [("sell", "retail_sold", 3)]


def test_an_event_of_sales_names_no_order_and_nobody(shop: ShopWorld) -> None:
    lot = shop.lot(50)
    shop.sell("DON-77", 2, status="completed")
    with reading() as session:
        [event] = _sales(session, lot)
        assert "DON-77" not in event.body
        body = body_of(event)
        own = {name: body[name] for name in body if name.startswith("nongsan:")}
        assert set(own) == {"nongsan:marketplace", "nongsan:shop", "nongsan:first"}
        assert (body["bizStep"], body["action"], event.recorded_by) == ("retail_selling", "OBSERVE", None)


def test_the_same_orders_again_tell_nothing(shop: ShopWorld) -> None:
    lot = shop.lot(50)
    for _ in range(2):
        shop.sell("D1", 2, status="completed")
    assert told(lot) == [("sell", "retail_sold", 2)]


@pytest.mark.parametrize(("status", "gone"), [("returned", 0), ("completed", 2)])
def test_what_buyers_send_back_is_received_again(shop: ShopWorld, status: str, gone: int) -> None:
    lot = shop.lot(50)
    shop.sell("D1", 5, status="completed")
    shop.sell("D1", 5, status=status, step=1, gone=gone)
    assert told(lot)[1:] == [("take_back", "returned", gone or 5)]
    assert standing_kg(lot) == sold_kg(lot)


def test_a_sale_that_never_was_makes_its_event_wrong_and_the_rest_is_told_anew(shop: ShopWorld) -> None:
    lot = shop.lot(50)
    shop.tell(*(order(f"D{n}", {"A": 2}, shop.now, "completed") for n in range(3)))
    shop.sell("D1", 2, status="cancelled", step=1)
    assert told(lot)[1:] == [("sell", "retail_sold", 4), ("sell", "incorrect_data", 6)]
    shop.tell(*(order(f"D{n}", {"A": 2}, shop.now, "cancelled", step=2) for n in (0, 2)))
    assert told(lot)[3:] == [("sell", "did_not_occur", 4)]
    assert standing_kg(lot) == sold_kg(lot) == 0


def test_another_lot_chosen_makes_the_first_ones_sale_wrong(shop: ShopWorld) -> None:
    first, second = shop.lot(50), shop.lot(50)
    shop.sell("D1", 5, status="completed")
    with transaction() as session:
        [share] = session.exec(select(Allocation)).all()
        given = reallocating.ShareIn(share=share.id, lot=second.public_id, pieces=2)
        reallocating.move_share(session, shop.coop.hand, shop.shop.id, share.order_id, given, shop.now)
    assert told(first)[1:] == [("sell", "retail_sold", 3), ("sell", "incorrect_data", 5)]
    assert told(second) == [("sell", "retail_sold", 2)]


def test_a_listing_mapped_otherwise_takes_its_sales_back(shop: ShopWorld) -> None:
    lot = shop.lot(50)
    shop.sell("D1", 5, status="completed")
    with transaction() as session:
        listing = session.exec(select(Listing).where(Listing.ext_listing_id == "A")).one()
        listings.set_product(session, listing, None, None, shop.now)
    assert told(lot)[1:] == [("sell", "did_not_occur", 5)]


def test_pieces_that_waited_are_told_when_a_lot_takes_them(shop: ShopWorld) -> None:
    shop.sell("D1", 5, status="completed")
    lot = shop.lot(50)
    shop.sell("D2", 1)
    assert told(lot) == [("sell", "retail_sold", 5)]


def test_a_lots_page_tells_of_its_sales_in_one_line(shop: ShopWorld) -> None:
    lot = shop.lot(50)
    for n in range(3):
        shop.sell(f"D{n}", 1, status="completed")
    shop.sell("D1", 1, status="cancelled", step=1)
    with reading() as session:
        lines = [one for one in life_of(session, session.get_one(Lot, lot.id)) if one.act == "sell"]
    assert [line.notes[0].params for line in lines] == [{"n": 2}]
