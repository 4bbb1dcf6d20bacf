"""Tiki's queue of events instead of pushes."""

import json
from datetime import timedelta
from typing import Any

import pytest
import requests

from marketplaces.interface import EventQueue, MarketplaceError
from tests.marketplaces.stalls import SimulatedStall, now
from tests.marketplaces.tiki_calls import ask, published
from tests.marketplaces.transports import Answering


def events_of(shop: Any, bookmark: str = "") -> Any:
    assert isinstance(shop, EventQueue)
    return shop.pull_events(bookmark)


def test_what_happened_waits_in_the_queue_until_its_bookmark_is_kept(tiki: SimulatedStall) -> None:
    number = published(tiki)
    before = tiki.order(number)
    begun = events_of(tiki.shop())
    assert begun.hints == ()
    order = tiki.order(number)
    tiki.change(order, "shipping")
    tiki.change(before, "canceled")
    for _crash in range(2):
        pulled = events_of(tiki.shop(), begun.bookmark)
        assert [hint.ext_order_id for hint in pulled.hints] == [order, order, before]
    assert {(hint.kind, hint.ext_shop_id) for hint in pulled.hints} == {("order", tiki.shop_id)}
    assert len({hint.event_id for hint in pulled.hints}) == 3
    assert all(abs(hint.sent_at - now()) < timedelta(minutes=2) for hint in pulled.hints)
    assert events_of(tiki.shop(), pulled.bookmark).hints == ()
    assert events_of(tiki.shop(), pulled.bookmark).bookmark == pulled.bookmark


def test_a_long_queue_is_pulled_in_pieces_and_in_order(tiki: SimulatedStall) -> None:
    number = published(tiki)
    bookmark = events_of(tiki.shop()).bookmark
    wanted = tiki.orders(number, 230, now())
    pieces = []
    while True:
        pulled = events_of(tiki.shop(), bookmark)
        bookmark = pulled.bookmark
        if not pulled.hints:
            break
        pieces.append([hint.ext_order_id for hint in pulled.hints])
    assert [len(piece) for piece in pieces] == [100, 100, 30]
    assert {order for piece in pieces for order in piece} == wanted


def test_the_queue_is_opened_once_and_anew_when_it_is_gone(tiki: SimulatedStall) -> None:
    events_of(tiki.shop())
    tiki.fault("cut", times=1, on="subscriptions")
    events_of(tiki.shop())
    [queue] = ask(tiki, "v1/queues").json()
    assert queue["name"] == f"nongsan-{tiki.shop_id}"
    types = ask(tiki, f"v1/queues/{queue['code']}/subscriptions").json()
    assert sorted(one["event_type"] for one in types) == [
        "ORDER_CREATED_SUCCESSFULLY",
        "ORDER_STATUS_UPDATED",
    ]
    for lost in (json.dumps(["gone", "gone:7"]), "nonsense", "[]"):
        again = events_of(tiki.shop(), lost)
        assert json.loads(again.bookmark)[0] == queue["code"]


def test_a_faulty_pull_is_repeated_and_a_spoilt_event_refuses_the_pull(tiki: SimulatedStall) -> None:
    bookmark = events_of(tiki.shop()).bookmark
    order = tiki.order(published(tiki))
    tiki.fault("500", times=2, on="pull")
    [hint] = events_of(tiki.shop(), bookmark).hints
    assert hint.ext_order_id == order
    for spoilt in (
        [None],
        [{}],
        [{"id": 1, "type": "ORDER_STATUS_UPDATED", "created_at": 1, "payload": {}}],
        {},
    ):
        transport = Answering({"events": spoilt, "ack_id": "a"})
        with pytest.raises(MarketplaceError) as refused:
            events_of(tiki.shop(transport=transport), bookmark)
        assert refused.value.kind == "malformed"


def test_nothing_is_pushed_and_whatever_claims_so_is_not_tikis(tiki: SimulatedStall) -> None:
    order = tiki.order(published(tiki))
    shop = tiki.shop()
    assert not shop.capabilities.push
    assert not shop.verify_push({"Authorization": "Basic eDp5"}, "http://127.0.0.1/hooks/tiki/1", b"{}")
    with pytest.raises(MarketplaceError):
        shop.read_push(b"{}")
    asked = {"do": "push", "order": order, "url": "http://127.0.0.1:1/"}
    refused = requests.post(f"{tiki.address}/control/tiki", json=asked, timeout=120)
    assert (refused.status_code, "queue" in refused.json()["error"]) == (400, True)
