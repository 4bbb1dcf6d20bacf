"""Looking at one page as it stands in the browser: its shape, what the browser complains of, axe."""

from collections.abc import Iterator
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Page, Response

from tests.browser.conftest import PHONE, sign_in
from tests.browser.house import Stand

WIDTH = PHONE["width"]
_AXE = Axe()
# Figures of the page; words that are wider or higher than the box that hides what sticks out of it.
LOOK = """() => {
  const count = (chosen) => document.querySelectorAll(chosen).length;
  const hides = (one) => ["hidden", "clip"].includes(getComputedStyle(one).overflowX);
  const isCut = (one) => one.clientWidth > 1 && (one.scrollWidth > one.clientWidth + 1);
  const page = document.documentElement;
  return {width: page.scrollWidth, lang: page.lang, title: document.title,
          h1: count("h1"), main: count("main"), solid: count(".btn.primary:not(details:not([open]) *)"),
          cut: [...document.querySelectorAll("main *")].filter((one) => hides(one) && isCut(one))
            .map((one) => one.outerHTML.slice(0, 80))};
}"""


class Watcher:
    """A browser page in which every complaint is noted, signed in for one role."""

    def __init__(self, page: Page, stand: Stand, role: str) -> None:
        self.page, self.stand = page, stand
        self.said: list[str] = []
        if role in stand.told["people"]:
            sign_in(page, stand, role)
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.said.append(str(error)))
        page.on("response", self._response)

    def _console(self, message: ConsoleMessage) -> None:
        # what could not be loaded is told of by its own status
        if message.type in {"error", "warning"} and not message.text.startswith("Failed to load resource"):
            self.said.append(message.text)

    def _response(self, response: Response) -> None:
        if response.status >= 400 and not response.request.is_navigation_request():
            self.said.append(f"{response.url}: {response.status}")

    def faults(self, path: str, lang: str) -> list[str]:
        """What is wrong with the page in this language."""
        joint = "&" if "?" in path else "?"
        self.page.goto(f"{self.stand.web}{path}{joint}lang={lang}")
        found = [*shape(self.page, lang), *self.said]
        self.said.clear()
        return [f"{lang} {path}: {fault}" for fault in found]


def shape(page: Page, lang: str) -> Iterator[str]:
    """What is wrong with the page as it stands, whatever it says."""
    told: dict[str, Any] = page.evaluate(LOOK)
    if told["width"] > WIDTH:
        yield f"scrolls sideways: {told['width']} px"
    if told["solid"] > 1:
        yield f"{told['solid']} solid buttons"
    if not told["title"].strip():
        yield "no title"
    expected = {"h1": 1, "lang": lang, "main": 1}
    yield from (f"{name}: {told[name]}" for name, wanted in expected.items() if told[name] != wanted)


def twice(page: Page) -> list[str]:
    """What is wrong with the page once its letters are twice as large (WCAG 2.2, 1.4.4): words that a box
    cuts off, or a page that scrolls sideways. A field scrolls what it holds by itself.
    """
    page.evaluate("document.documentElement.style.setProperty('font-size', '200%')")
    told: dict[str, Any] = page.evaluate(LOOK)
    seen = [one for one in told["cut"] if 'class="vh"' not in one]  # said to screen readers, shown to nobody
    cut = [one for one in seen if not one.startswith(("<input", "<textarea"))]
    wide = [f"scrolls sideways at twice the size: {told['width']} px"] if told["width"] > WIDTH else []
    return [*wide, *(f"cut off at twice the size: {one}" for one in cut)]


def violations(page: Page, *, with_colours: bool = True) -> list[str]:
    """What axe finds, one line a rule; measuring contrast takes longer than all the rest."""
    options: dict[str, Any] = {"resultTypes": ["violations"]}
    if not with_colours:
        options["rules"] = {"color-contrast": {"enabled": False}}
    return _found(page, options)


def small_targets(page: Page) -> list[str]:
    """Links, buttons, fields too small or too close for a finger, or half under others (WCAG 2.2, 2.5.8)."""
    return _found(page, {"runOnly": {"type": "rule", "values": ["target-size"]}})


def _found(page: Page, options: dict[str, Any]) -> list[str]:
    found = _AXE.run(page, options=options).response["violations"]
    return [f"{page.url}: {one['id']}: {one['help']}: {one['nodes'][0]['html'][:160]}" for one in found]
