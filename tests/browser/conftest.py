"""One installation and one Chromium a test process; a page that asks another host fails its test."""

import re
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, Route, expect, sync_playwright

from tests.browser.house import Stand, start

PATIENCE_MS = 60_000
expect.set_options(timeout=PATIENCE_MS)
PHONE = {"width": 360, "height": 740}
STRANGER = re.compile(r"^(?!https?://(127\.0\.0\.1|localhost)[:/]|data:|blob:)")
# A quiet Chromium: no updates, no accounts, nothing of its own towards the network.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
]


def chromium_path() -> str:
    """Where the Chromium of this machine lies."""
    return shutil.which("chromium") or "/usr/bin/chromium"


@pytest.fixture(scope="session")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    """A founded installation with a cooperative in it, simulators and workers running."""
    running = start(tmp_path_factory.mktemp("stand"), "coop")
    yield running
    running.end()


@pytest.fixture(scope="session")
def season(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    """A small demonstration: every kind of row is there, so that every page has something to show."""
    running = start(tmp_path_factory.mktemp("season"), "season")
    yield running
    running.end()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for all; contexts keep tests apart."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=ARGUMENTS)
        yield browser
        browser.close()


class Devices:
    """Makes phones and computers, and notes every request that would leave this machine."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self.strangers: list[str] = []
        self.contexts: list[BrowserContext] = []

    def new(self, *, works_alone: bool = False, **options: Any) -> Page:
        """A device of its own: a phone unless told otherwise.

        One that ``works_alone`` keeps pages for when there is no network: there strangers are noted as they
        are asked and not stopped, because a request that is held up passes by the page's worker.
        """
        values = {"viewport": PHONE, "locale": "vi-VN", "accept_downloads": True, **options}
        context = self._browser.new_context(**values)
        context.set_default_timeout(PATIENCE_MS)
        if works_alone:
            context.on("request", self._note)
        else:
            context.route(STRANGER, self._refuse)
        self.contexts.append(context)
        return context.new_page()

    def _refuse(self, route: Route) -> None:
        self.strangers.append(route.request.url)
        route.abort()

    def _note(self, request: Request) -> None:
        if STRANGER.match(request.url):
            self.strangers.append(request.url)

    def close(self) -> None:
        """Put all away."""
        for context in self.contexts:
            context.close()


@pytest.fixture
def devices(chromium: Browser) -> Iterator[Devices]:
    """Devices of one test, none of which may have asked another host."""
    made = Devices(chromium)
    yield made
    made.close()
    assert made.strangers == []


def sign_in(page: Page, stand: Stand, role: str) -> Page:
    """Sign in as people do: by the form."""
    page.goto(f"{stand.web}/dang-nhap")
    login, password = stand.account(role)
    page.fill("[name=login]", login)
    page.fill("[name=password]", password)
    page.click("main button")
    page.wait_for_url(lambda url: "/dang-nhap" not in url)
    return page
