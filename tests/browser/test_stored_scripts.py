"""Pages with two hundred stored scripts in Chromium: nothing runs, nothing leaves, nothing is refused."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Error, Page, Route

from tests.application import application
from tests.browser.conftest import Devices
from tests.browser.stand import own_ports
from tests.web.stored.meeting import Pair
from tests.web.stored.payloads import PAYLOADS, marks_in, payload
from tests.web.stored.rounds import Round
from tests.web.stored.turns import Turns
from trace.commands.servers import Server, free_port
from trace.db import Database
from trace.records.account import Role
from trace.settings import Settings
from trace.web.headers import POLICY

pytestmark = pytest.mark.browser
FIELDS, TURNS = 3, 30
"""Each string is seen in so many fields, in so many turns at most."""
# Whatever would run says so: our own word, a dialogue, or the browser's refusal to run it.
TRIPWIRE = """
window.boom = (said) => { window.tripped(String(said)); return 0; };
for (const name of ["alert", "confirm", "prompt", "print"]) window[name] = (said) => window.boom(said);
document.addEventListener("securitypolicyviolation", (event) =>
  window.refused(`${event.effectiveDirective} ${event.blockedURI}`));
"""
# What a hand, a finger or a keyboard would set off, on every element there is.
TOUCH = """() => {
  const kinds = ["mouseover", "pointerenter", "pointerdown", "focus", "toggle", "beforetoggle",
                 "animationstart", "animationend", "begin", "load", "error"];
  const all = [...document.querySelectorAll("body *")].filter((one) => one.localName !== "script");
  for (const one of all) for (const kind of kinds) one.dispatchEvent(new Event(kind));
  return all.flatMap((one) => [one.href, one.src, one.action, one.formAction])
    .map((one) => String(one?.baseVal ?? one ?? ""))
    .filter((one) => /^(javascript|vbscript|data:text)/i.test(one));
}"""


@dataclass
class Tripped:
    """What ran, what was refused, and addresses that would run something."""

    ran: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)


def watched(devices: Devices, **options: Any) -> tuple[Page, Tripped]:
    """A browser page in which nothing runs unseen."""
    page, found = devices.new(**options), Tripped()
    page.context.expose_binding("tripped", lambda _source, said: found.ran.append(said))
    page.context.expose_binding("refused", lambda _source, said: found.refused.append(said))
    page.context.add_init_script(TRIPWIRE)
    page.on("dialog", lambda asked: (found.ran.append(asked.message), asked.dismiss()))
    return page, found


def look(page: Page, found: Tripped, address: str) -> None:
    """Open a page and touch everything on it."""
    page.goto(address)
    found.addresses += page.evaluate(TOUCH)
    page.evaluate("() => new Promise((done) => setTimeout(done, 15))")


@dataclass
class Sown:
    """A served application with a string in every field; which pages show which of them, to whom."""

    address: str
    one: Round

    def fewest(self) -> Iterator[tuple[Role | None, str]]:
        """Pages that together show every string that any page shows."""
        shown = {(role, path): marks for role, reader in self.one.readers.items()
                 for path, marks in reader.showing.items()}  # fmt: skip
        missing = set().union(*shown.values())
        while missing:
            best = max(shown, key=lambda place: len(shown[place] & missing))
            yield best
            missing -= shown.pop(best)

    def enter(self, page: Page, role: Role | None) -> None:
        page.context.clear_cookies()
        if role is not None:
            secret = self.one.client(role).get_cookie("session").value
            page.context.add_cookies([{"name": "session", "value": secret, "url": self.address}])


@contextmanager
def served(flask: Flask) -> Iterator[str]:
    """The application at an address of its own."""
    port = free_port("127.0.0.1", own_ports())
    server = Server(flask, "127.0.0.1", port)
    server.start()
    yield f"http://127.0.0.1:{port}"
    server.stop()
    flask.extensions["scan_writer"].close()


@pytest.fixture
def sown(sqlite: Database, settings: Settings, tmp_path: Path) -> Iterator[Sown]:
    flask = application(settings)
    one = Round(flask, tmp_path)
    one.sow_elsewhere()
    one.sow(one.known_forms())
    one.sow_rest(one.known_forms())
    one.read()
    with served(flask) as address:
        yield Sown(address, one)


def looked_at(sown: Sown, page: Page, found: Tripped) -> list[str]:
    """Touch everything on the pages that together show every string; what each page holds."""
    held = []
    for role, path in sorted(sown.fewest(), key=str):
        sown.enter(page, role)
        look(page, found, sown.address + path)
        held.append(page.content())
    return held


def test_two_hundred_stored_scripts_run_nowhere(sown: Sown, devices: Devices) -> None:
    page, found = watched(devices)
    held = looked_at(sown, page, found)
    used = {sown.one.sower.of[mark][1] for one in held for mark in marks_in(one)}
    assert (found.ran, found.refused, found.addresses) == ([], [], [])
    assert len(held) >= 30
    assert len(used) >= 140  # some were told once, in the answer to their form


@pytest.mark.soak
@pytest.mark.timeout(3_600)
def test_each_of_them_runs_nowhere_in_field_after_field(
    sqlite: Database, settings: Settings, tmp_path: Path, devices: Devices
) -> None:
    flask = application(settings)
    turns, pages = Turns(Round(flask, tmp_path), sqlite, range(len(PAYLOADS))), 0
    seen: set[Pair] = set()
    page, found = watched(devices)
    with served(flask) as address:
        while turns.count < TURNS and _fewest_fields(seen) < FIELDS:
            turns.open()
            held = looked_at(Sown(address, turns.one), page, found)
            turns.shut()
            pages += len(held)
            seen |= {turns.sower.of[mark] for one in held for mark in marks_in(one)}
    print(
        f"{turns.count} turns, {pages} pages, {len(seen)} strings in {len({one for one, _ in seen})} fields"
    )
    assert (found.ran, found.refused, found.addresses) == ([], [], [])
    assert turns.one.judge.seen.faults == []
    assert _fewest_fields(seen) >= FIELDS


def _fewest_fields(seen: set[Pair]) -> int:
    many = Counter(number for _, number in seen)
    return min(many[number] for number in range(len(PAYLOADS)))


def careless(policy: str, string: str) -> Any:
    """Answers with a page in which a string was written as it came, in a text and in an attribute."""
    body = f"<!doctype html><title>a</title><p>{string}</p><input value=\"{string}\"><p title='{string}'>a"
    headers = {"Content-Type": "text/html; charset=utf-8"}
    headers |= {"Content-Security-Policy": policy} if policy else {}

    def answer(route: Route) -> None:
        route.fulfill(body=body, headers=headers)

    return answer


def written_carelessly(chromium: Browser, policy: str, numbers: range) -> tuple[int, int]:
    """How many of the strings ran, and how many the browser refused to run."""
    devices, ran, refused = Devices(chromium), 0, 0
    page, found = watched(devices)
    for number in numbers:
        answer = careless(policy, payload(number, f"zq{number:05}"))
        page.context.route("http://127.0.0.1/careless", answer, times=1)
        with suppress(Error):  # a refresh leads away at once, which no policy of a page forbids
            look(page, found, "http://127.0.0.1/careless")
        ran, refused = ran + bool(found.ran), refused + bool(found.refused)
        found.ran.clear()
        found.refused.clear()
    devices.close()
    return ran, refused


@pytest.mark.parametrize(
    ("numbers", "many"),
    [(range(0, 200, 5), 10), pytest.param(range(200), 70, marks=pytest.mark.soak)],
    ids=["some", "all"],
)
def test_written_carelessly_many_run_and_under_the_policy_none(
    chromium: Browser, numbers: range, many: int
) -> None:
    ran, refused = written_carelessly(chromium, "", numbers)
    assert (ran >= many, refused) == (True, 0)
    ran, refused = written_carelessly(chromium, POLICY.format(scripts="'self'", forms=""), numbers)
    assert (ran, refused >= many) == (0, True)
