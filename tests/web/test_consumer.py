"""The public's face: every state as page and JSON, in four languages, and what it must never give away."""

import base64
import gzip
import hashlib
import json
import re
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from tests import stamped, world
from tests.web.consumers import Stamps, activate, ask, make_stamps, settle, spoil_key, stamps, visitor
from trace.db import reading, transaction
from trace.errors import Unavailable
from trace.records.organisation import Organisation
from trace.records.product import Product
from trace.records.scan import Alarm, Scan, StampSeen
from trace.records.stamp import StampKeyRow
from trace.services import scanning
from trace.standards import stamp_code
from trace.texts.catalogs import t
from trace.web import checking, verdict_page
from trace.web.scan_writer import ScanWriter

__all__ = ["stamps"]
LANGUAGES = ("vi", "en", "ja", "zh")
PAGE_BUDGET = 14_336
FIELDS = {
    *("code", "state", "verdict", "recall", "first_seen", "devices", "product", "lot", "cooperative"),
    *("link", "proves", "does_not_prove"),
}
VERDICTS = {
    "MALFORMED": ("TYPING_ERROR", 404),
    "TYPO": ("TYPING_ERROR", 404),
    "THROTTLED": ("WAIT", 429),
    "NOT_FOUND": ("NOT_FOUND", 404),
    "VOIDED": ("WITHDRAWN", 200),
    "KEY_SUSPECT": ("CAUTION", 200),
    "RECALLED": ("RECALLED", 200),
    "NOT_ACTIVATED": ("NOT_RELEASED", 200),
    "CLONE_SUSPECT": ("CAUTION", 200),
    "EXPIRED": ("VALID", 200),
    "SEEN": ("VALID", 200),
    "FIRST": ("VALID", 200),
    "UNAVAILABLE": ("UNAVAILABLE", 503),
}
SHOW_LOT = {"RECALLED", "CLONE_SUSPECT", "EXPIRED", "SEEN", "FIRST"}
SHOW_COOPERATIVE = SHOW_LOT | {"VOIDED", "NOT_ACTIVATED"}


def wrong_tag(code: str) -> str:
    """A code whose spelling is right and whose tag is not."""
    letters = stamp_code.ALPHABET
    body = code[:12] + letters[(letters.index(code[12]) + 1) % 32] + code[13:18]
    return next(body + last for last in letters if stamp_code.is_valid(body + last))


def wrong_check(code: str) -> str:
    return code[:18] + stamp_code.ALPHABET[(stamp_code.ALPHABET.index(code[18]) + 1) % 32]


@pytest.fixture
def shelf(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """A code in every state that a visitor of number 500 and above meets."""
    now = datetime.now(UTC) - timedelta(hours=1)
    made = make_stamps(tmp_path / "keys", now)
    block = made.block
    with transaction() as session:
        stamped.activate(session, now, block, made.lot, 0, 19)
        old = world.make_lot(
            session, now, made.coop.plot, made.coop.product, best_before=now.date() - timedelta(3)
        )
        stamped.activate(session, now, block, old, 20, 29)
        bad = world.make_lot(session, now, made.coop.plot, made.coop.product)
        stamped.activate(session, now, block, bad, 30, 39)
        stamped.recall(session, now, bad)
        stamped.void(session, now, block, 40, 49)
        session.add(StampKeyRow(kid=1, state="verify_only", wrapped=b"", valid_from=now))
    for number in range(7):
        ask(visitor(app, number), made.code(2))
    ask(visitor(app, 1), made.code(1))
    code = made.code(0)
    yield {
        "MALFORMED": code[:18],
        "TYPO": wrong_check(code),
        "NOT_FOUND": wrong_tag(code),
        "VOIDED": made.code(40),
        "RECALLED": made.code(30),
        "NOT_ACTIVATED": made.code(50),
        "CLONE_SUSPECT": made.code(2),
        "EXPIRED": made.code(20),
        "SEEN": made.code(1),
        "FIRST": code,
    }
    settle(app)


def headline(lang: str, state: str) -> str:
    return t(lang, f"verdict.{state.lower()}.headline")


def check_both(app: Flask, state: str, code: str, number: int = 500) -> None:
    """The page and the JSON of one state in four languages, read by one device."""
    verdict, status = VERDICTS[state]
    device = visitor(app, number)
    for lang in LANGUAGES:
        said = ask(device, code, lang)
        page = device.get(f"/{code}", headers={"Accept-Language": lang})
        text = unescape(page.text)
        settle(app)
        assert (said.status_code, page.status_code) == (status, status)
        assert set(said.json) == FIELDS
        assert (said.json["state"], said.json["verdict"]) == (state, verdict)
        assert headline(lang, state) in text
        assert f'<html lang="{"zh-Hans" if lang == "zh" else lang}"' in page.text
        assert (said.json["lot"] is not None) == (state in SHOW_LOT)
        assert (said.json["cooperative"] is not None) == (state in SHOW_COOPERATIVE)
        assert said.json["proves"]
        assert said.json["does_not_prove"]
        assert all(sentence in text for sentence in said.json["does_not_prove"])
        assert len(gzip.compress(page.data)) <= PAGE_BUDGET
        check_headers(said.headers)
        check_headers(page.headers)


def check_headers(headers: Any) -> None:
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Robots-Tag"] == "noindex"


@pytest.mark.parametrize(
    "state", [state for state in VERDICTS if state not in {"THROTTLED", "KEY_SUSPECT", "UNAVAILABLE"}]
)
def test_every_state_in_four_languages(app: Flask, shelf: dict[str, str], state: str) -> None:
    check_both(app, state, shelf[state])


def test_key_suspect_tells_nothing_but_the_service_phone(app: Flask, stamps: Stamps) -> None:
    with transaction() as session:
        spoil_key(session, stamps.block.kid, datetime.now(UTC) - timedelta(days=9))
    check_both(app, "KEY_SUSPECT", stamps.code(0))
    page = visitor(app).get(f"/{stamps.code(0)}").text
    assert stamps.coop.org.name not in page
    assert stamps.lot.code not in page
    assert app.extensions["settings"].contact_phone in page


@pytest.mark.parametrize(
    "error", [OperationalError("select", {}, Exception("gone")), Unavailable("key.missing")]
)
def test_a_database_that_is_gone_says_so_and_nothing_else(
    app: Flask, stamps: Stamps, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    code = stamps.code(0)

    def gone() -> None:
        raise error

    monkeypatch.setattr(checking, "reading_database", gone)
    check_both(app, "UNAVAILABLE", code)
    device = visitor(app)
    device.set_cookie("session", "someone signed in")
    page = device.get(f"/{code}")
    assert page.status_code == 503
    assert 'class="v later"' in page.text


def test_lost_records_are_not_called_forged(app: Flask, stamps: Stamps) -> None:
    with transaction() as session:
        session.get(StampKeyRow, stamps.block.kid).next_serial = 500
    answer = ask(visitor(app), stamps.code(300))
    assert (answer.status_code, answer.json["state"]) == (503, "UNAVAILABLE")
    with reading() as session:
        assert session.execute(select(Alarm)).scalar_one().kind == "lost_rows"


def test_forged_and_unallocated_are_the_same_bytes(
    app: Flask, stamps: Stamps, monkeypatch: pytest.MonkeyPatch
) -> None:
    still = datetime.now(UTC)
    monkeypatch.setattr(checking, "now", lambda: still)
    leaked, forged = stamps.code(5_000), wrong_tag(stamps.code(0))
    answers: dict[str, list[bytes]] = {}
    for code in (leaked, forged):
        device = visitor(app)
        said, page = ask(device, code), device.get(f"/{code}")
        plain, grouped = code.encode(), stamp_code.format(code).encode()
        answers[code] = [
            *(answer.data.replace(grouped, b"CODE").replace(plain, b"CODE") for answer in (said, page)),
            *(str(sorted(answer.headers)).encode() for answer in (said, page)),
            str((said.status_code, page.status_code)).encode(),
        ]
    assert answers[leaked] == answers[forged]
    settle(app)
    with reading() as session:
        alarm = session.execute(select(Alarm)).scalar_one()
    assert (alarm.kind, alarm.subject) == ("leaked_key", f"leaked_key/{stamps.block.kid}")
    assert leaked not in str(vars(alarm))


def spellings(code: str) -> list[str]:
    grouped = stamp_code.format(code)
    misread = code.lower().replace("0", "o").replace("1", "l")
    return [
        code.lower(),
        grouped,
        grouped.lower(),
        grouped.replace("-", " "),
        misread,
        misread.replace("l", "I"),
    ]


def test_every_spelling_of_a_code_is_the_code(app: Flask, stamps: Stamps) -> None:
    code = next(c for c in map(stamps.code, range(90)) if "0" in c and "1" in c)
    said = {ask(visitor(app), spelling).json["code"] for spelling in spellings(code)}
    assert said == {code}


@pytest.mark.parametrize("length", [15, 18, 20, 40])
def test_a_wrong_length_is_a_typing_error(app: Flask, length: int) -> None:
    answer = ask(visitor(app), "0" * length)
    assert (answer.status_code, answer.json["state"]) == (404, "MALFORMED")


@pytest.mark.parametrize(
    "path", ["/khong-co", "/0123", "/abc.html", "/" + "0" * 41, "/x/y", "/abc/def", "/wp-login.php"]
)
def test_other_paths_are_ordinary_absent_pages(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert 'class="v ' not in answer.text
    assert "Không có trang này" in answer.text
    assert "Mã này" not in answer.text  # nobody asked for a code
    assert '<a class="btn" href="/">' in answer.text


def test_typing_a_code_leads_to_its_page(app: Flask, client: FlaskClient, stamps: Stamps) -> None:
    code = stamps.code(0)
    for typed in (stamp_code.format(code).lower(), f"HTTPS://TEM.VN/{code}", f" {code} "):
        answer = client.get("/tim", query_string={"ma": typed})
        assert (answer.status_code, answer.location) == (303, f"/{code}")
    assert client.get("/tim").location == "/"
    wrong = client.get("/tim", query_string={"ma": "<b>tem</b>"})
    assert wrong.status_code == 404
    assert "&lt;b&gt;tem" in wrong.text


def test_a_recalled_lot_shows_its_banner_whatever_else_wins(app: Flask, tmp_path: Path) -> None:
    now = datetime.now(UTC) - timedelta(hours=1)
    made = make_stamps(tmp_path / "keys", now)
    activate(made, now)
    with transaction() as session:
        stamped.void(session, now, made.block, 0, 0)
        stamped.recall(session, now, made.lot)
    device = visitor(app)
    banner = t("vi", "verdict.recall.banner", phone="0220 111 222").replace("**", "")
    page = device.get(f"/{made.code(0)}").text
    assert banner in re.sub(r"</?strong>", "", page)
    assert made.lot.code not in page
    said = ask(device, made.code(0)).json
    assert said["state"] == "VOIDED"
    assert said["recall"]["reason"] == "Dư lượng thuốc vượt mức"
    assert ask(device, made.code(0), "ja").json["recall"]["reason"] == "Residue above the limit"
    with transaction() as session:
        spoil_key(session, made.block.kid, now - timedelta(days=1))
    assert banner in re.sub(r"</?strong>", "", device.get(f"/{made.code(1)}").text)
    settle(app)


def test_goods_that_are_not_food_are_not_to_be_used(app: Flask, tmp_path: Path) -> None:
    now = datetime.now(UTC) - timedelta(hours=1)
    made = make_stamps(tmp_path / "keys", now)
    activate(made, now)
    with transaction() as session:
        session.add(made.coop.product)
        made.coop.product.ocop_group = 5
        stamped.recall(session, now, made.lot)
    page = visitor(app).get(f"/{made.code(0)}").text
    assert t("vi", "verdict.recalled.headline.not_food") in page
    assert "Không ăn" not in page
    settle(app)


def test_one_device_reads_first_again_and_the_next_reads_seen(app: Flask, stamps: Stamps) -> None:
    code, first, second = stamps.code(0), visitor(app, 1), visitor(app, 2)
    assert [ask(first, code).json["state"] for _ in range(3)] == ["FIRST"] * 3
    said = ask(second, code).json
    assert (said["state"], said["devices"]) == ("SEEN", 2)
    assert said["first_seen"] == {"date": said["first_seen"]["date"], "province": None}
    assert "None" not in second.get(f"/{code}").text  # a place nobody knows is not spoken of
    with reading() as session:
        row = session.execute(select(StampSeen)).scalar_one()
    assert (row.devices, row.scans) == (2, 2)


@pytest.mark.parametrize(
    "headers",
    [
        {"Purpose": "prefetch"},
        {"Sec-Purpose": "prefetch;prerender"},
        {"User-Agent": "facebookexternalhit/1.1"},
        {"User-Agent": "Mozilla/5.0 (compatible; Googlebot/2.1)"},
        {"User-Agent": "WhatsApp/2.23.20.0"},
    ],
)
def test_previews_and_prefetches_are_nobody(app: Flask, stamps: Stamps, headers: dict[str, str]) -> None:
    code = stamps.code(0)
    said = ask(visitor(app, 1), code, **headers)
    assert (said.json["verdict"], said.json["state"], said.json["first_seen"]) == ("VALID", "SEEN", None)
    assert "Set-Cookie" not in said.headers
    assert ask(visitor(app, 2), code).json["state"] == "FIRST"


def test_head_is_nobody(app: Flask, stamps: Stamps) -> None:
    code = stamps.code(0)
    assert visitor(app, 1).head(f"/{code}").status_code == 200
    assert ask(visitor(app, 2), code).json["state"] == "FIRST"


def test_simultaneous_visitors_have_one_first(app: Flask, stamps: Stamps) -> None:
    code, said = stamps.code(0), []
    gate = threading.Barrier(12)

    def look(number: int) -> None:
        device = visitor(app, number)
        gate.wait()
        said.append(device.get(f"/{code}", headers={"Accept": "application/json"}).json["state"])

    threads = [threading.Thread(target=look, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    settle(app)
    assert said.count("FIRST") == 1
    assert set(said) <= {"FIRST", "SEEN", "CLONE_SUSPECT"}


def test_a_scan_that_cannot_be_stored_is_valid_and_never_first(app: Flask, stamps: Stamps) -> None:
    def broken(_notes: Any) -> list[bool]:
        raise OperationalError("insert", {}, Exception("disk full"))

    app.extensions["scan_writer"] = ScanWriter(broken)
    answer = visitor(app).get(f"/{stamps.code(0)}")
    assert answer.status_code == 200
    assert t("vi", "history.none") in answer.text
    assert headline("vi", "first") not in answer.text
    said = ask(visitor(app), stamps.code(0)).json
    assert (said["state"], said["devices"], said["first_seen"]) == ("SEEN", None, None)


def guess(app: Flask, device: FlaskClient, code: str, times: int) -> list[int]:
    return [device.get(f"/{code}").status_code for _ in range(times)]


def test_after_sixty_wrong_codes_a_network_waits_before_any_tag_is_checked(
    app: Flask, stamps: Stamps, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = stamps.code(0)
    device = visitor(app)
    assert set(guess(app, device, wrong_tag(code), 60)) == {404}
    monkeypatch.setattr(scanning, "key_for", lambda *_args: pytest.fail("the tag was checked"))
    answer = ask(device, code)
    assert (answer.status_code, answer.json["state"], answer.json["lot"]) == (429, "THROTTLED", None)
    assert 0 < int(answer.headers["Retry-After"]) <= 600
    check_both(app, "THROTTLED", code, number=1)


def test_another_network_is_not_held_up(app: Flask, stamps: Stamps) -> None:
    guess(app, visitor(app, 1), wrong_tag(stamps.code(0)), 60)
    assert ask(visitor(app, 2), stamps.code(0)).json["state"] == "FIRST"


def test_valid_malformed_and_mistyped_codes_cost_nothing(app: Flask, stamps: Stamps) -> None:
    code, device = stamps.code(0), visitor(app)
    for _ in range(30):
        fresh = visitor(app)
        guess(app, fresh, code, 1)
        guess(app, fresh, wrong_check(code), 1)
        guess(app, fresh, code[:17], 1)
    assert guess(app, device, wrong_tag(code), 60)[-1] == 404
    settle(app)


def test_a_device_that_has_seen_a_stamp_is_no_guesser(app: Flask, stamps: Stamps) -> None:
    buyer = visitor(app)
    ask(buyer, stamps.code(0))
    assert set(guess(app, buyer, wrong_tag(stamps.code(0)), 70)) == {404}
    assert ask(visitor(app), stamps.code(1)).json["state"] == "FIRST"
    guess(app, visitor(app), wrong_tag(stamps.code(0)), 60)
    assert ask(buyer, stamps.code(2)).status_code == 200
    made_up = visitor(app)
    made_up.set_cookie("d", "0" * 32 + "." + "0" * 32)
    assert ask(made_up, stamps.code(2)).status_code == 429


def test_the_cookie_is_bare_and_the_address_is_nowhere(app: Flask, stamps: Stamps) -> None:
    device = visitor(app, 77)
    cookie = ask(device, stamps.code(0)).headers["Set-Cookie"]
    assert re.match(r"d=[0-9a-f]{32}\.[0-9a-f]{32}; ", cookie)
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Set-Cookie" not in ask(visitor(app, 78), wrong_tag(stamps.code(0))).headers
    with reading() as session:
        scan = session.execute(select(Scan)).scalars().first()
    stored = repr(vars(scan)).encode() + scan.device + scan.network
    assert b"10.0.77" not in stored
    assert bytes([10, 0, 77]) not in stored


class Page(HTMLParser):
    """What a page asks for and how it is made."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _value in attrs}
        self.links += [value or "" for name, value in attrs if name in {"src", "href", "action", "srcset"}]


def test_the_page_has_no_script_and_asks_nobody(app: Flask, shelf: dict[str, str]) -> None:
    for state, code in shelf.items():
        page = Page(visitor(app, 900).get(f"/{code}").text)
        assert not {"script", "link", "img", "iframe"} & set(page.tags), state
        assert "style" not in page.attributes
        assert not [name for name in page.attributes if name.startswith("on")]
        assert not [link for link in page.links if re.match(r"(?i)(https?:)?//", link)]


def test_the_policy_allows_this_one_style_by_its_hash(app: Flask, stamps: Stamps) -> None:
    answer = visitor(app).get(f"/{stamps.code(0)}")
    styles = re.findall(r"<style>(.*?)</style>", answer.text, re.DOTALL)
    assert len(styles) == 1
    digest = base64.b64encode(hashlib.sha256(styles[0].encode()).digest()).decode()
    policy = answer.headers["Content-Security-Policy"]
    assert policy == verdict_page.policy()
    assert f"style-src 'sha256-{digest}'" in policy
    assert "unsafe" not in policy
    settle(app)


EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"


def test_what_people_wrote_is_never_markup(app: Flask, tmp_path: Path) -> None:
    now = datetime.now(UTC) - timedelta(hours=1)
    made = make_stamps(tmp_path / "keys", now, code=EVIL[:32])
    activate(made, now)
    with transaction() as session:
        session.add_all([made.coop.product, made.coop.org])
        made.coop.product.name = made.coop.product.name_en = made.coop.org.name = EVIL
        made.coop.product.name_zh = made.coop.product.name_ja = EVIL
        made.coop.product.description = "</script>" + EVIL
        stamped.recall(session, now, made.lot, reason=EVIL, reason_en=EVIL, phone=EVIL[:20])
    paths = (f"/{made.code(0)}", f"/lo/{made.lot.public_id}", f"/sp/{made.coop.product.public_id}")
    for path in paths:
        for lang in LANGUAGES:
            text = visitor(app).get(path, query_string={"lang": lang}).text
            assert "<script>alert" not in text, path
            assert "<img src=x" not in text, path
            assert "&lt;script&gt;" in text, path
    settle(app)


def test_the_facts_are_of_the_stamps_own_tenant(app: Flask, tmp_path: Path) -> None:
    now = datetime.now(UTC) - timedelta(hours=1)
    one, other = make_stamps(tmp_path / "keys", now), make_stamps(tmp_path / "keys", now)
    activate(one, now)
    activate(other, now)
    for mine, theirs in ((one, other), (other, one)):
        said = ask(visitor(app), mine.code(mine.block.first + 1)).json
        assert said["cooperative"]["public_id"] == mine.coop.org.public_id
        assert said["lot"]["public_id"] == mine.lot.public_id
        assert theirs.coop.org.name not in json.dumps(said, ensure_ascii=False)


@pytest.mark.parametrize(
    ("lang", "named", "unnamed"),
    [
        ("vi", "Vải thiều thử", "Vải thiều thử"),
        ("en", "Trial lychee", "Trial lychee"),
        ("zh", "试用荔枝", "Trial lychee"),
        ("ja", "試験ライチ", "Trial lychee"),
    ],
)
def test_a_product_is_named_in_the_readers_language_else_in_english(
    app: Flask, stamps: Stamps, lang: str, named: str, unnamed: str
) -> None:
    paths = (f"/{stamps.code(0)}", f"/lo/{stamps.lot.public_id}", f"/sp/{stamps.coop.product.public_id}")
    names = {"name": "Vải thiều thử", "name_en": "Trial lychee"}
    for more, expected in (({}, unnamed), ({"name_zh": "试用荔枝", "name_ja": "試験ライチ"}, named)):
        with transaction() as session:
            row = session.get_one(Product, stamps.coop.product.id)
            for column, name in (names | more).items():
                setattr(row, column, name)
        for path in paths:
            page = visitor(app).get(path, query_string={"lang": lang}).text
            assert expected in page, path
            others = {*names.values(), *more.values()} - {expected}
            assert [name for name in others if name in page] == [], path
    settle(app)


def test_no_household_is_named(app: Flask, stamps: Stamps) -> None:
    page = visitor(app).get(f"/{stamps.code(0)}").text
    story = visitor(app).get(f"/lo/{stamps.lot.public_id}").text
    for text in (page, story):
        assert stamps.coop.household.name not in text
        assert stamps.coop.plot.name not in text
    settle(app)


def test_a_language_chosen_by_link_is_remembered(app: Flask, stamps: Stamps) -> None:
    device = visitor(app)
    assert headline("ja", "first") in device.get(f"/{stamps.code(0)}?lang=ja").text
    assert headline("ja", "first") in device.get(f"/{stamps.code(1)}", headers={"Accept-Language": "vi"}).text
    settle(app)


def test_a_packer_who_is_signed_in_leaves_no_trace(app: Flask, tmp_path: Path) -> None:
    made = make_stamps(tmp_path / "keys", datetime.now(UTC) - timedelta(hours=1))
    packer = world.sign_in(visitor(app, 1), made.coop.staff)
    assert ask(packer, made.code(0)).json["state"] == "NOT_ACTIVATED"
    with reading() as session:
        assert session.execute(select(func.count()).select_from(Scan)).scalar_one() == 0
    ask(visitor(app, 2), made.code(0))
    with reading() as session:
        assert session.execute(select(func.count()).select_from(Scan)).scalar_one() == 1


def test_robots_may_read_stories_and_not_the_working_faces(client: FlaskClient) -> None:
    text = client.get("/robots.txt").text
    assert "Disallow: /htx" in text
    assert "Allow: /lo/" in text


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_start_page_types_a_code_and_leads_inside(client: FlaskClient, lang: str) -> None:
    answer = client.get("/", headers={"Accept-Language": lang})
    assert answer.status_code == 200
    assert {"/tim", "/htx", "/so"} <= set(Page(answer.text).links)
    assert t(lang, "consumer.start.title") in unescape(answer.text)
    assert f'<meta name="description" content="{t(lang, "consumer.start.text")}">' in unescape(answer.text)


def test_a_problem_is_told_to_one_number_on_stamps_lots_and_products(app: Flask, stamps: Stamps) -> None:
    own, office = "0220 371 1111", app.extensions["settings"].contact_phone
    with transaction() as session:
        session.get_one(Organisation, stamps.coop.org.id).phone = own
    paths = f"/lo/{stamps.lot.public_id}", f"/sp/{stamps.coop.product.public_id}", f"/{stamps.code(1)}"
    told = {path: re.sub(r"<[^>]+>", "", visitor(app).get(path).text) for path in paths}
    for path, page in told.items():
        assert re.findall(r"Báo sự việc: ([\d ]+)", page) == [office], path
    for path in paths[:2]:
        assert f"Hỏi {stamps.coop.org.name}: {own}" in told[path], path
