"""What travels compressed, and what must not: a page with a secret keeps its length to itself."""

import gzip

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests import world
from tests.web.consumers import Stamps, settle, stamps, visitor
from trace.web.compressing import BLUR, FILES, WITHOUT_SECRETS

__all__ = ["stamps"]
TAKES = {"Accept-Encoding": "gzip, deflate, br"}
STYLE = "/static/components.css"


def test_a_verdict_and_the_pages_for_sharing_travel_compressed(app: Flask, stamps: Stamps) -> None:
    code, lot, product = stamps.code(0), stamps.lot.public_id, stamps.coop.product.public_id
    for path in (f"/{code}", f"/lo/{lot}", f"/sp/{product}", "/"):
        device = visitor(app)
        plain, packed = device.get(path), device.get(path, headers=TAKES)
        assert packed.headers["Content-Encoding"] == "gzip", path
        assert "Accept-Encoding" in packed.vary, path
        assert "Accept-Encoding" in plain.vary, path
        assert "Content-Encoding" not in plain.headers, path
        assert len(packed.data) < len(plain.data) / 2, path
        assert gzip.decompress(packed.data)[:15] == b"<!doctype html>", path
        assert int(packed.headers["Content-Length"]) == len(packed.data), path
    settle(app)


def test_who_takes_no_gzip_gets_none(client: FlaskClient) -> None:
    for said in ("", "br", "gzip;q=0", "identity"):
        assert "Content-Encoding" not in client.get(STYLE, headers={"Accept-Encoding": said}).headers, said


def test_a_file_is_the_same_one_compressed_or_not(client: FlaskClient) -> None:
    plain, packed = client.get(STYLE), client.get(STYLE, headers=TAKES)
    assert gzip.decompress(packed.data) == plain.data
    assert plain.get_etag() == (packed.get_etag()[0], False)
    assert packed.get_etag()[1], "other bytes under one strong mark"
    again = client.get(STYLE, headers={**TAKES, "If-None-Match": packed.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert "Content-Encoding" not in again.headers


def test_a_part_of_a_file_is_a_part_of_the_file(client: FlaskClient) -> None:
    whole = client.get(STYLE).data
    part = client.get(STYLE, headers={**TAKES, "Range": "bytes=0-999"})
    assert (part.status_code, part.data) == (206, whole[:1000])


def test_what_is_compressed_already_and_what_is_tiny_goes_as_it_is(client: FlaskClient) -> None:
    for path in ("/static/app-192.png", "/static/fonts/be-vietnam-pro-latin-400-normal.woff2"):
        assert "Content-Encoding" not in client.get(path, headers=TAKES).headers, path


def test_a_question_without_a_body_is_answered_without_one(client: FlaskClient) -> None:
    assert client.head(STYLE, headers=TAKES).data == b""


def working(app: Flask, stamps: Stamps) -> FlaskClient:
    return world.sign_in(visitor(app), stamps.coop.manager)


@pytest.mark.parametrize("path", ["/htx", "/htx/lo/moi"])
def test_a_working_page_travels_compressed_and_its_length_is_blurred(
    app: Flask, stamps: Stamps, path: str
) -> None:
    device = working(app, stamps)
    answers = [device.get(path, headers=TAKES) for _ in range(12)]
    assert {one.headers.get("Content-Encoding") for one in answers} == {"gzip"}
    assert all(gzip.decompress(one.data)[:15] == b"<!doctype html>" for one in answers)
    names = {one.data[10:].partition(b"\0")[0] for one in answers}
    assert len({len(name) for name in names}) > 4
    assert all(1 <= len(name) <= BLUR for name in names)


@pytest.mark.parametrize("path", ["/dang-nhap?next=/htx", "/htx/lo?tim=csrf", "/htx/lo/moi?lang=en"])
def test_a_working_page_whose_address_asks_something_is_never_compressed(
    app: Flask, stamps: Stamps, path: str
) -> None:
    answer = working(app, stamps).get(path, headers=TAKES)
    assert "Content-Encoding" not in answer.headers


def test_a_refusal_that_repeats_the_address_is_never_compressed(app: Flask, stamps: Stamps) -> None:
    answer = working(app, stamps).get("/htx/lo/csrf-token-guess", headers=TAKES)
    assert answer.status_code == 404
    assert "Content-Encoding" not in answer.headers


def test_what_programs_and_exports_get_goes_as_it_is(app: Flask, stamps: Stamps) -> None:
    answer = working(app, stamps).get("/htx/chua-gui/dau", headers=TAKES)
    assert "Content-Encoding" not in answer.headers


def test_no_page_that_is_compressed_with_what_was_asked_holds_the_mark_of_a_form(
    app: Flask, stamps: Stamps
) -> None:
    paths = {
        "consumer.scan": f"/{stamps.code(0)}",
        "consumer.find": "/tim?ma=xyz",
        "consumer.start": "/",
        "story.lot": f"/lo/{stamps.lot.public_id}",
        "story.product": f"/sp/{stamps.coop.product.public_id}",
    }
    assert set(paths) == WITHOUT_SECRETS - FILES
    for path in paths.values():
        device = world.sign_in(visitor(app), stamps.coop.manager)
        assert "csrf" not in device.get(path).text, path
    settle(app)
