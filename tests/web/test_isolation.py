"""The isolation matrix: every route, every role, one's own id, a neighbour's, none, nonsense.

It is made from the app's routes and the policy table, so a new route is covered the day it is added.
"""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from tests import world
from tests.web import grounds
from tests.web.grounds import Estate, Grounds
from trace.records.account import Role
from trace.services.admission import POLICY, Act, Scope
from trace.web.door import Open

ROLES = [None, *Role]
NONSENSE = ("abc", "-1", "9" * 30, "%2e%2e", "' OR 1=1 --", "x" * 3000, "\u202eמ🥭", "a\0b")


class Attack:
    """One visitor in front of every route."""

    def __init__(self, app: Flask, laid: Grounds) -> None:
        self.app, self.laid = app, laid
        self.client: FlaskClient = app.test_client()
        if laid.account is not None:
            world.sign_in(self.client, laid.account)
        self.faults: list[str] = []

    def scope(self, rule: Rule) -> Scope | Open | None:
        """How far the policy lets this visitor go; None is nowhere."""
        act = self.app.extensions["policy"][rule.endpoint]
        if isinstance(act, Open):
            return act if act not in (Open.SIGNED_IN, Open.ENTERING) or self.laid.account else None
        assert isinstance(act, Act)
        return POLICY[act].get(Role(self.laid.account.role)) if self.laid.account else None

    def values(self, rule: Rule, estate: Estate) -> dict[str, Any]:
        return {name: grounds.value_of(rule, name, estate) for name in rule.arguments}

    def ask(self, rule: Rule, method: str, values: dict[str, Any], form: dict[str, str]) -> TestResponse:
        path = grounds.address(self.app, rule, values)
        data = form if method in grounds.UNSAFE else None
        is_program = grounds.is_for_programs(self.app, rule)
        how = {"json": data, "headers": self.token_for(rule)} if is_program else {"data": data}
        answer = self.client.open(path, method=method, **how)
        is_said = answer.status_code == 501 and is_program
        self.expect(answer.status_code < 500 or is_said, rule, method, values, answer)
        return answer

    def token_for(self, rule: Rule) -> dict[str, str]:
        """A program's token, where nothing else opens the door."""
        is_program = self.laid.token and grounds.is_for_programs(self.app, rule)
        return {"Authorization": f"Bearer {self.laid.token}"} if is_program else {}

    def expect(self, fine: bool, rule: Rule, method: str, values: Any, answer: TestResponse) -> None:
        if not fine:
            self.faults.append(f"{method} {rule.rule} {str(values)[:120]} answered {answer.status_code}")


@pytest.fixture(params=ROLES, ids=lambda role: role.value if role else "anonymous")
def attack(request: pytest.FixtureRequest, app: Flask, tmp_path: Path) -> Attack:
    return Attack(app, grounds.lay_out(app, tmp_path, datetime.now(UTC), request.param))


def same(answer: TestResponse, values: dict[str, Any]) -> tuple[int, str]:
    """Status and body without the address, its ids, and the marks that are new in every form."""
    text = answer.get_data(as_text=True).replace(answer.request.path, "PATH")
    for value in values.values():
        if len(str(value)) > 7:
            text = text.replace(str(value), "ID")
    return answer.status_code, re.sub(r'name="(csrf_token|request_id)" value="[^"]*"', r'name="\1"', text)


def first_difference(one: str, two: str) -> str:
    lines = (pair for pair in zip(one.splitlines(), two.splitlines(), strict=False) if pair[0] != pair[1])
    return str(next(lines, "length"))[:300]


def absent(rule: Rule, own: dict[str, Any], name: str) -> Any:
    """An id of the same shape that nothing has."""
    if isinstance(own[name], int):
        return 987_654_321
    return "0" * len(own[name])


def test_nobody_passes_without_the_policy_and_no_id_tells_whose_it_is(attack: Attack) -> None:
    before = grounds.dump()
    asked = 0
    for rule, method in grounds.routes(attack.app):
        asked += 1
        own = attack.values(rule, attack.laid.own)
        scope = attack.scope(rule)
        if scope is None:
            refuse(attack, rule, method, own)
        elif scope in (Scope.ORG, Scope.PACKS, Scope.RECEIVER, Scope.HOUSEHOLD, Scope.COMMUNE):
            compare(attack, rule, method, own)
    assert not attack.faults, "\n".join(attack.faults)
    assert asked > 60
    assert grounds.changed(before, grounds.dump()) == []


def refuse(attack: Attack, rule: Rule, method: str, own: dict[str, Any]) -> None:
    """Whoever the table does not name: 403, or the way to sign in."""
    form = grounds.form_of(rule, attack.laid.own)
    answer = attack.ask(rule, method, own, form)
    is_stranger = attack.laid.account is None
    if is_stranger and grounds.is_for_programs(attack.app, rule):
        fine = answer.status_code == 401 and answer.mimetype == "application/problem+json"
    elif is_stranger and method == "GET":
        fine = answer.status_code == 302 and answer.headers["Location"].startswith("/dang-nhap")
    else:
        fine = answer.status_code == 403
    attack.expect(fine, rule, method, own, answer)


def compare(attack: Attack, rule: Rule, method: str, own: dict[str, Any]) -> None:
    """A neighbour's id in each place of the address answers as an id that nothing has."""
    other = attack.values(rule, attack.laid.other)
    full = grounds.form_of(rule, attack.laid.own)
    for name in grounds.tenant_names(rule):
        for form in ({}, full) if method in grounds.UNSAFE else ({},):
            theirs, nobodys = {**own, name: other[name]}, {**own, name: absent(rule, own, name)}
            one, two = (attack.ask(rule, method, values, form) for values in (theirs, nobodys))
            shut = {404} if form or method == "GET" else {404, 422}  # an empty form may be refused first
            attack.expect(one.status_code in shut, rule, method, theirs, one)
            if same(one, theirs) != same(two, nobodys):
                said = f"{method} {rule.rule}: {name} of a neighbour and of nobody differ"
                attack.faults.append(
                    f"{said}: {first_difference(same(one, theirs)[1], same(two, nobodys)[1])}"
                )


def test_a_neighbours_rows_in_a_form_are_nobodys_rows(attack: Attack) -> None:
    """The address is one's own, the form names the neighbour's plot, product, lot or paper."""
    narrow = (Scope.ORG, Scope.PACKS, Scope.HOUSEHOLD)
    theirs = {
        name: rows for name, rows in grounds.dump().items() if name in {"lot", "diary_entry", "listing"}
    }
    marks = {str(attack.laid.other.coop.plot.id), attack.laid.other.coop.product.public_id}
    marks |= {attack.laid.other.places["public_id"], attack.laid.other.code}
    for rule, method in grounds.routes(attack.app):
        form = grounds.form_of(rule, attack.laid.other)
        if method in grounds.UNSAFE and attack.scope(rule) in narrow and marks & set(form.values()):
            own = attack.values(rule, attack.laid.own)
            answer = attack.ask(rule, method, own, form)
            attack.expect(answer.status_code in {404, 409, 422}, rule, method, form, answer)
    assert not attack.faults, "\n".join(attack.faults)
    after = grounds.dump()
    assert [name for name, rows in theirs.items() if after[name] != rows] == []


def test_nonsense_in_an_address_is_an_absent_page(attack: Attack) -> None:
    for rule, method in grounds.routes(attack.app):
        if attack.scope(rule) is None:
            continue
        own = attack.values(rule, attack.laid.own)
        for name in sorted(rule.arguments):
            for nonsense in NONSENSE:
                answer = attack.ask(rule, method, {**own, name: nonsense}, {})
                is_open = grounds.is_public(attack.app, rule) or rule.endpoint == "imports.template_file"
                fine = answer.status_code != 200 or is_open
                attack.expect(fine, rule, method, {name: nonsense}, answer)
    assert not attack.faults, "\n".join(attack.faults)


def test_who_may_is_let_in(attack: Attack) -> None:
    """Without this the matrix would be passed by an app that refuses everybody."""
    wide = (Scope.ORG, Scope.RECEIVER, Scope.ALL)
    for method in ("GET", "POST"):
        for rule, its_method in grounds.routes(attack.app):
            if its_method != method or attack.scope(rule) not in wide or rule.endpoint in UNREADY:
                continue
            own = attack.values(rule, attack.laid.own)
            answer = attack.ask(rule, method, own, grounds.form_of(rule, attack.laid.own))
            shut = {403} if method == "POST" else {403, 404}  # an earlier form may have removed the row
            attack.expect(answer.status_code not in shut, rule, method, own, answer)
    assert not attack.faults, "\n".join(attack.faults)


UNREADY = {"prints.file", "shop_connect.leave", "shop_connect.come_back"}
"""Pages that need a made file or a marketplace besides the right to see them."""


def test_an_unknown_parameter_says_what_to_add(app: Flask, tmp_path: Path) -> None:
    laid = grounds.lay_out(app, tmp_path, datetime.now(UTC), None)
    rule = Rule("/x/<crate_id>", endpoint="crates.show")
    with pytest.raises(AssertionError, match="does not know: add how to make one"):
        grounds.value_of(rule, "crate_id", laid.own)
