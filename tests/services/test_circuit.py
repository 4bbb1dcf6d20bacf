"""A shop that fails rests, longer each time, and comes back by itself; a day's quota is everybody's."""

from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from sqlmodel import Session

from marketplaces.interface import MarketplaceError
from tests import world
from trace.db import Database, reading, transaction
from trace.records.shop import Shop, ShopState
from trace.services import shop_circuit

HOUR = timedelta(hours=1)


@pytest.fixture
def three(database: Database, now: datetime) -> list[int]:
    """Two shops of one marketplace and one of another."""
    with transaction() as session:
        coop = world.make_coop(session, now)
        return [make(session, coop, name, number, now) for number, name in enumerate(("a", "a", "b"))]


def make(session: Session, coop: world.Coop, marketplace: str, number: int, now: datetime) -> int:
    shop = Shop(
        org_id=coop.org.id, marketplace=marketplace, ext_shop_id=str(number), name="x", created_at=now
    )
    shop.state = ShopState.CONNECTED
    return int(world.add(session, shop).id)


def fail(shop_id: int, now: datetime, **error: object) -> Shop:
    with transaction() as session:
        return shop_circuit.note_failure(session, shop_id, MarketplaceError("no", **error), now)


def pauses(ids: list[int]) -> list[datetime | None]:
    with reading() as session:
        return [session.get_one(Shop, one).paused_until for one in ids]


def test_two_faults_are_borne_and_the_third_pauses_longer_each_time(three: list[int], now: datetime) -> None:
    lengths = []
    for _ in range(12):
        lengths.append((fail(three[0], now).paused_until or now) - now)
    assert lengths[:2] == [timedelta(), timedelta()]
    assert timedelta(seconds=48) <= lengths[2] <= timedelta(seconds=60)
    assert all(longer > shorter for shorter, longer in pairwise(lengths[2:8]))
    assert max(lengths) <= HOUR
    assert pauses(three)[1:] == [None, None]


def test_one_good_answer_closes_the_circuit(three: list[int], now: datetime) -> None:
    for _ in range(5):
        fail(three[0], now)
    with transaction() as session:
        shop_circuit.note_success(session, three[0], now)
    assert pauses(three) == [None, None, None]
    assert fail(three[0], now).paused_until is None


def test_a_named_wait_is_obeyed_and_is_the_shops_alone(three: list[int], now: datetime) -> None:
    fail(three[0], now, kind="rate_limit", retry_after=7.0)
    assert pauses(three) == [now + timedelta(seconds=7), None, None]


def test_a_days_quota_rests_every_shop_of_the_marketplace_and_no_other(
    three: list[int], now: datetime
) -> None:
    fail(three[1], now, kind="quota", retry_after=3_600.0)
    assert pauses(three) == [now + HOUR, now + HOUR, None]


def test_a_quota_never_shortens_a_pause(three: list[int], now: datetime) -> None:
    fail(three[0], now, kind="rate_limit", retry_after=7_200.0)
    fail(three[1], now, kind="quota", retry_after=3_600.0)
    assert pauses(three) == [now + 2 * HOUR, now + HOUR, None]


def test_a_lost_permission_asks_for_a_sign_in_and_stops_the_schedules(
    three: list[int], now: datetime
) -> None:
    assert fail(three[0], now, relogin=True).state == ShopState.NEEDS_LOGIN
