"""SSCCs: right, under one's own prefix, and no number twice."""

import threading
from contextlib import suppress
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session, select

from tests import world
from tests.services import consignment_world as export
from tests.services import farm
from trace.db import Database, reading, transaction
from trace.records.event import Event
from trace.records.logistic_unit import LogisticUnit
from trace.services import dispatching
from trace.services.logging_acts import body_of
from trace.services.sscc_numbers import take_ssccs
from trace.standards import check_digit, sscc


@pytest.fixture
def coop(database: Database, now: datetime) -> world.Coop:
    with transaction() as session:
        return farm.found(session, now)


def numbers(session: Session) -> list[str | None]:
    return list(session.exec(select(LogisticUnit.sscc).order_by(LogisticUnit.id)).all())


def test_boxes_of_an_owner_of_a_prefix_are_numbered_in_a_row(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        export.own_prefix(session, now, coop)
        goods = export.lot(session, now, coop)
        export.boxes(session, now, coop, goods, count=2)
        export.boxes(session, now, coop, goods, count=1)
        found = numbers(session)
    assert found == [check_digit.complete(f"095212345{n:08}") for n in range(3)]
    assert all(sscc.is_valid(one) for one in found)


def test_an_organisation_without_a_prefix_keeps_its_own_numbers(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        other = world.make_coop(session, now)
        export.own_prefix(session, now, other)
        export.own_prefix(session, now, coop, "95212346", state="waiting")
        export.own_prefix(session, now, coop, "95212347", valid_to=date(2026, 1, 2))
        export.own_prefix(session, now, coop, "9521234800017", kind="single")
        export.boxes(session, now, coop, export.lot(session, now, coop))
        assert numbers(session) == [None, None]


def test_events_know_a_box_by_its_sscc(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        export.own_prefix(session, now, coop)
        one = export.loaded(session, now, coop, export.lot(session, now, coop))
        dispatching.dispatch(session, coop.hand, one.public_id, now)
        body = body_of(session.exec(select(Event).where(Event.act == "dispatch")).one())
        found = numbers(session)
    assert body["epcList"] == [f"https://id.gs1.org/00/{one}" for one in found]


def test_an_undone_act_uses_no_number_up(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        export.own_prefix(session, now, coop)
    with suppress(ZeroDivisionError), transaction() as session:
        export.boxes(session, now, coop, export.lot(session, now, coop))
        raise ZeroDivisionError
    with transaction() as session:
        export.boxes(session, now, coop, export.lot(session, now, coop), count=1)
        assert numbers(session) == [sscc.made("95212345", 0)]


def test_many_at_once_never_get_one_number_twice(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        export.own_prefix(session, now, coop)
        goods = [export.lot(session, now, coop) for _ in range(4)]

    def work(at: int) -> None:
        for _ in range(3):
            with transaction() as session:
                export.boxes(session, now, coop, goods[at], count=5, kg=1)

    threads = [threading.Thread(target=work, args=(at,)) for at in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with reading() as session:
        found = numbers(session)
    assert sorted(found) == [sscc.made("95212345", n) for n in range(60)]


def test_a_prefix_that_changes_hands_goes_on_counting(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        first = export.own_prefix(session, now, coop)
        export.boxes(session, now, coop, export.lot(session, now, coop), count=2)
        first.valid_to = date(2026, 1, 2)
        other = world.make_coop(session, now)
        export.own_prefix(session, now, other)
        assert take_ssccs(session, other.org.id, 1, farm.DAY) == [sscc.made("95212345", 2)]


def test_a_longer_prefix_of_the_same_beginning_gives_no_number_again(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        short = export.own_prefix(session, now, coop, "952123")
        export.own_prefix(session, now, coop, "95212300")
        export.boxes(session, now, coop, export.lot(session, now, coop), count=2)
        short.valid_to = date(2026, 1, 2)
        export.boxes(session, now, coop, export.lot(session, now, coop), count=1)
        found = numbers(session)
    assert len(set(found)) == 3


def test_what_a_prefix_has_no_room_for_gets_no_number(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        export.own_prefix(session, now, coop, "952123456789")
        taken = take_ssccs(session, coop.org.id, sscc.room("952123456789") + 2, farm.DAY)
    assert (len(set(taken)), taken[-3:]) == (10_001, [sscc.made("952123456789", 9_999), None, None])


@given(prefix=st.from_regex(r"[1-9][0-9]{3,11}", fullmatch=True), data=st.data())
def test_a_number_can_be_read_back(prefix: str, data: st.DataObject) -> None:
    serial = data.draw(st.integers(0, sscc.room(prefix) - 1))
    made = sscc.made(prefix, serial)
    assert sscc.validate(made) == made
    assert sscc.serial_of(prefix, made) == serial
