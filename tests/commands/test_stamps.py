"""``nongsan stamps`` and ``nongsan keys`` as their users type them."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests import world
from trace.commands.founding import found_instance
from trace.commands.nouns import main
from trace.db import open_database, reading, transaction, use_database
from trace.errors import NongsanError
from trace.keyring import use_keyring
from trace.records.stamp import StampActivation
from trace.services import stamp_keys
from trace.settings import Settings
from trace.standards import stamp_code


@pytest.fixture
def run(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    """A founded instance on a fresh database, and a command line on it."""
    monkeypatch.setenv("NONGSAN_INSTANCE", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", sqlite_url)
    found_instance(Settings(instance=tmp_path, database_url=sqlite_url))

    def line(*arguments: str) -> Result:
        return CliRunner().invoke(main, [str(one) for one in arguments])

    yield line
    use_database(None)
    use_keyring(None)


@pytest.fixture
def coop(run: object, now: object) -> world.Coop:
    with transaction() as session:
        coop = world.make_coop(session, now)
        world.add_picture(session, now, coop.product)
        coop.extra["lot"] = world.make_lot(session, now, coop.plot, coop.product)
    return coop


def said(result: Result) -> object:
    assert result.exit_code == 0, (result.output, result.exception)
    return json.loads(result.stdout)


def refused(result: Result) -> NongsanError:
    assert isinstance(result.exception, NongsanError), result.output
    return result.exception


def reopened(settings_url: str) -> None:
    use_database(open_database(settings_url))


def test_issue_answers_as_promised_and_the_same_request_the_same(run: object, coop: world.Coop) -> None:
    once = said(run("stamps", "issue", "--count", "5", "--request-id", "a", "--json"))
    assert set(once) == {"block", "key_id", "first", "count"}
    assert (once["key_id"], once["first"], once["count"]) == (0, 0, 5)
    assert said(run("stamps", "issue", "--count", "5", "--request-id", "a", "--json")) == once
    assert refused(run("stamps", "issue", "--count", "6", "--request-id", "a")).key == "error.conflict"


def test_issue_for_a_lot_by_its_code_is_active(run: object, coop: world.Coop, sqlite_url: str) -> None:
    lot = coop.extra["lot"]
    block = said(run("stamps", "issue", "--count", "7", "--lot", lot.code, "--request-id", "a", "--json"))[
        "block"
    ]
    shown = said(run("stamps", "show", block, "--json"))
    assert (shown["used"], shown["lot"]) == (7, lot.code)


def test_a_roll_from_issue_to_void(run: object, coop: world.Coop, sqlite_url: str) -> None:
    lot = coop.extra["lot"]
    made = said(run("stamps", "issue", "--count", "20", "--request-id", "a", "--json"))
    early = run("stamps", "activate", made["block"], "0", "9", "--lot", lot.public_id)
    assert refused(early).key == "gate.notprinted"
    codes = run("stamps", "codes", made["block"]).stdout.split()
    assert len(codes) == len(set(codes)) == 20
    assert all(stamp_code.is_valid(code) for code in codes)
    done = said(run("stamps", "activate", made["block"], "0", codes[9], "--lot", lot.code, "--json"))
    assert (done["first"], done["last"], done["count"]) == (0, 9, 10)
    void = said(run("stamps", "void", made["block"], "000.008", "11", "--reason", "torn", "--json"))
    assert void["count"] == 4
    verified = said(run("stamps", "verify", codes[0], codes[8], codes[15], codes[0][:-1], "--json"))
    states = [one["state"] for one in verified]
    assert states == ["ACTIVATED", "VOIDED", "NOT_ACTIVATED", "MALFORMED"]
    assert verified[2]["serial"] == 15
    listed = said(run("stamps", "list", "--json"))[0]
    assert (listed["used"], listed["spoiled"], listed["stock"]) == (8, 4, 8)


def test_codes_are_those_the_key_makes(run: object, coop: world.Coop, sqlite_url: str) -> None:
    block = said(run("stamps", "issue", "--count", "3", "--request-id", "a", "--json"))["block"]
    codes = run("stamps", "codes", block).stdout.split()
    reopened(sqlite_url)
    with reading() as session:
        key = stamp_keys.key_for(session, 0)
    assert codes == [stamp_code.encode(key, serial) for serial in range(3)]


def test_typing_errors_and_forgeries_are_told_apart(run: object, coop: world.Coop) -> None:
    said(run("stamps", "issue", "--count", "3", "--request-id", "a", "--json"))
    forged = "0" * 18
    forged += next(symbol for symbol in stamp_code.ALPHABET if stamp_code.is_valid(forged + symbol))
    wrong = forged[:-1] + ("1" if forged[-1] != "1" else "2")
    states = [one["state"] for one in said(run("stamps", "verify", forged, wrong, "xin chào", "--json"))]
    assert states == ["NOT_FOUND", "TYPO", "MALFORMED"]


def test_which_cooperative_must_be_said_where_there_are_two(
    run: object, coop: world.Coop, now: object, sqlite_url: str
) -> None:
    reopened(sqlite_url)
    with transaction() as session:
        world.make_coop(session, now, name="HTX Tân Mai", tax_code="0100109106")
    assert refused(run("stamps", "issue", "--count", "3", "--request-id", "a")).key == "error.invalid"
    for org in ("htx tan mai", "0100109106", coop.org.public_id):
        assert run("stamps", "issue", "--count", "3", "--request-id", "a", "--org", org).exit_code == 0
    assert len(said(run("stamps", "list", "--json"))) == 2
    assert (
        refused(run("stamps", "issue", "--count", "3", "--request-id", "b", "--org", "x")).key
        == "stamps.no_org"
    )


def test_an_account_acts_in_its_own_name(run: object, coop: world.Coop, sqlite_url: str) -> None:
    made = said(
        run("stamps", "issue", "--count", "3", "--request-id", "a", "--as", coop.staff.login, "--json")
    )
    codes = run("stamps", "codes", made["block"], "--as", coop.staff.login)
    assert codes.exit_code == 0
    shown = run(
        "stamps",
        "activate",
        made["block"],
        "0",
        "2",
        "--lot",
        coop.extra["lot"].code,
        "--as",
        coop.staff.login,
    )
    assert shown.exit_code == 0
    reopened(sqlite_url)
    with reading() as session:
        from sqlmodel import select

        assert session.exec(select(StampActivation)).one().activated_by == coop.staff.id


def test_wrong_usage_is_two(run: object, coop: world.Coop) -> None:
    for line in (
        ("stamps", "issue", "--count", "0", "--request-id", "a"),
        ("stamps", "issue", "--count", "5"),
        ("keys", "compromise", "0", "--at", "gestern"),
        ("keys", "compromise", "31", "--at", "2026-06-01"),
    ):
        assert run(*line).exit_code == 2


def test_keys_are_listed_rotated_and_compromised(run: object, coop: world.Coop) -> None:
    assert [(key["key_id"], key["state"]) for key in said(run("keys", "list", "--json"))] == [(0, "active")]
    assert said(run("keys", "rotate", "--json")) == {"key_id": 1, "state": "active"}
    answer = said(run("keys", "compromise", "0", "--at", "2026-06-01T00:00:00", "--json"))
    assert answer["compromised_at"].startswith("2026-0")
    assert answer["active"] == 1
    states = {key["key_id"]: key["state"] for key in said(run("keys", "list", "--json"))}
    assert states == {0: "compromised", 1: "active"}
    assert said(run("stamps", "issue", "--count", "1", "--request-id", "k", "--json"))["key_id"] == 1


def test_a_lot_is_shown_with_what_it_must_say(run: object, coop: world.Coop) -> None:
    shown = said(run("lot", "show", coop.extra["lot"].code, "--json"))
    items = {one["item"]: one for one in shown["information"]}
    assert (len(items), items["tt02.2"]["answer"], items["tt02.8"]["answer"]) == (
        14,
        "present",
        "not_applicable",
    )
    assert items["tt02.1"]["found"] == coop.product.name
    assert "  tt02: 10/10" in run("lot", "show", coop.extra["lot"].code).output
