"""A stamp in each of the thirteen states, from a season as people make one; and a photograph of each in
every language: ``python -m tests.browser.verdicts FOLDER`` (a sheet a state, the languages side by side).
"""

import gzip
import http.client
import io
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from PIL import Image
from playwright.sync_api import Page, Route, sync_playwright

from tests.browser.conftest import ARGUMENTS, Devices, chromium_path
from tests.browser.house import Stand, start
from trace.services.verdicts import HTTP_STATUS, State
from trace.texts.languages import LANGUAGES

SCREEN = {"width": 360, "height": 640}
STATES = tuple(state for state in State if state is not State.UNAVAILABLE)
GUESSER = "127.77.0.1"
"""Another machine of the loopback network: what it guesses holds up nobody else here."""
GUESSES = 60


@dataclass
class Answer:
    """What came back for one address, and how many bytes it was with its headers."""

    status: int
    headers: dict[str, str]
    body: bytes
    travelled: int

    def page(self) -> bytes:
        """The body as it is read."""
        return gzip.decompress(self.body) if self.headers.get("content-encoding") == "gzip" else self.body


def ask(stand: Stand, path: str, *, source: str = "127.0.0.1", **headers: str) -> Answer:
    """One question by a program that takes gzip, as a browser does, from this address."""
    where = urlsplit(stand.web)
    line = http.client.HTTPConnection(where.hostname or "", where.port, 60, source_address=(source, 0))
    sent = {"Accept": "text/html", "Accept-Encoding": "gzip", "User-Agent": "Mozilla/5.0", **headers}
    line.request("GET", path, headers=sent)
    told = line.getresponse()
    body = told.read()
    head = f"HTTP/1.1 {told.status} {told.reason}\r\n{told.msg.as_string()}"
    line.close()
    return Answer(told.status, {k.lower(): v for k, v in told.getheaders()}, body, len(head) + len(body))


class Shelf:
    """Codes of a demonstration by the state they show."""

    def __init__(self, stand: Stand) -> None:
        self.stand = stand
        self.samples = dict(reversed(stand.told["stamps"]))
        self.untouched = iter(stand.told["spares"]["FIRST"])

    def code(self, state: State) -> str:
        """A code that shows this state; each of FIRST is given once."""
        if state is State.FIRST:
            return str(next(self.untouched))
        if state is State.UNALLOCATED:
            return str(self.stand.told["spares"]["UNALLOCATED"][0])
        if state is State.MALFORMED:
            return str(self.samples["SEEN"][:17])
        known = {State.FORGED: "NOT_FOUND", State.THROTTLED: "SEEN"}
        return str(self.samples[known.get(state, state.value)])

    def use_up_guesses(self) -> None:
        """Guess as long as the register lets this one machine."""
        for _ in range(GUESSES):
            ask(self.stand, f"/{self.samples['NOT_FOUND']}", source=GUESSER)

    def open(self, page: Page, state: State, lang: str, code: str) -> None:
        """Look at a code; who has guessed too much looks from the machine that did."""
        if state is State.THROTTLED:
            page.route("**/*", self._as_guesser)
        answer = page.goto(f"{self.stand.web}/{code}?lang={lang}")
        assert answer is not None
        assert answer.status == HTTP_STATUS.get(state, 200), (state, answer.status)

    def _as_guesser(self, route: Route) -> None:
        where = urlsplit(route.request.url)
        found = ask(self.stand, f"{where.path}?{where.query}", source=GUESSER)
        headers = {name: value for name, value in found.headers.items() if name != "content-length"}
        headers.pop("content-encoding", None)
        route.fulfill(status=found.status, headers=headers, body=found.page())


def photograph(devices: Devices, shelf: Shelf, state: State) -> Image.Image:
    """One state in every language, whole pages side by side, a line where the first screen ends."""
    page, code = devices.new(viewport=SCREEN), shelf.code(state)
    shots = []
    for lang in LANGUAGES:
        shelf.open(page, state, lang, code)
        shots.append(Image.open(io.BytesIO(page.screenshot(full_page=True))).convert("RGB"))
    width, gap = SCREEN["width"], 12
    sheet = Image.new("RGB", ((width + gap) * len(shots), max(shot.height for shot in shots)), "#555")
    for place, shot in enumerate(shots):
        sheet.paste(shot, (place * (width + gap), 0))
    sheet.paste("#ff00c8", (0, SCREEN["height"], sheet.width, SCREEN["height"] + 1))
    return sheet


def main() -> None:
    """Load a season in a folder that is thrown away, and photograph every state of it."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place, sync_playwright() as playwright:
        stand = start(Path(place), "season")
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=ARGUMENTS)
        try:
            shelf, devices = Shelf(stand), Devices(browser)
            shelf.use_up_guesses()
            for number, state in enumerate(STATES, 1):
                name = f"{number:02}-{state.lower()}.png"
                photograph(devices, shelf, state).save(folder / name)
                print(name)
        finally:
            browser.close()
            stand.end()


if __name__ == "__main__":
    main()
