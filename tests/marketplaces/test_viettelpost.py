"""ViettelPost's adapter over its simulator: logins, prices, one booking, cancelling, tracking, printing."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import requests

from marketplaces.carriers import directory
from marketplaces.carriers.values import CarrierKeys, Login, Pass
from marketplaces.carriers.viettelpost.discretion import scrubbed
from marketplaces.carriers.viettelpost.tokens import pass_of
from marketplaces.http import Client
from marketplaces.interface import MarketplaceError
from marketplaces.simulators.viettelpost.accounts import LONG_LIFE_S, jwt
from tests.marketplaces.carrier_stall import BOX, RECEIVER, SENDER, CarrierStall, booking, now


@pytest.fixture
def vtp(simulators: str) -> Iterator[CarrierStall]:
    stall = CarrierStall(simulators)
    yield stall
    stall.do("fault", kind="none")
    for name in ("unique", "lookup", "prices"):
        stall.do("switch", name=name)


def failing(stall: CarrierStall, **changes: object) -> MarketplaceError:
    with pytest.raises(MarketplaceError) as caught:
        stall.carrier().book(booking(**changes))
    return caught.value


def test_two_logins_give_a_long_token_with_the_end_viettelpost_says(vtp: CarrierStall) -> None:
    token = vtp.carrier(token=None).login(vtp.login)
    assert token.expires_at is not None
    assert abs(token.expires_at - now() - timedelta(seconds=LONG_LIFE_S)) < timedelta(minutes=5)
    assert vtp.carrier(token=token).quote(SENDER, RECEIVER, BOX)


def test_a_wrong_password_asks_for_another_one_and_is_not_repeated_in_words(vtp: CarrierStall) -> None:
    with pytest.raises(MarketplaceError) as caught:
        vtp.carrier(token=None).login(Login(vtp.username, "sai bet"))
    assert (caught.value.kind, caught.value.relogin, caught.value.permanent) == ("relogin", True, True)
    assert "sai bet" not in str(caught.value)


def test_a_token_made_in_the_portal_says_its_end_itself_or_not_at_all() -> None:
    assert pass_of(jwt("htx", 1_900_000_000)).expires_at == datetime.fromtimestamp(1_900_000_000, UTC)
    assert pass_of("khong-phai-jwt").expires_at is None


def test_a_dead_token_is_told_from_a_refusal(vtp: CarrierStall) -> None:
    vtp.do("expire", username=vtp.username)
    with pytest.raises(MarketplaceError) as caught:
        vtp.carrier().quote(SENDER, RECEIVER, BOX)
    assert caught.value.kind == "expired_token"
    with pytest.raises(MarketplaceError, match="not logged in"):
        vtp.carrier(token=None).quote(SENDER, RECEIVER, BOX)


@pytest.mark.parametrize("form", ["result", "list", "data"])
def test_prices_are_read_in_each_form_they_come_in(vtp: CarrierStall, form: str) -> None:
    vtp.do("switch", name="prices", value=form)
    assert [(one.service, one.fee_vnd) for one in vtp.carrier().quote(SENDER, RECEIVER, BOX)] == [
        ("VCN", 51_000),
        ("VTK", 43_000),
    ]


def test_a_shipment_is_booked_with_its_receiver_its_weight_and_what_is_collected(vtp: CarrierStall) -> None:
    asked = booking()
    booked = vtp.carrier().book(asked)
    [parcel] = vtp.parcels()
    assert (parcel["number"], parcel["reference"]) == (booked.ext_number, asked.number)
    assert (parcel["weight_g"], parcel["cod_vnd"], parcel["payment"]) == (5_000, 250_000, 3)
    assert booked.fee_vnd == parcel["fee_vnd"] == 51_000
    told = next(one for one in vtp.told("received") if one["reference"] == asked.number)
    assert (told["RECEIVER_FULLNAME"], told["RECEIVER_PHONE"]) == (RECEIVER.name, RECEIVER.phone)
    assert told["RECEIVER_ADDRESS"] == RECEIVER.address


def test_without_money_to_collect_the_buyer_pays_nothing(vtp: CarrierStall) -> None:
    vtp.carrier().book(booking(parcel=replace(BOX, cod_vnd=0)))
    assert [(one["payment"], one["cod_vnd"]) for one in vtp.parcels()] == [(1, 0)]


def test_a_number_booked_before_is_refused_where_viettelpost_heeds_the_check(vtp: CarrierStall) -> None:
    asked = booking()
    vtp.carrier().book(asked)
    assert failing(vtp, number=asked.number).kind == "refused"
    vtp.carrier(check_unique="no").book(asked)
    assert len(vtp.parcels()) == 2


@pytest.mark.parametrize("fault", ["cut", "html", "bad_json"])
def test_an_answer_that_breaks_off_after_booking_is_uncertain_and_not_sent_again(
    vtp: CarrierStall, fault: str
) -> None:
    vtp.do("fault", kind=fault, on="createOrderNlp")
    assert failing(vtp).kind == "uncertain"
    assert len(vtp.parcels()) == 1


def test_a_server_that_hangs_is_uncertain_and_one_that_is_away_is_not(vtp: CarrierStall) -> None:
    vtp.do("fault", kind="500", on="createOrderNlp")
    assert failing(vtp).kind == "uncertain"
    gone = CarrierKeys("http://127.0.0.1:9")
    carrier = directory.open_carrier("viettelpost", Client(), gone, Pass("t", None), now)
    with pytest.raises(MarketplaceError) as caught:
        carrier.book(booking())
    assert caught.value.kind == "unavailable"


def test_too_fast_is_no_booking(vtp: CarrierStall) -> None:
    vtp.do("fault", kind="429", on="createOrderNlp")
    assert failing(vtp).kind == "rate_limit"
    assert vtp.parcels() == []


def test_a_refusal_that_quotes_the_receiver_comes_out_without_a_word_of_theirs(vtp: CarrierStall) -> None:
    wrong = replace(RECEIVER, phone="09-12")
    error = failing(vtp, receiver=wrong)
    assert error.kind == "refused"
    assert "không hợp lệ" in str(error)
    for word in ("Hoàng", "Kín", "Tiếng", "09-12", "Ngõ", "Vắng", "Lặng"):
        assert word not in str(error)
    assert all(word not in repr(vtp.records) for word in ("Kín", RECEIVER.phone, "Vắng", vtp.login.password))


@pytest.mark.parametrize(
    "said", ["HOANG KIN TIENG", "Hoàng Kín Tiếng", "hoàng-kín.tiếng", "84 912 345 987", "+84.912.345.987"]
)
def test_however_the_carrier_writes_them_the_receivers_words_are_starred(said: str) -> None:
    told = scrubbed(f"Không giao cho {said} được", (RECEIVER,))
    assert told.startswith("Không giao cho ***")
    assert told.endswith("được")
    assert not any(part in told.lower() for part in ("kin", "kín", "tieng", "912", "345"))


def test_a_booking_shows_nobody() -> None:
    assert all(word not in repr(booking()) for word in (*RECEIVER.words(), *SENDER.words()))
    assert "secret" not in repr(Login("a", "secret"))


def test_a_shipment_is_cancelled_before_it_is_fetched_and_not_after(vtp: CarrierStall) -> None:
    carrier = vtp.carrier()
    first, second = carrier.book(booking()), carrier.book(booking())
    for _ in range(2):
        carrier.cancel(first.ext_number, "khách đổi ý")
    vtp.do("status", order=second.ext_number, status=200)
    with pytest.raises(MarketplaceError) as caught:
        carrier.cancel(second.ext_number, "muộn")
    assert caught.value.kind == "refused"
    assert {one["number"]: one["status"] for one in vtp.parcels()} == {
        first.ext_number: 107,
        second.ext_number: 200,
    }


def test_another_accounts_shipment_cannot_be_cancelled(vtp: CarrierStall, simulators: str) -> None:
    other = CarrierStall(simulators).carrier().book(booking())
    with pytest.raises(MarketplaceError):
        vtp.carrier().cancel(other.ext_number, "")


def test_tracking_is_off_until_the_operator_says_how_it_is_asked(vtp: CarrierStall) -> None:
    with pytest.raises(MarketplaceError) as caught:
        vtp.carrier().track("NS1")
    assert caught.value.kind == "setup"
    assert not vtp.carrier().capabilities.tracks
    asked = booking()
    booked = vtp.carrier().book(asked)
    carrier = vtp.carrier(lookup="getOrderInfoByOrderNumber")
    assert carrier.capabilities.tracks
    assert carrier.track(asked.number) is None
    vtp.do("switch", name="lookup", value="both")
    found = carrier.track(asked.number)
    assert found is not None
    assert (found.ext_number, found.number, found.code) == (booked.ext_number, asked.number, "100")
    assert carrier.track(booked.ext_number) == found
    assert carrier.track("NS-nowhere") is None


def test_labels_are_printed_at_an_address_of_viettelposts(vtp: CarrierStall) -> None:
    booked = vtp.carrier().book(booking())
    link = vtp.carrier().print_link([booked.ext_number], now() + timedelta(hours=1))
    assert link.startswith("https://digitalize.viettelpost.vn/DigitalizePrint/report.do?type=1&bill=")
    with pytest.raises(MarketplaceError):
        vtp.carrier().print_link([], now())


@pytest.mark.parametrize(("name", "value"), [("lookup", "yes"), ("check_unique", "maybe")])
def test_an_option_that_cannot_be_is_refused(name: str, value: str) -> None:
    with pytest.raises(MarketplaceError, match=name):
        directory.open_carrier("viettelpost", Client(), CarrierKeys("https://x", ((name, value),)), None, now)


def test_a_carrier_nobody_knows_is_refused() -> None:
    assert directory.names() == ("viettelpost",)
    assert directory.label("viettelpost") == "ViettelPost"
    with pytest.raises(MarketplaceError, match="no carrier"):
        directory.open_carrier("nowhere", Client(), CarrierKeys("https://x"), None, now)


def test_a_person_plays_the_postman(vtp: CarrierStall) -> None:
    booked = vtp.carrier().book(booking())
    page = f"{vtp.address}/viettelpost/"
    assert booked.ext_number in requests.get(page, timeout=60).text
    for status, left in (("105", 200), ("500", 200), ("501", 200), ("12", 400)):
        form = {"number": booked.ext_number, "status": status}
        assert requests.post(f"{page}play/move", data=form, timeout=60).status_code == left
    assert (
        requests.post(f"{page}play/move", data={"number": "1", "status": "501"}, timeout=60).status_code
        == 400
    )
    assert [one["status"] for one in vtp.parcels()] == [501]
