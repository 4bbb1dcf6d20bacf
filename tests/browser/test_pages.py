"""Every page as every role reaches it: fits a phone, says nothing into the console, is whole and accessible.

The list of pages is the application's own table of routes; a page that nobody reaches by a link fails here.
"""

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import Devices, sign_in
from tests.browser.house import Stand
from tests.browser.looking import Watcher, shape, small_targets, twice, violations
from tests.browser.tour import Tour, walk
from trace.records.account import Role

pytestmark = pytest.mark.browser

ANYONE = "anonymous"
ROLES = [role.value for role in Role]
# Of the two roles that see most, two pages of a kind: the second is often unlike the first.
TWICE = {"coop_manager": 2, "office": 2}
EVERY = {"shops.show": 9, "work.index": 8}
"""A shop kept by files has pages that no other has; each work list leads to actions of its own."""
MOST_FIRST = [
    ANYONE,
    *(role.value for role in (Role.COOP_MANAGER, Role.OFFICE, Role.PACKING_HOUSE, Role.ADMIN)),
]
LANGUAGES = ("vi", "en")
DOORS = ("lo", "lo/moi", "nhat-ky", "nhat-ky/moi", "tem", "gian-hang", "san-pham", "ho", "them")
WRONG = {
    "farms": "Mã hộ,Tên chủ hộ,Số điện thoại\nBV-900,Nguyễn Thử,12\n",
    "products": "Mã sản phẩm,Tên sản phẩm,Cây trồng,Khối lượng\nSP-900,Vải thử,vải,-5\n",
}
# Answers to programs, forms, downloads without a page of their own; the ways to carrier and marketplace;
# what only a mail links to and what stands before the door, which have tests of their own; where only a sent
# form leads (below).
NO_PAGES = {
    "static",
    "health.healthz",
    "health.readyz",
    "consumer.robots",
    "consumer.favicon",
    "consumer.find",
    "story.picture",
    "styles.sheet",
    "resolver.item",
    "resolver.other_key",
    "resolver.logistic_unit",
    "resolver.description",
    "log_notes.keys",
    "log_notes.checkpoint",
    "lots.read_weight",
    "offline.worker",
    "offline.manifest",
    "offline.leave",
    "imports.check",
    "imports.errors",
    "office_plan_imports.check",
    "office_plan_imports.errors",
    "office_training_imports.check",
    "office_training_imports.errors",
    "office_ocop_imports.check",
    "office_ocop_imports.errors",
    "organisation_imports.check",
    "organisation_imports.errors",
    "office_plan_imports.run",
    "office_training_imports.run",
    "office_ocop_imports.run",
    "organisation_imports.run",
    "label_stock.drawing",
    "label_calibration.reckon",
    "label_design_form.drawing",
    "photos.whole",
    "photos.small",
    "printing.sheet",
    "prints.file",
    "shipments.print_label",
    "unit_labels.file",
    "shop_connect.leave",
    "shop_connect.come_back",
    "office_reports.file",
    "mail_links.ask_confirm",
    "mail_links.ask_leave",
    "problems.follow",
    "sign_in_code.form",
    "phone_pages.ask",
    "openid.leave",
    "openid.form",
    "openid.come_back",
}


@pytest.fixture(scope="session")
def tours(season: Stand) -> dict[str, Tour]:
    """What every role, and a passer-by with a sample stamp of every state in hand, reaches by links."""
    found = {role: walk(season, role, each=TWICE.get(role, 1), most=EVERY) for role in ROLES}
    states = {state: f"/{code}" for state, code in season.told["stamps"]}
    starts = ("/", "/dang-nhap", "/giao-dien")
    found[ANYONE] = walk(season, None, (*starts, *states.values()), most={"consumer.scan": 99})
    return found


def test_no_link_leads_nowhere(tours: dict[str, Tour]) -> None:
    assert {role: tour.broken for role, tour in tours.items() if tour.broken} == {}


def test_every_page_is_reached_by_somebody(season: Stand, tours: dict[str, Tour]) -> None:
    reached = {endpoint for tour in tours.values() for endpoint in (*tour.pages, *tour.files)}
    unreached = {
        rule: act for rule, endpoint, act in season.told["rules"] if endpoint not in reached | NO_PAGES
    }
    assert unreached == {}


@pytest.mark.parametrize("role", [ANYONE, *ROLES])
def test_pages_fit_a_phone_at_any_size_of_letters_and_complain_of_nothing(
    season: Stand, tours: dict[str, Tour], devices: Devices, role: str
) -> None:
    watcher = Watcher(devices.new(), season, role)
    found = []
    for path in (path for paths in tours[role].pages.values() for path in paths):
        found += [*watcher.faults(path, "vi"), *(f"{path}: {one}" for one in twice(watcher.page))]
    assert found == []


@pytest.mark.parametrize(("lang", "scheme"), [("vi", "light"), ("en", "dark")])
def test_pages_are_accessible(
    season: Stand, tours: dict[str, Tour], devices: Devices, lang: str, scheme: str
) -> None:
    """Once for each page, as the role sees it that may do most there."""
    seen: set[str] = set()
    faults = []
    for role in MOST_FIRST:
        pages = {name: found for name, found in tours[role].pages.items() if name not in seen}
        seen |= set(pages)
        # the checker's script is not of our own making, so this context lets it in
        watcher = Watcher(devices.new(bypass_csp=True, color_scheme=scheme), season, role)
        for paths in pages.values():
            for path in paths if role == ANYONE else paths[:1]:
                faults += [*watcher.faults(path, lang), *violations(watcher.page)]
    assert faults == []


@pytest.mark.parametrize("noun", ["farms", "products"])
def test_a_file_under_check_is_told_of_on_a_phone(season: Stand, devices: Devices, noun: str) -> None:
    """The page behind an upload, which no link leads to: with the template filled in wrongly."""
    watcher = Watcher(devices.new(bypass_csp=True), season, "coop_manager")
    page = watcher.page
    page.goto(f"{season.web}/htx/nhap?loai={noun}")
    bad = {"name": "sai.csv", "mimeType": "text/csv", "buffer": WRONG[noun].encode()}
    page.set_input_files("[name=file]", bad)
    page.click("main button.primary")
    path = page.url.removeprefix(season.web)
    assert path.startswith("/htx/nhap/"), page.inner_text("main")
    found = [fault for lang in LANGUAGES for fault in (*watcher.faults(path, lang), *violations(page))]
    assert found == []


def test_a_report_is_followed_on_a_phone(season: Stand, devices: Devices) -> None:
    watcher = Watcher(devices.new(bypass_csp=True), season, ANYONE)
    page = watcher.page
    page.goto(f"{season.web}/bao/{dict(season.told['stamps'])['FIRST']}")
    page.fill("[name=text]", "Tem rách")
    page.click("main button.primary")
    path = page.url.removeprefix(season.web)
    assert path.startswith("/bao/theo-doi/"), page.inner_text("main")
    found = [fault for lang in LANGUAGES for fault in (*watcher.faults(path, lang), *violations(page))]
    assert found == []


def test_the_keyboard_goes_straight_to_the_content(season: Stand, devices: Devices) -> None:
    page = sign_in(devices.new(), season, "coop_manager")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.evaluate("document.activeElement.getBoundingClientRect().left") >= 0
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


@pytest.mark.parametrize("size", [(360, 640), (360, 740), (412, 823)], ids=str)
def test_a_finger_finds_what_it_wants_however_tall_the_phone_is(
    season: Stand, devices: Devices, size: tuple[int, int]
) -> None:
    """Whatever the tabs lie over when a page opens is not half theirs."""
    view = {"width": size[0], "height": size[1]}
    page = sign_in(devices.new(bypass_csp=True, viewport=view), season, "coop_manager")
    found = []
    for path in ("/htx", *(f"/htx/{name}" for name in DOORS)):
        page.goto(season.web + path)
        found += small_targets(page)
        low = page.evaluate(
            "[...document.querySelectorAll('.tabs a')].filter((one) => one.offsetHeight < 44)"
        )
        found += [f"{path}: a tab is low"] if low else []
    assert found == []


def test_what_takes_the_focus_is_not_under_the_tabs_and_the_page_ends_above_them(
    season: Stand, devices: Devices
) -> None:
    page = sign_in(devices.new(), season, "coop_manager")
    page.goto(f"{season.web}/htx")
    tabs = page.evaluate("document.querySelector('.tabs').getBoundingClientRect().top")
    here = "(one) => [one.getBoundingClientRect().bottom, !!one.closest('.tabs')]"
    passed = []
    while not passed or not passed[-1][1]:
        page.keyboard.press("Tab")
        passed.append(page.evaluate(f"({here})(document.activeElement)"))
    assert len(passed) > 10
    assert max(bottom for bottom, _in_tabs in passed[:-1]) <= tabs + 1
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    assert page.evaluate("document.querySelector('main').getBoundingClientRect().bottom") <= tabs


def test_a_request_to_another_host_is_seen_and_stopped(season: Stand, chromium: Browser) -> None:
    devices = Devices(chromium)
    page = devices.new(bypass_csp=True)
    page.goto(season.web)
    page.evaluate("fetch('https://example.com/').catch(() => 0)")
    devices.close()
    assert devices.strangers == ["https://example.com/"]


def test_what_is_wrong_with_a_page_is_seen(devices: Devices) -> None:
    page = devices.new()
    page.set_content("<main><h1>A</h1><h1>B</h1><p style='width: 500px'>C</p><img src='data:,'></main>")
    assert [fault.split(":")[0] for fault in shape(page, "vi")] == [
        "scrolls sideways",
        "no title",
        "h1",
        "lang",
    ]
    assert any("image-alt" in fault for fault in violations(page))
    page.set_content("<a href='/a' style='font-size: 8px'>A</a><a href='/b' style='font-size: 8px'>B</a>")
    assert any("target-size" in fault for fault in small_targets(page))


def test_words_that_are_cut_off_at_twice_the_size_are_seen(devices: Devices) -> None:
    page = devices.new()
    page.set_content(
        "<main><p style='width: 10rem; overflow: hidden; white-space: nowrap; margin: 0'>Vải thiều</p>"
        "<p style='width: 4em; overflow: hidden; font-size: 1rem'>Thiềuhàngnăm</p></main>"
    )
    assert [one.split(":")[0] for one in twice(page)] == ["cut off at twice the size"]
