"""Tiki's door: keys instead of a seller's page, tokens without refreshing, refusals."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import requests

from marketplaces.directory import open_shop
from marketplaces.http import Answer, Client
from marketplaces.interface import MarketplaceError
from marketplaces.tiki.errors import find_error, find_token_error
from marketplaces.values import AppKeys
from tests.marketplaces.stalls import SimulatedStall, last_hour, now
from tests.marketplaces.tiki_calls import ask, ask_token, published
from tests.marketplaces.transports import Answering


def test_the_applications_keys_give_a_token_and_no_refresh_token(tiki: SimulatedStall) -> None:
    told = ask_token(tiki).json()
    assert (told["expires_in"], told["token_type"], "refresh_token" in told) == (3600, "bearer", False)
    assert ask(tiki, "v2/sellers/me", told["access_token"]).json()["id"] == int(tiki.shop_id)
    assert ask(tiki, "v2/sellers/me").status_code == 200, "the token before lives on"


@pytest.mark.parametrize(
    ("secret", "form", "status", "error"),
    [
        ("another", {}, 401, "invalid_client"),
        ("", {}, 401, "invalid_client"),
        ("tiki-made-up", {"grant_type": "password"}, 400, "unsupported_grant_type"),
    ],
)
def test_the_token_server_refuses(
    tiki: SimulatedStall, secret: str, form: dict[str, str], status: int, error: str
) -> None:
    answer = ask_token(tiki, secret, **form)
    assert (answer.status_code, answer.json()["error"]) == (status, error)


def test_an_application_of_no_seller_or_of_two_gets_no_token(tiki: SimulatedStall) -> None:
    tiki.do("seed", name=f"second of {tiki.shop_id}", app={"id": tiki.keys.app_id, "secret": "tiki-made-up"})
    assert ask_token(tiki).json()["error"] == "invalid_client"


@pytest.mark.parametrize("way", ["basic", "post"])
def test_keys_travel_as_a_header_or_in_the_form_as_the_operator_says(tiki: SimulatedStall, way: str) -> None:
    keys = replace(tiki.keys, options=(("client_auth", way),))
    fresh = tiki.shop(keys=keys).exchange("", "")
    assert (fresh.ext_shop_id, fresh.refresh_token, fresh.refresh_expires_at) == (tiki.shop_id, "", None)
    assert now() + timedelta(minutes=55) < fresh.access_expires_at < now() + timedelta(minutes=65)
    shown = "".join(map(repr, tiki.records))
    assert "tiki-made-up" not in shown
    assert fresh.access_token not in shown
    for wrong in (replace(keys, app_secret="another"), replace(keys, app_id="1")):
        with pytest.raises(MarketplaceError) as refused:
            tiki.shop(keys=wrong).exchange("", "")
        assert (refused.value.kind, refused.value.permanent, refused.value.relogin) == ("setup", True, False)


def test_keys_of_another_shop_than_was_meant_are_told_apart(tiki: SimulatedStall) -> None:
    with pytest.raises(MarketplaceError, match=f"open shop {tiki.shop_id}, not '99'"):
        tiki.shop().exchange("", "99")


def test_connecting_leads_straight_back_and_nothing_opens_before() -> None:
    keys = AppKeys("7", "s", "https://api.tiki.vn")
    tiki = open_shop("tiki", Client(), keys, None, now)
    assert tiki.authorize_url("https://x.vn/back?state=a.b") == "https://x.vn/back?state=a.b"
    with pytest.raises(MarketplaceError) as refused:
        list(tiki.listings())
    assert refused.value.relogin


@pytest.mark.parametrize(
    ("path", "query", "status"),
    [
        ("v2/orders", {"limit": "0"}, 400),
        ("v2/orders", {"limit": "51"}, 400),
        ("v2/orders", {"page": "0"}, 400),
        ("v2/orders", {"page": "one"}, 400),
        ("v2/orders", {"updated_from_date": "2026-11-26"}, 400),
        ("v2/orders", {"order_by": "price|asc"}, 400),
        ("v2/orders", {"status": "not|a"}, 400),
        ("v2/orders/none", {}, 404),
        ("v2.1/products/7", {}, 404),
        ("v2/tracking/none", {}, 404),
        ("v1/queues/none/subscriptions", {}, 404),
    ],
)
def test_tiki_refuses(tiki: SimulatedStall, path: str, query: dict[str, str], status: int) -> None:
    answer = ask(tiki, path, params=query)
    assert answer.status_code == status
    assert answer.json()["errors"]


def test_only_the_sellers_own_living_token_opens_anything(tiki: SimulatedStall) -> None:
    other = SimulatedStall(tiki.address, tiki.market)
    order = other.order(published(other))
    assert ask(tiki, "v2/orders").status_code == 200
    assert ask(tiki, f"v2/orders/{order}").status_code == 404
    assert ask(tiki, "v2/orders", "made-up").status_code == 401
    assert requests.get(f"{tiki.address}/tiki/integration/v2/orders", timeout=120).status_code == 401
    tiki.expire()
    assert ask(tiki, "v2/orders").json() == {"errors": ["Access token is invalid or expired"]}


def test_a_token_ends_after_an_hour_by_tikis_clock(tiki: SimulatedStall) -> None:
    tiki.do("clock", offset_s=3_590)
    assert ask(tiki, "v2/orders").status_code == 200
    tiki.do("clock", offset_s=3_610)
    with pytest.raises(MarketplaceError) as ended:
        list(tiki.shop().orders(last_hour()))
    assert ended.value.kind == "expired_token"


@pytest.mark.parametrize(
    ("name", "value"),
    [("utc_offset_h", "east"), ("page_size", "0"), ("window_days", "1000"), ("client_auth", "jwt")],
)
def test_an_option_that_cannot_be_is_refused_at_once(tiki: SimulatedStall, name: str, value: str) -> None:
    with pytest.raises(MarketplaceError, match=name) as refused:
        tiki.shop(keys=replace(tiki.keys, options=((name, value),)))
    assert refused.value.kind == "setup"


@pytest.mark.parametrize(
    ("status", "data", "kind"),
    [
        (401, {"errors": ["Unauthorized"]}, "expired_token"),
        (403, {"errors": ["Scope order is missing"]}, "setup"),
        (404, {"errors": ["Not found"]}, "missing"),
        (400, {"errors": ["limit is invalid"]}, "refused"),
        (422, {"errors": ["Price is wrong"], "meta": {"source": "product", "id": 1}}, "refused"),
        (200, {"errors": ["Warehouse '[7]' are not found"]}, "refused"),
        (429, None, "rate_limit"),
        (405, "<html>", "refused"),
    ],
)
def test_refusals_are_told_apart(status: int, data: Any, kind: str) -> None:
    found = find_error(Answer(status, data, {}))
    assert found is not None
    assert (found.kind, found.permanent) == (kind, kind not in {"expired_token", "rate_limit"})
    assert not find_error(Answer(200, {"data": []}, {}))
    assert not find_error(Answer(503, {"errors": ["busy"]}, {}))
    assert not find_token_error(Answer(200, {"access_token": "a"}, {}))


def test_an_unreadable_token_is_no_token(tiki: SimulatedStall) -> None:
    for told in ({}, {"access_token": "", "expires_in": 3600}, {"access_token": "a", "expires_in": 0}):
        with pytest.raises(MarketplaceError):
            tiki.shop(transport=Answering(told)).refresh(tiki.credentials)
