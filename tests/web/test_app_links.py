"""The addresses that docs/links.md promises to other apps, asked as a web view without cookies asks."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient

from nongsan import ROOT
from tests import stamped, world
from trace.db import transaction
from trace.services.public_id import new_public_id

APP = "https://app.example.vn"
CONSUMERS = ("/", "/tim?ma=xyz", "/ocop")
WORKING = ("/dang-nhap", "/tro-giup", "/opendata")


@pytest.fixture
def goods(app: Flask, tmp_path: Path) -> dict[str, str]:
    """A lot, its product and a stamp, by the names in the document."""
    now = datetime.now(UTC)
    with transaction() as session:
        coop = world.make_coop(session, now)
        lot = world.make_lot(session, now, coop.plot, coop.product, released_at=now)
        block = stamped.make_block(session, now, coop, tmp_path)
        stamped.activate(session, now, block, lot, block.first, block.first + 9)
        code = stamped.code_of(session, block.kid, block.first)
    return {"lot": f"/lo/{lot.public_id}", "product": f"/sp/{coop.product.public_id}", "stamp": f"/{code}"}


@pytest.fixture
def view(app: Flask) -> FlaskClient:
    """Keeps nothing between two requests."""
    return app.test_client(use_cookies=False)


@pytest.mark.parametrize(("lang", "said"), [("vi", "vi"), ("en", "en"), ("ja", "ja"), ("zh", "zh-Hans")])
@pytest.mark.parametrize("what", ["lot", "product", "stamp"])
def test_each_opens_in_the_language_asked_for_without_cookies(
    view: FlaskClient, goods: dict[str, str], what: str, lang: str, said: str
) -> None:
    for _ in range(2):
        answer = view.get(f"{goods[what]}?lang={lang}")
        assert answer.status_code == 200
        assert f'lang="{said}"' in answer.text.split("<head", 1)[0]
        assert not re.search(r"<script(?! type=.application/ld)", answer.text)


SPELLINGS: list[Callable[[str], str]] = [
    lambda code: code,
    lambda code: code.lower(),
    lambda code: " ".join(code[n : n + 4] for n in range(0, len(code), 4)),
    lambda code: f"HTTPS://TX.EXAMPLE.VN/{code}",
    lambda code: f"https://another.example.com/{code}?x=1",
]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_whatever_a_scanner_read_leads_to_the_stamp(
    view: FlaskClient, goods: dict[str, str], spelling: Callable[[str], str]
) -> None:
    answer = view.get(f"/tim?ma={quote(spelling(goods['stamp'][1:]))}&lang=en")
    assert answer.status_code == 303
    there = urlsplit(answer.headers["Location"])
    assert (there.scheme, there.netloc) == ("", "")
    assert there.path.upper() == goods["stamp"].upper()
    assert view.get(there.path).status_code == 200


@pytest.mark.parametrize(
    "typed",
    [
        "https://evil.example.com/",
        "//evil.example.com/ABCDEFGHIJKLMNOPQRS",
        "/\\evil.example.com",
        "javascript:alert(1)",
        "x\r\nLocation: https://evil.example.com/",
        "%2F%2Fevil.example.com",
    ],
)
def test_no_address_leads_to_another_host(view: FlaskClient, typed: str) -> None:
    answer = view.get(f"/tim?ma={quote(typed)}")
    there = urlsplit(answer.headers.get("Location", "/"))
    assert (there.scheme, there.netloc) == ("", "")
    assert not there.path.startswith(("//", "/\\"))


def test_what_is_unknown_is_answered_in_words(view: FlaskClient) -> None:
    assert view.get("/tim?ma=").status_code == 302
    assert view.get("/tim?ma=ngắn").status_code in (400, 404, 422)
    for address in (f"/lo/{new_public_id()}", f"/sp/{new_public_id()}"):
        assert view.get(address).status_code == 404


def test_the_page_and_the_document_tell_of_the_same_addresses(app: Flask, view: FlaskClient) -> None:
    page = view.get("/tro-giup/lien-ket").text
    document = (Path(ROOT) / "docs" / "links.md").read_text(encoding="utf-8")
    address = app.extensions["settings"].public_url
    for path in ("/tim?ma=", "/lo/", "/sp/", "/ocop", "/01/"):
        assert f"<code>{address}{path}" in page
        assert path in document


def ancestors(answer: object) -> str:
    policy = answer.headers["Content-Security-Policy"]  # type: ignore[attr-defined]
    found = re.search(r"frame-ancestors ([^;]+)", policy)
    assert found is not None
    return found.group(1).strip()


def test_nobody_frames_anything_unless_it_is_listed(view: FlaskClient, goods: dict[str, str]) -> None:
    for address in (*goods.values(), *CONSUMERS, *WORKING):
        assert ancestors(view.get(address)) == "'none'", address


def test_a_listed_app_frames_what_consumers_see_and_nothing_else(
    app: Flask, view: FlaskClient, goods: dict[str, str]
) -> None:
    settings = app.extensions["settings"]
    app.extensions["settings"] = settings.model_copy(update={"frame_hosts": (APP,)})
    for address in (*goods.values(), *CONSUMERS):
        assert ancestors(view.get(address)) == APP, address
    for address in WORKING:
        assert ancestors(view.get(address)) == "'none'", address
