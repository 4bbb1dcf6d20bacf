"""Answers no reference promises: each is a MarketplaceError or a bad record, never a crash or half a page."""

import gzip
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest

from marketplaces.interface import MarketplaceError
from marketplaces.wire import Raw
from tests.marketplaces.malformed import SAMPLES
from tests.marketplaces.malformed.sample import JSON, Sample, Scripted
from tests.marketplaces.stalls import SimulatedStall, box, last_hour

Spoiler = Callable[[Sample], Raw]


def raw(body: bytes, status: int = 200, content_type: str = JSON) -> Raw:
    return Raw(status, {"Content-Type": content_type}, body)


def good(sample: Sample) -> bytes:
    return sample.body([sample.order])


BAD_ANSWERS: list[Spoiler] = [
    lambda s: raw(b""),
    lambda s: raw(b"null"),
    lambda s: raw(b"[]"),
    lambda s: raw(b'"ok"'),
    lambda s: raw(b"{}"),
    lambda s: raw(b"7"),
    lambda s: raw(b'{"error": ""}'),
    lambda s: raw(b'{"code": "0"}'),
    lambda s: raw(b'{"error": "", "code": "0", "data": null, "response": null}'),
    lambda s: raw(b'{"error": "", "code": "0", "data": [], "response": []}'),
    lambda s: raw(b'{"error": "", "code": "0", "data": {}, "response": {}}'),
    lambda s: raw(b'{"error": {"code": 1}, "code": {"error": 1}, "response": {}, "data": {}}'),
    lambda s: raw(b'{"error": 7, "code": 7.5}'),
    lambda s: raw(s.body({})),
    lambda s: raw(s.body("A1")),
    lambda s: raw(s.body(None)),
    lambda s: raw(good(s).replace(b'"A1"', b"NaN")),
    lambda s: raw(b"[" * 200_000),
    lambda s: raw(b'{"error": "", "response": {"order_list": [' + b"9" * 5_000 + b"]}}"),
    lambda s: raw(good(s)[:-20]),
    lambda s: raw(good(s).decode().encode("utf-16")),
    lambda s: raw(b"\xff\xfe\xfa"),
    lambda s: raw(b"\xef\xbb\xbf" + good(s)),
    lambda s: raw(gzip.compress(good(s))),
    lambda s: raw(b"<html><body>Welcome to the Wi-Fi</body></html>", content_type="text/html"),
    lambda s: raw(good(s), content_type="text/html"),
    lambda s: raw(good(s), content_type=""),
    lambda s: raw(b"", status=204),
    lambda s: raw(b"", status=302),
    lambda s: raw(b"Bad gateway", status=502, content_type="text/plain"),
    lambda s: raw(b"no", status=404, content_type="text/plain"),
    lambda s: raw(good(s), status=500),
]
ANSWERS = pytest.mark.parametrize("spoil", BAD_ANSWERS, ids=range(len(BAD_ANSWERS)))


@pytest.fixture
def sample(simulated: SimulatedStall) -> Sample:
    return SAMPLES[simulated.market.name]


def read(stall: SimulatedStall, sample: Sample, answer: Raw, *numbers: str) -> Iterator[Any]:
    return stall.shop(transport=Scripted(sample, answer, numbers or ("A1",))).orders(last_hour())


def test_the_well_formed_order_is_read(simulated: SimulatedStall, sample: Sample) -> None:
    pages = list(read(simulated, sample, raw(good(sample))))
    assert {order.ext_order_id for page in pages for order in page.orders} == {"A1"}
    assert [page.bad for page in pages if page.bad] == []


BAD_ORDERS = [
    pytest.param(market, bad, id=f"{market}-{place}")
    for market, sample in SAMPLES.items()
    for place, bad in enumerate(sample.bad_orders)
]


@pytest.mark.parametrize(("market", "bad"), BAD_ORDERS)
def test_a_malformed_order_is_one_bad_record_and_its_neighbour_is_kept(
    stall_of: Callable[[str], SimulatedStall], market: str, bad: Any
) -> None:
    sample = SAMPLES[market]
    neighbour = sample.renamed(sample.order, "A2")
    pages = list(read(stall_of(market), sample, raw(sample.body([bad, neighbour])), "A1", "A2"))
    assert {order.ext_order_id for page in pages for order in page.orders} == {"A2"}
    faults = [fault for page in pages for fault in page.bad]
    assert faults
    assert all(fault.reason for fault in faults)
    for word in sample.buyer:
        assert word not in repr(pages)
    for order in (order for page in pages for order in page.orders):
        assert len(order.payload_hash) == 64


def test_sixty_ways_to_be_malformed_are_tried_at_each_marketplace() -> None:
    assert {m: len(s.bad_orders) + len(BAD_ANSWERS) >= 60 for m, s in SAMPLES.items()} == dict.fromkeys(
        SAMPLES, True
    )


@ANSWERS
def test_a_malformed_answer_refuses_the_whole_page(
    simulated: SimulatedStall, sample: Sample, spoil: Spoiler
) -> None:
    with pytest.raises(MarketplaceError):
        list(read(simulated, sample, spoil(sample)))


@ANSWERS
def test_listings_tokens_and_offers_survive_the_same_answers(
    simulated: SimulatedStall, sample: Sample, spoil: Spoiler
) -> None:
    shop = simulated.shop(transport=Scripted(sample, spoil(sample), spoilt="/"))
    for act in (
        lambda: list(shop.listings()),
        lambda: list(shop.categories()),
        lambda: shop.refresh(simulated.credentials),
        lambda: shop.publish([box()]),
        lambda: shop.read_orders(["A1"]),
    ):
        with suppress(MarketplaceError):
            act()
