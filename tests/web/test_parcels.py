"""Sending a parcel: sign in, prices, one booking, what becomes of it, cancelling, printing."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from tests import world
from tests.marketplaces.carrier_stall import RECEIVER, CarrierStall
from tests.services.shipment_world import SENDER
from tests.web import grounds
from tests.web.parcels import BOX, WHOM, Office, field_of, open_office
from trace.db import Database, reading, transaction
from trace.records.lot import Lot
from trace.records.market_order import MarketOrder
from trace.records.shipment import ShipmentStep
from trace.records.sums import SalesDay, ShopDay


@pytest.fixture
def stall(simulators: str) -> Iterator[CarrierStall]:
    one = CarrierStall(simulators)
    yield one
    one.do("fault", kind="none")
    one.do("switch", name="lookup")


@pytest.fixture
def office(database: Database, stall: CarrierStall, tmp_path: Path) -> Office:
    """Signed in at the carrier, on each kind of database."""
    return connected(stall, tmp_path)


@pytest.fixture
def lite(sqlite: Database, stall: CarrierStall, tmp_path: Path) -> Office:
    return connected(stall, tmp_path)


def connected(stall: CarrierStall, folder: Path) -> Office:
    office = open_office(stall, folder)
    assert office.connect().status_code == 303
    return office


def test_a_parcel_is_booked_for_a_lot_and_its_page_says_where_it_is(office: Office) -> None:
    parcel = office.booked()
    [there] = office.stall.parcels()
    assert (parcel.state, parcel.ext_number, parcel.fee_vnd) == ("booked", there["number"], 51_000)
    assert (there["reference"], there["weight_g"], there["cod_vnd"]) == (parcel.number, 5_000, 250_000)
    page = office.page(parcel)
    assert there["number"] in page
    assert "chờ lấy hàng" in page
    assert office.lot.code in page
    assert parcel.ext_number in office.client.get(f"/htx/lo/{office.lot.public_id}").text
    assert parcel.ext_number in office.client.get("/htx/van-don").text


def test_prices_come_first_and_keep_what_was_typed_without_writing_it(lite: Office) -> None:
    before = grounds.dump()
    answer = lite.client.post("/htx/van-don/moi", data={**BOX, **WHOM, "step": "price"})
    assert answer.status_code == 200
    assert "51.000" in answer.text
    assert field_of(answer.text, "receiver_name") == RECEIVER.name
    assert answer.headers["Cache-Control"] == "no-store"
    assert grounds.changed(before, grounds.dump()) == []
    assert lite.stall.parcels() == []


def test_without_a_service_nothing_is_booked(lite: Office) -> None:
    answer = lite.book(service="")
    assert (answer.status_code, lite.parcels(), lite.stall.parcels()) == (422, [], [])


@pytest.mark.parametrize(
    "wrong", [{"receiver_phone": "12"}, {"weight_g": "nặng"}, {"cod_vnd": "-5"}, {"receiver_name": ""}]
)
def test_what_does_not_fit_is_said_and_typed_text_stays(lite: Office, wrong: dict[str, str]) -> None:
    answer = lite.book(**wrong)
    assert answer.status_code == 422
    assert field_of(answer.text, "receiver_address") == RECEIVER.address
    assert "Trong tệp" not in answer.text  # a form is no file
    assert lite.parcels() == []


def test_a_form_sent_twice_is_one_parcel(office: Office) -> None:
    first, second = (office.book(request_id="gui-mot-lan-0001") for _ in range(2))
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.location == second.location
    assert len(office.stall.parcels()) == len(office.parcels()) == 1


def test_a_refused_parcel_comes_back_as_a_form_and_is_booked_under_its_number(lite: Office) -> None:
    answer = lite.book(service="KHONGCO")
    assert answer.status_code == 409
    assert "không áp dụng" in answer.text
    assert field_of(answer.text, "receiver_name") == RECEIVER.name
    [parcel] = lite.parcels()
    assert parcel.state == "refused"
    again = lite.book(f"/htx/van-don/{parcel.public_id}/lai")
    assert again.status_code == 303
    assert [one["reference"] for one in lite.stall.parcels()] == [parcel.number]
    assert lite.parcel(parcel.public_id).state == "booked"
    assert len(lite.parcels()) == 1


@pytest.mark.parametrize("fault", ["cut", "html", "bad_json"])
def test_a_booking_whose_answer_is_lost_is_not_certain_and_is_never_sent_by_itself(
    lite: Office, fault: str
) -> None:
    lite.stall.do("fault", kind=fault, on="createOrderNlp")
    parcel = lite.booked()
    assert parcel.state == "uncertain"
    assert parcel.number in lite.page(parcel)
    assert lite.book(f"/htx/van-don/{parcel.public_id}/lai").status_code == 409
    assert len(lite.stall.parcels()) == 1


def test_somebody_looks_and_says_that_it_is_booked(lite: Office) -> None:
    lite.stall.do("fault", kind="cut", on="createOrderNlp")
    parcel = lite.booked()
    number = lite.stall.parcels()[0]["number"]
    address = f"/htx/van-don/{parcel.public_id}/ket-luan"
    assert lite.client.post(address, data={"what": "booked", "ext_number": ""}).status_code == 422
    assert lite.client.post(address, data={"what": "booked", "ext_number": number}).status_code == 303
    assert (lite.parcel(parcel.public_id).state, lite.parcel(parcel.public_id).ext_number) == (
        "booked",
        number,
    )
    assert lite.client.post(address, data={"what": "not_booked"}).status_code == 409


def test_who_says_wrongly_that_it_is_not_booked_gets_no_second_parcel(lite: Office) -> None:
    lite.stall.do("fault", kind="cut", on="createOrderNlp")
    parcel = lite.booked()
    lite.client.post(f"/htx/van-don/{parcel.public_id}/ket-luan", data={"what": "not_booked"})
    assert lite.parcel(parcel.public_id).state == "refused"
    lite.book(f"/htx/van-don/{parcel.public_id}/lai")
    assert len(lite.stall.parcels()) == 1
    assert lite.parcel(parcel.public_id).state == "uncertain"


def test_a_push_settles_what_nobody_knew(lite: Office) -> None:
    lite.stall.do("fault", kind="cut", on="createOrderNlp")
    parcel = lite.booked()
    assert lite.push(*lite.stall.pushed(parcel.number, 105)).status_code == 200
    lite.apply()
    found = lite.parcel(parcel.public_id)
    assert (found.state, found.ext_number) == ("picked_up", lite.stall.parcels()[0]["number"])


def test_a_dead_token_is_renewed_and_the_parcel_is_booked_once(lite: Office) -> None:
    lite.stall.do("expire", username=lite.stall.username)
    version = lite.account().version
    assert lite.booked().state == "booked"
    assert lite.account().version == version + 1
    assert len(lite.stall.parcels()) == 1


def test_a_changed_password_asks_for_a_new_sign_in(lite: Office) -> None:
    lite.stall.do("expire", username=lite.stall.username)
    lite.stall.do("seed", username=lite.stall.username, password="mat khau khac 1")
    assert lite.book().status_code == 409
    assert lite.account().state == "needs_login"
    assert lite.stall.parcels() == []
    assert "đăng nhập lại" in lite.client.get("/htx/van-don/tai-khoan").text


def test_a_parcel_is_cancelled_until_it_was_fetched(office: Office) -> None:
    early, late = office.booked(), office.booked()
    answer = office.client.post(f"/htx/van-don/{early.public_id}/huy", data={"request_id": "huy-kien-0001"})
    assert answer.status_code == 303
    assert office.parcel(early.public_id).state == "cancelled"
    again = office.client.post(f"/htx/van-don/{early.public_id}/huy", data={"request_id": "huy-kien-0001"})
    assert again.location == answer.location
    office.stall.do("status", order=late.number, status=300)
    refused = office.client.post(f"/htx/van-don/{late.public_id}/huy")
    assert refused.status_code == 409
    assert "Không thể hủy" in refused.text
    assert office.parcel(late.public_id).state == "booked"


def test_a_label_is_printed_on_the_carriers_page(lite: Office) -> None:
    parcel = lite.booked()
    answer = lite.client.get(f"/htx/van-don/{parcel.public_id}/in")
    assert answer.status_code == 302
    assert answer.location.startswith("https://digitalize.viettelpost.vn/")


@pytest.mark.parametrize("state", ["hold", "recalled", "open", "destroyed"])
def test_a_lot_that_is_stopped_or_not_released_is_not_sent(lite: Office, state: str) -> None:
    with transaction() as session:
        session.get(Lot, lite.lot.id).state = state
    assert lite.book().status_code == 409
    assert lite.stall.parcels() == []


def an_order(office: Office) -> MarketOrder:
    with transaction() as session:
        places = grounds._shelf(session, datetime.now(UTC), office.coop, "7")
        return session.get(MarketOrder, places["order_id"])


def test_an_order_has_one_parcel_under_way_unless_a_second_is_wanted(office: Office) -> None:
    order = an_order(office)
    subject = {"lot": "", "shop": str(order.shop_id), "order": str(order.id)}
    parcel = office.booked(**subject)
    refused = office.book(**subject)
    assert refused.status_code == 409
    assert parcel.number in refused.text
    assert office.book(**subject, once_more="1").status_code == 303
    page = office.client.get(f"/htx/gian-hang/{order.shop_id}/don/{order.id}").text
    assert parcel.ext_number in page


def test_a_refused_parcel_is_not_booked_anew_when_its_lot_was_stopped_since(lite: Office) -> None:
    lite.book(service="KHONGCO")
    [parcel] = lite.parcels()
    with transaction() as session:
        session.get(Lot, lite.lot.id).state = "recalled"
    assert lite.book(f"/htx/van-don/{parcel.public_id}/lai").status_code == 409
    assert lite.stall.parcels() == []
    assert lite.parcel(parcel.public_id).state == "refused"


def test_a_refused_parcel_is_not_booked_anew_beside_another_of_its_order(office: Office) -> None:
    order = an_order(office)
    subject = {"lot": "", "shop": str(order.shop_id), "order": str(order.id)}
    office.book(service="KHONGCO", **subject)
    [parcel] = office.parcels()
    other = office.booked(**subject)
    again = f"/htx/van-don/{parcel.public_id}/lai"
    refused = office.book(again)
    assert refused.status_code == 409
    assert other.number in refused.text
    assert len(office.stall.parcels()) == 1
    assert office.book(again, once_more="1").status_code == 303


def test_nobody_gives_a_parcel_the_number_of_another(lite: Office) -> None:
    """What the carrier tells of the one would be told of both."""
    one = lite.booked()
    lite.stall.do("fault", kind="cut", on="createOrderNlp")
    other = lite.booked()
    said = {"what": "booked", "ext_number": one.ext_number}
    answer = lite.client.post(f"/htx/van-don/{other.public_id}/ket-luan", data=said)
    assert answer.status_code == 422
    assert one.number in answer.text
    assert lite.parcel(other.public_id).state == "uncertain"


def test_delivered_and_returned_are_marks_on_the_order_and_count_nowhere(office: Office) -> None:
    order = an_order(office)
    parcel = office.booked(lot="", shop=str(order.shop_id), order=str(order.id))
    for status, words in ((501, "đã giao"), (504, "đã trả về")):
        at = int(datetime.now(UTC).timestamp()) + status
        office.push(*office.stall.pushed(parcel.number, status, at))
        office.apply()
        assert words in office.client.get(f"/htx/gian-hang/{order.shop_id}/don/{order.id}").text
    with reading() as session:
        assert session.get(MarketOrder, order.id).status == "placed"
        counted = [
            session.execute(select(func.count()).select_from(table)).scalar_one()
            for table in (SalesDay, ShopDay)
        ]
    assert counted == [0, 0]


def test_a_neighbours_account_is_no_account(lite: Office) -> None:
    now = datetime.now(UTC)
    with transaction() as session:
        other = world.make_coop(session, now)
        lot = world.make_lot(session, now, other.plot, other.product)
    client = world.sign_in(lite.app.test_client(), other.manager)
    answer = client.post("/htx/van-don/moi", data={**BOX, **WHOM, "service": "VCN", "lot": lot.public_id})
    assert answer.status_code == 409
    assert lite.stall.parcels() == []


def test_a_wrong_password_connects_nothing_and_is_not_said_again(
    sqlite: Database, stall: CarrierStall, tmp_path: Path
) -> None:
    office = open_office(stall, tmp_path)
    form = {"username": stall.username, "password": "sai bet nhe", "token": "", **SENDER}
    answer = office.client.post("/htx/van-don/tai-khoan", data=form)
    assert answer.status_code == 409
    assert "sai bet nhe" not in answer.text
    assert office.client.post("/htx/van-don/tai-khoan", data={**form, "password": ""}).status_code == 422


def test_a_token_of_the_portal_works_until_it_ends(
    sqlite: Database, stall: CarrierStall, tmp_path: Path
) -> None:
    office = open_office(stall, tmp_path)
    form = {"username": "", "password": "", "token": stall.token.token, **SENDER}
    assert office.client.post("/htx/van-don/tai-khoan", data=form).status_code == 303
    assert office.booked().state == "booked"
    stall.do("expire", username=stall.username)
    assert office.book().status_code == 409
    assert office.account().state == "needs_login"


def test_disconnecting_forgets_what_was_sealed(lite: Office) -> None:
    parcel = lite.booked()
    assert lite.client.post("/htx/van-don/tai-khoan/ngat").status_code == 303
    account = lite.account()
    assert (account.login_sealed, account.token_sealed, account.hook_sealed) == (None, None, None)
    assert lite.book().status_code == 409
    assert lite.push(*lite.stall.pushed(parcel.number, 501)).status_code == 403
    assert "chờ lấy hàng" in lite.page(parcel)
    assert lite.client.get(f"/htx/van-don/{parcel.public_id}/in").status_code in {404, 409}


def test_a_history_begins_with_the_booking(lite: Office) -> None:
    parcel = lite.booked()
    with reading() as session:
        steps = session.execute(select(ShipmentStep)).scalars().all()
    assert [(one.shipment_id, one.state) for one in steps] == [(parcel.id, "booked")]
