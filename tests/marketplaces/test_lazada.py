"""Lazada's own dialect: signatures, codes, tokens and pushes."""

import base64
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest

from marketplaces.http import Answer
from marketplaces.interface import MarketplaceError
from marketplaces.lazada.errors import find_error
from marketplaces.open_platform.signing import base_string, push_signature, sign
from tests.marketplaces.lazada_calls import VECTORS, Answering, published
from tests.marketplaces.open_platform_calls import exchanged
from tests.marketplaces.stalls import SimulatedStall, last_hour, now


def parameters(vector: dict[str, Any]) -> list[tuple[str, str]]:
    return [(name, value) for name, value in vector["params"].items() if name != "sign"]


@pytest.mark.parametrize("vector", VECTORS["vectors"], ids=lambda vector: vector["name"])
def test_signatures_agree_with_those_recorded_from_public_clients(vector: dict[str, Any]) -> None:
    base = base_string(vector["api_name"], parameters(vector))
    assert base == vector["base_string"]
    assert sign(VECTORS["secret"], base) == vector["signature"] == vector["params"]["sign"]


def test_the_check_value_of_the_guide_is_met() -> None:
    check = VECTORS["check"]
    given = {"access_token": "test", "app_key": "123456", "order_id": "1234", "sign_method": "sha256"}
    base = base_string("/order/get", [*given.items(), ("timestamp", "1517820392000")])
    assert (base, sign(check["secret"], base)) == (check["base_string"], check["signature"])


def test_every_parameter_is_signed_and_none_is_empty(lazada: SimulatedStall) -> None:
    watching = Answering({"count": 0, "countTotal": 0, "orders": []})
    assert list(lazada.shop(transport=watching).orders(last_hour())) == []
    [call] = watching.calls
    pairs = [pair for pair in call.query if pair[0] != "sign"]
    assert dict(call.query)["sign"] == sign("lazada-made-up", base_string("/orders/get", pairs))
    assert all(value for _, value in pairs)
    assert {"update_after", "update_before", "limit", "offset", "sort_by", "sort_direction"} < dict(
        pairs
    ).keys()


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ({"code": "IllegalAccessToken"}, "expired_token"),
        ({"code": "IllegalRefreshToken"}, "relogin"),
        ({"code": "InvalidCode"}, "relogin"),
        ({"code": "IncompleteSignature"}, "setup"),
        ({"code": "MissingParameter"}, "setup"),
        ({"code": "ApiCallLimit"}, "rate_limit"),
        ({"code": "AppCallLimit"}, "quota"),
        ({"code": "901"}, "rate_limit"),
        ({"code": 998}, "rate_limit"),
        ({"code": "ServiceTimeout"}, "unavailable"),
        ({"code": "InvalidTimestamp"}, "clock"),
        ({"code": "IllegalTimestamp"}, "clock"),
        ({"code": "39"}, "missing"),
        ({"code": "208"}, "missing"),
        ({"code": "501"}, "refused"),
        ({"code": "NewWord", "type": "ISV"}, "refused"),
        ({"code": "NewWord", "type": "ISP"}, "unavailable"),
        ({"code": "NewWord", "type": "SYSTEM"}, "unavailable"),
        ({"code": None}, "malformed"),
        ({"code": ""}, "malformed"),
        ({"code": True}, "malformed"),
        ([], "malformed"),
    ],
)
def test_codes_are_told_apart(answer: Any, kind: str) -> None:
    found = find_error(Answer(200, answer, {}))
    assert found is not None
    assert found.kind == kind


@pytest.mark.parametrize(
    ("answer", "headers", "wait"),
    [
        ({"code": "ApiCallLimit", "message": "this ban will last 7 seconds"}, {}, 7.0),
        ({"code": "ApiCallLimit", "message": "this ban will last 1 seconds"}, {"Retry-After": "30"}, 30.0),
        ({"code": "AppCallLimit"}, {}, 3600.0),
        ({"code": "ServiceTimeout"}, {}, None),
    ],
)
def test_how_long_to_wait_is_read_from_where_lazada_says_it(
    answer: Any, headers: dict[str, str], wait: float | None
) -> None:
    found = find_error(Answer(200, answer, headers))
    assert found is not None
    assert found.retry_after == wait


def test_a_good_code_is_no_error_whether_text_or_number() -> None:
    assert find_error(Answer(200, {"code": "0"}, {})) is None
    assert find_error(Answer(200, {"code": 0}, {})) is None


SESSION = {"access_token": "a", "refresh_token": "r", "expires_in": "604800", "refresh_expires_in": 0}
HERE, THERE = {"country": "vn", "seller_id": "5"}, {"country": "sg", "seller_id": "6"}


@pytest.mark.parametrize(
    "answer",
    [
        {**SESSION, "country_user_info": [THERE, HERE]},
        {**SESSION, "country_user_info_list": [HERE]},
        {"data": {**SESSION, "country_user_info": [HERE]}},
    ],
)
def test_tokens_are_read_in_each_shape_seen(lazada: SimulatedStall, answer: dict[str, Any]) -> None:
    got = exchanged(lazada, answer)
    assert (got.ext_shop_id, got.access_token, got.refresh_token) == ("5", "a", "r")
    assert timedelta(days=6) < got.access_expires_at - now() < timedelta(days=8)
    assert got.refresh_expires_at <= now()  # 0: it cannot be renewed


def test_a_shop_known_before_stays_itself_when_the_answer_names_none(lazada: SimulatedStall) -> None:
    assert exchanged(lazada, SESSION, "5").ext_shop_id == "5"


@pytest.mark.parametrize(
    ("answer", "wanted", "kind"),
    [
        ({**SESSION, "country_user_info": [THERE]}, "", "uncertain"),
        (SESSION, "", "uncertain"),
        ({**SESSION, "country_user_info": [HERE]}, "7", "refused"),
        ({**SESSION, "access_token": ""}, "5", "uncertain"),
        ({**SESSION, "expires_in": "soon"}, "5", "uncertain"),
        ({**SESSION, "expires_in": 10**12}, "5", "uncertain"),
        ({**SESSION, "country_user_info": "vn"}, "5", "uncertain"),
    ],
)
def test_tokens_that_cannot_be_used_are_told(
    lazada: SimulatedStall, answer: dict[str, Any], wanted: str, kind: str
) -> None:
    with pytest.raises(MarketplaceError) as failed:
        exchanged(lazada, answer, wanted)
    assert failed.value.kind == kind


def test_renewing_does_not_lengthen_the_life_of_the_agreement(lazada: SimulatedStall) -> None:
    first = lazada.shop().refresh(lazada.credentials)
    lazada.do("clock", offset_s=3_600)
    second = lazada.shop(first).refresh(first)
    assert first.refresh_expires_at is not None
    assert second.refresh_expires_at is not None
    shorter = first.refresh_expires_at - second.refresh_expires_at
    assert timedelta(minutes=55) < shorter < timedelta(minutes=65)


def test_shelves_in_a_ring_are_refused(lazada: SimulatedStall) -> None:
    shelf: dict[str, Any] = {"category_id": 1, "name": "A", "leaf": False, "children": []}
    for _ in range(30):
        shelf = {**shelf, "children": [shelf]}
    with pytest.raises(MarketplaceError):
        list(lazada.shop(transport=Answering([shelf])).categories())


def test_a_push_is_verified_over_our_key_and_its_raw_body(lazada: SimulatedStall) -> None:
    order = lazada.order(published(lazada))
    url = "http://127.0.0.1:8700/hooks/lazada/1"
    push = lazada.do("push", order=order, url=url, send=False)
    body, headers, shop = json.dumps(push["body"]).encode(), push["headers"], lazada.shop()
    assert shop.verify_push({"authorization": headers["Authorization"]}, url, body)
    assert shop.verify_push(headers, "https://elsewhere.example/", body)
    assert not shop.verify_push(headers, url, body + b" ")
    assert not shop.verify_push({"Authorization": headers["Authorization"].upper()}, url, body)
    assert not shop.verify_push({"Authorization": hmac.new(b"x", body, "sha256").hexdigest()}, url, body)
    assert not shop.verify_push({"Authorization": "không"}, url, body)
    assert not shop.verify_push({}, url, body)
    read = shop.read_push(body)
    assert (read.kind, read.ext_order_id, read.ext_shop_id) == ("order", order, lazada.shop_id)
    assert read.sent_at is not None
    assert abs(read.sent_at - now()) < timedelta(minutes=5)


def test_the_push_of_the_guide_is_verified_and_read(lazada: SimulatedStall) -> None:
    told = VECTORS["push"]
    body = told["body"].encode()
    assert push_signature(told["secret"], told["app_key"], body) == told["signature"]
    read = lazada.shop().read_push(body)
    assert (read.kind, read.ext_order_id, read.ext_shop_id) == ("order", "260422900198363", "1234567")
    assert read.sent_at == datetime(2020, 10, 27, 2, 47, 39, 530_000, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "data", "expected"),
    [
        (0, {"trade_order_id": "9"}, "order"),
        (10, {"trade_order_id": 9, "reverse_order_id": "8"}, "order"),
        (8, {}, "authorization"),
        (3, {}, "other"),
        (99, {}, "other"),
    ],
)
def test_pushes_are_told_apart_and_the_same_one_twice_is_one(
    lazada: SimulatedStall, kind: int, data: dict[str, Any], expected: str
) -> None:
    message = {"seller_id": 5, "message_type": kind, "data": data, "timestamp": 1_795_322_752}
    body = json.dumps(message).encode()
    first, again = lazada.shop().read_push(body), lazada.shop().read_push(body)
    assert (first.kind, first.ext_order_id) == (expected, "9" if expected == "order" else "")
    assert first == again
    assert first.event_id != lazada.shop().read_push(body.replace(b"1795322752", b"1795322753")).event_id


def test_recorded_bodies_are_what_was_signed() -> None:
    for vector in VECTORS["vectors"]:
        if vector["content_type"] == "application/x-www-form-urlencoded":
            body = parse_qs(base64.b64decode(vector["body_b64"]).decode(), keep_blank_values=True)
            assert {name: values[0] for name, values in body.items()} == vector["params"]
