"""Alibaba.com's own dialect: signatures, both envelopes, codes, tokens and pushes."""

import hmac
import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from marketplaces.alibaba.errors import find_error
from marketplaces.http import Answer
from marketplaces.interface import MarketplaceError
from marketplaces.open_platform.signing import base_string, push_signature, sign
from tests.marketplaces.alibaba_calls import published
from tests.marketplaces.open_platform_calls import exchanged
from tests.marketplaces.stalls import SimulatedStall, last_hour, now

TOLD = json.loads((Path(__file__).parent / "data" / "alibaba_vectors.json").read_text())
VECTORS = {one["name"]: one for one in TOLD["vectors"]}
REST = [one for one in TOLD["vectors"] if "api" in one]


@pytest.mark.parametrize("vector", REST, ids=lambda one: one["name"])
def test_signatures_agree_with_those_recorded_from_the_vendors_client(vector: dict[str, Any]) -> None:
    base = base_string(vector["api"], vector["params_without_sign"].items())
    assert base == vector["string_to_sign"]
    assert sign(vector["app_secret"], base) == vector["sign"]


def test_older_calls_are_signed_without_a_path() -> None:
    vector = VECTORS["icbu_sync_product_get"]
    base = base_string("", vector["params_without_sign"].items())
    assert (base, sign(vector["app_secret"], base)) == (vector["string_to_sign"], vector["sign"])


def test_the_check_value_of_the_guide_is_met() -> None:
    check = TOLD["check"]
    given = {"app_key": "12345678", "code": "3_500102_JxZ05Ux3cnnSSUm6dCxYg6Q26", "sign_method": "sha256"}
    base = base_string(
        "/auth/token/create", {**given, "simplify": "true", "timestamp": "1517820392000"}.items()
    )
    assert (base, sign(check["secret"], base)) == (check["base_string"], check["signature"])


def test_a_wrong_key_is_refused(alibaba: SimulatedStall) -> None:
    with pytest.raises(MarketplaceError) as failed:
        list(alibaba.shop(keys=replace(alibaba.keys, app_secret="another")).listings())
    assert (failed.value.kind, failed.value.permanent) == ("setup", True)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ({"code": "IllegalAccessToken"}, "expired_token"),
        ({"code": "IllegalRefreshToken"}, "relogin"),
        ({"code": "InvalidCode"}, "relogin"),
        ({"code": "IncompleteSignature"}, "setup"),
        ({"code": "AppWhiteIpLimit"}, "setup"),
        ({"code": "InsufficientPermission"}, "setup"),
        ({"code": "ApiCallLimit"}, "rate_limit"),
        ({"code": "AppCallLimit"}, "quota"),
        ({"code": "ServiceTimeout"}, "unavailable"),
        ({"code": "IllegalTimestamp"}, "clock"),
        ({"code": "NewWord", "type": "ISV"}, "refused"),
        ({"code": "NewWord", "type": "ISP"}, "unavailable"),
        ({"code": "NewWord", "type": "SYSTEM"}, "unavailable"),
        ({"code": "0", "success": False, "msg_code": "B_PRICE_CONFLICT"}, "refused"),
        ({"code": "0", "success": "false"}, "refused"),
        ({"code": "0", "result": {"success": False, "msg_code": "B_PRODUCT_NOT_FOUND"}}, "missing"),
        ({"code": "0", "result": {"success": False, "msg_code": "S_COMMON_INTERNAL_ERROR"}}, "unavailable"),
        (
            {"code": "0", "result": {"success": False, "errors": [{"msg_code": "B_PRODUCT_NOT_FOUND"}]}},
            "missing",
        ),
        (
            {"code": "0", "result": {"success": False, "message": "frequency exceeds the limit"}},
            "rate_limit",
        ),
        ({"success": True}, "malformed"),
        ({"code": None}, "malformed"),
        ([], "malformed"),
    ],
)
def test_both_envelopes_are_read(answer: Any, kind: str) -> None:
    found = find_error(Answer(200, answer, {}))
    assert found is not None
    assert found.kind == kind


@pytest.mark.parametrize(
    "answer", [{"code": "0"}, {"code": 0, "success": True}, {"code": "0", "result": {"success": True}}]
)
def test_a_good_answer_is_no_error(answer: Any) -> None:
    assert find_error(Answer(200, answer, {})) is None


def test_how_long_a_ban_lasts_is_obeyed() -> None:
    told = {"code": "ApiCallLimit", "message": "this ban will last 7 seconds"}
    found = find_error(Answer(200, told, {}))
    assert found is not None
    assert found.retry_after == 7.0


def test_an_address_that_is_not_listed_reads_nothing_and_still_gets_tokens(alibaba: SimulatedStall) -> None:
    alibaba.do("switch", name="ip", value="unlisted")
    try:
        with pytest.raises(MarketplaceError) as failed:
            list(alibaba.shop().orders(last_hour()))
        assert (failed.value.kind, failed.value.permanent) == ("setup", True)
        assert "AppWhiteIpLimit" in str(failed.value)
        assert alibaba.shop().refresh(alibaba.credentials).access_token
    finally:
        alibaba.do("switch", name="ip")


@pytest.mark.parametrize("value", ["stays", "left_out"])
def test_a_refresh_token_that_does_not_change_is_kept(alibaba: SimulatedStall, value: str) -> None:
    alibaba.do("switch", name="refresh_token", value=value)
    try:
        fresh = alibaba.shop().refresh(alibaba.credentials)
        assert fresh.refresh_token == alibaba.credentials.refresh_token
        assert alibaba.shop(fresh).refresh(fresh).access_token != fresh.access_token
    finally:
        alibaba.do("switch", name="refresh_token")


SESSION = {"access_token": "a", "refresh_token": "r", "expires_in": "864000", "refresh_expires_in": "0"}


def test_only_the_life_that_is_told_counts(alibaba: SimulatedStall) -> None:
    got = exchanged(alibaba, {**SESSION, "user_info": {"seller_id": "5"}, "expires_in": "86400"})
    assert timedelta(hours=23) < got.access_expires_at - now() < timedelta(hours=25)
    assert got.refresh_expires_at <= now()  # 0: it cannot be renewed
    assert exchanged(alibaba, SESSION, "5").ext_shop_id == "5"


@pytest.mark.parametrize(
    ("answer", "wanted", "kind"),
    [
        (SESSION, "", "uncertain"),
        ({**SESSION, "user_info": {}}, "", "uncertain"),
        ({**SESSION, "user_info": {"seller_id": "5"}}, "7", "refused"),
        ({**SESSION, "access_token": ""}, "5", "uncertain"),
        ({**SESSION, "refresh_token": None}, "5", "uncertain"),
        ({**SESSION, "expires_in": "soon"}, "5", "uncertain"),
        ({**SESSION, "expires_in": 10**12}, "5", "uncertain"),
    ],
)
def test_tokens_that_cannot_be_used_are_told(
    alibaba: SimulatedStall, answer: dict[str, Any], wanted: str, kind: str
) -> None:
    with pytest.raises(MarketplaceError) as failed:
        exchanged(alibaba, answer, wanted)
    assert failed.value.kind == kind


def test_the_push_of_the_rule_is_verified_whatever_the_case_of_its_letters(alibaba: SimulatedStall) -> None:
    told = VECTORS["webhook_authorization"]
    body = told["raw_body"].encode()
    assert push_signature(told["app_secret"], told["app_key"], body) == told["authorization"]
    read = alibaba.shop().read_push(body)
    assert (read.kind, read.ext_order_id, read.ext_shop_id) == ("order", "255201166001024316", "200042360")


def test_a_push_is_verified_over_our_key_and_its_raw_body(alibaba: SimulatedStall) -> None:
    order = alibaba.order(published(alibaba))
    url = "http://127.0.0.1:8700/hooks/alibaba/1"
    push = alibaba.do("push", order=order, url=url, send=False)
    body, headers, shop = json.dumps(push["body"]).encode(), push["headers"], alibaba.shop()
    for given in (headers["Authorization"], headers["Authorization"].upper()):
        assert shop.verify_push({"authorization": given}, url, body)
    for given in (hmac.new(b"x", body, "sha256").hexdigest(), "không", ""):
        assert not shop.verify_push({"Authorization": given}, url, body)
    assert not shop.verify_push(headers, url, body + b" ")
    assert not shop.verify_push({}, url, body)
    assert shop.read_push(body).ext_order_id == order
