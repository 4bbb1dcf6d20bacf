"""A phone whose network comes and goes: lots are written all the while, pages closed, answers lost."""

import io
import random
import sqlite3
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

from PIL import Image
from playwright.sync_api import BrowserContext, Error, Page

from tests.browser.house import Stand
from trace.standards.local_time import local_day

NEW = "/htx/lo/moi"
LIST = "/htx/chua-gui"
STUCK = """async () => {
  const leave = await fetch("/htx/chua-gui/dau", { headers: { Accept: "application/json" } });
  return JSON.stringify({ locks: await navigator.locks.query(), leave: leave.status });
}"""
MOST_IN_VAIN = 60
"""Presses after which nothing was sent: more, and something is stuck."""
IS_KEPT = """async () => {
  const all = await (await caches.open("nongsan-pages")).keys();
  return all.length === 5 && Boolean(await caches.match("/static/vendor/zxing/zxing_reader.wasm"));
}"""
WAITING = """() => new Promise((done, fail) => {
  setTimeout(() => fail(new Error("no answer")), 2000);
  const asked = indexedDB.open("nongsan");
  asked.onsuccess = () => {
    const all = asked.result.transaction("waiting").objectStore("waiting").getAll();
    all.onsuccess = () => { asked.result.close(); done(all.result.map(({id, state}) => [id, state])); };
  };
})"""

LOSES = """(() => {
  let state = %d;
  const chance = () => (state = (state * 16807 + 11) %% 2147483647) / 2147483647;
  const asks = window.fetch;
  window.fetch = async (...asked) => {
    const answer = await asks(...asked);
    if (asked[1]?.method === "POST" && chance() < 0.4) throw new TypeError("the answer was lost");
    return answer;
  };
})();"""
"""Two of five answers never come, though the server did what was asked."""


def keeps_pages(page: Page, stand: Stand) -> None:
    """Wait until the phone has what it opens without a network."""
    page.goto(f"{stand.web}/htx")
    page.evaluate("() => navigator.serviceWorker.ready")
    until(page, IS_KEPT)


def until(page: Page, script: str) -> None:
    """Wait until a script that has to wait itself says yes."""
    for _ in range(300):
        if page.evaluate(script):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"never: {script}")


def weights(stand: Stand) -> Counter[int]:
    """How many harvest lots there are of how many grams."""
    return Counter(in_order(stand))


def in_order(stand: Stand) -> list[int]:
    """Grams of every harvest lot in the installation's own database, in the order they were written there."""
    asked = "SELECT weight_g FROM lot WHERE kind = 'harvest' ORDER BY id"
    with sqlite3.connect(f"file:{database_of(stand)}?mode=ro", uri=True) as database:
        return [row[0] for row in database.execute(asked)]


def photographed(stand: Stand) -> Counter[int]:
    """How many photos there are of harvest lots of how many grams."""
    asked = "SELECT lot.weight_g FROM field_photo JOIN lot ON lot.id = field_photo.lot_id"
    with sqlite3.connect(f"file:{database_of(stand)}?mode=ro", uri=True) as database:
        return Counter(row[0] for row in database.execute(asked))


def photo_of(grams: int) -> dict[str, object]:
    """A photo like no other."""
    out = io.BytesIO()
    Image.new("RGB", (640, 480), (grams % 256, grams // 256 % 256, 90)).save(out, "JPEG")
    return {"name": f"{grams}.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


def database_of(stand: Stand) -> Path:
    found, *others = stand.folder.rglob("nongsan.sqlite3")
    assert not others
    return found


class Phone:
    """One device with one page open at a time; its lots are of days further back than ``days`` ago."""

    def __init__(self, page: Page, stand: Stand, seed: int, days: int) -> None:
        self.page, self.stand, self.chance = page, stand, random.Random(seed)
        self.context: BrowserContext = page.context
        assert self.context.browser
        self.browser = self.context.browser.new_browser_cdp_session()
        self.saved: list[int] = []
        self.photographed: list[int] = []
        self.days = days
        self.is_off = False
        self.context.add_init_script(LOSES % seed)

    def flip(self) -> None:
        """The network goes or comes; mostly a lot is written, and at times the tab is closed over it."""
        self.is_off = not self.is_off
        self.context.set_offline(self.is_off)
        if self.chance.random() < 0.7:
            self.write(1_000 + self.days)
        if self.chance.random() < 0.4:
            self.reopen()
        else:
            self.page.wait_for_url(lambda url: NEW not in url)  # its own way: to the lot, or to the list

    def write(self, grams: int) -> None:
        """Write a lot of a day of its own, three of ten with a photo; once the device has it, it counts."""
        self.days += 1
        day = local_day(datetime.now(UTC)) - timedelta(days=self.days)
        self.go(NEW)
        self.page.fill("[name=weight_g]", f"{grams / 1000:.3f}".replace(".", ","))
        self.page.check("[name=when][value=other]")
        self.page.fill("[name=other_day]", f"{day:%d/%m/%Y}")
        if self.chance.random() < 0.3:
            self.page.set_input_files("#f-image", photo_of(grams))
            self.page.locator(".photos canvas").wait_for()
            self.photographed.append(grams)
        mark = self.page.input_value("form[data-offline] [name=request_id]")
        self.page.click("main button.primary")
        self._is_held(mark)
        self.saved.append(grams)

    def _is_held(self, mark: str) -> None:
        """On the device, or at the server already: there the page leads to the lot."""
        for _ in range(200):
            try:
                if "/htx/lo/moi" not in self.page.url or mark in dict(self.page.evaluate(WAITING)):
                    return
            except Error:
                pass  # the page is on its way elsewhere: look again
            self.page.wait_for_timeout(50)
        raise AssertionError("the device did not keep the lot")

    def reopen(self) -> None:
        """The tab is closed whatever it is about, and another opened.

        By the browser itself: ``Page.close`` may wait without end for a page that is on its way elsewhere.
        """
        old, self.page = self.page, self.context.new_page()
        target = self.context.new_cdp_session(old).send("Target.getTargetInfo")["targetInfo"]["targetId"]
        self.browser.send("Target.closeTarget", {"targetId": target})
        self.go(self.chance.choice(["/htx", LIST]))

    def go(self, path: str) -> None:
        """Open a page, though the one before may just be leading elsewhere."""
        for _ in range(20):
            try:
                self.page.goto(self.stand.web + path)
                return
            except Error as error:
                if "ERR_ABORTED" not in str(error) and "interrupted" not in str(error):
                    raise
        raise AssertionError(f"{path} does not open")

    def settle(self) -> None:
        """The network is back: all is sent."""
        self.context.set_offline(False)
        self.go(LIST)
        waits = self.page.locator("#chua-gui li:not([data-state=sent])")
        self.page.locator("#chua-gui li, #khong-con:not([hidden])").first.wait_for()  # the list is drawn
        in_vain = 0
        while (left := waits.count()) and in_vain < MOST_IN_VAIN:
            self.page.click("#gui-ngay")
            self.page.wait_for_timeout(500)
            in_vain = 0 if waits.count() < left else in_vain + 1
        assert not left, f"never sent: {self.page.evaluate(STUCK)} {waits.all_inner_texts()}"
