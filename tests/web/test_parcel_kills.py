"""The server dies around a booking: no parcel is lost, and none is booked twice."""

import signal
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from tests.services.stamp_kills import in_child
from tests.web.parcels import Office
from trace.crashpoint import arm

POINTS = {"shipment noted": 0, "shipment sent": 1}
"""Where it dies, and how many parcels the carrier has by then."""
KEY = {"request_id": "kien-khi-may-tat"}


@pytest.fixture
def office(asked_office: Office) -> Office:
    return asked_office


def dying(office: Office, point: str) -> Callable[[int], None]:
    def work(_heard: int) -> None:
        arm(point)
        office.book(**KEY)

    return work


def killed(office: Office, url: str, point: str) -> None:
    end, _ = in_child(url, dying(office, point))
    assert end == -signal.SIGKILL
    [parcel] = office.parcels()
    assert (parcel.state, parcel.ext_number) == ("booking", "")
    assert len(office.stall.parcels()) == POINTS[point]


def later(office: Office) -> None:
    at = datetime.now(UTC) + timedelta(minutes=5)
    office.desk.now = lambda: at


@pytest.mark.parametrize("point", sorted(POINTS))
def test_the_form_sent_again_after_the_death_books_nothing(
    office: Office, database_url: str, point: str
) -> None:
    killed(office, database_url, point)
    answer = office.book(**KEY)
    [parcel] = office.parcels()
    assert answer.location.endswith(parcel.public_id)
    assert len(office.stall.parcels()) == POINTS[point]


@pytest.mark.parametrize("point", sorted(POINTS))
def test_the_regular_work_finds_it_or_says_that_nobody_knows(
    office: Office, database_url: str, point: str
) -> None:
    killed(office, database_url, point)
    office.stall.do("switch", name="lookup", value="own")
    later(office)
    office.run("track_shipments")
    [parcel] = office.parcels()
    assert parcel.state == ("booked" if POINTS[point] else "uncertain")
    assert parcel.ext_number == "".join(one["number"] for one in office.stall.parcels())


@pytest.mark.parametrize("point", sorted(POINTS))
def test_whatever_somebody_says_of_it_there_is_one_parcel_in_the_end(
    office: Office, database_url: str, point: str
) -> None:
    """Also when what is said is wrong: the number is the same, and the carrier refuses it twice."""
    killed(office, database_url, point)
    later(office)
    office.run("track_shipments")
    [parcel] = office.parcels()
    office.client.post(f"/htx/van-don/{parcel.public_id}/ket-luan", data={"what": "not_booked"})
    office.book(f"/htx/van-don/{parcel.public_id}/lai")
    assert [one["reference"] for one in office.stall.parcels()] == [parcel.number]
    office.push(*office.stall.pushed(parcel.number, 105))
    office.apply()
    [found] = office.parcels()
    assert (found.state, found.ext_number) == ("picked_up", office.stall.parcels()[0]["number"])
    assert found.twin_number == ""


def test_a_push_that_comes_before_the_answer_settles_it(office: Office, database_url: str) -> None:
    killed(office, database_url, "shipment sent")
    [parcel] = office.parcels()
    office.push(*office.stall.pushed(parcel.number, 104))
    office.apply()
    assert office.parcel(parcel.public_id).state == "booked"
