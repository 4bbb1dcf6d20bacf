"""Photos taken without a network: small, kept on the phone, sent after their lot, none lost or twice."""

import io
import re
import sqlite3
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import count

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.conftest import Devices, sign_in
from tests.browser.flips import LIST, NEW, database_of, keeps_pages, until, weights
from tests.browser.house import Stand
from trace.standards.local_time import local_day

pytestmark = pytest.mark.browser

DAYS = count(200)
EMPTY = """() => new Promise((done) => {
  const asked = indexedDB.open("nongsan");
  asked.onsuccess = () => {
    const all = asked.result.transaction("photos").objectStore("photos").count();
    all.onsuccess = () => { asked.result.close(); done(all.result === 0); };
  };
})"""
"""Whether no photo is on the device."""
SLOW = {"offline": False, "latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 25_000}
LOT = re.compile(r"/htx/lo/\w{8,}")


@cache
def taken(seed: int = 0) -> dict[str, object]:
    """What a telephone's camera hands over: megabytes, lying on its side."""
    noise = Image.effect_noise((3000, 2000), 70 + seed).convert("RGB")
    noise.paste((180, 30, 50), (0, 0, 1500, 2000))
    exif = Image.Exif()
    exif[0x0112] = 6
    out = io.BytesIO()
    noise.save(out, "JPEG", quality=90, exif=exif)
    assert out.tell() > 2_000_000
    return {"name": f"vai-{seed}.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


@pytest.fixture
def page(devices: Devices, stand: Stand) -> Page:
    """A cooperative's phone that has been on line once."""
    found = sign_in(devices.new(works_alone=True), stand, "coop_manager")
    keeps_pages(found, stand)
    return found


def begin(page: Page, stand: Stand, kg: str) -> None:
    """A new lot of a day of its own, not saved yet."""
    page.goto(stand.web + NEW)
    page.fill("[name=weight_g]", kg)
    page.check("[name=when][value=other]")
    page.fill("[name=other_day]", f"{local_day(datetime.now(UTC)) - timedelta(days=next(DAYS)):%d/%m/%Y}")


def choose(page: Page, *photos: dict[str, object]) -> None:
    before = page.locator(".photos canvas").count()
    page.set_input_files("#f-image", list(photos))
    expect(page.locator(".photos canvas")).to_have_count(before + len(photos), timeout=20_000)


def kept(stand: Stand, grams: int) -> list[tuple[int, int, int]]:
    """Bytes, width and height of each photo of the lot that weighs so much."""
    asked = (
        "SELECT length(p.data), p.width, p.height FROM field_photo p JOIN lot ON lot.id = p.lot_id"
        " WHERE lot.weight_g = ? ORDER BY p.id"
    )
    with sqlite3.connect(f"file:{database_of(stand)}?mode=ro", uri=True) as database:
        return list(database.execute(asked, (grams,)))


def test_photos_taken_off_line_outlive_the_tab_and_follow_their_lot_once(page: Page, stand: Stand) -> None:
    context = page.context
    context.set_offline(True)
    begin(page, stand, "81,5")
    choose(page, taken(), taken(1))
    page.click("main button.primary")
    expect(page.locator("#chua-gui li")).to_have_count(3)
    expect(page.locator("#mang a")).to_have_text("Chưa gửi: 3 việc")
    page.close()
    again = context.new_page()
    context.set_offline(False)
    again.goto(stand.web + LIST)
    again.click("#gui-ngay")
    until(again, EMPTY)
    photos = kept(stand, 81_500)
    assert len(photos) == 2
    assert all(size <= 300_000 for size, _, _ in photos)
    assert all(high > wide for _, wide, high in photos)  # upright, though the camera lay on its side
    assert max(max(wide, high) for _, wide, high in photos) <= 1600


def test_a_lot_is_there_long_before_its_photos_on_a_slow_network(page: Page, stand: Stand) -> None:
    begin(page, stand, "82,5")
    choose(page, taken(2), taken(3))
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    network.send("Network.emulateNetworkConditions", SLOW)
    page.click("main button.primary")
    page.wait_for_url(LOT)
    assert weights(stand)[82_500] == 1
    assert kept(stand, 82_500) == []
    network.send("Network.emulateNetworkConditions", {**SLOW, "uploadThroughput": -1, "latency": 0})
    page.goto(stand.web + LIST)
    page.click("#gui-ngay")
    until(page, EMPTY)
    assert len(kept(stand, 82_500)) == 2


def test_a_refused_lot_keeps_its_photos_until_it_is_mended(page: Page, stand: Stand) -> None:
    begin(page, stand, "không rõ")
    choose(page, taken(4))
    page.click("main button.primary")
    expect(page.locator("#f-weight_g[aria-invalid]")).to_be_visible()
    expect(page.locator(".photos canvas")).to_have_count(1)
    page.fill("[name=weight_g]", "83,5")
    page.click("main button.primary")
    page.wait_for_url(LOT)
    until(page, EMPTY)
    assert len(kept(stand, 83_500)) == 1
    page.reload()
    expect(page.locator("#anh img")).to_have_count(1)


def test_a_lot_refused_from_the_queue_is_mended_with_its_photos(page: Page, stand: Stand) -> None:
    page.context.set_offline(True)
    begin(page, stand, "chưa cân")
    choose(page, taken(5))
    page.click("main button.primary")
    expect(page.locator("#chua-gui li")).to_have_count(2)
    page.context.set_offline(False)
    page.goto(stand.web + LIST)
    page.click("#gui-ngay")
    page.locator("#chua-gui li[data-state=refused] [data-mend]").first.click()
    expect(page.locator(".photos canvas")).to_have_count(1)
    page.fill("[name=weight_g]", "84,5")
    page.click("main button.primary")
    page.wait_for_url(LOT)
    until(page, EMPTY)
    assert len(kept(stand, 84_500)) == 1


def test_what_was_begun_with_a_photo_comes_back_and_can_be_dropped(page: Page, stand: Stand) -> None:
    begin(page, stand, "85,5")
    choose(page, taken(6))
    page.wait_for_timeout(900)
    page.reload()
    expect(page.locator(".photos canvas")).to_have_count(1)
    with page.expect_navigation():
        page.click("#ghi-do button")
    until(page, EMPTY)
    expect(page.locator(".photos canvas")).to_have_count(0)


def test_a_lot_taken_back_takes_its_photos_with_it(page: Page, stand: Stand) -> None:
    page.context.set_offline(True)
    begin(page, stand, "86,5")
    choose(page, taken(7))
    page.click("main button.primary")
    page.once("dialog", lambda asked: asked.accept())
    page.click("#chua-gui li[data-state=waiting] [data-drop] >> nth=0")
    expect(page.locator("#khong-con")).to_be_visible()
    until(page, EMPTY)


def test_what_the_phone_cannot_read_is_told_by_its_name(page: Page, stand: Stand) -> None:
    begin(page, stand, "87,5")
    page.set_input_files("#f-image", {"name": "giấy.jpg", "mimeType": "image/jpeg", "buffer": b"no photo"})
    expect(page.locator(".photos [data-said]")).to_contain_text("giấy.jpg")
    choose(page, *[taken(8)] * 6)
    page.set_input_files("#f-image", taken(9))
    expect(page.locator(".photos [data-said]")).to_contain_text("Nhiều nhất 6 ảnh")
    page.click(".photos li button >> nth=0")
    expect(page.locator(".photos canvas")).to_have_count(5)


def test_without_scripts_photos_go_with_the_form(devices: Devices, stand: Stand) -> None:
    page = sign_in(devices.new(java_script_enabled=False), stand, "coop_manager")
    begin(page, stand, "88,5")
    page.set_input_files("#f-image", taken(10))
    page.click("main button.primary")
    page.wait_for_url(LOT)
    assert len(kept(stand, 88_500)) == 1
