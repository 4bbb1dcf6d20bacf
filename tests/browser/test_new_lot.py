"""A new lot is little work: few fields, fewer typed, a repeat within a minute by taps and keys."""

import re
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Devices, sign_in
from tests.browser.flips import in_order
from tests.browser.house import Stand
from trace.standards.local_time import local_day

pytestmark = pytest.mark.browser

# Seconds of the keystroke-level model (Card, Moran, Newell 1983): pointing, a key, making up one's mind. A
# key on glass is counted as slow as the model's worst typist.
TAP_S, KEY_S, MIND_S = 1.1, 1.2, 1.35
MOST_S = 60
DAYS = count(300)
COUNTS = """(() => {
  const said = JSON.parse(sessionStorage.getItem("effort") ?? '{"taps":0,"keys":0}');
  const more = (name) => () => { said[name]++; sessionStorage.setItem("effort", JSON.stringify(said)); };
  window.addEventListener("pointerdown", more("taps"), true);
  window.addEventListener("keydown", more("keys"), true);
})();"""


@pytest.fixture
def page(devices: Devices, stand: Stand) -> Page:
    """A phone of a cooperative that has a lot already; it counts what is tapped and typed."""
    found = sign_in(devices.new(works_alone=True), stand, "coop_manager")
    found.goto(f"{stand.web}/htx/lo/moi")
    found.fill("[name=weight_g]", "90")
    found.check("[name=when][value=other]")
    day = local_day(datetime.now(UTC)) - timedelta(days=next(DAYS))
    found.fill("[name=other_day]", f"{day:%d/%m/%Y}")
    found.select_option("[name=product]", index=1)
    found.click("main button.primary")
    found.locator("h1 .lot-code").wait_for()
    found.context.add_init_script(COUNTS)
    return found


def test_a_new_lot_has_six_fields_at_most_and_three_of_them_are_typed(page: Page, stand: Stand) -> None:
    page.goto(f"{stand.web}/htx/lo/moi")
    form = page.locator("form[data-offline]")
    fields = form.locator(".field:visible")
    typed = form.locator(".field:visible input:visible:not([type=radio]):not([type=file])")
    assert fields.count() <= 6
    assert typed.count() <= 3
    expect(form.locator("[name=when][value=today]")).to_be_checked()
    for chosen in ("plot_id", "product"):
        assert form.locator(f"[name={chosen}]").input_value()


def test_a_repeat_takes_a_minute_at_most_by_taps_and_keys(page: Page, stand: Stand) -> None:
    page.goto(f"{stand.web}/htx")
    written = len(in_order(stand))
    page.evaluate("sessionStorage.removeItem('effort')")
    page.reload()
    page.click("a[href='/htx/lo/moi'] >> visible=true")
    page.click("[name=weight_g]")
    page.keyboard.type("91,5")
    page.click("[name=boxes]")
    page.keyboard.type("91")
    page.click("main button.primary")
    page.locator("button[name=twin], h1 .lot-code").first.wait_for()
    if twin := page.locator("button[name=twin]").count():  # the plot was picked today already: one tap more
        page.click("button[name=twin]")
    page.wait_for_url(re.compile(r"/htx/lo/\w{8,}"))
    effort = page.evaluate("JSON.parse(sessionStorage.getItem('effort'))")
    assert len(in_order(stand)) == written + 1
    assert effort["taps"] == 4 + twin
    seconds = effort["taps"] * (TAP_S + MIND_S) + effort["keys"] * KEY_S
    print(f"{effort['taps']} taps, {effort['keys']} keys: {seconds:.0f} s by the model")
    assert seconds <= MOST_S
