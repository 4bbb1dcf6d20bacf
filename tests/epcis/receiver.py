"""A subscriber's own server on this machine, which answers as a test tells it, and its program's world."""

import hashlib
import hmac
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from sqlmodel import select

from tests.epcis.conftest import Two
from trace.db import reading, transaction
from trace.jobs import work
from trace.jobs.desk import Desk
from trace.jobs.webhook import Postman
from trace.records.event_subscription import EventSubscription
from trace.services import schedules
from trace.settings import Settings

SECRET = "bi-mat-cua-nguoi-nhan"
LOOPBACK = "127.0.0.0/8"


@dataclass
class Report:
    """What came: the body as it was, and its headers."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def said(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(self.body)
        return document

    @property
    def results(self) -> dict[str, Any]:
        found: dict[str, Any] = self.said["epcisBody"]["queryResults"]
        return found

    @property
    def ids(self) -> list[str]:
        return [event["eventID"] for event in self.results["resultsBody"]["eventList"]]


@dataclass
class Receiver:
    """``answers`` are taken one after another, then 200; each is a status, or does something by itself."""

    port: int = 0
    reports: list[Report] = field(default_factory=list)
    answers: list[int | Callable[[BaseHTTPRequestHandler], None]] = field(default_factory=list)

    @property
    def dest(self) -> str:
        return f"http://127.0.0.1:{self.port}/nhan?khach=7"

    @property
    def told(self) -> list[str]:
        return [one for report in self.reports for one in report.ids]

    def once_each(self) -> list[str]:
        """What a receiver has that drops reports it had before, by their id."""
        by_id = {report.headers["idempotency-key"]: report for report in self.reports}
        return [one for report in by_id.values() for one in report.ids]


@contextmanager
def receiving(wrap: Callable[[Any], Any] = lambda server: server) -> Iterator[Receiver]:
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            receiver.reports.append(Report(self.path, headers, body))
            answer = receiver.answers.pop(0) if receiver.answers else 200
            if callable(answer):
                answer(self)
                return
            self.send_response(answer)
            if 300 <= answer < 400:
                self.send_header("Location", f"http://127.0.0.1:{receiver.port}/noi-khac")
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_GET = do_POST  # noqa: N815 - a redirect would be followed by GET

        def log_message(self, *_said: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_said: Any) -> None:
            """The other side cut the line, as some tests want it to."""

    server = wrap(Server(("127.0.0.1", 0), Handler))
    server.daemon_threads = True
    receiver.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


def signed(body: bytes, secret: str = SECRET) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


@dataclass
class Told:
    """Two cooperatives, a subscriber's server, and a worker whose clock may be put ahead."""

    two: Two
    settings: Settings
    receiver: Receiver
    ahead: timedelta = timedelta()
    postman: Postman | None = None

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def desk(self, owner: str = "one") -> Desk:
        return Desk(self.settings, owner, now=self.now, postman=self.postman)

    def subscribe(self, query: dict[str, Any] | None = None, name: str = "moi", **given: Any) -> str:
        """Keep a query and subscribe to it; the subscription's id."""
        self.two.mine.post("/queries", {"name": name, "query": query or {}})
        said = {"dest": self.receiver.dest, "signatureToken": SECRET, "stream": True, **given}
        said = {field: value for field, value in said.items() if value is not None}
        answer = self.two.mine.post(f"/queries/{name}/subscriptions", said)
        assert answer.status_code == 201, answer.text
        public_id: str = answer.json["subscriptionID"]
        return public_id

    def shown(self, public_id: str, name: str = "moi") -> dict[str, Any]:
        answer = self.two.mine.get(f"/queries/{name}/subscriptions/{public_id}")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json
        return found

    def row(self, public_id: str) -> EventSubscription:
        with reading() as session:
            rule = EventSubscription.public_id == public_id
            return session.exec(select(EventSubscription).where(rule)).one()

    def plan(self) -> None:
        """Let the clock's job look whose time it is."""
        with transaction() as session:
            job = schedules.run_now(session, "plan_deliveries", "", self.now())
        assert work.run_one(self.desk(), job) == "done"

    def deliver(self) -> list[Report]:
        """Tell all whose time it is; what came meanwhile."""
        before = len(self.receiver.reports)
        self.plan()
        while end := work.run_one_delivery(self.desk()):
            assert end == "done", end
        return self.receiver.reports[before:]
