"""All thirteen answers in every language, from a season as people make one: what is read at once, what it
costs to load, and that nothing on the page runs or asks for more.
"""

import re
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Devices
from tests.browser.house import Stand
from tests.browser.looking import violations
from tests.browser.verdicts import GUESSER, SCREEN, STATES, Shelf, ask
from trace.services.verdicts import SHOWS_LOT, State, public_name
from trace.texts.catalogs import t
from trace.texts.languages import LANGUAGES, TABLE
from trace.web.verdict_words import BAND, LOOK

pytestmark = pytest.mark.browser
BUDGET = 14 * 1024
ICON_LEAST = 48
COLOURS = {
    "valid": "rgb(27, 125, 85)",
    "caution": "rgb(255, 200, 61)",
    "recalled": "rgb(94, 8, 24)",
    "notyet": "rgb(47, 73, 176)",
    "withdrawn": "rgb(140, 143, 148)",
    "notfound": "rgb(236, 230, 218)",
    "later": "rgb(236, 230, 218)",
}
# Where the parts of the verdict lie, and what of the page could run or be fetched.
LOOK_AT = """() => {
  const box = (one) => { const found = one.getBoundingClientRect();
    return {top: found.top, bottom: found.bottom, left: found.left, right: found.right}; };
  const all = [...document.querySelectorAll("*")];
  const band = document.querySelector(".v");
  return {
    lang: document.documentElement.lang, words: band.innerText,
    colour: getComputedStyle(band).backgroundColor,
    headline: box(band.querySelector("h1")), icon: box(band.querySelector("h1 svg")),
    sentence: box(band.querySelector("p")), action: box(document.querySelector(".do")),
    name: band.querySelector("h1 svg").getAttribute("aria-label"),
    sign: band.querySelector("h1 use").getAttribute("href"),
    ticks: [...document.querySelectorAll("use")].map((one) => one.getAttribute("href"))
      .filter((one) => ["#check", "#valid"].includes(one)).length,
    scripts: all.filter((one) => one.tagName === "SCRIPT" || one.tagName === "script").length,
    handlers: all.flatMap((one) => one.getAttributeNames()).filter((name) => name.startsWith("on")),
    loaded: performance.getEntriesByType("resource").map((one) => one.name),
    wide: document.documentElement.scrollWidth,
  };
}"""


@pytest.fixture(scope="module")
def shelf(season: Stand) -> Shelf:
    made = Shelf(season)
    made.use_up_guesses()
    return made


@pytest.fixture
def phone(devices: Devices) -> Page:
    """The smallest telephone people still carry."""
    return devices.new(viewport=SCREEN)


@pytest.mark.parametrize("state", STATES)
def test_the_first_screen_says_it_by_sign_colour_and_words_in_every_language(
    shelf: Shelf, phone: Page, state: State
) -> None:
    code = shelf.code(state)
    for lang in LANGUAGES:
        shelf.open(phone, state, lang, code)
        told: dict[str, Any] = phone.evaluate(LOOK_AT)
        fill, sign = LOOK[state]
        assert told["lang"] == TABLE[lang].tag
        words = " ".join(told["words"].split())
        assert " ".join(t(lang, f"verdict.{public_name(state).lower()}.headline").split()) in words
        assert t(lang, f"verdict.band.{BAND[state]}") in words
        assert told["colour"] == COLOURS[fill]
        assert told["sign"] == f"#{sign}"
        assert told["name"] == t(lang, f"verdict.icon.{BAND[state]}")
        for part in ("headline", "icon", "sentence", "action"):
            place = told[part]
            assert place["top"] >= 0, (lang, part, place)
            assert place["bottom"] <= SCREEN["height"], (lang, part, place)
            assert place["left"] >= 0, (lang, part, place)
            assert place["right"] <= SCREEN["width"], (lang, part, place)
        assert told["icon"]["right"] - told["icon"]["left"] >= ICON_LEAST
        assert told["wide"] <= SCREEN["width"]


@pytest.mark.parametrize("state", STATES)
def test_nothing_on_the_page_runs_or_is_fetched_beside_it(shelf: Shelf, phone: Page, state: State) -> None:
    code = shelf.code(state)
    for lang in LANGUAGES:
        shelf.open(phone, state, lang, code)
        told = phone.evaluate(LOOK_AT)
        # browsers ask for the picture of the tab by themselves
        loaded = [one for one in told["loaded"] if not one.endswith("/favicon.ico")]
        assert (told["scripts"], told["handlers"], loaded) == (0, [], [])


@pytest.mark.parametrize("state", STATES)
def test_a_tick_stands_on_valid_stamps_alone(shelf: Shelf, phone: Page, state: State) -> None:
    shelf.open(phone, state, "vi", shelf.code(state))
    assert bool(phone.evaluate(LOOK_AT)["ticks"]) == (BAND[state] == "ok")


@pytest.mark.parametrize("state", STATES)
def test_all_that_travels_for_a_verdict_fits_fourteen_kilobytes(
    shelf: Shelf, season: Stand, state: State
) -> None:
    """Status line, headers and the page with its style, signs and map, as a browser is sent them."""
    code = shelf.code(state)
    source = GUESSER if state is State.THROTTLED else "127.0.0.1"
    sent = {lang: ask(season, f"/{code}?lang={lang}", source=source) for lang in LANGUAGES}
    for lang, answer in sent.items():
        assert answer.headers["content-encoding"] == "gzip"
        assert answer.travelled <= BUDGET, (lang, answer.travelled)
        assert not re.search(rb"\b(?:src|srcset)=|<link|@import|url\(", answer.page()), lang


def test_a_recalled_stamp_is_called_about_with_one_touch(shelf: Shelf, phone: Page) -> None:
    shelf.open(phone, State.RECALLED, "vi", shelf.code(State.RECALLED))
    calls = phone.locator(".do a.btn[href^='tel:']")
    place = calls.bounding_box()
    assert place is not None
    assert place["height"] >= 48
    assert place["y"] + place["height"] <= SCREEN["height"]
    assert phone.locator(".do").inner_text().count(calls.inner_text().split(" ", 1)[1]) == 2


@pytest.mark.parametrize("state", sorted(SHOWS_LOT))
def test_the_place_is_marked_on_a_map_that_travels_with_the_page(
    shelf: Shelf, phone: Page, state: State
) -> None:
    shelf.open(phone, state, "vi", shelf.code(state))
    drawn = phone.locator("figure svg[role=img]")
    commune = phone.locator("figure text").text_content() or ""
    assert commune in (drawn.get_attribute("aria-label") or "")
    here, whole = phone.locator("figure .here").bounding_box(), drawn.bounding_box()
    assert here is not None
    assert whole is not None
    assert whole["x"] <= here["x"] <= here["x"] + here["width"] <= whole["x"] + whole["width"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_checker_finds_nothing_on_any_answer(shelf: Shelf, devices: Devices, scheme: str) -> None:
    # the checker's script is not of our own making, so this context lets it in
    page = devices.new(viewport=SCREEN, bypass_csp=True, color_scheme=scheme)
    faults = []
    for state in STATES:
        code = shelf.code(state)
        for lang in LANGUAGES if scheme == "light" else ("vi",):
            shelf.open(page, state, lang, code)
            faults += violations(page, with_colours=lang == "vi")
            page.unroute_all()
    assert faults == []
