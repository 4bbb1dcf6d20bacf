"""Reading every page a visitor can open, as a browser would find it: by routes, and by the links on pages."""

from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin, urlsplit

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import HTTPException

from tests.web import grounds
from tests.web.stored.judging import Judge
from tests.web.stored.payloads import marks_in

UNREAD = {
    "account.sign_out", "health.readyz", "printing.sheet", "label_calibration.sheet", "help_pages.sheet_file",
    "unit_labels.file", "prints.file", "static", "shipments.print_label", "office_reports.file",
    "log_notes.checkpoint", "offline.leave", "imports.template_file", "imports.template_csv_file",
}  # fmt: skip
"""Paper and pictures, which are drawn and not marked up; what calls a carrier; what signs out; templates."""
TEXTS = frozenset({"text", "search", "tel", "url", "email", "password", ""})


@dataclass(frozen=True)
class Form:
    """A form as it stood on a page: where it goes, what is filled in, which fields take typing or files.

    ``kept`` are hidden fields and texts that were filled in; ``chosen`` is the first choice of each choice.
    """

    endpoint: str
    path: str
    page: str = ""
    kept: Mapping[str, str] = field(default_factory=dict)
    chosen: Mapping[str, str] = field(default_factory=dict)
    texts: tuple[str, ...] = ()
    files: tuple[str, ...] = ()


@dataclass
class Reader:
    """One visitor with the pages that were read; of each route ``each`` pages at most.

    ``showing`` tells which marks a page has, ``told`` which of them the answers of a route told as text.
    """

    app: Flask
    client: FlaskClient
    judge: Judge
    each: int = 2
    read: Counter[str] = field(default_factory=Counter)
    forms: dict[str, Form] = field(default_factory=dict)
    showing: dict[str, set[str]] = field(default_factory=dict)
    told: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def walk(self, starts: Iterable[str]) -> None:
        """Read the starts and what they lead to."""
        waiting = deque(dict.fromkeys(starts))
        known = set(waiting)
        while waiting:
            path = waiting.popleft()
            endpoint = self.endpoint(path, "GET")
            if endpoint and endpoint not in UNREAD and self.is_wanted(endpoint):
                fresh = [one for one in self.open(path, endpoint) if one not in known]
                known.update(fresh)
                waiting.extend(fresh)

    def is_wanted(self, endpoint: str) -> bool:
        """Whether one more page of a route is read."""
        return self.read[endpoint] < self.each

    def open(self, path: str, endpoint: str = "") -> list[str]:
        """Read one page; the addresses on it."""
        answer = self.client.get(path)
        if answer.status_code != 200:
            return []
        self.read[endpoint] += 1
        tree = self.judge.look(answer, path)
        self.told[endpoint or self.endpoint(path, "GET")] |= self.judge.here
        if tree is None or answer.mimetype != "text/html":
            return []
        self.showing[path] = marks_in(answer.get_data(as_text=True))
        for form in tree.iter("form"):
            self._note(path, form)
        return list(_links(path, tree))

    def endpoint(self, path: str, method: str) -> str:
        """Which route answers at an address, or nothing."""
        try:
            table = self.app.url_map.bind("localhost")
            return str(table.match(urlsplit(path).path, method=method)[0])
        except HTTPException:
            return ""

    def _note(self, page: str, form: Any) -> None:
        path = urlsplit(urljoin(f"http://localhost{page}", form.get("action") or "")).path
        endpoint = self.endpoint(path, "POST") if form.method == "POST" else ""
        if endpoint and endpoint not in self.forms:
            self.forms[endpoint] = form_of(endpoint, path, page, form)


def form_of(endpoint: str, path: str, page: str, form: Any) -> Form:
    """What a form says of itself."""
    fields = [one for one in form.inputs if one.get("name") and one.get("type") != "submit"]
    texts = [one for one in fields if takes_typing(one)]
    hidden = [one for one in fields if one.get("type") == "hidden"]
    files = tuple(one.get("name") for one in fields if one.get("type") == "file")
    kept = {one.get("name"): one.value for one in (*texts, *hidden) if one.value}
    values = {one.get("name"): one.value for one in fields}
    chosen = {name: value for name, value in values.items() if isinstance(value, str) and name not in files}
    names = dict.fromkeys(one.get("name") for one in texts)
    return Form(endpoint, path, page, kept, chosen, tuple(names), files)


def takes_typing(one: Any) -> bool:
    """Whether people type a text into it."""
    return one.tag == "textarea" or (one.tag == "input" and (one.get("type") or "").lower() in TEXTS)


def _links(path: str, tree: Any) -> Iterator[str]:
    for one in tree.iter("a", "img"):
        url = urlsplit(urljoin(f"http://localhost{path}", one.get("href") or one.get("src") or ""))
        if url.netloc == "localhost" and "lang=" not in url.query:
            yield url.path + (f"?{url.query}" if url.query else "")


def own_addresses(app: Flask, laid: grounds.Grounds) -> list[str]:
    """The address of every page for people with the estate's own things."""
    found = []
    for rule, method in grounds.routes(app):
        if method == "GET" and not grounds.is_for_programs(app, rule):
            own = {name: grounds.value_of(rule, name, laid.own) for name in rule.arguments}
            found.append(grounds.address(app, rule, own))
    return found
