"""What is sent to a stranger's server: only where it may, never where it is led, and never for long."""

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.epcis.receiver import LOOPBACK, Receiver, receiving
from trace.commands.tls_front import local_certificate
from trace.jobs.webhook import Outcome, Postman
from trace.services.epcis.destinations import checked_addresses, read_destination
from trace.services.epcis.exceptions import EpcisException
from trace.settings import SettingsError, load_settings
from trace.standards.net_address import is_public, plain

BODY, HEADERS = b'{"a":1}', {"Content-Type": "application/json"}


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as one:
        yield one


def home(_host: str, _port: int) -> list[str]:
    return ["127.0.0.1"]


def test_a_report_arrives_whole_under_the_hosts_own_name(receiver: Receiver) -> None:
    dest = f"http://nguoi-nhan.test:{receiver.port}/a/b?c=d"
    assert Postman((LOOPBACK, "nguoi-nhan.test"), home).post(dest, BODY, HEADERS) == Outcome(200)
    (report,) = receiver.reports
    assert (report.body, report.path) == (BODY, "/a/b?c=d")
    assert report.headers["host"] == f"nguoi-nhan.test:{receiver.port}"
    assert "cookie" not in report.headers


def test_the_address_that_was_looked_at_is_the_one_that_is_called(receiver: Receiver) -> None:
    """A name that stands for something else when it is asked again is not asked again."""
    asked: list[str] = []

    def rebinding(host: str, _port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["127.0.0.2"]

    dest = f"http://doi-dia-chi.test:{receiver.port}/"
    assert Postman((LOOPBACK, "doi-dia-chi.test"), rebinding).post(dest, BODY, HEADERS).is_taken
    assert asked == ["doi-dia-chi.test"]


@pytest.mark.parametrize(
    "found",
    [
        ["127.0.0.1"], ["203.162.4.190", "127.0.0.1"], ["10.0.0.5"], ["169.254.169.254"], ["::1"],
        ["::ffff:127.0.0.1"], ["0.0.0.0"], ["64:ff9b::7f00:1"], ["2002:7f00:1::"], ["fd00:ec2::254"], [],
    ],
)  # fmt: skip
def test_a_name_that_stands_for_an_inner_address_is_not_called(receiver: Receiver, found: list[str]) -> None:
    dest = f"https://trong-nha.test:{receiver.port}/"
    outcome = Postman((), lambda _host, _port: found).post(dest, BODY, HEADERS)
    assert outcome == Outcome(problem="epcis.notify.address")
    assert receiver.reports == []


def test_a_listed_name_never_stands_for_this_machine(receiver: Receiver) -> None:
    dest = f"http://erp.htx.local:{receiver.port}/"
    assert Postman(("erp.htx.local",), home).post(dest, BODY, HEADERS).problem == "epcis.notify.address"
    assert receiver.reports == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(receiver: Receiver, status: int) -> None:
    receiver.answers = [status]
    outcome = Postman((LOOPBACK,)).post(receiver.dest, BODY, HEADERS)
    assert outcome == Outcome(status, "epcis.notify.redirect")
    assert not outcome.is_taken
    assert [report.path for report in receiver.reports] == ["/nhan?khach=7"]


def drip(handler: BaseHTTPRequestHandler) -> None:
    """A header that never ends, a sign at a time."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    for _ in range(100):
        handler.wfile.write(b"a")
        handler.wfile.flush()
        time.sleep(0.05)


def go_on(handler: BaseHTTPRequestHandler) -> None:
    for _ in range(100):
        handler.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        handler.wfile.flush()
        time.sleep(0.05)


def hang(_handler: BaseHTTPRequestHandler) -> None:
    time.sleep(3)


def endless(handler: BaseHTTPRequestHandler) -> None:
    """The status is enough: what follows is never read."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000000\r\n\r\n")
    handler.wfile.write(b"x" * 100)
    time.sleep(3)


def many_headers(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n" + b"X-A: b\r\n" * 5_000 + b"\r\n")


def no_http(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"SSH-2.0-OpenSSH_9.2\r\n")


@pytest.mark.parametrize(
    ("behaviour", "expected"),
    [
        (drip, Outcome(problem="epcis.notify.slow")), (go_on, Outcome(problem="epcis.notify.slow")),
        (hang, Outcome(problem="epcis.notify.slow")), (endless, Outcome(200)),
        (many_headers, Outcome(problem="epcis.notify.broken")),
        (no_http, Outcome(problem="epcis.notify.broken")),
    ],
)  # fmt: skip
def test_a_strange_server_takes_no_more_than_its_time(
    receiver: Receiver, behaviour: Any, expected: Outcome
) -> None:
    receiver.answers = [behaviour]
    started = time.monotonic()
    assert Postman((LOOPBACK,), total_s=0.5).post(receiver.dest, BODY, HEADERS) == expected
    assert time.monotonic() - started < 2.5


def test_nobody_at_the_door_is_said_so() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        dest = f"http://127.0.0.1:{free.getsockname()[1]}/"
    assert Postman((LOOPBACK,)).post(dest, BODY, HEADERS).problem == "epcis.notify.connect"


@pytest.fixture
def tls(tmp_path: Path) -> Iterator[Receiver]:
    context = local_certificate(tmp_path, ["nguoi-nhan.test"])

    def wrap(server: Any) -> Any:
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        return server

    with receiving(wrap) as one:
        yield one


def test_a_certificate_must_be_trusted_and_stand_for_the_name(tls: Receiver, tmp_path: Path) -> None:
    trust = ssl.create_default_context(cafile=str(tmp_path / "local-tls.pem"))
    said = {
        (name, trusted is not None): Postman((LOOPBACK,), home, trusted).post(
            f"https://{name}:{tls.port}/", BODY, HEADERS
        )
        for name in ("nguoi-nhan.test", "nguoi-khac.test")
        for trusted in (trust, None)
    }
    assert said.pop(("nguoi-nhan.test", True)) == Outcome(200)
    assert set(said.values()) == {Outcome(problem="epcis.notify.tls")}
    assert len(tls.reports) == 1


def test_a_handshake_that_hangs_ends_in_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        taken: list[Any] = []
        thread = threading.Thread(target=lambda: taken.append(server.accept()), daemon=True)
        thread.start()
        dest = f"https://127.0.0.1:{server.getsockname()[1]}/"
        started = time.monotonic()
        assert Postman((LOOPBACK,), total_s=0.4).post(dest, BODY, HEADERS).problem == "epcis.notify.slow"
        assert time.monotonic() - started < 2.5
        thread.join(5)
        taken[0][0].close()


REFUSED = [
    "", "nhan", "//x.example/a", "ftp://x.example/", "file:///etc/passwd", "gopher://x.example/", 7, None,
    "https://a:b@x.example/", "https://a@x.example/", "https://x.example/#a", "https:///a", "https://x.example:0/",
    "https://x.example:99999/", "https://x.example:abc/", "https://x example/", "https://x.example/\r\nX: y",
    "https://x.example\\@127.0.0.1/", "http://x.example/", "https://127.0.0.1/", "https://127.1/",
    "https://0x7f000001/", "https://2130706433/", "https://017700000001/", "https://[::1]/", "https://[::]/",
    "https://[::ffff:10.0.0.1]/", "https://[fe80::1%25eth0]/", "https://169.254.169.254/latest/meta-data/",
    "https://192.168.1.7/", "https://100.100.100.200/", "https://168.63.129.16/", "https://224.0.0.1/",
    "https://x_y.example/", "https://ví-dụ.example/", "https://x.example/" + "a" * 1000,
]  # fmt: skip


@pytest.mark.parametrize("dest", REFUSED, ids=lambda dest: str(dest)[:40])
def test_what_cannot_be_written_to_is_refused_at_the_door(dest: object) -> None:
    with pytest.raises(EpcisException) as refusal:
        read_destination(dest, ())
    assert refusal.value.name == "SubscriptionControlsException"


def test_public_https_is_taken_and_listed_hosts_may_speak_http() -> None:
    assert read_destination("https://X.Example:8443/a?b=c", ()).host == "x.example"
    assert read_destination("https://203.162.4.190/", ()).port == 443
    assert read_destination("http://192.168.1.7/", ("192.168.1.0/24",)).port == 80
    assert read_destination("http://erp.htx.local/", ("erp.htx.local",)).target == "/"
    with pytest.raises(EpcisException):
        read_destination("http://192.168.2.7/", ("192.168.1.0/24",))


def test_http_to_a_name_that_left_the_listed_network_is_not_called() -> None:
    found = read_destination("http://erp.htx.local/", ("erp.htx.local",))
    assert checked_addresses(found, (), lambda _host, _port: ["203.162.4.190"]) == []


@given(st.ip_addresses())
def test_no_private_address_is_public_however_it_is_wrapped(address: Any) -> None:
    if not is_public(plain(str(address))) and address.version == 4:
        assert not is_public(plain(f"::ffff:{address}"))
        assert not is_public(plain(f"64:ff9b::{address}"))
        with pytest.raises(EpcisException):
            read_destination(f"https://{address}/", ())
    assert not (address.is_private and is_public(address))


@pytest.mark.parametrize(
    "inner", ["192.0.0.192", "[fec0::1]", "[3fff::1]", "[5f00::1]", "[64:ff9b:1::a00:1]"]
)
def test_what_only_newer_lists_call_inner_is_not_called_either(inner: str) -> None:
    with pytest.raises(EpcisException):
        read_destination(f"https://{inner}/", ())


def test_the_setting_names_hosts_and_networks_and_no_queues(tmp_path: Path) -> None:
    assert load_settings({}, instance=tmp_path).epcis_hosts == ()
    (tmp_path / "nongsan.toml").write_text('epcis_hosts = ["ERP.htx.local", "127.0.0.0/8"]\n')
    assert load_settings({}, instance=tmp_path).epcis_hosts == ("erp.htx.local", "127.0.0.0/8")
    (tmp_path / "nongsan.toml").write_text('epcis_hosts = ["cups://Zebra"]\n')
    with pytest.raises(SettingsError, match="epcis_hosts"):
        load_settings({}, instance=tmp_path)
