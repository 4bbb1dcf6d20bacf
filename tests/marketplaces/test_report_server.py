"""The client of report servers, over a real socket: it knows whom it talks to and waits for nobody long."""

import dataclasses
import os
import stat
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import paramiko
import pytest

from marketplaces.report_server import sftp
from marketplaces.report_server.host_keys import read_host_key
from marketplaces.report_server.values import Address, Bounds, Entry, NotWholeError, ReportServerError
from tests.sftp_stand import PASSWORD, USER, Stand, entry, new_key, standing

SHORT = Bounds(connect_s=2, answer_s=0.6, look_s=1.5, file_s=1.5)
PATIENT = Bounds(connect_s=10, answer_s=20, look_s=40, file_s=40)


@pytest.fixture
def stand(tmp_path: Path) -> Iterator[Stand]:
    with standing(tmp_path) as stand:
        yield stand


def address(stand: Stand, **other: object) -> Address:
    key = read_host_key(stand.host_line)
    known = Address("127.0.0.1", stand.port, USER, "bao-cao", [key], key_file=stand.user_key_file)
    return dataclasses.replace(known, **other)


def fails(where: Address, bounds: Bounds = PATIENT) -> ReportServerError:
    with pytest.raises(ReportServerError) as caught, sftp.opened(where, bounds) as server:
        server.entries()
    return caught.value


def test_a_file_is_read_whole_by_key_and_by_password(stand: Stand) -> None:
    content = os.urandom(100_001)
    stand.put("a.xlsx", content)
    for where in (address(stand), address(stand, key_file=None, password=PASSWORD)):
        with sftp.opened(where, PATIENT) as server:
            (one,) = server.entries()
            assert (one.name, one.size, one.is_file) == ("a.xlsx", 100_001, True)
            assert b"".join(server.read(one)) == content


def test_another_host_key_is_refused_before_anything_is_said_and_both_are_named(
    stand: Stand, tmp_path: Path
) -> None:
    other = new_key(tmp_path / "other")
    pinned = read_host_key(f"{other.get_name()} {other.get_base64()}")
    told = fails(address(stand, host_keys=[pinned], key_file=None, password=PASSWORD))
    assert told.fault == "host_key"
    assert told.permanent
    got = read_host_key(stand.host_line)
    assert told.figures["expected"] == f"ssh-ed25519 {pinned.fingerprint}"
    assert told.figures["got"] == f"ssh-ed25519 {got.fingerprint}"
    assert got.line in str(told)  # what to write down, once somebody confirmed it
    assert (stand.visits, stand.asked_in) == (1, 0)


def test_a_server_may_be_known_by_one_of_several_keys(stand: Stand, tmp_path: Path) -> None:
    other = new_key(tmp_path / "other")
    keys = [read_host_key(f"{other.get_name()} {other.get_base64()}"), read_host_key(stand.host_line)]
    with sftp.opened(address(stand, host_keys=keys), PATIENT) as server:
        assert server.entries() == []


@pytest.mark.parametrize("make", [paramiko.ECDSAKey.generate, partial(paramiko.RSAKey.generate, 2048)])
def test_of_a_servers_several_keys_the_known_one_is_asked_for(
    stand: Stand, make: Callable[[], paramiko.PKey]
) -> None:
    known = make()
    stand.more_host_keys = [known]
    pinned = read_host_key(f"{known.get_name()} {known.get_base64()}")
    with sftp.opened(address(stand, host_keys=[pinned]), PATIENT) as server:
        assert server.entries() == []


def test_a_fingerprint_is_what_ssh_keygen_prints(stand: Stand, tmp_path: Path) -> None:
    line = read_host_key(f"[127.0.0.1]:{stand.port} {stand.host_line} who@where")
    assert line.line == stand.host_line
    assert line.fingerprint == stand.host_key.fingerprint


@pytest.mark.parametrize(
    "text", ["", "ssh-ed25519", "ssh-dss AAAA", "ssh-ed25519 AAAA!", "ssh-ed25519 AAAAB3NzaC1yc2E="]
)
def test_what_is_no_host_key_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"key|Base64"):
        read_host_key(text)


def test_a_wrong_key_and_a_wrong_password_are_said_without_showing_them(stand: Stand, tmp_path: Path) -> None:
    new_key(tmp_path / "wrong")
    by_key = fails(address(stand, key_file=tmp_path / "wrong"))
    by_password = fails(address(stand, key_file=None, password="sai-mat-khau"))
    assert [by_key.fault, by_password.fault] == ["login", "login"]
    assert "sai-mat-khau" not in str(by_password)
    assert "sai-mat-khau" not in repr(address(stand, key_file=None, password="sai-mat-khau"))


@pytest.mark.parametrize("spoil", ["open", "absent", "rubbish"])
def test_a_private_key_others_may_read_or_nobody_can_never_leaves_the_machine(
    stand: Stand, spoil: str
) -> None:
    path = stand.user_key_file
    if spoil == "open":
        path.chmod(0o640)
    elif spoil == "absent":
        path.unlink()
    else:
        path.write_text("-----BEGIN NOTHING-----")
    assert fails(address(stand)).fault == "key_file"
    assert stand.visits == 0


@pytest.mark.parametrize("place", ["banner", "drip", "listing"])
def test_a_server_that_hangs_is_left_in_time(stand: Stand, place: str) -> None:
    stand.hangs_at = place
    begun = time.monotonic()
    assert fails(address(stand), SHORT).fault == "unreached"
    assert time.monotonic() - begun < 20  # it would hang for a minute


@pytest.mark.parametrize("place", ["reading", "trickle"])
def test_a_server_that_stops_in_a_file_or_sends_a_byte_now_and_then_is_left_in_time(
    stand: Stand, place: str
) -> None:
    stand.put("a.xlsx")
    stand.hangs_at = place
    with pytest.raises(ReportServerError) as told, sftp.opened(address(stand), SHORT) as server:
        b"".join(server.read(server.entries()[0]))
    assert told.value.fault == "unreached"


def test_what_is_no_ssh_server_and_no_server_at_all(stand: Stand) -> None:
    stand.hangs_at = "noise"
    assert fails(address(stand)).fault == "unreached"
    stand.close()
    assert fails(address(stand)).fault == "unreached"


def test_a_folder_that_is_not_shown(stand: Stand) -> None:
    told = fails(address(stand, folder="khac"))
    assert (told.fault, told.figures["folder"]) == ("folder", "khac")


def test_ten_thousand_names_are_listed_and_too_many_are_refused(stand: Stand) -> None:
    stand.more_entries = [entry(f"{number:05}.xlsx") for number in range(10_000)]
    with sftp.opened(address(stand), PATIENT) as server:
        assert len({one.name for one in server.entries()}) == 10_000
    told = fails(address(stand), dataclasses.replace(PATIENT, most_names=9_999))
    assert (told.fault, told.figures["most"]) == ("crowded", "9999")


def test_names_come_as_they_are_and_hide_no_others(stand: Stand) -> None:
    stand.put("tốt.xlsx")
    stand.more_entries = [
        entry(b"b\xe1o c\xe1o.xlsx"),
        entry("x" * 70_000),
        entry("lien-ket.xlsx", mode=stat.S_IFLNK | 0o777),
        entry("thu-muc", mode=stat.S_IFDIR | 0o755),
    ]
    with sftp.opened(address(stand), PATIENT) as server:
        found = {one.name: one for one in server.entries()}
    assert found["tốt.xlsx"].is_file
    assert found["b\udce1o c\udce1o.xlsx"].is_file
    assert max(map(len, found)) == sftp.NAME_BYTES
    assert not found["lien-ket.xlsx"].is_file
    assert found["thu-muc"].is_folder


def test_a_file_that_changes_or_is_not_given_is_not_whole_and_the_next_one_is(stand: Stand) -> None:
    stand.put("doi.xlsx")
    stand.put("yen.xlsx", b"abc")
    gone = Entry("mat.xlsx", 3, 1_700_000_000)
    with sftp.opened(address(stand), PATIENT) as server:
        found = {one.name: one for one in server.entries()}
        stand.grows = True
        for one in (found["doi.xlsx"], gone, dataclasses.replace(found["yen.xlsx"], size=2)):
            with pytest.raises(NotWholeError):
                b"".join(server.read(one))
        stand.grows = False
        assert b"".join(server.read(found["yen.xlsx"])) == b"abc"


def test_only_the_file_that_was_seen_is_removed(stand: Stand) -> None:
    stand.put("a.xlsx", b"abc")
    with sftp.opened(address(stand), PATIENT) as server:
        (one,) = server.entries()
        assert not server.is_removed(dataclasses.replace(one, size=4))
        assert (stand.folder / "a.xlsx").exists()
        assert server.is_removed(one)
        assert not server.is_removed(one)
    assert list(stand.folder.iterdir()) == []
