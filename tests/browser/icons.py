"""The sign of the program as the pictures a phone puts on its home screen.

``python -m tests.browser.icons trace/web/static`` draws them from ``mark.svg`` in a real Chromium.
"""

import sys
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.browser.conftest import ARGUMENTS, chromium_path

PAPER = "#FBF7EF"
PICTURES = {"app-192.png": (192, 0.82), "app-512.png": (512, 0.82), "app-mask.png": (512, 0.6)}
"""Name, side in pixels, and how much of it the sign fills: a mask may cut off all but the middle."""


def draw(browser: Browser, mark: str, side: int, fills: float) -> bytes:
    """One picture as PNG."""
    page = browser.new_page(viewport={"width": side, "height": side})
    inner = round(side * fills)
    middle = f"margin:0;background:{PAPER};display:grid;place-items:center;height:100vh"
    style = f"body{{{middle}}}svg{{width:{inner}px}}"
    page.set_content(f"<style>{style}</style>{mark}")
    return page.screenshot()


def main(folder: Path) -> None:
    """Write all of them."""
    mark = (folder / "mark.svg").read_text(encoding="utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=ARGUMENTS)
        for name, (side, fills) in PICTURES.items():
            (folder / name).write_bytes(draw(browser, mark, side, fills))
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
