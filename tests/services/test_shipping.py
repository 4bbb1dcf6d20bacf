"""Parcels written down: two people at once, one push in many hands, what waits on the first page."""

from datetime import datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import func, select

from marketplaces.carriers.values import Booked
from tests import world
from tests.services import shipment_world
from tests.services.test_racing import at_once, written
from tests.web import grounds
from trace.db import Database, reading, transaction
from trace.errors import NotFound, Refused, Unavailable
from trace.keyring import current_keyring
from trace.records.carrier import CarrierAccount, CarrierPush
from trace.records.shipment import Shipment, ShipmentStep
from trace.services import carrier_accounts, shipment_steps, shipping, today
from trace.services.intake import read
from trace.services.shipment_given import ConclusionIn, ParcelIn


@pytest.fixture
def coop(database: Database, now: datetime) -> world.Coop:
    with transaction() as session:
        return world.make_coop(session, now)


@pytest.fixture
def account(coop: world.Coop, now: datetime) -> CarrierAccount:
    with transaction() as session:
        return shipment_world.connect_account(session, coop, now)


def count(table: type) -> int:
    with reading() as session:
        return int(session.execute(select(func.count()).select_from(table)).scalar_one())


def test_of_two_who_send_one_order_at_once_one_is_told(
    coop: world.Coop, account: CarrierAccount, now: datetime
) -> None:
    with transaction() as session:
        places = grounds._shelf(session, now, coop, "7")
    subject = {"shop": places["shop_id"], "order": places["order_id"]}

    def send(session: object) -> Shipment:
        return shipment_world.note_parcel(session, coop, account, now, **subject)

    answers = at_once(*(written(send) for _ in range(4)))
    assert [type(one) for one in answers].count(Refused) == 3
    assert count(Shipment) == 1


def test_one_push_in_many_hands_is_one_row_and_one_step(
    coop: world.Coop, account: CarrierAccount, now: datetime
) -> None:
    with transaction() as session:
        parcel = shipment_world.note_parcel(session, coop, account, now)
    event = shipment_world.told(parcel, "501", now)
    answers = at_once(*(written(shipment_steps.take_in, account, event, now) for _ in range(6)))
    assert sorted(map(bool, answers)) == [False] * 5 + [True]
    apply = partial(_apply, account.id, now)
    at_once(*(written(apply) for _ in range(3)))
    assert (count(CarrierPush), count(ShipmentStep)) == (1, 1)


def _apply(account_id: int, now: datetime, session: object) -> int:
    waiting = shipment_steps.waiting(session, account_id)
    return shipment_steps.apply(session, waiting, lambda _code: "delivered", now)


def test_a_refusal_after_a_doubtful_call_leaves_the_doubt(
    coop: world.Coop, account: CarrierAccount, now: datetime
) -> None:
    with transaction() as session:
        parcel = shipment_world.note_parcel(session, coop, account, now)
        shipping.note_unbooked(session, parcel.id, 1, sure=False, problem="")
        shipping.conclude(session, coop.boss, parcel.public_id, ConclusionIn(what="not_booked"), now)
        again = shipping.again(session, coop.boss, parcel.public_id, account, _box(), now)
        left = shipping.note_unbooked(session, again.id, again.attempt, sure=True, problem="exists")
        assert (left.state, left.was_uncertain, left.attempt) == ("uncertain", True, 2)


def _box() -> ParcelIn:
    return read(ParcelIn, shipment_world.BOX)


def test_an_answer_that_comes_after_a_push_takes_nothing_back(
    coop: world.Coop, account: CarrierAccount, now: datetime
) -> None:
    with transaction() as session:
        parcel = shipment_world.note_parcel(session, coop, account, now)
        shipment_steps.take_in(session, account, shipment_world.told(parcel, "105", now), now)
        _apply(account.id, now, session)
        shipping.note_unbooked(session, parcel.id, 1, sure=False, problem="cut")
        assert (
            shipping.note_booked(session, parcel.id, Booked("1734200501", 51_000), now).state == "delivered"
        )


def test_a_carrier_whose_clock_is_behind_ours_is_believed(
    coop: world.Coop, account: CarrierAccount, now: datetime
) -> None:
    with transaction() as session:
        parcel = shipment_world.note_parcel(session, coop, account, now)
        shipping.note_booked(session, parcel.id, Booked("1734200501"), now)
        event = shipment_world.told(parcel, "501", now - timedelta(minutes=9))
        shipment_steps.take_in(session, account, event, now)
        _apply(account.id, now, session)
        assert session.get_one(Shipment, parcel.id).state == "delivered"


def test_what_is_sealed_belongs_to_its_organisation(
    coop: world.Coop, account: CarrierAccount, now: datetime
) -> None:
    with transaction() as session:
        other = shipment_world.connect_account(session, world.make_coop(session, now), now)
        row = session.get_one(CarrierAccount, account.id)
        assert b"mat khau" not in (row.login_sealed or b"")
        other.token_sealed = row.token_sealed
    with reading() as session, pytest.raises(Unavailable):
        carrier_accounts.access(session, other.id, now)
    with pytest.raises(Unavailable):
        current_keyring().unseal(row.token_sealed or b"", carrier_accounts.carrier_place(row, "login"))


def test_what_nobody_is_sure_of_waits_on_the_first_page(
    coop: world.Coop, account: CarrierAccount, now: datetime
) -> None:
    with transaction() as session:
        parcel = shipment_world.note_parcel(session, coop, account, now)
        shipping.note_unbooked(session, parcel.id, 1, sure=False, problem="")
        carrier_accounts.need_login(session, account.id, "relogin")
        neighbour = world.make_coop(session, now)
    with reading() as session:
        found = [(one.kind, one.subject) for one in today.todos(session, coop.boss, now)]
        theirs = today.todos(session, neighbour.boss, now)
    assert found[:2] == [("parcel", parcel.public_id), ("carrier", "")]
    assert [one.kind for one in theirs if one.kind in {"parcel", "carrier"}] == []


def test_a_neighbours_parcel_is_nobodys(coop: world.Coop, account: CarrierAccount, now: datetime) -> None:
    with transaction() as session:
        parcel = shipment_world.note_parcel(session, coop, account, now)
        neighbour = world.make_coop(session, now)
        with pytest.raises(NotFound):
            shipping.ask_cancel(session, neighbour.boss, parcel.public_id, now)
