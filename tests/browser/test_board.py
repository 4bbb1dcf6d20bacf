"""The office's page and map in a browser: by keyboard alone, on one wall screen, in colours all can tell."""

import re
from itertools import pairwise

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Devices, sign_in
from tests.browser.house import Stand

pytestmark = pytest.mark.browser

WALL = {"width": 1920, "height": 1080}
DESK = {"width": 1366, "height": 768}
REACHABLE = ":is(a[href], button, select, input:not([type=hidden]), summary, [tabindex='0'])"
THERE = f'[...document.querySelectorAll("main {REACHABLE}")].filter(one => one.checkVisibility())'
COMMUNES = 114
# Machado, Oliveira and Fernandes, 2009: what eyes without red, green or blue receptors see, of linear light.
BLIND = {
    "protan": ((0.152, 1.053, -0.205), (0.115, 0.786, 0.099), (-0.004, -0.048, 1.052)),
    "deutan": ((0.367, 0.861, -0.228), (0.280, 0.673, 0.047), (-0.012, 0.043, 0.969)),
    "tritan": ((1.256, -0.077, -0.179), (-0.078, 0.931, 0.148), (0.005, 0.691, 0.304)),
}
LEAST_STEP = 0.03
"""How much lighter one shade is than the next, at least, on a scale from 0 to 1."""


@pytest.fixture
def office(season: Stand, devices: Devices) -> Page:
    return sign_in(devices.new(viewport=DESK), season, "office")


def walked(page: Page, most: int) -> int:
    """How many of the page's own elements the Tab key reaches."""
    page.evaluate("window.reached = new Set()")
    for _ in range(most):
        page.keyboard.press("Tab")
        page.evaluate("window.reached.add(document.activeElement)")
    found: int = page.evaluate(f"{THERE}.filter(one => window.reached.has(one)).length")
    return found


def test_the_keyboard_alone_reaches_everything_on_the_board(office: Page, season: Stand) -> None:
    office.goto(f"{season.web}/so")
    count = office.evaluate(f"{THERE}.length")
    assert count > 25
    # the bar's own links come first, the days of a date field are several stops
    assert walked(office, count + 40) == count


def test_a_commune_is_reached_and_opened_by_keyboard_and_the_map_can_be_passed(
    office: Page, season: Stand
) -> None:
    office.goto(f"{season.web}/so/ban-do")
    links = office.locator("svg.map a")
    expect(links).to_have_count(COMMUNES)
    office.locator("a.past").focus()
    office.keyboard.press("Tab")
    first = office.evaluate("document.activeElement.getAttribute('aria-label')")
    assert first == links.first.get_attribute("aria-label")
    shape = office.locator("svg.map a").first.locator("path")
    assert shape.evaluate("one => getComputedStyle(one).strokeWidth") == "9px"
    office.keyboard.press("Enter")
    office.wait_for_url(re.compile(r"/so/chi-tieu/harvested\?.*xa=\d+"))
    office.go_back()
    office.locator("a.past").focus()
    office.keyboard.press("Enter")
    office.keyboard.press("Tab")
    assert office.evaluate("document.querySelector('#bang').contains(document.activeElement)")


def test_the_wall_fits_one_screen_and_asks_for_itself_again(season: Stand, devices: Devices) -> None:
    page = sign_in(devices.new(viewport=WALL, java_script_enabled=True), season, "office")
    answer = page.goto(f"{season.web}/so/bang?man-hinh=lon")
    assert answer is not None
    assert answer.headers["refresh"] == "300"
    assert page.evaluate("document.documentElement.scrollHeight") <= WALL["height"]
    assert page.evaluate("document.documentElement.scrollWidth") <= WALL["width"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_maps_shades_differ_for_every_eye_and_in_grey(
    season: Stand, devices: Devices, scheme: str
) -> None:
    page = sign_in(devices.new(viewport=DESK, color_scheme=scheme), season, "office")
    page.goto(f"{season.web}/so/ban-do")
    style = "getComputedStyle(document.documentElement)"
    told = page.evaluate(f"[1, 2, 3, 4, 5].map(n => {style}.getPropertyValue('--s' + n).trim())")
    shades = [tuple(int(one[at : at + 2], 16) / 255 for at in (1, 3, 5)) for one in told]
    for matrix in (*BLIND.values(), None):
        seen = [lightness(shade, matrix) for shade in shades]
        steps = [(b - a) * (-1 if scheme == "light" else 1) for a, b in pairwise(seen)]
        assert min(steps) > LEAST_STEP, (scheme, matrix, seen)


def lightness(shade: tuple[float, ...], matrix: tuple[tuple[float, ...], ...] | None) -> float:
    """CIE L* (0 to 1) of a colour as that eye sees it."""
    linear = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in shade]
    if matrix is not None:
        linear = [sum(weight * one for weight, one in zip(row, linear, strict=True)) for row in matrix]
    light = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return float(1.16 * light ** (1 / 3) - 0.16)
