"""The pictures of the README, taken of the demonstration: ``python -m tests.browser.screenshots FOLDER``."""

import io
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from tests.browser.conftest import ARGUMENTS, PHONE, Devices, chromium_path, sign_in
from tests.browser.house import Stand, start
from trace.services.verdicts import State

LARGEST = 300_000
COLOURS = 128
SCREEN = {"width": 1366, "height": 900}


@dataclass(frozen=True)
class Picture:
    """One picture: its file, who looks, the size of the screen, and the way to the page."""

    name: str
    role: str | None
    size: dict[str, int]
    go: Callable[[Page, Stand], object]


def _stamp(state: State) -> Callable[[Page, Stand], object]:
    def go(page: Page, stand: Stand) -> None:
        code = next(code for told, code in stand.told["stamps"] if told == state.value)
        page.goto(f"{stand.web}/{code}?lang=vi")

    return go


def _at(path: str, *clicks: str) -> Callable[[Page, Stand], object]:
    def go(page: Page, stand: Stand) -> None:
        page.goto(stand.web + path)
        for chosen in clicks:
            page.locator(chosen).first.click()

    return go


PICTURES = (
    Picture("verdict-first", None, PHONE, _stamp(State.FIRST)),
    Picture("verdict-recalled", None, PHONE, _stamp(State.RECALLED)),
    Picture("cooperative-today", "coop_manager", PHONE, _at("/htx")),
    Picture("cooperative-lot", "coop_manager", PHONE, _at("/htx/lo/moi")),
    Picture("print-desk", "coop_manager", PHONE, _at("/htx/tem", "main .list .go", "a[href^='/htx/in/']")),
    Picture("shops", "coop_manager", PHONE, _at("/htx/gian-hang", "main .shop")),
    Picture("office", "office", SCREEN, _at("/so")),
)


def take(devices: Devices, stand: Stand, picture: Picture) -> bytes:
    """The page as PNG with few colours: sharp letters, small file."""
    page = devices.new(viewport=picture.size)
    if picture.role:
        sign_in(page, stand, picture.role)
    picture.go(page, stand)
    page.evaluate("document.fonts.ready")
    raw = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    small = io.BytesIO()
    raw.quantize(COLOURS, dither=Image.Dither.NONE).save(small, "PNG", optimize=True)
    return small.getvalue()


def main() -> None:
    """Load the whole demonstration in a folder that is thrown away, and photograph it."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place, sync_playwright() as playwright:
        stand = start(Path(place), "whole")
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=ARGUMENTS)
        try:
            devices = Devices(browser)
            for picture in PICTURES:
                data = take(devices, stand, picture)
                if len(data) > LARGEST:
                    raise ValueError(f"{picture.name}: {len(data)} bytes, at most {LARGEST}")
                (folder / f"{picture.name}.png").write_bytes(data)
                print(f"{picture.name}.png  {len(data) // 1000} kB")
        finally:
            browser.close()
            stand.end()


if __name__ == "__main__":
    main()
