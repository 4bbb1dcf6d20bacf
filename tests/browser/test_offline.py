"""A cooperative's phone without a network: nothing lost, nothing twice, and what is not sent is seen."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Devices, sign_in
from tests.browser.flips import LIST, NEW, Phone, in_order, keeps_pages, photographed, until, weights
from tests.browser.house import Stand
from trace.standards.local_time import local_day

pytestmark = pytest.mark.browser


@pytest.fixture
def page(devices: Devices, stand: Stand) -> Page:
    """A cooperative's phone that has been on line once."""
    found = sign_in(devices.new(works_alone=True), stand, "coop_manager")
    keeps_pages(found, stand)
    return found


def write(page: Page, stand: Stand, kg: str, days: int) -> None:
    """A lot of a day of its own: a second one of a plot's day would be asked about."""
    page.goto(stand.web + NEW)
    page.fill("[name=weight_g]", kg)
    page.check("[name=when][value=other]")
    page.fill("[name=other_day]", f"{local_day(datetime.now(UTC)) - timedelta(days=days):%d/%m/%Y}")
    page.click("main button.primary")


def test_a_lot_written_off_line_outlives_the_tab_and_is_sent_once(page: Page, stand: Stand) -> None:
    before = weights(stand)
    context = page.context
    context.set_offline(True)
    page.goto(stand.web + NEW)
    expect(page.locator("#mang")).to_contain_text("Đang không có mạng")
    write(page, stand, "71,5", 2)
    expect(page.locator("#chua-gui li")).to_contain_text(["71,5 kg"])
    page.close()
    again = context.new_page()
    again.goto(stand.web + "/htx")
    expect(again.locator("#mang a")).to_have_text("Chưa gửi: 1 việc")
    assert weights(stand) == before
    context.set_offline(False)
    again.goto(stand.web + LIST)
    expect(again.locator("#chua-gui [data-look]")).to_be_visible()
    again.click("#gui-ngay")
    assert weights(stand) - before == {71_500: 1}
    again.click("#chua-gui [data-look]")
    expect(again.locator("h1")).to_have_text(re.compile(r"^VT-"))


def test_what_was_begun_is_there_again_and_a_refusal_can_be_mended(page: Page, stand: Stand) -> None:
    before = weights(stand)
    page.context.set_offline(True)
    page.goto(stand.web + NEW)
    page.fill("[name=weight_g]", "năm tạ rưỡi")
    page.wait_for_timeout(900)
    page.reload()
    expect(page.locator("#ghi-do")).to_be_visible()
    expect(page.locator("[name=weight_g]")).to_have_value("năm tạ rưỡi")
    page.click("main button.primary")
    expect(page.locator("#chua-gui li")).to_contain_text(["năm tạ rưỡi"])
    page.context.set_offline(False)
    page.goto(stand.web + LIST)
    row = page.locator("#chua-gui li[data-state=refused]")
    expect(row).to_contain_text("Cần số cân")
    row.locator("[data-mend]").click()
    expect(page.locator("[name=weight_g]")).to_have_value("năm tạ rưỡi")
    page.fill("[name=weight_g]", "72,5")
    page.check("[name=when][value=yesterday]")
    page.click("main button.primary")
    page.wait_for_url(re.compile(r"/htx/lo/\w{8,}$"))
    assert weights(stand) - before == {72_500: 1}
    page.goto(stand.web + LIST)
    expect(page.locator("#khong-con")).to_be_visible()


TYPES_AT_ONCE = """new MutationObserver((_, watch) => {
  const field = document.querySelector("[name=weight_g]");
  if (!field) return;
  field.value = "73,5";
  watch.disconnect();
}).observe(document, { childList: true, subtree: true });"""
"""Somebody quicker than the page's own scripts."""


def test_what_is_typed_before_the_page_is_ready_stands_over_what_was_begun(page: Page, stand: Stand) -> None:
    page.goto(stand.web + NEW)
    page.fill("[name=weight_g]", "70,5")
    page.wait_for_timeout(900)
    page.goto(stand.web + NEW)
    expect(page.locator("[name=weight_g]")).to_have_value("70,5")
    page.add_init_script(TYPES_AT_ONCE)
    page.goto(stand.web + NEW)
    page.wait_for_timeout(900)
    expect(page.locator("[name=weight_g]")).to_have_value("73,5")
    expect(page.locator("#ghi-do")).to_be_hidden()


def test_who_presses_again_and_again_undoes_nothing_that_was_sent(page: Page, stand: Stand) -> None:
    before = weights(stand)
    page.context.set_offline(True)
    for days in range(400, 406):
        write(page, stand, f"{days}", days - 60)
        expect(page.locator("#chua-gui li").last).to_contain_text(f"{days} kg")
    page.goto(stand.web + LIST)
    expect(page.locator("#chua-gui li[data-state=waiting]")).to_have_count(6)
    posts: list[str] = []
    page.on("request", lambda asked: posts.append(asked.url) if asked.method == "POST" else None)
    page.context.set_offline(False)
    page.evaluate("""() => {
      const press = () => document.getElementById("gui-ngay").click();
      for (let n = 0; n < 60; n++) setTimeout(press, n * 30);
    }""")
    expect(page.locator("#khong-con")).to_be_visible()
    page.wait_for_timeout(2_500)
    expect(page.locator("#chua-gui li:not([data-state=sent])")).to_have_count(0)
    assert len(posts) == 6
    assert weights(stand) - before == {days * 1000: 1 for days in range(400, 406)}


MOVED = """() => new Promise((done) => {
  let moved = 0;
  new PerformanceObserver((seen) => seen.getEntries().forEach((one) => (moved += one.value)))
    .observe({ type: "layout-shift", buffered: true });
  setTimeout(() => done(moved), 1500);
})"""
"""How much of the page moved after it was drawn (Layout Instability)."""


def test_nothing_moves_under_a_finger_while_something_waits(page: Page, stand: Stand) -> None:
    page.context.set_offline(True)
    write(page, stand, "79,5", 9)
    expect(page.locator("#mang a")).to_be_visible()
    page.goto(stand.web + NEW)
    assert page.evaluate(MOVED) == 0
    expect(page.locator("#mang a")).to_be_visible()
    page.context.set_offline(False)
    page.goto(stand.web + LIST)
    page.click("#gui-ngay")
    expect(page.locator("#khong-con")).to_be_visible()
    page.goto(stand.web + NEW)
    page.wait_for_timeout(500)
    assert page.locator("#mang").bounding_box() is None


def test_whoever_signs_in_next_sends_nothing_of_another_and_finds_no_page(page: Page, stand: Stand) -> None:
    before = weights(stand)
    page.context.set_offline(True)
    write(page, stand, "73,5", 3)
    expect(page.locator("#chua-gui li")).to_contain_text(["73,5 kg"])
    page.context.set_offline(False)
    page.context.clear_cookies()
    sign_in(page, stand, "coop_staff")
    page.goto(stand.web + LIST)
    page.click("#gui-ngay")
    expect(page.locator("#chua-gui li")).to_contain_text(["tài khoản khác"])
    assert weights(stand) == before
    page.context.clear_cookies()
    page.goto(f"{stand.web}/dang-nhap")
    until(page, "() => caches.has('nongsan-pages').then((there) => !there)")
    sign_in(page, stand, "coop_manager")
    page.goto(stand.web + LIST)
    expect(page.locator("#chua-gui li[data-state=sent]")).to_contain_text(["73,5 kg"])
    assert weights(stand) - before == {73_500: 1}


def test_what_is_not_wanted_any_more_is_dropped_by_who_says_so_twice(page: Page, stand: Stand) -> None:
    before = weights(stand)
    page.context.set_offline(True)
    write(page, stand, "75,5", 4)
    page.once("dialog", lambda asked: asked.accept())
    page.click("#chua-gui li[data-state=waiting] [data-drop]")
    expect(page.locator("#khong-con")).to_be_visible()
    page.context.set_offline(False)
    page.goto(stand.web + LIST)
    page.click("#gui-ngay")
    assert weights(stand) == before


def test_what_was_written_first_goes_first(page: Page, stand: Stand) -> None:
    page.context.set_offline(True)
    for days, kg in ((6, "76,5"), (7, "77,5")):
        write(page, stand, kg, days)
        expect(page.locator("#chua-gui li").last).to_contain_text(f"{kg} kg")
    page.context.set_offline(False)
    write(page, stand, "78,5", 8)
    page.wait_for_url(re.compile(r"/htx/(lo/\w{8,}|chua-gui.*)$"))  # the list, while another page is sending
    page.goto(stand.web + LIST)
    expect(page.locator("#khong-con")).to_be_visible()
    written = [76_500, 77_500, 78_500]
    assert [grams for grams in in_order(stand) if grams in written] == written


def test_a_dozen_flips_lose_and_double_nothing(page: Page, stand: Stand) -> None:
    run(page, stand, seed=7, flips=12, days=10)


@pytest.mark.soak
@pytest.mark.parametrize(("seed", "days"), [(1, 20), (2, 190)])
def test_hundreds_of_flips_lose_and_double_nothing(page: Page, stand: Stand, seed: int, days: int) -> None:
    run(page, stand, seed=seed, flips=250, days=days)


def run(page: Page, stand: Stand, *, seed: int, flips: int, days: int) -> None:
    before, shown = weights(stand), photographed(stand)
    phone = Phone(page, stand, seed, days)
    for _ in range(flips):
        phone.flip()
    phone.settle()
    assert phone.saved
    assert phone.photographed
    assert weights(stand) - before == dict.fromkeys(phone.saved, 1)
    assert photographed(stand) - shown == dict.fromkeys(phone.photographed, 1)


def test_without_the_worker_forms_are_sent_as_ever(devices: Devices, stand: Stand) -> None:
    """As in a browser inside another app that has neither worker nor scripts."""
    before = weights(stand)
    page = sign_in(devices.new(java_script_enabled=False), stand, "coop_manager")
    write(page, stand, "74,5", 5)
    page.wait_for_url(re.compile(r"/htx/lo/\w{8,}$"))
    assert weights(stand) - before == {74_500: 1}
