"""TikTok Shop's own dialect: signatures, errors, agreement, tokens, ciphers, pushes."""

import base64
import hmac
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
import requests

from marketplaces.http import Answer
from marketplaces.interface import MarketplaceError
from marketplaces.reading import Record
from marketplaces.tiktok.errors import find_error, find_failure
from marketplaces.tiktok.signing import base_string, push_signature, sign
from marketplaces.wire import Call, Raw, Timeouts, Wire, json_bytes
from tests.marketplaces.malformed.sample import JSON
from tests.marketplaces.stalls import SimulatedStall, box, last_hour, now

VECTORS = json.loads((Path(__file__).parent / "data" / "tiktok_vectors.json").read_text())
BACK = "http://127.0.0.1:1/htx/gian-hang/tro-ve"


def named(vector: dict[str, Any]) -> str:
    return f"{vector['name']}-{vector.get('sdk', 'rule')[:10]}"


def body_of(vector: dict[str, Any]) -> bytes:
    if vector["content_type"].startswith("multipart/"):
        return b""
    return base64.b64decode(vector.get("body_b64") or b"") or (vector["body_text"] or "").encode()


@pytest.mark.parametrize("vector", VECTORS["vectors"], ids=named)
def test_signatures_agree_with_those_recorded_from_public_clients(vector: dict[str, Any]) -> None:
    query = parse_qsl(vector["raw_query"], keep_blank_values=True)
    base = base_string(VECTORS["secret"], vector["path"], query, body_of(vector))
    assert base.decode() == vector["base_string"]
    assert sign(VECTORS["secret"], base) == vector["signature"]


def test_the_worked_example_of_the_guide_is_met() -> None:
    [example] = VECTORS["documentation"]
    assert sign(example["secret"], example["base_string"].encode()) == example["signature"]


def test_a_recorded_push_is_verified(tiktok: SimulatedStall) -> None:
    [push] = VECTORS["webhook"]
    body = push["body"].encode()
    assert push_signature(push["app_key"], push["secret"], body) == push["signature"]
    keys = replace(tiktok.keys, app_id=push["app_key"], app_secret=push["secret"])
    shop = tiktok.shop(keys=keys)
    assert shop.verify_push({"authorization": push["signature"]}, "", body)
    read = shop.read_push(body)
    assert (read.event_id, read.kind, read.ext_shop_id, read.ext_order_id, read.sent_at) == (
        "7327112393057371910",
        "order",
        "7494049642642441621",
        "576486316948490001",
        datetime(2025, 11, 20, 1, 1, 40, tzinfo=UTC),
    )


def test_the_body_that_is_signed_is_the_body_that_is_sent() -> None:
    assert (
        json_bytes({"title": "Vải “thiều”", "n": [1, None]})
        == '{"title":"Vải “thiều”","n":[1,null]}'.encode()
    )
    assert json_bytes("\ud800") == b'"?"'


class Answering:
    """A transport that keeps what is sent and answers parts of paths from a table, else from the wire."""

    def __init__(self, **table: Any) -> None:
        self.calls: list[Call] = []
        self._table = {name.replace("_", "/"): answers for name, answers in table.items()}
        self._wire = Wire()

    def send(self, call: Call, timeouts: Timeouts, deadline: float) -> Raw:
        self.calls.append(call)
        for part, answers in self._table.items():
            if answers and part in call.url:
                body = json.dumps({"code": 0, "data": answers.pop(0)}).encode()
                return Raw(200, {"Content-Type": JSON}, body)
        return self._wire.send(call, timeouts, deadline)


def paths(calls: list[Call]) -> list[str]:
    return [urlsplit(call.url).path.rpartition("/")[2] for call in calls]


def test_a_cipher_that_is_no_longer_good_is_asked_for_again_once(tiktok: SimulatedStall) -> None:
    old = {"shops": [{"id": tiktok.shop_id, "region": "VN", "cipher": "ROW_old"}]}
    watching = Answering(authorization=[old])
    shop = tiktok.shop(transport=watching)
    assert list(shop.listings()) == []
    assert paths(watching.calls) == ["shops", "search", "shops", "search"]
    ciphers = [dict(call.query).get("shop_cipher") for call in watching.calls]
    assert ciphers[1] == "ROW_old" != ciphers[3]
    with pytest.raises(MarketplaceError) as refused:
        list(tiktok.shop(transport=Answering(authorization=[old, old, old])).listings())
    assert (refused.value.kind, "101000" in str(refused.value)) == ("relogin", True)


def test_a_shop_the_agreement_does_not_cover_is_told(tiktok: SimulatedStall) -> None:
    other = replace(tiktok.credentials, ext_shop_id="7494049642642440000")
    with pytest.raises(MarketplaceError) as refused:
        list(tiktok.shop(other).listings())
    assert (refused.value.kind, tiktok.shop_id in str(refused.value)) == ("relogin", True)


def test_versions_of_calls_may_be_chosen(tiktok: SimulatedStall) -> None:
    keys = replace(tiktok.keys, options=(("version.orders", "202309"), ("version.returns", "202602")))
    [result] = tiktok.shop().publish([box()])
    order = tiktok.order(result.ext_listing_id)
    assert len(tiktok.shop(keys=keys).read_orders([order]).orders) == 1
    asked = {record.path for record in tiktok.records}
    assert {"/tiktok/order/202309/orders", "/tiktok/return_refund/202602/returns/search"} <= asked
    gone = replace(tiktok.keys, options=(("version.orders", "202201"),))
    with pytest.raises(MarketplaceError) as refused:
        tiktok.shop(keys=gone).read_orders([order])
    assert (refused.value.kind, refused.value.permanent) == ("setup", True)


@pytest.mark.parametrize(("said", "rate"), [("2.5", 2.5), ("50", 50.0)])
def test_the_pace_may_be_chosen(tiktok: SimulatedStall, said: str, rate: float) -> None:
    shop = tiktok.shop(keys=replace(tiktok.keys, options=(("rate_per_s", said),)))
    assert (tiktok.shop().capabilities.rate_per_s, shop.capabilities.rate_per_s) == (1.0, rate)


@pytest.mark.parametrize("said", ["fast", "0", "nan", "-1", "1e9"])
def test_a_pace_that_cannot_be_is_refused_at_once(tiktok: SimulatedStall, said: str) -> None:
    with pytest.raises(MarketplaceError) as refused:
        tiktok.shop(keys=replace(tiktok.keys, options=(("rate_per_s", said),)))
    assert (refused.value.kind, said in str(refused.value)) == ("setup", True)


@pytest.mark.parametrize(
    ("code", "message", "kind"),
    [
        (105002, "", "expired_token"),
        (36009004, "The `x-tts-access-token` header is invalid", "expired_token"),
        (36009004, "Invalid timestamp", "clock"),
        (36009004, "Invalid `app_key`", "setup"),
        (36009004, "Unexpected identifier", "setup"),
        (36009004, "param body.title is missing", "refused"),
        (36009004, "param body.design is assigned twice", "refused"),
        (106001, "", "setup"),
        (105005, "", "setup"),
        (101000, "", "relogin"),
        (106013, "", "relogin"),
        (36004004, "", "relogin"),
        (36009002, "", "rate_limit"),
        (36009003, "", "unavailable"),
        (36009007, "", "unavailable"),
        (36009033, "", "setup"),
        (12052032, "", "missing"),
        (12052901, "", "refused"),
        (99999999, "a new number", "refused"),
    ],
)
def test_numbers_are_told_apart_and_one_of_them_by_its_words(code: int, message: str, kind: str) -> None:
    for status in (200, 401):
        found = find_error(Answer(status, {"code": code, "message": message}, {}))
        assert found is not None
        assert found.kind == kind


@pytest.mark.parametrize("data", [None, [], "ok", {}, {"code": "0"}, {"code": True}, {"code": 0.5}])
def test_an_answer_without_a_whole_number_is_malformed(data: Any) -> None:
    found = find_error(Answer(200, data, {}))
    assert found is not None
    assert found.kind == "malformed"
    assert find_error(Answer(502, data, {})) is None


def test_failures_inside_a_good_answer_bring_all_their_numbers() -> None:
    extra = {"extra_errors": [{"warehouse_id": "1", "code": 12052097, "message": "unknown"}]}
    data = {"errors": [{"code": 12019028, "message": "left out", "detail": extra}]}
    found = find_failure(Record(data))
    assert found is not None
    assert (found.kind, found.codes) == ("refused", frozenset({12019028, 12052097}))
    gone = find_failure(Record({"errors": [{"code": 12052032, "message": "not found"}]}))
    assert gone is not None
    assert gone.kind == "missing"
    assert find_failure(Record({})) is None


def agreed(link: str, shop: str) -> dict[str, str]:
    """What the browser brings back when the seller presses the button."""
    page = requests.get(link, timeout=120)
    assert "MÔ PHỎNG" in page.text
    answer = requests.post(link, data={"shop": shop}, allow_redirects=False, timeout=120)
    assert answer.headers["Location"].startswith(BACK + "?")
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["Location"]).query).items()}


@pytest.mark.parametrize("way", ["by key", "by service"])
def test_the_seller_agrees_and_the_shop_is_asked_for(tiktok: SimulatedStall, way: str) -> None:
    app = {"id": tiktok.market.app_id, "redirect": BACK}
    tiktok.do("seed", shop=tiktok.shop_id, app=app)
    keys = tiktok.keys
    if way == "by service":
        options = (("service_id", tiktok.market.app_id), ("authorize_url", f"{tiktok.address}/tiktok"))
        keys = replace(keys, options=options)
    link = tiktok.shop(keys=keys).authorize_url(f"{BACK}?state=tiktok.abc")
    brought = agreed(link, tiktok.shop_id)
    assert (set(brought), brought["state"]) == ({"code", "state"}, "tiktok.abc")
    fresh = tiktok.shop().exchange(brought["code"], "")
    assert (fresh.ext_shop_id, fresh.refresh_expires_at) == (tiktok.shop_id, None)
    assert timedelta(days=6) < fresh.access_expires_at - now() < timedelta(days=8)
    assert list(tiktok.shop(fresh).listings()) == []
    with pytest.raises(MarketplaceError) as spent:
        tiktok.shop().exchange(brought["code"], "")
    assert spent.value.relogin


def test_a_seller_who_declines_brings_no_code(tiktok: SimulatedStall) -> None:
    tiktok.do("seed", shop=tiktok.shop_id, app={"id": tiktok.market.app_id, "redirect": BACK})
    brought = agreed(tiktok.shop().authorize_url(f"{BACK}?state=abc"), "")
    assert (brought["code"], brought["error"]) == ("null", "auth_denied")
    tiktok.records.clear()
    with pytest.raises(MarketplaceError) as declined:
        tiktok.shop().exchange(brought["code"], "")
    assert (declined.value.relogin, tiktok.records) == (True, [])


PAIR = {
    "access_token": "ROW_a",
    "refresh_token": "ROW_r",
    "access_token_expire_in": 1_795_000_000,
    "refresh_token_expire_in": 1_797_000_000,
    "user_type": 0,
}


def shops(*regions: str) -> dict[str, Any]:
    return {"shops": [{"id": str(n), "region": r, "cipher": f"ROW_{n}"} for n, r in enumerate(regions, 1)]}


@pytest.mark.parametrize(
    ("covered", "asked", "chosen"),
    [
        (shops("VN"), "", "1"),
        (shops("TH"), "", "1"),
        (shops("TH", "VN"), "", "2"),
        (shops("VN", "VN"), "2", "2"),
        (shops("VN", "VN"), "", None),
        (shops("VN"), "7", None),
        (shops(), "", None),
    ],
)
def test_the_one_shop_of_an_agreement_is_chosen_and_of_several_none(
    tiktok: SimulatedStall, covered: Any, asked: str, chosen: str | None
) -> None:
    shop = tiktok.shop(transport=Answering(token_get=[PAIR], authorization=[covered]))
    if chosen is None:
        with pytest.raises(MarketplaceError) as refused:
            shop.exchange("code", asked)
        assert refused.value.kind == "setup"
        return
    fresh = shop.exchange("code", asked)
    assert (fresh.ext_shop_id, fresh.access_token) == (chosen, "ROW_a")
    assert fresh.refresh_expires_at == datetime.fromtimestamp(1_797_000_000, UTC)


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"access_token": ""}, "uncertain"),
        ({"refresh_token": None}, "uncertain"),
        ({"access_token_expire_in": 604_800}, "uncertain"),
        ({"refresh_token_expire_in": "later"}, "uncertain"),
        ({"user_type": 1}, "relogin"),
    ],
)
def test_tokens_that_cannot_be_used_are_told(
    tiktok: SimulatedStall, change: dict[str, Any], kind: str
) -> None:
    shop = tiktok.shop(transport=Answering(token_refresh=[{**PAIR, **change}]))
    with pytest.raises(MarketplaceError) as refused:
        shop.refresh(tiktok.credentials)
    assert refused.value.kind == kind


def test_a_renewal_that_is_refused_for_whatever_reason_needs_the_seller(tiktok: SimulatedStall) -> None:
    with pytest.raises(MarketplaceError) as refused:
        tiktok.shop().refresh(replace(tiktok.credentials, refresh_token="rubbish"))
    assert (refused.value.kind, refused.value.permanent) == ("relogin", True)


def test_a_wrong_secret_is_a_matter_of_setup(tiktok: SimulatedStall) -> None:
    with pytest.raises(MarketplaceError) as refused:
        list(tiktok.shop(keys=replace(tiktok.keys, app_secret="another")).orders(last_hour()))
    assert (refused.value.kind, "106001" in str(refused.value)) == ("setup", True)


@pytest.mark.parametrize(("off", "is_good"), [(-200, True), (80, True), (-3_600, False), (3_600, False)])
def test_our_clock_may_be_minutes_behind_and_a_minute_ahead(
    tiktok: SimulatedStall, off: int, is_good: bool
) -> None:
    shop = tiktok.shop(clock=lambda: now() + timedelta(seconds=off))
    if is_good:
        assert list(shop.listings()) == []
        return
    with pytest.raises(MarketplaceError) as failed:
        list(shop.listings())
    assert failed.value.kind == "clock"


def as_sent(push: dict[str, Any]) -> bytes:
    """The control door tells the body as an object; its fields in the order in which they were signed."""
    fields = ("type", "tts_notification_id", "shop_id", "timestamp")
    data = {
        name: push["data"][name] for name in ("order_id", "order_status", "is_on_hold_order", "update_time")
    }
    told = {**{name: push[name] for name in fields}, "data": data}
    return json.dumps(told, separators=(",", ":")).encode()


def test_a_push_is_verified_over_our_key_and_its_raw_body(tiktok: SimulatedStall) -> None:
    [result] = tiktok.shop().publish([box()])
    order = tiktok.order(result.ext_listing_id, status="cancelled")
    pushes = [tiktok.do("push", order=order, url="http://127.0.0.1:1/hooks", send=False) for _ in range(2)]
    body = as_sent(pushes[0]["body"])
    headers, shop = pushes[0]["headers"], tiktok.shop()
    assert shop.verify_push(headers, "https://any.vn/", body)
    assert not shop.verify_push(headers, "", body.replace(b'"type":1', b'"type": 1'))
    assert not shop.verify_push({"Authorization": headers["Authorization"].upper()}, "", body)
    assert not shop.verify_push({"Authorization": "không"}, "", body)
    assert not shop.verify_push({}, "", body)
    wrong = hmac.new(b"another", tiktok.market.app_id.encode() + body, "sha256").hexdigest()
    assert not shop.verify_push({"Authorization": wrong}, "", body)
    assert pushes[0]["body"]["data"]["order_status"] == "CANCEL"
    first, again = shop.read_push(body), shop.read_push(body)
    assert (first.kind, first.ext_order_id, first.ext_shop_id) == ("order", order, tiktok.shop_id)
    other = shop.read_push(as_sent(pushes[1]["body"]))
    assert first.event_id == again.event_id != other.event_id


@pytest.mark.parametrize(
    ("number", "data", "kind"),
    [
        (1, {"order_id": "5"}, "order"),
        (11, {"order_id": "5", "cancel_status": "CANCELLATION_REQUEST_CANCELLED"}, "order"),
        (12, {"order_id": "5"}, "order"),
        (5, {"product_id": 1729592969712207008}, "listing"),
        (6, {}, "authorization"),
        (7, {"expiration_time": "1795000000"}, "authorization"),
        (3, {"order_id": "5"}, "other"),
        (99, {}, "other"),
    ],
)
def test_pushes_are_told_apart(tiktok: SimulatedStall, number: int, data: Any, kind: str) -> None:
    body = {"type": number, "tts_notification_id": "7", "shop_id": "1", "timestamp": 1_795_000_000}
    read = tiktok.shop().read_push(json.dumps({**body, "data": data}).encode())
    assert (read.kind, read.ext_order_id) == (kind, "5" if kind == "order" else "")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"{}",
        b"\xff",
        b"[" * 100_000,
        b'{"type": 1, "tts_notification_id": "7", "shop_id": "1", "data": {}}',
        b'{"type": 1, "tts_notification_id": "7", "shop_id": "1"}',
        b'{"type": 5, "tts_notification_id": "", "shop_id": "1"}',
        b'{"type": 5, "tts_notification_id": "7", "shop_id": "1", "timestamp": 5}',
    ],
)
def test_a_push_that_cannot_be_read_is_malformed(tiktok: SimulatedStall, body: bytes) -> None:
    with pytest.raises(MarketplaceError) as failed:
        tiktok.shop().read_push(body)
    assert failed.value.kind == "malformed"
