"""The cooperative's pages of lots."""

import re
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests import world
from tests.services import farm
from trace.db import reading, transaction
from trace.records.account import Role
from trace.records.lot import Lot, LotState
from trace.records.product import ProductImage
from trace.services import lot_pages
from trace.standards.local_time import local_day

XSS = "<script>alert(1)</script>"


@pytest.fixture
def coop(app: Flask, monkeypatch: pytest.MonkeyPatch) -> world.Coop:
    now = datetime.now(UTC)
    monkeypatch.setattr(farm, "DAY", local_day(now))
    with transaction() as session:
        return farm.found(session, now)


@pytest.fixture
def manager(client: FlaskClient, coop: world.Coop) -> FlaskClient:
    return world.sign_in(client, coop.manager)


def form(coop: world.Coop, **more: str) -> dict[str, str]:
    values = {"plot_id": str(coop.plot.id), "product": coop.product.public_id, "weight_g": "480"}
    return {**values, "when": "today", "boxes": "", "request_id": farm.request_id(), **more}


def plain(text: str) -> str:
    """Blanks before units do not break; here they are blanks like others."""
    return text.replace("\xa0", " ")


def lots() -> list[Lot]:
    with reading() as session:
        return farm.all_of(session, Lot)


@pytest.mark.parametrize(
    "path", ["/htx", "/htx/lo", "/htx/lo/moi", "/htx/them", "/htx/nhat-ky", "/htx/nhat-ky/moi"]
)
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_page_opens(manager: FlaskClient, path: str, lang: str) -> None:
    assert manager.get(f"{path}?lang={lang}").status_code == 200


@pytest.mark.parametrize("path", ["/htx/lo/moi", "/htx/nhat-ky/moi"])
def test_a_plot_is_chosen_by_whose_it_is(manager: FlaskClient, coop: world.Coop, path: str) -> None:
    assert f"{coop.household.name}: {coop.plot.name}, " in plain(manager.get(path).text)


def test_a_harvest_is_saved_and_packed_in_one_go(manager: FlaskClient, coop: world.Coop) -> None:
    answer = manager.post("/htx/lo/moi", data=form(coop, weight_g="1.500", boxes="1.400"))
    harvest, pack = lots()
    assert (answer.status_code, answer.location) == (303, f"/htx/lo/{pack.public_id}")
    assert (harvest.weight_g, pack.weight_g, pack.kind) == (1_500_000, 1_400_000, "pack")
    said = plain(manager.get(answer.location).text)
    assert "1.500 kg (1 tấn 5 tạ)" in said
    assert f"Đã đóng lô {pack.code}: 1.400 hộp" in said


def test_a_double_tap_saves_one_lot(manager: FlaskClient, coop: world.Coop) -> None:
    sent = form(coop, boxes="400")
    first, second = (manager.post("/htx/lo/moi", data={**sent, "twin": "new"}) for _ in range(2))
    assert first.location == second.location
    assert len(lots()) == 2


def test_what_was_typed_stays_and_the_field_says_what_is_wrong(
    manager: FlaskClient, coop: world.Coop
) -> None:
    answer = manager.post("/htx/lo/moi", data=form(coop, weight_g="nhiều lắm"))
    assert answer.status_code == 422
    assert 'value="nhiều lắm"' in answer.text
    assert 'id="e-weight_g"' in answer.text
    assert lots() == []


def test_too_many_boxes_save_neither_lot(manager: FlaskClient, coop: world.Coop) -> None:
    answer = manager.post("/htx/lo/moi", data=form(coop, boxes="481"))
    assert answer.status_code == 409
    assert "481 kg" in plain(answer.text)
    assert lots() == []


def test_a_second_lot_of_the_day_is_asked_about(manager: FlaskClient, coop: world.Coop) -> None:
    manager.post("/htx/lo/moi", data=form(coop))
    asked = manager.post("/htx/lo/moi", data=form(coop))
    assert (asked.status_code, len(lots())) == (409, 1)
    assert 'name="twin" value="new"' in asked.text
    assert manager.post("/htx/lo/moi", data=form(coop, twin="new")).status_code == 303
    assert len(lots()) == 2


def test_a_high_yield_asks_for_a_reason_and_is_then_kept_for_the_office(
    manager: FlaskClient, coop: world.Coop
) -> None:
    asked = manager.post("/htx/lo/moi", data=form(coop, weight_g="20 tấn"))
    assert asked.status_code == 409
    assert 'name="yield_reason"' in asked.text
    saved = manager.post("/htx/lo/moi", data=form(coop, weight_g="20 tấn", yield_reason=XSS))
    page = manager.get(saved.location).text
    assert lots()[0].state == LotState.HOLD
    assert XSS not in page
    assert "&lt;script&gt;" in page


@pytest.mark.parametrize("day", ["31/12/2999", "hôm kia", "", "2026-06-12T10:00"])
def test_a_day_that_cannot_be_is_refused(manager: FlaskClient, coop: world.Coop, day: str) -> None:
    answer = manager.post("/htx/lo/moi", data=form(coop, when="other", other_day=day))
    assert answer.status_code == 422
    assert lots() == []


def test_the_life_of_a_lot_to_its_recall(manager: FlaskClient, coop: world.Coop) -> None:
    pack = manager.post("/htx/lo/moi", data=form(coop, boxes="400")).location
    assert manager.post(f"{pack}/luu-thong").status_code == 303
    assert "được lưu thông" in manager.get(pack).text
    assert manager.post(f"{pack}/tam-giu", data={"reason": "Chờ mẫu của lô này"}).status_code == 303
    held = manager.post(f"{pack}/luu-thong")
    assert held.status_code == 409
    assert "Chờ mẫu của lô này" in held.text
    harvest = f"/htx/lo/{lots()[0].public_id}"
    words = {"reason": "Nghi còn thuốc", "reason_en": "", "phone": "0220 000 0000"}
    assert manager.post(f"{harvest}/thu-hoi", data={**words, "lots": "1"}).status_code == 422
    assert manager.get(f"{harvest}/thu-hoi").status_code == 200
    assert manager.post(f"{harvest}/thu-hoi", data={**words, "lots": "2"}).status_code == 303
    assert {lot.state for lot in lots()} == {"recalled"}
    assert "Nghi còn thuốc" in manager.get(pack).text


def test_a_lots_page_has_one_main_act_and_the_rest_in_quiet_lines(
    manager: FlaskClient, coop: world.Coop
) -> None:
    def acts(path: str) -> tuple[list[str], str]:
        page = manager.get(path).text.partition("<main")[2]
        others = page.partition('id="viec-khac"')[2].partition("</section>")[0]
        solid = re.findall(r'<(?:a|button) class="btn primary[^>]*>(?:<svg.*?</svg>)?([^<]+)', page)
        outside = page.replace(others, "")
        assert outside.count('class="btn wide"') + outside.count('class="btn danger wide"') == 0
        return solid, others

    pack = manager.post("/htx/lo/moi", data=form(coop, boxes="400")).location
    harvest = f"/htx/lo/{lots()[0].public_id}"
    solid, others = acts(harvest)
    assert solid == ["Ghi lô đóng gói"]
    everything = (
        "/htx/lo/gop?lo=",
        "Cho lưu thông, không đóng gói",
        "huong=nguon",
        "huong=di",
        "/tai/",
        "XLSX",
    )
    everything += ("/sua", "/tam-giu", "/tieu-huy", "/thu-hoi")
    assert [part for part in everything if part not in others] == []
    assert acts(pack)[0] == ["Cho lưu thông"]
    manager.post(f"{pack}/luu-thong")
    solid, others = acts(pack)
    assert solid == ["Làm tem cho lô này"]
    assert f'href="/lo/{lots()[1].public_id}"' in others
    words = {"reason": "Nghi còn thuốc", "reason_en": "", "phone": "0220 000 0000", "lots": "1"}
    manager.post(f"{pack}/thu-hoi", data=words)
    assert acts(pack)[0] == ["Danh sách gọi"]


def test_a_lot_without_a_picture_says_so_with_the_way_there(manager: FlaskClient, coop: world.Coop) -> None:
    with transaction() as session:
        for one in farm.all_of(session, ProductImage):
            session.delete(one)
    pack = manager.post("/htx/lo/moi", data=form(coop, boxes="100")).location
    refused = manager.post(f"{pack}/luu-thong")
    assert refused.status_code == 409
    assert "Còn thiếu 1 trong 10 thông tin tối thiểu" in refused.text
    assert "Thông tin truy xuất: 13/14" in refused.text
    assert f'href="/htx/san-pham/{coop.product.public_id}">Thêm ảnh' in refused.text
    with transaction() as session:
        world.add_picture(session, datetime.now(UTC), coop.product)
    assert manager.post(f"{pack}/luu-thong").status_code == 303
    assert "14/14" in manager.get(f"{pack}?lang=en").text


def test_packing_from_the_lots_page(manager: FlaskClient, coop: world.Coop) -> None:
    harvest = manager.post("/htx/lo/moi", data=form(coop)).location
    sent = {
        "product": coop.product.public_id,
        "units": "100",
        "packed_on": "",
        "request_id": farm.request_id(),
    }
    assert manager.post(f"{harvest}/dong-goi", data=sent).status_code == 422
    today = f"{farm.DAY:%d/%m/%Y}"
    answer = manager.post(f"{harvest}/dong-goi", data={**sent, "packed_on": today})
    assert answer.status_code == 303
    assert lots()[1].weight_g == 100_000


def test_staff_see_no_release_and_may_not(client: FlaskClient, coop: world.Coop) -> None:
    staff = world.sign_in(client, coop.staff)
    lot = staff.post("/htx/lo/moi", data=form(coop, boxes="10")).location
    assert "luu-thong" not in staff.get(lot).text
    assert staff.post(f"{lot}/luu-thong").status_code == 403


def test_search_needs_no_accents_and_pages_by_key(manager: FlaskClient, coop: world.Coop) -> None:
    with transaction() as session:
        for n in range(lot_pages.PAGE + 5):
            world.make_lot(session, datetime.now(UTC), coop.plot, coop.product, code=f"VT-0101-{n:02}")
    first = manager.get("/htx/lo?q=vai+thieu")
    assert f"{lot_pages.PAGE} trên {lot_pages.PAGE + 5}" in first.text
    assert "before=" in first.text
    assert manager.get("/htx/lo?q=kh%C3%B4ng+c%C3%B3").status_code == 200
    assert manager.get("/htx/lo?q=%00").status_code == 404
    for odd in ("state=x", "before=x", "q=%25_", f"before={2**80}", "q=" + "a" * 500):
        assert manager.get(f"/htx/lo?{odd}").status_code == 200


@pytest.mark.parametrize("tail", ["", "/thu-hoi"])
def test_a_neighbours_lot_answers_like_an_absent_one(
    manager: FlaskClient, coop: world.Coop, tail: str
) -> None:
    now = datetime.now(UTC)
    with transaction() as session:
        theirs = farm.harvest(session, world.make_coop(session, now), now)
    answers = [manager.get(f"/htx/lo/{name}{tail}") for name in (theirs.public_id, "khongco000")]
    assert [answer.status_code for answer in answers] == [404, 404]
    pages = [answer.text.replace(theirs.public_id, "khongco000") for answer in answers]
    assert pages[0] == pages[1]


@pytest.mark.parametrize("role", [Role.PACKING_HOUSE, Role.ADMIN])
def test_roles_without_farms_see_no_lots(client: FlaskClient, coop: world.Coop, role: Role) -> None:
    place = {"org_id": coop.org.id} if role is Role.PACKING_HOUSE else {}
    with transaction() as session:
        account = world.make_account(session, datetime.now(UTC), role, **place)
    assert world.sign_in(client, account).get("/htx/lo").status_code == 403


def test_a_typed_weight_is_read_back(manager: FlaskClient) -> None:
    assert plain(manager.get("/htx/lo/doc-can?kg=1.500").text) == "= 1.500 kg (1 tấn 5 tạ)"
    assert manager.get("/htx/lo/doc-can?kg=%3Cb%3E").text == ""


def test_a_harvest_that_is_sold_as_it_is_is_released_on_its_page(
    manager: FlaskClient, coop: world.Coop
) -> None:
    manager.post("/htx/lo/moi", data=form(coop))
    (lot,) = lots()
    page = manager.get(f"/htx/lo/{lot.public_id}").text
    assert f'action="/htx/lo/{lot.public_id}/luu-thong"' in page
    manager.post(f"/htx/lo/{lot.public_id}/luu-thong", data={"request_id": farm.request_id()})
    assert lots()[0].state == LotState.RELEASED
