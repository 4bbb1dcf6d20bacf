"""Pages for sharing: what is told of a lot and a product, what held on which day, what stays absent."""

import gzip
import io
import json
import re
from datetime import UTC, date, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlmodel import select

from tests import stamped, world
from trace.db import transaction
from trace.records.certificate import Certificate, CertificateScope
from trace.records.diary_entry import DiaryEntry, DiaryKind
from trace.records.household import Consent, Purpose
from trace.records.lot import LotKind, LotLink, LotState
from trace.records.plot import SiteStatus, SiteStatusChange
from trace.records.product import OcopRating, ProductImage
from trace.standards.local_time import local_day
from trace.standards.province_map import map_of_hai_phong
from trace.texts.catalogs import t
from trace.texts.formats import listed
from trace.web.verdict_words import days_said, own_name

NOW = datetime.now(UTC)
TODAY = local_day(NOW)
LANGUAGES = ("vi", "en", "ja", "zh")
PAGE_BUDGET = 14_336
STATIC = Path(__file__).parents[2] / "trace" / "web" / "static"


@pytest.fixture
def coop(app: Flask) -> world.Coop:
    with transaction() as session:
        return world.make_coop(session, NOW)


def lot_of(coop: world.Coop, **given: Any) -> Any:
    with transaction() as session:
        days = {"harvested_on": TODAY, "packed_on": TODAY}
        return world.make_lot(session, NOW, coop.plot, coop.product, **{**days, **given})


def page(client: FlaskClient, path: str, lang: str = "vi") -> str:
    answer = client.get(path, headers={"Accept-Language": lang})
    assert answer.status_code == 200
    return unescape(answer.text)


def paper(coop: world.Coop, first: date, last: date, number: str, **given: Any) -> Certificate:
    with transaction() as session:
        values = {"org_id": coop.org.id, "scheme": "vietgap", "number": number, "valid_from": first}
        values |= {"valid_to": last, "confirmed_at": NOW, "created_at": NOW}
        return world.add(session, Certificate(**{**values, **given}))


@pytest.mark.parametrize("state", [LotState.RELEASED, LotState.CONSUMED, LotState.RECALLED])
def test_a_lot_that_is_out_has_a_page_in_four_languages(
    client: FlaskClient, coop: world.Coop, state: LotState
) -> None:
    lot = lot_of(coop, state=state)
    for lang in LANGUAGES:
        text = page(client, f"/lo/{lot.public_id}", lang)
        heading = text[text.index("<h1>") : text.index("</h1>")]
        assert f'<span class="nb">{lot.code}</span>' in heading
        assert t(lang, "consumer.story.chain") in text


@pytest.mark.parametrize("state", [LotState.DRAFT, LotState.OPEN, LotState.HOLD, LotState.DESTROYED])
def test_a_lot_that_never_was_out_is_as_absent_as_none(
    client: FlaskClient, coop: world.Coop, state: LotState
) -> None:
    lot = lot_of(coop, state=state)
    hidden, absent = client.get(f"/lo/{lot.public_id}"), client.get("/lo/0000000000")
    assert (hidden.status_code, absent.status_code) == (404, 404)
    assert hidden.data.replace(lot.public_id.encode(), b"0000000000") == absent.data


def test_a_shared_address_does_not_die_when_the_lot_is_held(client: FlaskClient, coop: world.Coop) -> None:
    lot = lot_of(coop, state=LotState.HOLD, released_at=NOW)
    assert lot.code in page(client, f"/lo/{lot.public_id}")


def test_the_chain_goes_from_the_plots_to_the_pack(client: FlaskClient, coop: world.Coop) -> None:
    with transaction() as session:
        households = [world.make_household(session, NOW, coop.org) for _ in range(3)]
        harvests = [
            world.make_lot(session, NOW, world.make_plot(session, NOW, one), weight_g=100_000)
            for one in households
        ]
        pool = world.make_lot(session, NOW, coop.plot, kind=LotKind.POOL, plot_id=None, household_id=None)
        pack = world.make_lot(
            session, NOW, coop.plot, coop.product, kind=LotKind.PACK, plot_id=None, household_id=None
        )
        for parent, child in [*((lot, pool) for lot in harvests), (pool, pack)]:
            session.add(LotLink(parent_id=parent.id, child_id=child.id, weight_g=1))
    text = page(client, f"/lo/{pack.public_id}")
    steps = [text.index(word) for word in ("Hái tại vườn: 3 lô", pool.code, "Lô bạn đang xem")]
    assert steps == sorted(steps)
    assert "300\u00a0kg" in text
    assert "Lô này gộp quả của 3 hộ" in text
    assert not [one.name for one in households if one.name in text]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_lot_of_several_harvests_says_all_their_days(
    client: FlaskClient, coop: world.Coop, lang: str
) -> None:
    days = TODAY - timedelta(days=3), TODAY - timedelta(days=1)
    with transaction() as session:
        harvests = [world.make_lot(session, NOW, coop.plot, harvested_on=day) for day in days]
        made = {"plot_id": None, "household_id": None, "harvested_on": days[0], "packed_on": TODAY}
        pack = world.make_lot(session, NOW, coop.plot, coop.product, kind=LotKind.PACK, **made)
        for parent in harvests:
            session.add(LotLink(parent_id=parent.id, child_id=pack.id, weight_g=1))
    text = page(client, f"/lo/{pack.public_id}", lang)
    said = days_said(lang, *days)
    assert f"<dd>{said}</dd>" in text
    about = re.search(r'<meta name="description" content="([^"]*)"', text)
    assert about
    assert said in about[1]


def test_chinese_joins_facts_with_its_sentence_comma_and_names_with_its_list_comma(
    client: FlaskClient, coop: world.Coop
) -> None:
    chain = page(client, f"/lo/{lot_of(coop).public_id}", "zh").split('<ol class="way">')[1].split("</ol>")[0]
    assert "，" in chain
    assert "、" not in chain
    assert listed("zh", ["甲", "乙"]) == "甲、乙"


def test_the_strokes_of_the_chain_are_borders_for_paper_drops_backgrounds() -> None:
    [stroke] = re.findall(r"\.way li\+li::before\{([^}]*)\}", (STATIC / "story.css").read_text("utf-8"))
    assert "border-left:8px solid" in stroke
    assert "background" not in stroke


def test_papers_are_those_that_held_on_the_packing_day(client: FlaskClient, coop: world.Coop) -> None:
    packed = TODAY - timedelta(days=100)
    lot = lot_of(coop, packed_on=packed, harvested_on=packed)
    paper(coop, packed, TODAY + timedelta(days=1), "CON-HAN")
    paper(coop, packed, packed, "DA-HET")
    paper(coop, packed + timedelta(days=1), TODAY, "CHUA-CO")
    paper(coop, packed - timedelta(days=9), packed - timedelta(days=1), "HET-TRUOC")
    paper(coop, packed, TODAY, "CHUA-DUYET", confirmed_at=None)
    text = page(client, f"/lo/{lot.public_id}")
    shown = re.findall(r"CON-HAN|DA-HET|CHUA-CO|HET-TRUOC|CHUA-DUYET", text)
    assert shown == ["CON-HAN", "DA-HET"]
    assert text.count("đã hết hạn từ") == 1


def test_a_paper_over_land_covers_a_mixed_lot_only_whole(client: FlaskClient, coop: world.Coop) -> None:
    with transaction() as session:
        other = world.make_plot(session, NOW, coop.household)
        harvests = [world.make_lot(session, NOW, plot, harvested_on=TODAY) for plot in (coop.plot, other)]
        pack = world.make_lot(
            session,
            NOW,
            coop.plot,
            coop.product,
            kind=LotKind.PACK,
            plot_id=None,
            packed_on=TODAY,
            harvested_on=TODAY,
        )
        for parent in harvests:
            session.add(LotLink(parent_id=parent.id, child_id=pack.id, weight_g=1))
    half, whole = (paper(coop, TODAY, TODAY, number) for number in ("MOT-NUA", "CA-HAI"))
    with transaction() as session:
        session.add(CertificateScope(certificate_id=half.id, plot_id=coop.plot.id))
        for plot in (coop.plot, other):
            session.add(CertificateScope(certificate_id=whole.id, plot_id=plot.id))
    text = page(client, f"/lo/{pack.public_id}")
    assert "CA-HAI" in text
    assert "MOT-NUA" not in text


def test_stars_are_those_that_held_that_day(client: FlaskClient, coop: world.Coop) -> None:
    packed = TODAY - timedelta(days=500)
    lot = lot_of(coop, packed_on=packed, harvested_on=packed)
    with transaction() as session:
        for stars, first, last in ((3, packed, packed + timedelta(days=9)), (5, TODAY, TODAY)):
            row = OcopRating(product_id=coop.product.id, stars=stars, score=80, decision_number=f"QĐ-{stars}")
            row.decided_on, row.valid_to, row.created_at = first, last, NOW
            session.add(row)
    assert "QĐ-3" in page(client, f"/lo/{lot.public_id}")
    assert "QĐ-5" not in page(client, f"/lo/{lot.public_id}")
    assert "QĐ-5" in page(client, f"/sp/{coop.product.public_id}")


def spray(coop: world.Coop, days_ago: int, waiting: int, **given: Any) -> DiaryEntry:
    with transaction() as session:
        values = {"org_id": coop.org.id, "household_id": coop.household.id, "plot_id": coop.plot.id}
        values |= {
            "kind": DiaryKind.SPRAY,
            "done_on": TODAY - timedelta(days=days_ago),
            "waiting_days": waiting,
        }
        values |= {"request_id": f"{days_ago}-{waiting}", "recorded_at": NOW}
        return world.add(session, DiaryEntry(**{**values, **given}))


def test_the_tightest_wait_is_told_and_corrected_entries_are_not(
    client: FlaskClient, coop: world.Coop
) -> None:
    lot = lot_of(coop)
    path = f"/lo/{lot.public_id}"
    assert t("vi", "lot.phi.none", days=60) in page(client, path)
    spray(coop, 30, 7)
    wrong = spray(coop, 15, 14)
    assert "đã chờ 15 ngày, yêu cầu 14 ngày" in page(client, path)
    spray(coop, 20, 14, corrects_id=wrong.id)
    assert "đã chờ 20 ngày, yêu cầu 14 ngày" in page(client, path)


def test_the_place_is_told_by_its_new_and_its_old_name(client: FlaskClient, coop: world.Coop) -> None:
    lot = lot_of(coop, commune_code="10816", old_commune_scheme="2025-01", old_commune_code="10816")
    assert (
        "xã Hà Bắc, thành phố Hải Phòng (trước 7/2025: xã Hồng Lạc, huyện Thanh Hà, tỉnh Hải Dương)"
        in page(client, f"/lo/{lot.public_id}")
    )


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_commune_is_marked_on_a_map_with_its_name_and_told_to_who_cannot_see_it(
    client: FlaskClient, coop: world.Coop, lang: str
) -> None:
    lot = lot_of(coop, commune_code="10816", old_commune_scheme="2025-01", old_commune_code="10816")
    text = page(client, f"/lo/{lot.public_id}", lang)
    drawing = text[text.index('<figure class="map">') : text.index("</figure>")]
    name = "xã Hà Bắc" if lang == "vi" else "Ha Bac"
    assert f'class="here" d="{map_of_hai_phong().communes["10816"]}"' in drawing
    assert "<title" in drawing
    assert ("Hồng Lạc" if lang == "vi" else "Hong Lac") in drawing[drawing.index("<desc") :]
    assert name in drawing[drawing.index("<text") :], "colour is not the only mark"


@pytest.mark.parametrize("commune", ["00004", "11948"])
def test_a_place_outside_the_province_has_words_and_no_map(
    client: FlaskClient, coop: world.Coop, commune: str
) -> None:
    lot = lot_of(coop, commune_code=commune)
    text = page(client, f"/lo/{lot.public_id}")
    assert ('<figure class="map">' in text) == (commune in map_of_hai_phong().communes)
    assert t("vi", "consumer.where") in text


def test_a_lots_page_with_its_map_papers_styles_and_diary_fits_the_budget(
    client: FlaskClient, coop: world.Coop
) -> None:
    lot = full_lot(coop)
    styles = sum(len(gzip.compress(client.get(sheet).data)) for sheet in sheets_of(client, lot))
    for lang in LANGUAGES:
        answer = client.get(f"/lo/{lot.public_id}", headers={"Accept-Language": lang})
        assert 'class="map"' in answer.text
        assert len(gzip.compress(answer.data)) + styles <= PAGE_BUDGET


def sheets_of(client: FlaskClient, lot: Any) -> list[str]:
    """The style sheets the page of a lot asks for."""
    found = re.findall(r'<link rel="stylesheet" href="([^"]+)"', client.get(f"/lo/{lot.public_id}").text)
    assert found
    return found


def full_lot(coop: world.Coop) -> Any:
    """A pack of a pool of harvests with papers, sprays and households that agreed to be named."""
    with transaction() as session:
        homes = [world.make_household(session, NOW, coop.org) for _ in range(12)]
        area = world.make_growing_area(session, NOW, coop.org)
        plots = [world.make_plot(session, NOW, one, growing_area_id=area.id) for one in homes]
        harvests = [world.make_lot(session, NOW, plot, harvested_on=TODAY) for plot in plots]
        days = {"plot_id": None, "household_id": None, "harvested_on": TODAY, "packed_on": TODAY}
        pool = world.make_lot(session, NOW, coop.plot, kind=LotKind.POOL, **days)
        days |= {"commune_code": "10816", "old_commune_scheme": "2025-01", "old_commune_code": "10816"}
        pack = world.make_lot(session, NOW, coop.plot, coop.product, kind=LotKind.PACK, **days)
        for parent, child in [*((lot, pool) for lot in harvests), (pool, pack)]:
            session.add(LotLink(parent_id=parent.id, child_id=child.id, weight_g=1))
        for home in homes:
            agree(session, home)
    for number in range(4):
        paper(coop, TODAY, TODAY, f"VietGAP-TT-13-00{number}", issuer="Trung tâm chứng nhận chất lượng")
    for kind in DiaryKind:
        spray(coop, 20, 7, kind=kind, request_id=kind, plot_id=plots[0].id, household_id=homes[0].id)
    return pack


def agree(session: Any, household: Any, **given: Any) -> None:
    values = {"purpose": Purpose.PUBLIC_NAME, "version": "2026-01", "given_at": NOW}
    session.add(Consent(household_id=household.id, **{**values, **given}))


def test_who_agreed_is_named_and_nobody_after_taking_it_back(client: FlaskClient, coop: world.Coop) -> None:
    lot = lot_of(coop)
    path, name = f"/lo/{lot.public_id}", coop.household.name
    assert name not in page(client, path)
    with transaction() as session:
        agree(session, coop.household, purpose=Purpose.STATISTICS)
    assert name not in page(client, path)
    with transaction() as session:
        agree(session, coop.household)
    assert name in page(client, path)
    with transaction() as session:
        for consent in session.execute(select(Consent)).scalars():
            consent.withdrawn_at = NOW
    for lang in LANGUAGES:
        assert name not in page(client, path, lang)


def test_the_growing_area_is_named_and_a_code_that_did_not_stand_that_day_is_said(
    client: FlaskClient, coop: world.Coop
) -> None:
    with transaction() as session:
        area = world.make_growing_area(session, NOW, coop.org)
        lot = world.make_lot(
            session, NOW, coop.plot, coop.product, growing_area_id=area.id, harvested_on=TODAY
        )
    path, fallen = f"/lo/{lot.public_id}", t("vi", "consumer.area.fallen")
    assert area.code in page(client, path)
    assert fallen not in page(client, path)
    for since, said in ((TODAY + timedelta(days=1), False), (TODAY, True)):
        with transaction() as session:
            row = SiteStatusChange(growing_area_id=area.id, status=SiteStatus.SUSPENDED, since=since)
            row.recorded_at = NOW
            session.add(row)
        assert (fallen in page(client, path)) == said


def test_the_diary_of_the_season_is_summed_up_without_what_was_corrected(
    client: FlaskClient, coop: world.Coop
) -> None:
    lot = lot_of(coop)
    path = f"/lo/{lot.public_id}"
    assert t("vi", "consumer.diary.none") in page(client, path)
    spray(coop, 30, 7)
    wrong = spray(coop, 15, 14)
    spray(coop, 20, 14, corrects_id=wrong.id)
    spray(coop, 400, 7)
    spray(coop, -2, 7)
    spray(coop, 9, 0, kind=DiaryKind.FERTILISE)
    text = page(client, path)
    assert t("vi", "consumer.diary.spray", n=2, date=TODAY - timedelta(days=20)) in text
    assert t("vi", "consumer.diary.fertilise", n=1, date=TODAY - timedelta(days=9)) in text


def test_a_recalled_lot_says_so_first(client: FlaskClient, coop: world.Coop) -> None:
    lot = lot_of(coop)
    with transaction() as session:
        stamped.recall(session, NOW, lot)
    for lang, reason in (("vi", "Dư lượng thuốc vượt mức"), ("en", "Residue above the limit")):
        text = page(client, f"/lo/{lot.public_id}", lang)
        assert text.index(reason) < text.index("<h1")
        assert text.index("0220 111 222") < text.index("<h1")
        assert reason in page(client, f"/sp/{coop.product.public_id}", lang)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_destroyed_lot_says_so_first(client: FlaskClient, coop: world.Coop, lang: str) -> None:
    lot = lot_of(coop, state=LotState.DESTROYED, released_at=NOW)
    text = page(client, f"/lo/{lot.public_id}", lang)
    assert text.index(t(lang, "consumer.destroyed.said")) < text.index("<h1")


def test_a_shared_page_says_what_it_is_to_those_who_list_it(client: FlaskClient, coop: world.Coop) -> None:
    lot = lot_of(coop)
    for path in (f"/lo/{lot.public_id}", f"/sp/{coop.product.public_id}"):
        answer = client.get(path)
        text = answer.text
        assert "noindex" not in text + str(answer.headers)
        assert f'<link rel="canonical" href="http://localhost{path}">' in text
        assert set(re.findall(r'rel="alternate" hreflang="([\w-]+)"', text)) == {
            "vi",
            "en",
            "ja",
            "zh-Hans",
            "x-default",
        }
        assert '<meta property="og:title"' in text
        data = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', text)[1])
        assert (data["@type"], data["name"], data["url"]) == (
            "Product",
            coop.product.name,
            f"http://localhost{path}",
        )


def test_a_retired_product_keeps_its_page_and_lists_packs_only(client: FlaskClient, coop: world.Coop) -> None:
    parent, child = lot_of(coop), lot_of(coop)
    hidden = lot_of(coop, state=LotState.OPEN)
    with transaction() as session:
        session.add(LotLink(parent_id=parent.id, child_id=child.id, weight_g=1))
        session.merge(coop.product).is_active = False
    text = page(client, f"/sp/{coop.product.public_id}")
    assert child.code in text
    assert parent.code not in text
    assert hidden.code not in text
    assert client.get("/sp/0000000000").status_code == 404


def test_pictures_are_kept_for_a_year_and_never_run(client: FlaskClient, coop: world.Coop) -> None:
    with transaction() as session:
        for name, media_type in (("a" * 64, "image/webp"), ("b" * 64, "text/html")):
            row = ProductImage(
                product_id=coop.product.id, sha256=name, media_type=media_type, width=1, height=1
            )
            row.data, row.created_at = b"<script>", NOW
            session.add(row)
    good, bad = client.get(f"/anh/{'a' * 64}"), client.get(f"/anh/{'b' * 64}")
    assert (good.content_type, good.data) == ("image/webp", b"<script>")
    assert "immutable" in good.headers["Cache-Control"]
    assert bad.content_type == "application/octet-stream"
    assert bad.headers["X-Content-Type-Options"] == "nosniff"
    assert client.get(f"/anh/{'c' * 64}").status_code == 404
    assert f"/anh/{'a' * 64}" in page(client, f"/lo/{lot_of(coop).public_id}")
    assert client.get(f"/anh/{'b' * 64}/nho.jpg").status_code == 404


def test_a_page_shows_its_picture_small_and_leads_to_the_whole(client: FlaskClient, coop: world.Coop) -> None:
    whole = io.BytesIO()
    Image.effect_noise((1600, 1200), 60).convert("RGB").save(whole, "JPEG", quality=85)
    with transaction() as session:
        row = ProductImage(product_id=coop.product.id, sha256="d" * 64, media_type="image/jpeg")
        row.width, row.height, row.data, row.created_at = 1600, 1200, whole.getvalue(), NOW
        session.add(row)
    text = page(client, f"/lo/{lot_of(coop).public_id}")
    small = client.get(f"/anh/{'d' * 64}/nho.jpg")
    assert f'<a class="goods" href="/anh/{"d" * 64}"><img src="/anh/{"d" * 64}/nho.jpg"' in text
    assert "immutable" in small.headers["Cache-Control"]
    assert Image.open(io.BytesIO(small.data)).size == (320, 240)
    assert len(small.data) < 30_000 < len(whole.getvalue())


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_first_link_of_a_page_is_spoken_in_its_language(
    client: FlaskClient, coop: world.Coop, lang: str
) -> None:
    first = page(client, f"/lo/{lot_of(coop).public_id}", lang).split('class="skip"')[1].split("</a>")[0]
    assert ("To the main content" in first) is (lang == "en")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_card_of_a_recalled_lot_says_so_wherever_it_was_shared(
    client: FlaskClient, coop: world.Coop, lang: str
) -> None:
    lot = lot_of(coop)
    path = f"/lo/{lot.public_id}"
    figures = {"lot": lot.code, "product": own_name(coop.product, lang), "coop": own_name(coop.org, lang)}
    before = unescape(page(client, path, lang))
    with transaction() as session:
        stamped.recall(session, NOW, lot)
    after = unescape(page(client, path, lang))
    title = t(lang, "consumer.recalled.title", **figures)
    about = t(lang, "consumer.recalled.about", **figures, date=local_day(NOW))
    for said, where in ((title, "og:title"), (about, "og:description")):
        mark = f'<meta property="{where}" content="{said}">'
        assert mark in after
        assert mark not in before
    assert f"<title>{title}" in after
    assert '"offers"' not in after


def test_each_language_is_a_page_of_its_own_that_names_the_others(
    client: FlaskClient, coop: world.Coop
) -> None:
    path = f"/lo/{lot_of(coop).public_id}"
    for asked, own in ((path, path), (f"{path}?lang=en", f"{path}?lang=en"), (f"{path}?lang=xx", path)):
        text = client.get(asked).text
        assert f'<link rel="canonical" href="http://localhost{own}">' in text
        assert f'<meta property="og:url" content="http://localhost{own}">' in text
        assert f'hreflang="x-default" href="http://localhost{path}">' in text
        assert f'hreflang="en" href="http://localhost{path}?lang=en">' in text


def test_a_card_has_a_picture_of_our_own_host_where_the_product_has_none(
    client: FlaskClient, coop: world.Coop
) -> None:
    text = page(client, f"/lo/{lot_of(coop).public_id}")
    [address] = re.findall(r'<meta property="og:image" content="http://localhost([^"]+)">', text)
    assert client.get(address).content_type == "image/png"
