"""``nongsan mail`` and ``nongsan reports``: the server asked, the certificate set and forgotten."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.commands.test_sync_commands import Terminal
from tests.jobs.market import Market
from tests.mail_stand import PASSWORD, USER, MailStand, open_stand
from tests.signing_stand import OFFICE, Authority
from tests.signing_stand import PASSWORD as FILE_PASSWORD
from trace.errors import Refused


@pytest.fixture
def stand(tmp_path: Path) -> Iterator[MailStand]:
    found = open_stand(tmp_path)
    yield found
    found.close()


@pytest.fixture
def terminal(sqlite_url: str, tmp_path: Path) -> Terminal:
    return Terminal(sqlite_url, tmp_path, Market("http://127.0.0.1:1"))


def set_mail(folder: Path, stand: MailStand, password: str) -> None:
    given = stand.settings
    lines = (
        f'\n[mail]\nhost = "{given.host}"\nport = {given.port}\nuser = "{USER}"\npassword = "{password}"\n'
    )
    lines += f'sender = "{given.sender}"\nca_file = "{given.ca_file}"\ntimeout_s = 5\n'
    file = folder / "nongsan.toml"
    file.write_text(file.read_text() + lines)


def test_where_mail_is_off_the_check_says_so(terminal: Terminal) -> None:
    result = terminal("mail", "check")
    assert isinstance(result.exception, Refused)
    assert result.exception.key == "mail.off"


def test_the_check_signs_in_and_sends_nothing(terminal: Terminal, tmp_path: Path, stand: MailStand) -> None:
    set_mail(tmp_path, stand, PASSWORD)
    assert terminal.json("mail", "check") == {"fate": "sent", "problem": "", "answer": "250 OK"}
    assert stand.box.got == []


def test_a_wrong_password_ends_with_status_1_and_is_not_shown(
    terminal: Terminal, tmp_path: Path, stand: MailStand
) -> None:
    set_mail(tmp_path, stand, f"{PASSWORD}-sai")
    result = terminal("mail", "check")
    assert result.exit_code == 1
    assert "does not take the user or password" in result.output
    assert PASSWORD not in result.output


def test_a_certificate_is_set_and_forgotten(terminal: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "office.p12"
    file.write_bytes(Authority(tmp_path).pkcs12(datetime(2036, 1, 1, tzinfo=UTC)))
    said = terminal.json("reports", "sign-with", str(file), "--password", FILE_PASSWORD)
    assert (said["subject"], said["not_after"][:10]) == (OFFICE, "2036-01-01")
    wrong = terminal("reports", "sign-with", str(file), "--password", "sai")
    assert wrong.exception.key == "sign.open"
    assert terminal.json("reports", "sign-no-more") == {"forgotten": 1}
    assert terminal.json("reports", "sign-no-more") == {"forgotten": 0}


def test_lists_are_empty_where_nothing_is(terminal: Terminal) -> None:
    assert terminal.json("reports", "list") == terminal.json("mail", "list") == []
