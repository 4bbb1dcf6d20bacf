"""A real ``nongsan web`` process that is killed in the middle of its POSTs, and what each act must have left.

Each act knows the page its form stands on, what is typed into it, and how many times its effect is in the
tables, the events and the log. Its form carries the marks of the page, as a browser's resend would.
"""

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any

import requests
from sqlalchemy import func
from sqlmodel import Session, select

import nongsan
from tests import world
from tests.services import stamp_world
from trace.commands.servers import free_port
from trace.db import reading
from trace.records.event import Event, LogLeaf
from trace.records.stamp import StampKeyRow
from trace.services import stamp_marks

READY_S = 300
"""Against a hang; a busy machine may take a minute to load the libraries."""
WORKERS = 14


class Served:
    """``nongsan web`` on a port of its own, killed and started again."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder, self.url = folder, url
        self.port = free_port("127.0.0.1", 18_700 + os.getpid() % 900)
        self.base = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, crash_at: str = "") -> None:
        """Start it and wait until it answers."""
        own = {"NONGSAN_INSTANCE": str(self.folder), "DATABASE_URL": self.url, "PORT": str(self.port)}
        own |= {"NONGSAN_PUBLIC_URL": self.base, "HOST": "127.0.0.1"}
        own |= {"CRASH_AT": crash_at} if crash_at else {}
        with (self.folder / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, str(Path(nongsan.ROOT) / "nongsan.py"), "web"],
                env={**os.environ, **own},
                stdout=log,
                stderr=log,
            )
        until = time.monotonic() + READY_S
        while not self._answers():
            assert self.process.poll() is None, (self.folder / "server.log").read_text()[-2000:]
            assert time.monotonic() < until, "the server does not come up"
            time.sleep(0.05)

    def _answers(self) -> bool:
        try:
            return requests.get(f"{self.base}/readyz", timeout=5).status_code == 200
        except requests.ConnectionError:
            return False

    def kill(self) -> None:
        """As the kernel would: no handler runs, nothing is flushed."""
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()


@dataclass
class Browser:
    """Signed in over HTTP; fills the form it finds on a page."""

    served: Served
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, path: str) -> str:
        answer = requests.get(self.served.base + path, cookies=self.cookies, timeout=READY_S)
        self.cookies |= answer.cookies.get_dict()
        assert answer.status_code == 200, (path, answer.status_code)
        return answer.text

    def post(self, path: str, form: dict[str, str], files: dict[str, tuple[str, bytes]] | None = None) -> Any:
        return requests.post(
            self.served.base + path,
            data=form,
            files=files,
            cookies=self.cookies,
            timeout=READY_S,
            allow_redirects=False,
        )

    def sign_in(self, login: str) -> None:
        form = self.marks(self.get("/dang-nhap"), "/dang-nhap")
        answer = self.post("/dang-nhap", {**form, "login": login, "password": world.PASSWORD})
        assert answer.status_code == 302, answer.text
        self.cookies |= answer.cookies.get_dict()

    @staticmethod
    def marks(
        page: str, action: str, names: tuple[str, ...] = ("csrf_token", "request_id")
    ) -> dict[str, str]:
        """The hidden marks of the form that goes to ``action``."""
        for form in re.findall(r"<form[^>]*>.*?</form>", page, re.DOTALL):
            if unescape(re.search(r'action="([^"]*)"', form)[1] if "action=" in form else action) == action:
                return {name: re.search(rf'name="{name}" value="([^"]+)"', form)[1] for name in names}
        raise AssertionError(f"no form for {action}")


@dataclass
class Act:
    """One form filled in; ``effects`` counts what it left, by name, each to be one."""

    name: str
    page: str
    action: str
    typed: dict[str, str]
    effects: Callable[[Session], dict[str, int]]
    files: dict[str, tuple[str, bytes]] | None = None
    form: dict[str, str] = field(default_factory=dict)
    first: tuple[int, str] | None = None
    """Status and place of the first answer, where one came."""

    def open(self, browser: Browser) -> None:
        self.form = {**browser.marks(browser.get(self.page), self.action), **self.typed}

    def send(self, browser: Browser) -> Any:
        return browser.post(self.action, self.form, self.files)


def send_until_killed(browser: Browser, acts: list[Act], answers: int, pause_s: float) -> None:
    """Send all at once; kill after so many answers and a moment: near a commit however slow the machine."""
    enough, count = threading.Semaphore(0), len(acts)

    def send(act: Act) -> None:
        try:
            answer = act.send(browser)
            act.first = (answer.status_code, answer.headers.get("Location", ""))
        except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError):
            pass  # the server died under it
        finally:
            enough.release()

    with ThreadPoolExecutor(WORKERS) as pool:
        for act in acts:
            pool.submit(send, act)
        for _ in range(min(answers, count)):
            enough.acquire()
        time.sleep(pause_s)
        browser.served.kill()


def one_log_for_all(session: Session) -> list[str]:
    """Events without exactly one leaf, and leaves without their event."""
    leaves = Counter(
        json.loads(leaf.body)["event"]
        for leaf in session.exec(select(LogLeaf).where(LogLeaf.kind == "event")).all()
    )
    events = Counter(session.exec(select(Event.event_id)).all())
    return [
        f"{name}: {events[name]} events, {leaves[name]} leaves"
        for name in (events - leaves) | (leaves - events)
    ]


def marks_agree(session: Session, marks: Path) -> list[str]:
    """Keys whose mark file does not end where their counter stands."""
    ends = stamp_marks.ends(marks)
    keys = session.exec(select(StampKeyRow)).all()
    return [
        f"key {key.kid}: marks end {ends.get(key.kid, 0)}, counter {key.next_serial}"
        for key in keys
        if ends.get(key.kid, 0) != key.next_serial
    ]


def faults(marks: Path) -> list[str]:
    """What does not agree after everything was sent again."""
    with reading() as session:
        return [*stamp_world.faults(session), *one_log_for_all(session), *marks_agree(session, marks)]


def rows(session: Session, table: Any, *rule: Any) -> int:
    return int(session.exec(select(func.count()).select_from(table).where(*rule)).one())


def leaves(session: Session, kind: str, *said: str) -> int:
    """Leaves of a kind whose record holds these words."""
    found = session.exec(select(LogLeaf.body).where(LogLeaf.kind == kind)).all()
    return sum(all(word in body for word in said) for body in found)
