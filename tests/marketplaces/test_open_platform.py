"""What Lazada and Alibaba.com share: the clock, the seller's agreement, pushes nobody can read."""

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from marketplaces.interface import MarketplaceError
from tests.marketplaces.stalls import SimulatedStall, now


@pytest.fixture(params=["lazada", "alibaba"])
def stall(request: pytest.FixtureRequest, stall_of: Callable[[str], SimulatedStall]) -> SimulatedStall:
    return stall_of(request.param)


def test_our_clock_three_hours_behind_is_named(stall: SimulatedStall) -> None:
    with pytest.raises(MarketplaceError) as failed:
        list(stall.shop(clock=lambda: now() - timedelta(hours=3)).listings())
    assert failed.value.kind == "clock"


def test_the_seller_agrees_and_the_answer_names_the_shop(stall: SimulatedStall) -> None:
    link = stall.shop().authorize_url("http://127.0.0.1:1/back?state=a%26b")
    asked = parse_qs(urlsplit(link).query)
    assert (asked["redirect_uri"], asked["state"]) == (["http://127.0.0.1:1/back"], ["a&b"])
    assert urlsplit(link).path == f"/{stall.market.name}/oauth/authorize"
    agreed = requests.post(link, data={"shop": stall.shop_id}, allow_redirects=False, timeout=120)
    back = parse_qs(urlsplit(agreed.headers["Location"]).query)
    assert (back["state"], set(back)) == (["a&b"], {"code", "state"})
    fresh = stall.shop().exchange(back["code"][0], "")
    assert fresh.ext_shop_id == stall.shop_id
    assert list(stall.shop(fresh).listings()) == []
    with pytest.raises(MarketplaceError) as spent:
        stall.shop().exchange(back["code"][0], "")
    assert spent.value.relogin


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b"\xff",
        b"[" * 100_000,
        b'{"seller_id": 1, "message_type": 3, "data": [], "timestamp": 7}',
        b'{"message_type": 3}',
    ],
)
def test_a_push_that_cannot_be_read_is_malformed(stall: SimulatedStall, body: bytes) -> None:
    with pytest.raises(MarketplaceError) as failed:
        stall.shop().read_push(body)
    assert failed.value.kind == "malformed"


@pytest.mark.parametrize("data", ["", ', "data": {}', ', "data": []', ', "data": "9"'])
def test_a_push_about_an_order_names_it(stall: SimulatedStall, data: str) -> None:
    kind = {"lazada": 0, "alibaba": 3}[stall.market.name]
    with pytest.raises(MarketplaceError) as failed:
        stall.shop().read_push(f'{{"seller_id": 1, "message_type": {kind}{data}}}'.encode())
    assert failed.value.kind == "malformed"
