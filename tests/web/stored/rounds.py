"""One round: grounds are laid, forms are found on the pages, strings are sown, and everything is read."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from tests import world
from tests.web import grounds
from tests.web.stored import others
from tests.web.stored.judging import FORMULA, Judge
from tests.web.stored.material import OF_ITS_OWN
from tests.web.stored.payloads import PAYLOADS, marks_in
from tests.web.stored.reading import Form, Reader, own_addresses
from tests.web.stored.sowing import Sower
from trace.db import transaction
from trace.records.account import Account, Role
from trace.services import api_tokens
from trace.services.admission import POLICY, Act
from trace.web.door import Open

WRITERS = (Role.COOP_MANAGER, Role.OFFICE, None)
"""Whose pages have the forms; the few that only others see, the grounds know."""
READERS = (Role.COOP_MANAGER, Role.OFFICE, None)
"""Who sees what there is; other roles see parts of it, by the same templates."""
OTHERS = (Role.COOP_STAFF, Role.DIGITAL_TEAM, Role.COMMUNE_OFFICER)
LAST = (
    "shops.stop", "consignments.cancel", "office_plans.withdraw", "plans.take_back",
    "carrier_account.connect", "personal.erase", "office_personal.erase", "organisations.end",
)  # fmt: skip
"""After the last three, pages of the cooperative and its household are shut or emptied."""
SHUTTING = LAST[-3:]
FILES = re.compile(r"\.(csv|xlsx|json|jpg|pdf|svg|zip|png|jsonld|js|webmanifest)$")
PASSES = 8
NO_PATH = str.maketrans("/\\", "--")
"""Signs that on their way make folders of a file's name."""
NOT_SENT = {"account.sign_out", "account.sign_in", "own_password.change", "own_factor.switch_off"}


@dataclass
class Round:
    """Everything of one round, in the database in use."""

    app: Flask
    folder: Path
    first: int = 0
    sown: dict[str, str] = field(default_factory=dict)
    held: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.laid = grounds.lay_out(self.app, self.folder, datetime.now(UTC), None)
        self.accounts = self._accounts()
        self.judge = Judge(self.sown)
        self.sower = Sower(self.judge, self.sown, self._fill, self.first)
        posts = ((rule, method) for rule, method in grounds.routes(self.app) if method == "POST")
        self.rules: dict[str, Rule] = {str(rule.endpoint): rule for rule, _ in posts}
        self.starts = own_addresses(self.app, self.laid)
        self.readers: dict[Role | None, Reader] = {}
        self._clients: dict[Role | None, FlaskClient] = {}

    def _accounts(self) -> dict[Role, Account]:
        now = datetime.now(UTC)
        with transaction() as session:
            return {
                role: world.make_account(session, now, role, **grounds._bound(role, self.laid.own))
                for role in Role
            }

    def client(self, role: Role | None) -> FlaskClient:
        """This role's browser, signed in where somebody is meant."""
        if role not in self._clients:
            client = self.app.test_client()
            self._clients[role] = world.sign_in(client, self.accounts[role]) if role else client
        return self._clients[role]

    def _fill(self, endpoint: str) -> dict[str, str]:
        return grounds.form_of(self.rules[endpoint], self.laid.own)

    def forms(self) -> list[tuple[Role | None, Form]]:
        """Every form that pages show, and those of the grounds that none shows now; what ends things last."""
        found: dict[str, tuple[Role | None, Form]] = {}
        for role in WRITERS:
            reader = Reader(self.app, self.client(role), self.judge, each=1)
            reader.walk(one for one in self.starts if not FILES.search(one))
            found = {**{name: (role, form) for name, form in reader.forms.items()}, **found}
        for endpoint in grounds.FORMS.keys() & self.rules.keys() - found.keys():
            role = self._writer(endpoint)
            if role is not None and not grounds.is_for_programs(self.app, self.rules[endpoint]):
                found[endpoint] = role, self._unseen(endpoint)
        kept = (one for name, one in sorted(found.items()) if name not in NOT_SENT)
        return sorted(kept, key=lambda one: LAST.index(one[1].endpoint) if one[1].endpoint in LAST else -1)

    def known_forms(self) -> list[tuple[Role | None, Form]]:
        """The forms that the grounds have a row for, without looking for them on pages."""
        named = sorted(grounds.FORMS.keys() & self.rules.keys() - NOT_SENT - set(LAST))
        found = ((self._writer(name), self._unseen(name)) for name in named)
        programs = {name for name in named if grounds.is_for_programs(self.app, self.rules[name])}
        return [one for one in found if one[1].endpoint not in programs]

    def _unseen(self, endpoint: str) -> Form:
        rule = self.rules[endpoint]
        own = {name: grounds.value_of(rule, name, self.laid.own) for name in rule.arguments}
        return Form(
            endpoint,
            grounds.address(self.app, rule, own),
            texts=tuple(grounds.FORMS[endpoint](self.laid.own)),
        )

    def _writer(self, endpoint: str) -> Role | None:
        act = self.app.extensions["policy"][endpoint]
        people = (*WRITERS[:-1], *OTHERS)
        return (
            None if isinstance(act, Open) else next((one for one in people if one in POLICY[Act(act)]), None)
        )

    def sow(self, forms: Iterable[tuple[Role | None, Form]]) -> None:
        """Type the strings into the forms as they are now, each as somebody who may send it."""
        for role, form in forms:
            self.sower.sow(self.client(role), self.renewed(role, form))

    def sow_elsewhere(self, rows: int = 1) -> None:
        """What comes from marketplaces, programs, files and the command line."""
        self.name_accounts()
        with transaction() as session:
            login, now = self.laid.own.coop.manager.login, datetime.now(UTC)
            token = api_tokens.issue_token(session, login, "x", now)[1]
        others.from_marketplaces(self.laid.own, self.string, rows + 4)
        others.from_programs(self.app.test_client(), token, self.string, self.judge, rows)
        others.by_file(self.client(Role.COOP_MANAGER), self.string, self.judge, rows)

    def string(self, source: str, name: str) -> str:
        """A string that comes by no form, as it is sent; what pages then show of it is noted."""
        mark = self.sower.mark(source, name)
        sent = self.sown[mark].translate(NO_PATH) if name == "file_name" else self.sown[mark]
        is_guarded = source == "file" and sent[:1] == "'" and sent[1:2] in FORMULA  # as our files write it
        self.sown[mark] = sent[1:] if is_guarded else sent
        return sent

    def name_accounts(self) -> None:
        """What an administrator types at the command line."""
        with transaction() as session:
            others.from_commands(session, [*self.accounts.values(), self.laid.own.coop.manager], self.string)

    def sow_rest(self, forms: list[tuple[Role | None, Form]]) -> None:
        """Those of the strings that no row has held yet, into fields that took one, until none is left."""
        for _ in range(PASSES):
            self.held |= self.stored()
            self.sower.only = sorted(
                set(range(len(PAYLOADS))) - {self.sower.of[mark][1] for mark in self.held}
            )
            if not self.sower.only:
                return
            self._sow_again(forms, len(self.sown) + 2 * len(self.sower.only))

    def _sow_again(self, forms: list[tuple[Role | None, Form]], enough: int) -> None:
        for role, form in forms:
            texts = tuple(n for n in form.texts if (form.endpoint, n) in self.sower.taken)
            if texts and form.endpoint not in LAST and len(self.sown) < enough:
                self.sower.sow(self.client(role), replace(self.renewed(role, form), texts=texts))

    def renewed(self, role: Role | None, form: Form) -> Form:
        """The form as its page shows it now, with the marks of what it was made for."""
        moved = self._moved(form)
        if not moved.page:
            return moved
        reader = Reader(self.app, self.client(role), self.judge)
        reader.open(moved.page)
        return reader.forms.get(form.endpoint, moved)

    def _moved(self, form: Form) -> Form:
        if form.endpoint not in OF_ITS_OWN:
            return form
        was, now = OF_ITS_OWN[form.endpoint](self.laid.own, lambda name: self.client(Role(name)))
        return replace(form, path=_put(form.path, was, now), page=_put(form.page, was, now), kept={})

    def read(self, roles: Iterable[Role | None] = READERS, each: int = 1) -> None:
        """Read every page a form led to, and of each other route ``each`` pages."""
        for role in roles:
            reader = self.readers[role] = Reader(self.app, self.client(role), self.judge, each)
            for path in dict.fromkeys(one.split("#")[0] for one in self.sower.leads):
                reader.open(path)
            reader.walk(self.starts)

    def stored(self) -> set[str]:
        """Marks of the strings that some row holds now."""
        return marks_in(repr(grounds.dump())) & self.sower.of.keys()


def _put(text: str, was: str, now: str) -> str:
    """The address with the other thing; one that ends in ``?`` stands for what followed, too."""
    return re.sub(rf"{re.escape(was)}\d+", now[:-1], text) if now.endswith("?") else text.replace(was, now)
