"""The GS1 Digital Link resolver: GS1's conformance statements, one a test, and our promises beside them."""

import json
import re
from datetime import UTC, datetime
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jsonschema
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from sqlmodel import select
from werkzeug.test import TestResponse

from tests import stamped, world
from tests.web.consumers import Stamps, settle, stamps, visitor  # noqa: F401 - a fixture
from tests.web.linkset_rules import FOLDER, faults, needs_schemas, schema
from trace.db import Database, transaction
from trace.records.lot import LotState
from trace.records.product_gtin import ProductGtin
from trace.standards import stamp_code
from trace.texts.catalogs import t
from trace.web.resolver import OTHER_KEYS

NOW = datetime.now(UTC)
GTIN = "09521234500018"
LATER = "09521234500025"
LANGUAGES = ("vi", "en", "ja", "zh")
VOC = "https://gs1.org/voc/"
LINKSET = {"Accept": "application/linkset+json"}
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


@pytest.fixture
def coop(app: Flask) -> world.Coop:
    with transaction() as session:
        coop = world.make_coop(session, NOW)
        coop.product = world.make_product(session, NOW, coop.org, gtin=GTIN, name_en="Lychee 1 kg")
        return coop


def lot_of(coop: world.Coop, **given: Any) -> Any:
    days = {"harvested_on": NOW.date(), "packed_on": NOW.date(), "released_at": NOW}
    with transaction() as session:
        return world.make_lot(session, NOW, coop.plot, coop.product, **{**days, **given})


def to(answer: TestResponse) -> str:
    """The path an answer leads to, once it is seen to be a redirect."""
    assert answer.status_code == 307, answer.text[:300]
    return urlsplit(answer.location).path


def problem(answer: TestResponse) -> dict[str, Any]:
    assert answer.content_type == "application/problem+json"
    assert answer.json is not None
    assert answer.json["status"] == answer.status_code
    return answer.json


def links_of(client: FlaskClient, path: str, **headers: str) -> list[dict[str, Any]]:
    answer = client.get(path, headers={**LINKSET, **headers})
    assert (answer.status_code, answer.content_type) == (200, "application/linkset+json")
    assert faults(answer.json) == []
    found: list[dict[str, Any]] = answer.json["linkset"]
    return found


# What the conformance statements say


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_supports_get_head_and_options_and_cors(client: FlaskClient, coop: world.Coop, method: str) -> None:
    for path in (f"/01/{GTIN}", "/01/1", "/.well-known/gs1resolver"):
        answer = client.open(path, method=method)
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert set(re.findall(r"\w+", answer.headers["Access-Control-Allow-Methods"])) == {
            "GET",
            "HEAD",
            "OPTIONS",
        }
        assert "Link" in answer.headers["Access-Control-Expose-Headers"]
    assert client.open(f"/01/{GTIN}", method=method).status_code == (200 if method == "OPTIONS" else 307)


@pytest.mark.parametrize(
    "path",
    [
        "/01",
        "/01/",
        "/01/9521234500018",
        "/01/09521234500019",
        "/01/0952123450001X",
        f"/01/{GTIN}/21/7/10/A",
        f"/01/{GTIN}/10/A/10/B",
        f"/01/{GTIN}/10",
        f"/01/{GTIN}/99/A",
        f"/01/{GTIN}/235/A",
        f"/01/{GTIN}/10//21/7",
        f"/01/{GTIN}/10/{'A' * 21}",
        f"/01/{GTIN}/10/A%20B",
        f"/01/{GTIN}/10/%E1%BA%A1",
        f"/01/{GTIN}/10/A%",
        f"/01/{GTIN}/10/A/B",
    ],
)
def test_a_link_of_a_wrong_form_is_400_with_words(client: FlaskClient, coop: world.Coop, path: str) -> None:
    said = problem(client.get(path, headers={"Accept": "application/json"}))
    assert said["status"] == 400
    assert said["detail"]
    for lang in LANGUAGES:
        page = client.get(path, headers={**BROWSER, "Accept-Language": lang})
        assert (page.status_code, page.mimetype) == (400, "text/html")
        assert t(lang, "link.type_code") in unescape(page.text)


def test_an_error_is_never_answered_with_200(client: FlaskClient, coop: world.Coop) -> None:
    paths = ["/01/09506000134352", f"/01/{GTIN}?linkType=gs1:epcis", f"/01/{GTIN}?linkType=rubbish"]
    paths += [f"/01/{GTIN}/10/A?linkType=gs1:hasRetailers", *(f"/{key}/1" for key in OTHER_KEYS)]
    for path in paths:
        for headers in ({"Accept": "application/json"}, BROWSER, LINKSET):
            assert client.get(path, headers=headers).status_code == 404, path


def test_all_links_are_listed_from_the_lot_up_to_the_gtin(client: FlaskClient, coop: world.Coop) -> None:
    lot = lot_of(coop)
    path = f"/01/{GTIN}/10/{lot.code}"
    contexts = links_of(client, path)
    assert [one["anchor"] for one in contexts] == [f"http://localhost{path}", f"http://localhost/01/{GTIN}"]
    stories = contexts[0][VOC + "traceability"]
    assert {one["href"] for one in stories} == {
        f"http://localhost/lo/{lot.public_id}?lang={lang}" for lang in LANGUAGES
    }
    assert VOC + "pip" in contexts[1]
    for said in ("all", "linkset"):
        assert client.get(f"{path}?linkType={said}").json == {"linkset": contexts}


def test_the_linkset_is_in_the_link_header_even_when_redirecting(
    client: FlaskClient, coop: world.Coop
) -> None:
    for path in (f"/01/{GTIN}", f"/01/{GTIN}/10/KHONG-CO", f"/01/{GTIN}?linkType=all"):
        address = f"http://localhost{path.split('?')[0]}?linkType=linkset"
        said = client.get(path).headers["Link"]
        assert f'<{address}>; rel="linkset"; type="application/linkset+json"' in said


def test_one_link_is_the_default_and_another_speaks_each_language(
    client: FlaskClient, coop: world.Coop
) -> None:
    lot = lot_of(coop)
    for path, page in (
        (f"/01/{GTIN}", f"/sp/{coop.product.public_id}"),
        (f"/01/{GTIN}/10/{lot.code}", f"/lo/{lot.public_id}"),
    ):
        contexts = links_of(client, path)
        defaults = [one for context in contexts for one in context.get(VOC + "defaultLink", [])]
        assert [one["href"] for one in defaults] == [f"http://localhost{page}"]
        multi = contexts[0][VOC + "defaultLinkMulti"]
        assert [one["hreflang"] for one in multi] == [[lang] for lang in LANGUAGES]
        assert to(client.get(path)) == page


def test_every_link_has_its_address_its_type_and_a_title_in_its_language(
    client: FlaskClient, coop: world.Coop
) -> None:
    pips = {one["hreflang"][0]: one["title"] for one in links_of(client, f"/01/{GTIN}")[0][VOC + "pip"]}
    assert pips == {
        lang: t(lang, "link.title.pip", product=coop.product.name if lang == "vi" else "Lychee 1 kg")
        for lang in LANGUAGES
    }


def test_every_listed_link_leads_to_a_page(client: FlaskClient, coop: world.Coop) -> None:
    lot = lot_of(coop)
    with transaction() as session:
        stamped.recall(session, NOW, lot)
    contexts = links_of(client, f"/01/{GTIN}/10/{lot.code}")
    assert VOC + "recallStatus" in contexts[0]
    hrefs = {
        one["href"]
        for context in contexts
        for name, links in context.items()
        if name.startswith(VOC)
        for one in links
    }
    assert len(hrefs) > 10
    for href in hrefs:
        assert client.get(href.removeprefix("http://localhost")).status_code == 200, href


def test_redirects_to_the_requested_link_type(client: FlaskClient, coop: world.Coop) -> None:
    lot = lot_of(coop)
    path = f"/01/{GTIN}/10/{lot.code}"
    for said in ("gs1:pip", "https://gs1.org/voc/pip", "pip"):
        assert to(client.get(path, query_string={"linkType": said})) == f"/sp/{coop.product.public_id}"
    assert to(client.get(f"{path}?linkType=gs1:traceability")) == f"/lo/{lot.public_id}"
    assert to(client.get(f"{path}?linkType=gs1:defaultLink")) == f"/lo/{lot.public_id}"
    assert to(client.get(f"{path}?linkType=gs1:verificationService")) == "/"


def test_a_link_type_that_is_absent_is_404_and_names_those_there_are(
    client: FlaskClient, coop: world.Coop
) -> None:
    said = problem(
        client.get(f"/01/{GTIN}?linkType=gs1:recallStatus", headers={"Accept": "application/json"})
    )
    assert said["type"].endswith("link.no_type")
    assert "verificationService" in said["detail"]


def test_the_language_asked_for_chooses_among_links(client: FlaskClient, coop: world.Coop) -> None:
    for lang in LANGUAGES:
        answer = client.get(f"/01/{GTIN}?linkType=gs1:pip", headers={"Accept-Language": f"{lang},fr;q=0.5"})
        assert parse_qs(urlsplit(answer.location).query)["lang"] == [lang]
        page = client.get(f"/01/{GTIN}", headers={"Accept-Language": lang}, follow_redirects=True)
        assert f'<html lang="{"zh-Hans" if lang == "zh" else lang}">' in page.text


def test_several_links_that_match_alike_are_300(client: FlaskClient, coop: world.Coop) -> None:
    one = lot_of(coop)
    path = f"/01/{GTIN}?linkType=gs1:traceability"
    assert to(client.get(path)) == f"/lo/{one.public_id}"
    two = lot_of(coop)
    answer = client.get(path)
    assert (answer.status_code, faults(answer.json)) == (300, [])
    hrefs = {link["href"] for link in answer.json["linkset"][0][VOC + "traceability"]}
    assert {urlsplit(href).path for href in hrefs} == {f"/lo/{lot.public_id}" for lot in (one, two)}
    page = client.get(path, headers=BROWSER)
    assert (page.status_code, page.mimetype) == (300, "text/html")
    assert one.code in page.text
    assert two.code in page.text


def test_the_query_is_passed_on(client: FlaskClient, coop: world.Coop) -> None:
    answer = client.get(f"/01/{GTIN}?17=261231&3103=001000&lang=ja&x=%26%20y")
    assert urlsplit(answer.location).query == "17=261231&3103=001000&lang=ja&x=%26%20y"


def test_the_resolver_describes_itself(client: FlaskClient) -> None:
    said = client.get("/.well-known/gs1resolver").json
    assert (said["resolverRoot"], said["supportedPrimaryKeys"]) == ("http://localhost", ["01", "00"])
    assert said["supportsCompression"] is False
    assert said["supportedLinkType"] == [{"namespace": VOC, "prefix": "gs1:"}]
    assert {"gs1:defaultLink", "gs1:pip"} <= set(said["activeLinkTypes"])


def test_a_trailing_slash_is_tolerated(client: FlaskClient, coop: world.Coop) -> None:
    lot = lot_of(coop)
    assert to(client.get(f"/01/{GTIN}/")) == f"/sp/{coop.product.public_id}"
    assert to(client.get(f"/01/{GTIN}/10/{lot.code}/")) == f"/lo/{lot.public_id}"


@pytest.mark.parametrize("key", OTHER_KEYS)
def test_keys_that_are_not_held_are_404_with_words(client: FlaskClient, key: str) -> None:
    said = problem(client.get(f"/{key}/9521234500018/254/1", headers={"Accept": "application/json"}))
    assert (said["status"], f"({key})" in said["detail"]) == (404, True)


@needs_schemas
def test_linksets_are_right_by_the_published_schemas(client: FlaskClient, coop: world.Coop) -> None:
    lot = lot_of(coop)
    with transaction() as session:
        stamped.recall(session, NOW, lot)
    for path in (f"/01/{GTIN}", f"/01/{GTIN}/10/{lot.code}", f"/01/{GTIN}/10/KHONG-CO"):
        contexts = links_of(client, path)
        jsonschema.validate({"linkset": contexts}, schema("gs1-linkset-schema.json"))
        for context in contexts:
            del context["itemDescription"]  # GS1's own, which plain RFC 9264 knows nothing of
        jsonschema.validate({"linkset": contexts}, schema("linkset-schema.json"))


@needs_schemas
def test_our_rules_of_linksets_refuse_what_the_schema_refuses() -> None:
    for name, fine in (("valid-gs1-example.json", True), ("invalid-gs1-example.json", False)):
        value = json.loads((FOLDER / name).read_text())
        valid = jsonschema.Draft7Validator(schema("gs1-linkset-schema.json")).is_valid(value)
        assert valid is fine
        assert fine or faults(value)


# What we promise beside them


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_lot_that_is_not_held_leads_up_to_the_product_and_the_page_says_so(
    client: FlaskClient, coop: world.Coop, lang: str
) -> None:
    hidden = lot_of(coop, state=LotState.OPEN, released_at=None)
    with transaction() as session:
        other = world.make_product(session, NOW, coop.org, gtin=LATER)
        world.make_lot(session, NOW, coop.plot, other, code="CUA-HANG-KHAC")
    for code in ("KHONG-CO", hidden.code, "CUA-HANG-KHAC"):
        answer = client.get(f"/01/{GTIN}/10/{code}", headers={"Accept-Language": lang})
        assert to(answer) == f"/sp/{coop.product.public_id}"
        assert f'<http://localhost/01/{GTIN}>; rel="up"' in answer.headers["Link"]
        page = client.get(answer.location, headers={"Accept-Language": lang})
        assert t(lang, "link.notice.lot", got=code) in unescape(page.text)
        context = links_of(client, f"/01/{GTIN}/10/{code}", **{"Accept-Language": lang})[0]
        assert context["anchor"] == f"http://localhost/01/{GTIN}"
        assert f": {t(lang, 'link.notice.lot', got=code)}" in context["itemDescription"]


def test_a_change_of_language_keeps_what_the_page_is_about(client: FlaskClient, coop: world.Coop) -> None:
    for path in (f"/01/{GTIN}/10/KHONG-CO", f"/01/{GTIN}?linkType=all"):
        page = client.get(path, headers=BROWSER, follow_redirects=True)
        links = [unescape(one) for one in re.findall(r'<a href="(\?[^"]*lang=ja)"', page.text)]
        again = client.get(page.request.path + links[0], headers=BROWSER)
        assert again.status_code == 200
        notice = t("ja", "link.notice.lot", got="KHONG-CO")
        assert (notice in again.text) == ("KHONG-CO" in path)
        assert (t("ja", "link.choose.title", product="Lychee 1 kg") in again.text) == ("linkType" in path)


def test_a_lot_under_an_unknown_variant_is_not_that_lot(client: FlaskClient, coop: world.Coop) -> None:
    lot = lot_of(coop)
    assert to(client.get(f"/01/{GTIN}/22/A/10/{lot.code}")) == f"/sp/{coop.product.public_id}"


def test_an_exact_link_says_nothing_of_going_up(client: FlaskClient, coop: world.Coop) -> None:
    lot = lot_of(coop)
    answer = client.get(f"/01/{GTIN}/10/{lot.code}")
    assert urlsplit(answer.location).query == ""
    assert 'rel="up"' not in answer.headers["Link"]


def test_a_slash_inside_a_lots_code_is_no_slash(client: FlaskClient, coop: world.Coop) -> None:
    lot = lot_of(coop, code="K26/05")
    assert to(client.get(f"/01/{GTIN}/10/K26%2F05")) == f"/lo/{lot.public_id}"


def test_a_retired_products_link_lives_and_the_page_says_so(client: FlaskClient, coop: world.Coop) -> None:
    with transaction() as session:
        session.merge(coop.product).is_active = False
    page = client.get(f"/01/{GTIN}", follow_redirects=True)
    assert page.status_code == 200
    assert t("vi", "link.notice.retired") in unescape(page.text)


@pytest.mark.parametrize("state", [LotState.HOLD, LotState.CONSUMED, LotState.DESTROYED, LotState.RECALLED])
def test_an_ended_lots_link_lives(client: FlaskClient, coop: world.Coop, state: LotState) -> None:
    lot = lot_of(coop, state=state)
    assert client.get(f"/01/{GTIN}/10/{lot.code}", follow_redirects=True).status_code == 200


def corrected(coop: world.Coop, gtin: str | None) -> None:
    with transaction() as session:
        session.merge(coop.product).gtin = gtin
        old = session.exec(select(ProductGtin).where(ProductGtin.gtin == GTIN)).one()
        old.left_at = NOW
        if gtin is not None:
            session.add(ProductGtin(gtin=gtin, product_id=coop.product.id, given_at=NOW))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_corrected_gtins_printed_link_lives_and_names_the_new_one(
    client: FlaskClient, coop: world.Coop, lang: str
) -> None:
    lot = lot_of(coop)
    corrected(coop, LATER)
    for path, said in (
        (f"/01/{GTIN}", "link.notice.replaced"),
        (f"/01/{GTIN}/10/{lot.code}", "link.notice.replaced"),
    ):
        answer = client.get(path, headers={"Accept-Language": lang})
        assert f'<http://localhost/01/{LATER}>; rel="canonical"' in answer.headers["Link"]
        page = client.get(answer.location, headers={"Accept-Language": lang})
        assert t(lang, said, got=GTIN, gtin=LATER) in unescape(page.text)
    assert to(client.get(f"/01/{LATER}/10/{lot.code}")) == f"/lo/{lot.public_id}"


def test_a_gtin_taken_off_still_leads_to_its_product(client: FlaskClient, coop: world.Coop) -> None:
    corrected(coop, None)
    page = client.get(f"/01/{GTIN}", follow_redirects=True)
    assert t("vi", "link.notice.taken_off", got=GTIN) in unescape(page.text)


def test_a_page_says_nothing_of_a_link_to_other_goods(client: FlaskClient, coop: world.Coop) -> None:
    with transaction() as session:
        other = world.make_product(session, NOW, coop.org, gtin=LATER)
    for said in (f"/01/{GTIN}/10/LA", "/01/rubbish", "/01/09506000134352", "<b>"):
        page = client.get(f"/sp/{other.public_id}", query_string={"gs1": said})
        assert "notice warn" not in page.text


# Stamps in links


def with_gtin(made: Stamps) -> None:
    with transaction() as session:
        session.merge(made.coop.product).gtin = GTIN
        session.add(ProductGtin(gtin=GTIN, product_id=made.coop.product.id, given_at=NOW))


def forged(made: Stamps) -> str:
    """A well spelled code whose tag is wrong."""
    good = made.code(made.block.first)
    for letter in stamp_code.ALPHABET:
        body = good[:10] + letter + good[11:18]
        for last in stamp_code.ALPHABET:
            if stamp_code.is_valid(body + last) and body + last != good:
                return body + last
    raise AssertionError


def test_a_stamps_code_as_serial_leads_to_its_verdict(app: Flask, stamps: Stamps) -> None:  # noqa: F811
    with_gtin(stamps)
    code = stamps.code(stamps.block.first)
    client = visitor(app)
    for path in (f"/01/{GTIN}/10/{stamps.lot.code}/21/{code}", f"/01/{GTIN}/21/{code.lower()}"):
        answer = client.get(path)
        assert to(answer) == f"/{code}"
        assert answer.location.count(code) == 1
        assert answer.headers["X-Robots-Tag"] == "noindex"
        verdict = client.get(path, headers={"Accept": "application/json"}, follow_redirects=True)
        assert verdict.json["verdict"] == "VALID"
        assert verdict.json["link"] is None
    settle(app)


@pytest.mark.parametrize("lang", ["vi", "en", "ja", "zh"])
def test_a_stamp_in_a_link_to_another_lot_says_so_in_every_language(
    app: Flask,
    stamps: Stamps,  # noqa: F811
    lang: str,
) -> None:
    with_gtin(stamps)
    code = stamps.code(stamps.block.first)
    said = {"Accept-Language": lang}
    page = visitor(app).get(f"/01/{GTIN}/10/LO-KHAC/21/{code}", headers=said, follow_redirects=True)
    words = t(lang, "link.clash.lot", asked="LO-KHAC", lot=stamps.lot.code)
    assert words in unescape(page.text)
    assert t(lang, "link.clash.heading") in unescape(page.text)
    plain = visitor(app, 2).get(f"/{code}", headers=said)
    assert t(lang, "link.clash.heading") not in unescape(plain.text)
    settle(app)


def test_a_stamp_in_a_link_to_another_real_lot_or_product_says_which_part_is_not_its_own(
    app: Flask,
    stamps: Stamps,  # noqa: F811
) -> None:
    with_gtin(stamps)
    with transaction() as session:
        other = world.make_product(session, NOW, stamps.coop.org)
        session.add(ProductGtin(gtin=LATER, product_id=other.id, given_at=NOW))
        days = {"harvested_on": NOW.date(), "packed_on": NOW.date(), "released_at": NOW}
        held = world.make_lot(session, NOW, stamps.coop.plot, stamps.coop.product, **days)
    code = stamps.code(stamps.block.first)
    for path, differs in (
        (f"/01/{GTIN}/10/{held.code}/21/{code}", ["lot"]),
        (f"/01/{LATER}/21/{code}", ["gtin"]),
        (f"/01/{LATER}/10/X/21/{code}", ["gtin", "lot"]),
    ):
        answer = visitor(app).get(path, headers={"Accept": "application/json"}, follow_redirects=True)
        assert (answer.json["verdict"], answer.json["lot"]["public_id"]) == ("VALID", stamps.lot.public_id)
        assert answer.json["link"]["differs"] == differs
        assert len(answer.json["link"]["said"]) == len(differs) + 1
    settle(app)


def test_a_former_gtin_of_the_stamps_product_is_no_other_product(app: Flask, stamps: Stamps) -> None:  # noqa: F811
    with_gtin(stamps)
    with transaction() as session:
        row = ProductGtin(gtin=LATER, product_id=stamps.coop.product.id, given_at=NOW, left_at=NOW)
        session.add(row)
    code = stamps.code(stamps.block.first)
    path = f"/01/{LATER}/21/{code}"
    answer = visitor(app).get(path, headers={"Accept": "application/json"}, follow_redirects=True)
    assert answer.json["link"] is None
    settle(app)


def test_a_withdrawn_stamp_tells_nothing_of_its_lot_by_way_of_a_link(app: Flask, stamps: Stamps) -> None:  # noqa: F811
    with_gtin(stamps)
    with transaction() as session:
        stamped.void(session, NOW, stamps.block, stamps.block.first, stamps.block.first)
    code = stamps.code(stamps.block.first)
    path = f"/01/{GTIN}/10/LO-KHAC/21/{code}"
    answer = visitor(app).get(path, headers={"Accept": "application/json"}, follow_redirects=True)
    assert (answer.json["verdict"], answer.json["link"]) == ("WITHDRAWN", None)
    settle(app)


def test_the_resolver_tells_no_genuine_code_from_a_forged_one(app: Flask, stamps: Stamps) -> None:  # noqa: F811
    with_gtin(stamps)
    good, bad = stamps.code(stamps.block.first), forged(stamps)
    for query in ("", "?linkType=all", "?linkType=gs1:pip", "?linkType=gs1:verificationService"):
        answers = [visitor(app).get(f"/01/{GTIN}/21/{code}{query}") for code in (good, bad)]
        told = [
            (one.status_code, str(one.headers).replace(code, "CODE"), one.text.replace(code, "CODE"))
            for one, code in zip(answers, (good, bad), strict=True)
        ]
        assert told[0] == told[1], query


def test_a_wrong_serial_counts_for_the_limiter_as_a_wrong_code_does(app: Flask, stamps: Stamps) -> None:  # noqa: F811
    with_gtin(stamps)
    budget = app.extensions["settings"].forgery_budget
    client, bad = visitor(app), forged(stamps)
    said = [client.get(f"/01/{GTIN}/21/{bad}", follow_redirects=True).status_code for _ in range(budget + 1)]
    assert said == [404] * budget + [429]


@pytest.mark.parametrize("serial", ["000481", "A", "7F6H704YPJCJ1APDCB"])
def test_a_printed_number_is_no_way_to_a_code(app: Flask, stamps: Stamps, serial: str) -> None:  # noqa: F811
    with_gtin(stamps)
    client = visitor(app)
    answer = client.get(f"/01/{GTIN}/10/{stamps.lot.code}/21/{serial}")
    assert to(answer) == f"/lo/{stamps.lot.public_id}"
    page = client.get(answer.location)
    assert t("vi", "link.notice.serial", got=serial) in unescape(page.text)


# Cost


def test_a_redirect_asks_one_question_and_no_session(app: Flask, sqlite: Database, coop: world.Coop) -> None:
    lot = lot_of(coop)
    client = app.test_client()
    client.set_cookie("session", "khong-can-hoi")
    client.get(f"/01/{GTIN}/10/{lot.code}")
    asked: list[str] = []
    event.listen(sqlite.reader, "before_cursor_execute", lambda _c, _cu, sql, *_: asked.append(sql))
    client.get(f"/01/{GTIN}/10/{lot.code}")
    assert len([sql for sql in asked if sql.startswith("SELECT")]) == 1, asked
