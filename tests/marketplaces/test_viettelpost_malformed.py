"""Answers no reference promises: each is a MarketplaceError, a booking's an uncertain or refused one."""

import gzip
import json
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

import pytest

from marketplaces.interface import MarketplaceError
from marketplaces.wire import Call, Raw, Timeouts
from tests.marketplaces.carrier_stall import BOX, RECEIVER, SENDER, CarrierStall, booking, now

JSON = "application/json"


class Answering:
    """A transport that gives every call the same answer."""

    def __init__(self, raw: Raw) -> None:
        self.raw = raw

    def send(self, call: Call, timeouts: Timeouts, deadline: float) -> Raw:
        return self.raw


def raw(body: bytes, status: int = 200, content_type: str = JSON) -> Raw:
    return Raw(status, {"Content-Type": content_type}, body)


def enveloped(data: object, **changes: object) -> bytes:
    return json.dumps({"status": 200, "error": False, "message": "OK", "data": data, **changes}).encode()


GOOD = {"ORDER_NUMBER": "1734200501", "MONEY_TOTAL": 51_000}
BAD = [
    raw(b""), raw(b"null"), raw(b"[]"), raw(b"{}"), raw(b"7"), raw(b'"ok"'), raw(b"[null]"), raw(b"[[]]"),
    raw(enveloped(None)), raw(enveloped([])), raw(enveloped({})), raw(enveloped("x")), raw(enveloped(7)),
    *(raw(enveloped({**GOOD, "ORDER_NUMBER": bad})) for bad in (None, "", 0, -1, [], {}, True, "1\0")),
    *(raw(enveloped({**GOOD, "MONEY_TOTAL": bad})) for bad in ("nhiều", -1, 1.5, [], True, 10**30, "1e9")),
    raw(enveloped(GOOD, error=True)), raw(enveloped(GOOD, error="no")), raw(enveloped(GOOD, status=205)),
    raw(enveloped(GOOD, status=500)), raw(enveloped(GOOD, status="lỗi")), raw(enveloped(GOOD, status=None)),
    raw(enveloped(GOOD, error=True, status=401)), raw(enveloped(GOOD, error=True, message={"a": 1})),
    raw(enveloped(GOOD)[:-9]), raw(enveloped(GOOD).decode().encode("utf-16")), raw(b"\xff\xfe\xfa"),
    raw(gzip.compress(enveloped(GOOD))), raw(b"[" * 200_000), raw(b'{"data": NaN}'),
    raw(b'{"status": 200, "error": false, "data": {"ORDER_NUMBER": ' + b"9" * 5_000 + b"}}"),
    raw(b"<html>Wi-Fi</html>", content_type="text/html"), raw(enveloped(GOOD), content_type="text/html"),
    raw(enveloped(GOOD), content_type=""), raw(b"", status=204), raw(b"", status=302),
    raw(b"Bad gateway", status=502, content_type="text/plain"),
    raw(b"no", status=404, content_type="text/plain"),
    raw(enveloped(GOOD), status=500), raw(enveloped(GOOD), status=400),
]  # fmt: skip
EACH = pytest.mark.parametrize("bad", BAD, ids=range(len(BAD)))


@pytest.fixture(scope="module")
def stall(simulators: str) -> CarrierStall:
    return CarrierStall(simulators)


def test_the_well_formed_answer_is_a_booking(stall: CarrierStall) -> None:
    assert stall.carrier(transport=Answering(raw(enveloped(GOOD)))).book(booking()).fee_vnd == 51_000


@EACH
def test_a_booking_without_a_good_answer_is_never_taken_for_one(stall: CarrierStall, bad: Raw) -> None:
    with pytest.raises(MarketplaceError) as caught:
        stall.carrier(transport=Answering(bad)).book(booking())
    assert caught.value.kind in {"uncertain", "refused", "expired_token", "missing", "setup"}
    assert caught.value.kind == "uncertain" or bad.status >= 300 or b'"error"' in bad.body


@EACH
def test_every_other_call_survives_the_same_answers(stall: CarrierStall, bad: Raw) -> None:
    carrier = stall.carrier(transport=Answering(bad), lookup="getOrderInfoByOrderNumber")
    acts: list[Callable[[], object]] = [
        lambda: carrier.login(stall.login),
        lambda: carrier.quote(SENDER, RECEIVER, BOX),
        lambda: carrier.cancel("1", ""),
        lambda: carrier.track("1"),
        lambda: carrier.print_link(["1"], now() + timedelta(hours=1)),
    ]
    for act in acts:
        with suppress(MarketplaceError):
            act()
