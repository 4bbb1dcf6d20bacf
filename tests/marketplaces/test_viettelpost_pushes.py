"""ViettelPost's pushes: where the secret stands, what is read, and what no reference promises."""

import json
from datetime import UTC, datetime

import pytest

from marketplaces.carriers.values import CarrierEvent, SecretMode
from marketplaces.carriers.viettelpost import pushes
from marketplaces.carriers.viettelpost.statuses import MEANINGS, meaning_of
from marketplaces.reading import MalformedError
from tests.marketplaces.carrier_stall import SECRET, CarrierStall, booking, push_body

IN_HEADER = {"Authorization": SECRET}


def test_a_push_says_which_shipment_had_which_state_when_and_nothing_else() -> None:
    at = datetime(2026, 6, 12, 7, 5, 9, tzinfo=UTC)
    assert pushes.read(push_body()) == CarrierEvent("1734200501", "NS1", "501", at)
    assert pushes.read(push_body(ORDER_STATUS="-100")).code == "-100"
    assert pushes.read(push_body(ORDER_REFERENCE="")).number == ""
    assert pushes.read(push_body(ORDER_REFERENCE=None)).number == ""


@pytest.mark.parametrize(
    ("mode", "headers", "token", "found"),
    [
        (None, IN_HEADER, "", "header"),
        (None, {}, SECRET, "body"),
        (None, {"authorization": SECRET}, SECRET, "both"),
        (None, {"Authorization": f"Bearer {SECRET}"}, "", "header"),
        ("header", IN_HEADER, "khac", "header"),
        ("body", {"Authorization": "x"}, SECRET, "body"),
        ("both", IN_HEADER, SECRET, "both"),
        ("header", IN_HEADER, SECRET, "both"),
        ("header", {}, SECRET, None),
        ("body", IN_HEADER, "", None),
        ("both", IN_HEADER, "", None),
        ("both", {}, SECRET, None),
        (None, {}, "", None),
        (None, {"Authorization": SECRET[:-1]}, SECRET + "x", None),
        (None, {"Authorization": "Bearer "}, "", None),
    ],
)
def test_the_secret_must_stand_where_the_account_has_it(
    mode: SecretMode | None, headers: dict[str, str], token: str, found: SecretMode | None
) -> None:
    assert pushes.verify(SECRET, mode, headers, push_body(token)) == found


def test_an_account_without_a_secret_takes_no_push() -> None:
    assert pushes.verify("", None, {"Authorization": ""}, push_body("")) is None


@pytest.mark.parametrize("mode", ["header", "body", "both"])
def test_the_simulators_pushes_are_taken_in_each_mode(simulators: str, mode: str) -> None:
    stall = CarrierStall(simulators, mode)
    asked = booking()
    booked = stall.carrier().book(asked)
    headers, body = stall.pushed(asked.number, 501)
    assert pushes.verify(SECRET, None, headers, body) == mode
    event = pushes.read(body)
    assert (event.ext_number, event.number, event.code) == (booked.ext_number, asked.number, "501")


BAD_DATA = [
    {"ORDER_NUMBER": None},
    {"ORDER_NUMBER": ""},
    {"ORDER_NUMBER": 0},
    {"ORDER_NUMBER": ["1"]},
    {"ORDER_NUMBER": "1" * 300},
    {"ORDER_NUMBER": "1\0"},
    {"ORDER_REFERENCE": 7.5},
    {"ORDER_REFERENCE": {"a": 1}},
    {"ORDER_REFERENCE": "\ud800"},
    {"ORDER_STATUS": None},
    {"ORDER_STATUS": "giao xong"},
    {"ORDER_STATUS": True},
    {"ORDER_STATUS": 5.5},
    {"ORDER_STATUS": [501]},
    {"ORDER_STATUS": "5" * 9},
    {"ORDER_STATUS": ""},
    {"ORDER_STATUSDATE": None},
    {"ORDER_STATUSDATE": ""},
    {"ORDER_STATUSDATE": "2026-06-12T14:05:09"},
    {"ORDER_STATUSDATE": "31/02/2026 10:00:00"},
    {"ORDER_STATUSDATE": "12/06/2026"},
    {"ORDER_STATUSDATE": "12/06/0001 00:00:00"},
    {"ORDER_STATUSDATE": "12/06/9999 00:00:00"},
    {"ORDER_STATUSDATE": 1_795_000_000},
]
BAD_BODIES = [b"", b"null", b"[]", b"7", b'"ok"', b"{}", b'{"DATA": null}', b'{"DATA": []}', b'{"DATA": {}}']
BAD_BODIES += [
    b"\xff\xfe",
    b"[" * 100_000,
    b"<html>",
    push_body()[:-9],
    push_body().decode().encode("utf-16"),
]


@pytest.mark.parametrize("bad", [push_body(**changes) for changes in BAD_DATA] + BAD_BODIES)
def test_a_push_that_no_reference_promises_is_refused_in_one_way(bad: bytes) -> None:
    with pytest.raises(MalformedError) as caught:
        pushes.read(bad)
    assert "Kín" not in str(caught.value)


@pytest.mark.parametrize("bad", BAD_BODIES)
def test_an_unreadable_body_is_nobodys(bad: bytes) -> None:
    assert pushes.verify(SECRET, "body", IN_HEADER, bad) is None


def test_the_codes_of_the_reference_mean_what_their_names_say() -> None:
    for code, meaning in {
        "101": "cancelled", "107": "cancelled", "105": "picked_up", "200": "picked_up", "300": "in_transit",
        "403": "in_transit", "500": "out_for_delivery", "501": "delivered", "502": "returning",
        "503": "cancelled", "504": "returned", "505": "returning", "515": "returning",
    }.items():  # fmt: skip
        assert meaning_of(code) == meaning
    assert meaning_of("777") == meaning_of("") == "unmapped"
    assert all(json.dumps(code) for code in MEANINGS)
