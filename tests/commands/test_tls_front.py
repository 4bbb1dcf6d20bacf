"""The local https front: it serves, and nobody can claim another address through it."""

import ssl
import threading
from collections.abc import Iterator
from http.client import HTTPSConnection
from pathlib import Path

import pytest
from flask import Flask, request
from werkzeug.serving import make_server

from trace.commands.servers import free_port
from trace.commands.tls_front import TlsFront, forwarded, local_certificate


@pytest.fixture
def front(tmp_path: Path) -> Iterator[int]:
    app = Flask("behind")

    @app.route("/", methods=["GET", "POST"])
    def echo() -> dict[str, object]:
        return {"for": request.headers.get("X-Forwarded-For"), "body": request.get_data(as_text=True)}

    behind = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=behind.serve_forever, daemon=True).start()
    port = free_port("127.0.0.1", 18443)
    context = local_certificate(tmp_path, ["127.0.0.1", "localhost"])
    front = TlsFront(context, "127.0.0.1", port, behind.server_port)
    front.start()
    yield port
    front.stop()
    behind.shutdown()


def ask(port: int, folder: Path, method: str = "GET", body: str = "", **headers: str) -> str:
    trust = ssl.create_default_context(cafile=str(folder / "local-tls.pem"))
    connection = HTTPSConnection("127.0.0.1", port, context=trust, timeout=120)
    connection.request(
        method, "/", body or None, {name.replace("_", "-"): said for name, said in headers.items()}
    )
    answer = connection.getresponse().read().decode()
    connection.close()
    return answer


def test_a_page_and_a_form_come_through(front: int, tmp_path: Path) -> None:
    assert '"body":""' in ask(front, tmp_path)
    assert '"body":"kg=480"' in ask(front, tmp_path, "POST", "kg=480")


def test_a_claimed_address_is_struck_out(front: int, tmp_path: Path) -> None:
    assert '"for":"127.0.0.1"' in ask(front, tmp_path, X_Forwarded_For="10.9.8.7")


def test_every_spelling_of_a_forwarding_header_is_struck() -> None:
    head = b"GET / HTTP/1.1\r\nHost: a\r\nX-FORWARDED-for: 1.2.3.4\r\nForwarded: for=1.2.3.4\r\n\r\n"
    passed = forwarded(head, "192.0.2.7")
    assert b"1.2.3.4" not in passed
    assert passed.count(b"192.0.2.7") == 1


def test_the_certificate_is_made_once_and_kept_private(tmp_path: Path) -> None:
    local_certificate(tmp_path, ["localhost"])
    first = (tmp_path / "local-tls.pem").read_bytes()
    local_certificate(tmp_path, ["localhost"])
    assert (tmp_path / "local-tls.pem").read_bytes() == first
    assert (tmp_path / "local-tls.pem").stat().st_mode & 0o077 == 0
