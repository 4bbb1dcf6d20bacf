"""Pictures of the help pages: ``python -m tests.browser.help_pictures trace/web/static/help [KEY...]``.

Taken of a clean installation and of a small demonstration, 360 by 640 points, at most 40 kB each.
"""

import io
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from tests.browser.conftest import ARGUMENTS, Devices, chromium_path, sign_in
from tests.browser.house import Stand, start
from tests.browser.screenshots import DESK

LARGEST = 40_000
SIZE = {"width": 360, "height": 640}
BAND = ".demo-band{display:none}"
"""The pictures stand in the help of real installations too."""
HIDE = "css => { const s = new CSSStyleSheet(); s.replaceSync(css); document.adoptedStyleSheets = [s]; }"


@dataclass(frozen=True)
class Shown:
    """One picture: the guide's key, the stand, who looks, the page, and what is pressed there."""

    key: str
    kind: str
    role: str
    path: str
    presses: tuple[str, ...] = ()
    after: Callable[[Page], object] | None = None


def _typed(page: Page) -> None:
    page.fill("[name=weight_g]", "2,5 tạ")
    page.locator("[name=weight_g]").blur()
    page.wait_for_timeout(700)


def _to(chosen: str) -> Callable[[Page], object]:
    return lambda page: page.locator(chosen).first.evaluate("one => one.scrollIntoView({block: 'start'})")


SHOWN = (
    Shown("first", "new", "coop_manager", "/htx/ngay-dau"),
    Shown("lot", "season", "coop_manager", "/htx/lo/moi", after=_typed),
    Shown("print", "season", "coop_manager", DESK[0], DESK[1:]),
    Shown("activate", "season", "coop_manager", "/htx/tem/kich-hoat"),
    Shown("diary", "season", "coop_manager", "/htx/nhat-ky/moi"),
    Shown("shops", "season", "coop_manager", "/htx/gian-hang"),
    Shown("import", "season", "coop_manager", "/htx/nhap"),
    Shown("helped", "season", "digital_team", "/htx/ho", ("main .list .go",), _to("#ghi-thay")),
    Shown("work", "season", "office", "/so/viec"),
)


def take(devices: Devices, stand: Stand, shown: Shown) -> bytes:
    """The page as WebP."""
    page = devices.new(viewport=SIZE)
    sign_in(page, stand, shown.role)
    page.goto(stand.web + shown.path)
    for chosen in shown.presses:
        page.locator(chosen).first.click()
    page.evaluate(HIDE, BAND)
    if shown.after:
        shown.after(page)
    page.evaluate("document.fonts.ready")
    small = io.BytesIO()
    Image.open(io.BytesIO(page.screenshot())).convert("RGB").save(small, "WEBP", quality=72, method=6)
    return small.getvalue()


def main() -> None:
    """Take them, or those that are named."""
    folder, wanted = Path(sys.argv[1]), set(sys.argv[2:])
    folder.mkdir(parents=True, exist_ok=True)
    chosen = [one for one in SHOWN if not wanted or one.key in wanted]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=ARGUMENTS)
        for kind in dict.fromkeys(one.kind for one in chosen):
            with tempfile.TemporaryDirectory() as place:
                stand = start(Path(place), kind)
                try:
                    for shown in (one for one in chosen if one.kind == kind):
                        data = take(Devices(browser), stand, shown)
                        if len(data) > LARGEST:
                            raise ValueError(f"{shown.key}: {len(data)} bytes, at most {LARGEST}")
                        (folder / f"{shown.key}.webp").write_bytes(data)
                        print(f"{shown.key}.webp  {len(data) // 1000} kB")
                finally:
                    stand.end()
        browser.close()


if __name__ == "__main__":
    main()
