"""The same grounds again and again, until each field that takes typing has met each string.

A turn lays the database back as it was, sends each form with strings that its fields have not met, and reads,
of each route, pages until they showed every field that the route ever shows. Laying grounds and finding forms
and pages is most of a round and is done once: a reading of everything tells which routes show which fields,
and it is repeated when fields came to keep something for the first time.
"""

import json
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from flask.testing import FlaskClient

from tests.web.stored.meeting import Meeting, TurnSower
from tests.web.stored.reading import Form, Reader
from tests.web.stored.rounds import READERS, SHUTTING, Round
from tests.web.stored.sowing import MARKS, Field
from trace.db import Database
from trace.records.account import Role

ROWS = 10
"""Rows of a file, events of a program and goods of a shelf in one turn."""
HOMES = {Role.COOP_MANAGER: "/htx", Role.OFFICE: "/so", None: "/"}
"""Where the messages of what was sent are shown, before anything else is read."""
WHOLE = (0, 6)
EVERYWHERE = 80
"""A field that so many routes show stands in the head of pages: no page is read for it alone."""
MORE = 100
"""Turns beyond the number of strings, for fields that kept something late, and forms that others spoilt."""
SHARE = 8
"""Of so many routes that show fields one is read in a turn, beside what it takes to see each field once."""
AT_FIRST = 3
"""Pages of one route that a reading of everything opens."""
TRIED = 4
"""Pages of one route that are opened to see the fields it shows."""
Shows = dict[Role | None, dict[str, set[Field]]]


class Laid:
    """The database as it was, to be laid back."""

    def __init__(self, database: Database) -> None:
        self.database, self.copy = database, sqlite3.connect(":memory:", check_same_thread=False)
        with self._now() as now:
            now.backup(self.copy)

    @contextmanager
    def _now(self) -> Iterator[Any]:
        held = self.database.writer.raw_connection()
        try:
            yield held.driver_connection
        finally:
            held.close()

    def lay_back(self) -> None:
        """Everything as it was."""
        with self._now() as now:
            self.copy.backup(now)


@dataclass
class Wanting(Reader):
    """Reads of each route until it showed every field it is known to show."""

    wanted: dict[str, set[Field]] = field(default_factory=dict)
    of: dict[str, tuple[Field, int]] = field(default_factory=dict)

    def is_wanted(self, endpoint: str) -> bool:
        """Whether a field is still to be seen there."""
        missing = self.wanted.get(endpoint, set()) - {self.of[mark][0] for mark in self.told[endpoint]}
        return bool(missing) and self.read[endpoint] < self.each


class Turns:
    """Turns on the grounds of one round, with the strings of these numbers."""

    def __init__(self, one: Round, database: Database, numbers: Sequence[int]) -> None:
        self.one, self.met = one, Meeting(numbers)
        self.sower = one.sower = TurnSower(one.judge, one.sown, one._fill, met=self.met)
        found = [(role, one.renewed(role, form)) for role, form in one.forms()]
        self.forms = [(role, replace(form, files=())) for role, form in found if set(form.texts) - MARKS]
        for role in Role:
            one.client(role)
        self.laid, self.count = Laid(database), 0
        self.early: Shows = {role: defaultdict(set) for role in READERS}
        self.late: Shows = {Role.OFFICE: defaultdict(set)}
        self.stored: set[str] = set()
        self.seen: set[Field] = set()
        """Fields that kept something when everything was read last."""

    def run(self) -> None:
        """Turns until every field has met every string."""
        many = len(self.met.numbers)
        while self.count < many or (self.count < many + MORE and self.met.waits()):
            self.turn()

    def turn(self) -> None:
        """One turn; what shuts the cooperative is sent and read last."""
        self.open()
        self.shut()

    def open(self) -> None:
        """Lay everything back, send what shuts nothing, and read."""
        self.one.readers.clear()
        self.laid.lay_back()
        for memory in ("feed", "season_page"):
            self.one.app.extensions[memory].forget()
        self.sower.begin(self.count)
        if not self.count or self.met.waits_elsewhere(self.one.rules):
            self.one.sow_elsewhere(ROWS)
        else:
            self.one.name_accounts()
        self._sow(form for form in self.forms if form[1].endpoint not in SHUTTING)
        self.stored = self.one.stored()
        self._read(self.early)

    def shut(self) -> None:
        """Send the rest, read what it shows, and settle what came of all."""
        self._sow(form for form in self.forms if form[1].endpoint in SHUTTING)
        self.stored |= self.one.stored()
        self._read(self.late)
        self.one.held |= self.stored
        self.seen = self._kept() if self._is_whole() else self.seen
        self.met.settle(self.sower, self.stored, self.one.judge.seen.shown)
        self.count += 1

    def shown(self) -> float:
        """The part of the strings that rows held, of fields that any page shows, that a page showed."""
        of, seen = self.sower.of, self.one.judge.seen.shown
        places = {of[mark][0] for mark in self.one.held & seen}
        held = {mark for mark in self.one.held if of[mark][0] in places}
        return len(held & seen) / len(held)

    def said(self) -> str:
        """What the turns came to, in a line."""
        seen, of = self.one.judge.seen, self.sower.of
        places = {of[mark][0] for mark in self.one.held & seen.shown}
        return json.dumps({
            "turns": self.count, "sent": len(self.one.sown), "fields": len(self.met.waiting),
            "keep": len(self.met.keepers), "shown": len(places), "part": round(self.shown(), 4),
            "pages": seen.pages, "files": seen.files, "faults": len(seen.faults),
            "pairs": {kind: len(pairs) for kind, pairs in self.met.pairs.items()},
            "of_keepers": {
                kind: sum(place in self.met.keepers for place, _ in pairs)
                for kind, pairs in self.met.pairs.items()
            },
            "left": sum(len(self.met.waiting[place]) for place in self.met.keepers),
            "routes": sum(len(places) for shows in self.early.values() for places in shows.values()),
            "unseen": sorted(map(".".join, self.met.keepers - places)),
        })  # fmt: skip

    def _kept(self) -> set[Field]:
        return self.seen | {self.sower.of[mark][0] for mark in self.stored}

    def _is_whole(self) -> bool:
        """Whether everything is read: at first, and ever more seldom where fields came to keep something."""
        return self.count in WHOLE and not self._kept() <= self.seen

    def _sow(self, forms: Iterable[tuple[Role | None, Form]]) -> None:
        for role, form in forms:
            client = self.one.client(role)
            self.sower.sow(client, form)
            if spoilt := self.sower.spoilt(form):
                self._sow_anew(client, role, replace(form, texts=spoilt))

    def _sow_anew(self, client: FlaskClient, role: Role | None, form: Form) -> None:
        """Once more, by the form as its page shows it now: another form moved what it is about."""
        now = self.one.renewed(role, form)
        self.sower.sow(client, replace(now, texts=form.texts))

    def _read(self, shows: Shows) -> None:
        if self._is_whole():
            for role in shows:
                self._learn(shows, role, self._walk(Reader, role, AT_FIRST))
            return
        self._read_wanted(self._some(shows))
        here = self.one.judge.seen.shown & self.stored
        missing = self._known(shows) & self._placed(self.stored - here) - self._placed(here)
        self._read_wanted({
            role: {endpoint: places & missing for endpoint, places in routes.items()}
            for role, routes in shows.items()
        })  # fmt: skip

    def _read_wanted(self, wanted: Shows) -> None:
        for role, routes in wanted.items():
            if any(routes.values()):
                self._walk(Wanting, role, TRIED, wanted=routes, of=self.sower.of)

    def _walk(self, kind: type[Reader], role: Role | None, each: int, **more: Any) -> Reader:
        """Read as a visitor, after the messages of what was sent; what the turn led to comes first."""
        reader = kind(self.one.app, self.one.client(role), self.one.judge, each, **more)
        reader.open(HOMES[role])
        reader.told.clear()
        leads = dict.fromkeys(one.split("#")[0] for one in self.sower.leads)
        for path in leads if kind is Reader else ():
            reader.open(path)
        reader.walk([*leads, *self.one.starts])
        if role in self.one.readers:
            reader.showing = self.one.readers[role].showing | reader.showing
        self.one.readers[role] = reader
        return reader

    def _placed(self, marks: set[str]) -> set[Field]:
        return {self.sower.of[mark][0] for mark in marks}

    def _known(self, shows: Shows) -> set[Field]:
        return {place for routes in shows.values() for places in routes.values() for place in places}

    def _some(self, shows: Shows) -> Shows:
        """One route of each ``SHARE``, others in each turn, and more for the fields that these leave out."""
        here = self._placed(self.stored)
        routes = {
            (role, endpoint): places & here for role, found in shows.items()
            for endpoint, places in found.items() if places & here
        }  # fmt: skip
        taken = [route for n, route in enumerate(routes) if (n + self.count) % SHARE == 0]
        missing = (self._known(shows) & here) - {place for route in taken for place in routes[route]}
        while missing:
            taken.append(max(routes, key=lambda route: len(routes[route] & missing)))
            missing -= routes[taken[-1]]
        return {role: {name: routes[who, name] for who, name in taken if who == role} for role in shows}

    def _learn(self, shows: Shows, role: Role | None, reader: Reader) -> None:
        """Note which routes showed which fields, each for the first of the visitors it was shown to."""
        found = {
            endpoint: {self.sower.of[mark][0] for mark in marks} for endpoint, marks in reader.told.items()
        }
        routes = Counter(place for places in found.values() for place in places)
        for endpoint, places in found.items():
            known = set().union(*(one[endpoint] for other, one in shows.items() if other != role))
            shows[role][endpoint] |= {
                place for place in places - known
                if routes[place] < EVERYWHERE and (shows is self.early or place[0] in SHUTTING)
            }  # fmt: skip
