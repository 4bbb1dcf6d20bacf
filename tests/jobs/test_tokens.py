"""Tokens: renewed in time by one worker, stored before use, sealed for their place."""

import contextlib
import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from marketplaces.interface import MarketplaceError
from marketplaces.shopee.adapter import Shopee
from marketplaces.values import Credentials
from tests.jobs.market import Stand, figures
from tests.jobs.test_pulling_orders import sell
from trace.db import reading, transaction
from trace.errors import Unavailable
from trace.jobs.refresh_tokens import fresh_tokens
from trace.records.shop import Shop, ShopToken
from trace.services import shop_tokens


@pytest.fixture
def renewals(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every refresh call that went out."""
    calls: list[str] = []
    honest = Shopee.refresh

    def counted(self: Shopee, credentials: Credentials) -> Credentials:
        calls.append(credentials.refresh_token)
        return honest(self, credentials)

    monkeypatch.setattr(Shopee, "refresh", counted)
    return calls


def version(stand: Stand) -> int:
    with reading() as session:
        return session.get(ShopToken, stand.shop.id).version


def test_eight_workers_at_expiry_make_exactly_one_refresh_call(stand: Stand, renewals: list[str]) -> None:
    stand.travel(hours=3, minutes=30)
    stand.desk.sleep = threading.Event().wait
    found, together = [], threading.Barrier(8)

    def need_tokens() -> None:
        together.wait()
        found.append(fresh_tokens(stand.desk, stand.shop.id, "shopee").credentials.access_token)

    threads = [threading.Thread(target=need_tokens) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(renewals), len(found), len(set(found))) == (1, 8, 1)
    assert version(stand) == 2


def test_without_the_lease_the_same_race_spends_the_token_more_than_once(
    lite: Stand, renewals: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shop_tokens, "take_lease", lambda *_given: True)
    lite.travel(hours=3, minutes=30)
    together = threading.Barrier(4)

    def need_tokens() -> None:
        together.wait()
        with contextlib.suppress(MarketplaceError):
            fresh_tokens(lite.desk, lite.shop.id, "shopee")

    threads = [threading.Thread(target=need_tokens) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(renewals) > 1


def test_tokens_are_renewed_after_four_fifths_of_their_life_and_not_before(
    lite: Stand, renewals: list[str]
) -> None:
    lite.travel(hours=2, minutes=55)
    lite.run("refresh_tokens")
    assert renewals == []
    lite.travel(minutes=20)
    lite.run("refresh_tokens")
    assert len(renewals) == 1


def test_a_token_refused_in_the_middle_is_renewed_and_the_reading_goes_on(
    lite: Stand, renewals: list[str]
) -> None:
    sell(lite, 250, days=12)
    lite.market.control("fault", kind="expired", times=1, on="get_order_detail")
    assert lite.run().state == "done"
    assert len(renewals) == 1
    assert figures() == lite.market.truth()


def test_a_refresh_that_fails_for_a_passing_reason_leaves_the_old_token_in_use(
    lite: Stand, renewals: list[str]
) -> None:
    sell(lite, 3, days=1)
    lite.travel(hours=3, minutes=30)
    lite.market.control("fault", kind="500", times=1, on="access_token")
    assert lite.run().state == "done"
    assert (len(renewals), version(lite)) == (1, 1)
    assert figures() == lite.market.truth()


def test_a_seller_who_signs_in_anew_meanwhile_wins_over_a_failing_refresh(
    lite: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    def sign_in_then_fail(_self: Shopee, credentials: Credentials) -> Credentials:
        with transaction() as session:
            shop = session.get(Shop, lite.shop.id)
            new = replace(credentials, access_token="new", access_expires_at=lite.now() + timedelta(hours=4))
            shop_tokens.store_tokens(session, shop, new, lite.now())
        raise MarketplaceError("used before", permanent=True, kind="relogin")

    monkeypatch.setattr(Shopee, "refresh", sign_in_then_fail)
    lite.travel(hours=3, minutes=30)
    assert fresh_tokens(lite.desk, lite.shop.id, "shopee").credentials.access_token == "new"


def test_a_holder_that_died_frees_the_refresh_after_its_lease(lite: Stand, renewals: list[str]) -> None:
    lite.travel(hours=3, minutes=30)
    with transaction() as session:
        assert shop_tokens.take_lease(session, lite.shop.id, 1, "dead", lite.now())
        assert not shop_tokens.take_lease(session, lite.shop.id, 1, "other", lite.now())
    lite.travel(seconds=shop_tokens.LEASE.total_seconds() + 1)
    fresh_tokens(lite.desk, lite.shop.id, "shopee")
    assert (len(renewals), version(lite)) == (1, 2)


def test_an_old_version_cannot_be_swapped_in(stand: Stand) -> None:
    with transaction() as session:
        held = shop_tokens.read_tokens(session, stand.shop.id).credentials
        assert shop_tokens.swap_tokens(session, stand.shop.id, 1, held, stand.now())
        assert not shop_tokens.swap_tokens(session, stand.shop.id, 1, held, stand.now())


def test_tokens_lie_sealed_and_open_only_for_their_own_shop(lite: Stand) -> None:
    with reading() as session:
        row = session.execute(select(ShopToken)).scalars().one()
        plain = shop_tokens.read_tokens(session, lite.shop.id).credentials
    assert plain.access_token.encode() not in row.access_sealed
    with transaction() as session:
        session.get(Shop, lite.shop.id).ext_shop_id = "999"
    with pytest.raises(Unavailable), reading() as session:
        shop_tokens.read_tokens(session, lite.shop.id)
