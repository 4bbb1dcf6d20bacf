"""The regular work on parcels: tokens, pushes left lying, bookings nobody knows of, silence."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from marketplaces.carriers.values import Pass
from tests.marketplaces.carrier_stall import CarrierStall
from tests.marketplaces.stalls import serving
from tests.services.shipment_world import note_parcel
from tests.web.parcels import Office, open_office
from trace.db import Database, transaction
from trace.jobs import clock
from trace.records.carrier import CarrierAccount
from trace.records.shipment import Shipment
from trace.services import carrier_accounts

LOOKUP = {"lookup": "getOrderInfoByOrderNumber"}


@pytest.fixture(scope="module")
def simulators() -> Iterator[str]:
    with serving() as address:
        yield address


def opened(simulators: str, folder: Path, **options: str) -> Office:
    stall = CarrierStall(simulators)
    office = open_office(stall, folder, **options)
    assert office.connect().status_code == 303
    return office


@pytest.fixture
def office(database: Database, simulators: str, tmp_path: Path) -> Iterator[Office]:
    """One whose carrier can be asked."""
    office = opened(simulators, tmp_path, **LOOKUP)
    office.stall.do("switch", name="lookup", value="both")
    yield office
    office.stall.do("switch", name="lookup")
    office.stall.do("fault", kind="none")


@pytest.fixture
def mute(sqlite: Database, simulators: str, tmp_path: Path) -> Office:
    """One whose carrier cannot be asked: as it is shipped."""
    return opened(simulators, tmp_path)


def later(office: Office, **span: float) -> None:
    at = datetime.now(UTC) + timedelta(**span)
    office.desk.now = lambda: at


def left_lying(office: Office, *, reached: bool) -> Shipment:
    """A booking whose process died before it heard: the carrier has it, or not."""
    now = datetime.now(UTC)
    with transaction() as session:
        account = session.get(CarrierAccount, office.account().id)
        parcel = note_parcel(session, office.coop, account, now, lot=office.lot.public_id)
    if reached:
        from dataclasses import replace

        from tests.marketplaces.carrier_stall import booking

        office.stall.carrier().book(replace(booking(), number=parcel.number))
    return parcel


def test_a_booking_that_was_heard_of_by_nobody_is_found_by_our_number(office: Office) -> None:
    parcel = left_lying(office, reached=True)
    later(office, minutes=3)
    job = office.run("track_shipments")
    assert (job.state, job.figures["found"]) == ("done", 1)
    found = office.parcel(parcel.public_id)
    assert (found.state, found.ext_number) == ("booked", office.stall.parcels()[0]["number"])


def test_that_nothing_is_found_proves_nothing(office: Office) -> None:
    parcel = left_lying(office, reached=False)
    later(office, minutes=3)
    assert office.run("track_shipments").figures["asked"] == 1
    found = office.parcel(parcel.public_id)
    assert (found.state, found.was_uncertain) == ("uncertain", True)


def test_a_booking_on_its_way_is_left_alone(office: Office) -> None:
    parcel = left_lying(office, reached=False)
    later(office, seconds=30)
    assert office.run("track_shipments").figures.get("asked", 0) == 0
    assert office.parcel(parcel.public_id).state == "booking"


def test_a_silent_parcel_is_asked_for_and_one_heard_of_is_not(office: Office) -> None:
    parcel = office.booked()
    office.stall.do("status", order=parcel.number, status=300)
    assert office.run("track_shipments").figures.get("asked", 0) == 0
    later(office, hours=25)
    assert office.run("track_shipments").figures["found"] == 1
    assert office.parcel(parcel.public_id).state == "in_transit"
    assert office.run("track_shipments").figures.get("asked", 0) == 0


def test_a_parcel_that_is_over_is_asked_for_no_more(office: Office) -> None:
    parcel = office.booked()
    office.push(*office.stall.pushed(parcel.number, 501))
    later(office, hours=90)
    job = office.run("track_shipments")
    assert (job.figures["pushes"], job.figures.get("asked", 0)) == (1, 0)
    assert office.parcel(parcel.public_id).state == "delivered"


def test_where_the_carrier_cannot_be_asked_silence_is_shown(mute: Office) -> None:
    parcel = mute.booked()
    with transaction() as session:
        row = session.get(Shipment, parcel.id)
        row.heard_at = row.state_at = datetime.now(UTC) - timedelta(hours=30)
    assert mute.run("track_shipments").figures["silent"] == 1
    assert "không nghe tin" in mute.page(parcel)


def test_pushes_whose_job_was_lost_are_applied_by_the_next_round(mute: Office) -> None:
    parcel = mute.booked()
    mute.push(*mute.stall.pushed(parcel.number, 500))
    assert mute.run("track_shipments").figures["pushes"] == 1
    assert mute.parcel(parcel.public_id).state == "out_for_delivery"


def test_a_token_is_renewed_after_four_fifths_of_its_life(office: Office) -> None:
    version = office.account().version
    later(office, days=700)
    office.run("track_shipments")
    assert office.account().version == version
    later(office, days=810)
    office.run("track_shipments")
    assert office.account().version == version + 1


def test_two_who_renew_at_once_keep_one_token(office: Office) -> None:
    now = datetime.now(UTC)
    with transaction() as session:
        held = carrier_accounts.access(session, office.account().id, now)
    with transaction() as session:
        assert carrier_accounts.swap_token(session, held, Pass("first", None), now)
    with transaction() as session:
        assert not carrier_accounts.swap_token(session, held, Pass("second", None), now)
        assert carrier_accounts.access(session, held.account_id, now).token.token == "first"


def test_a_password_that_was_changed_asks_for_a_sign_in_and_keeps_no_other_waiting(office: Office) -> None:
    office.stall.do("seed", username=office.stall.username, password="mat khau moi 77")
    later(office, days=900)
    job = office.run("track_shipments")
    assert (job.state, job.figures["failed"]) == ("done", 1)
    account = office.account()
    assert account.state == "needs_login"
    assert "mat khau" not in account.last_error


def test_a_carrier_that_is_away_loses_nothing(office: Office) -> None:
    parcel = left_lying(office, reached=True)
    later(office, minutes=3)
    office.stall.do("fault", kind="500", share=1.0, on="getOrderInfo")
    office.desk.patience = office.desk.patience.__class__(attempts=2, first_s=0.0, most_s=0.0)
    assert office.run("track_shipments").figures["failed"] == 1
    assert office.parcel(parcel.public_id).state == "uncertain"
    office.stall.do("fault", kind="none")
    office.run("track_shipments")
    assert office.parcel(parcel.public_id).state == "booked"


def test_the_round_is_on_the_clock(mute: Office) -> None:
    clock.plan_house(mute.desk)
    assert clock.tick(mute.desk) >= 3
