"""The client under every adapter: bounded in time, size and repeats; discreet; never led astray."""

import gzip
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.utils import format_datetime
from typing import Any

import pytest

from marketplaces.http import CallRecord, Client, Patience, retry_after
from marketplaces.interface import MarketplaceError
from marketplaces.pace import Pace
from marketplaces.redaction import HIDDEN, redact, redact_pairs
from marketplaces.wire import Call, NotSentError, Raw, Timeouts, Wire
from tests.marketplaces.stalls import now
from tests.marketplaces.transports import Answering

GOOD = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 8\r\n\r\n{"a": 1}'


@contextmanager
def answering(talk: Callable[[socket.socket], None]) -> Iterator[str]:
    """A bare server: each connection is read up to the end of its head, then ``talk`` answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    peer, _ = server.accept()
                except OSError:
                    return
                with peer:
                    peer.recv(65_536)
                    try:
                        talk(peer)
                    except OSError:
                        continue

        threading.Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/x"
        server.shutdown(socket.SHUT_RDWR)


def client(**changes: Any) -> Client:
    given = {"pace": Pace(10_000, 10_000), "timeouts": Timeouts(30, 30, 60)}
    return Client(**{**given, "patience": Patience(attempts=1), **changes})


def failure(talk: Callable[[socket.socket], None], **changes: Any) -> MarketplaceError:
    with answering(talk) as url, pytest.raises(MarketplaceError) as failed:
        client(**changes).call(Call("GET", url, "read"))
    return failed.value


def test_a_good_answer_is_read() -> None:
    with answering(lambda peer: peer.sendall(GOOD)) as url:
        assert client().call(Call("GET", url, "read")).data == {"a": 1}


@pytest.mark.parametrize(
    ("given", "kept"),
    [("2112/ab-1:9", "2112/ab-1:9"), ({"name": "Lan"}, ""), ("Lan, ngõ 5", ""), ("a\0b", ""), ("x" * 65, "")],
)
def test_of_a_request_number_only_a_number_is_kept(given: object, kept: str) -> None:
    told: list[CallRecord] = []
    transport = Answering({"request_id": given})
    client(transport=transport, recorder=told.append).call(Call("GET", "http://market.test/order", "read"))
    assert [one.request_id for one in told] == [kept]


def test_a_body_that_drips_ends_at_the_total_time() -> None:
    """Each drop comes soon enough, and moves the clock by a second; the tenth is past the whole call."""
    drops: list[float] = []

    def drip(peer: socket.socket) -> None:
        peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9999\r\n\r\n{")
        while True:
            drops.append(1.0)
            peer.sendall(b" ")
            time.sleep(0.01)

    error = failure(drip, timeouts=Timeouts(30, 30, 10), clock=lambda: sum(drops))
    assert (error.kind, "longer than the whole call" in str(error)) == ("unavailable", True)


def test_a_silent_server_ends_at_the_reading_time() -> None:
    given_up = threading.Event()

    def silent(peer: socket.socket) -> None:
        given_up.wait(60)
        peer.sendall(GOOD)

    error = failure(silent, timeouts=Timeouts(30, 0.3, 60))
    given_up.set()
    assert (error.kind, "ReadTimeout" in str(error)) == ("unavailable", True)


def test_a_body_without_end_is_cut_off_at_the_cap() -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n"

    def flood(peer: socket.socket) -> None:
        peer.sendall(head)
        while True:
            peer.sendall(b" " * 65_536)

    error = failure(flood, transport=Wire(max_bytes=1_000_000))
    assert (error.kind, "larger" in str(error)) == ("malformed", True)


def test_a_gzip_bomb_is_cut_off_at_the_cap() -> None:
    bomb = gzip.compress(b" " * 60_000_000)
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\nContent-Length: "
    error = failure(
        lambda peer: peer.sendall(head + b"%d\r\n\r\n" % len(bomb) + bomb),
        transport=Wire(max_bytes=1_000_000),
    )
    assert (error.kind, "larger" in str(error)) == ("malformed", True)


@pytest.mark.parametrize("place", ["http://127.0.0.1:1/", "https://elsewhere.example/", "file:///etc/passwd"])
def test_no_redirect_is_followed(place: str) -> None:
    head = f"HTTP/1.1 302 Found\r\nLocation: {place}\r\nContent-Length: 0\r\n\r\n".encode()
    error = failure(lambda peer: peer.sendall(head))
    assert (error.kind, error.permanent) == ("setup", True)


@pytest.mark.parametrize(
    "junk", [b"", b"garbage\r\n\r\n", b"HTTP/1.1 abc\r\n\r\n", b"HTTP/1.1 200 OK\r\nConten"]
)
def test_junk_instead_of_http_is_an_error_like_any_other(junk: bytes) -> None:
    assert failure(lambda peer: peer.sendall(junk)).kind in {"unavailable", "malformed"}


def test_a_closed_port_is_told_apart_from_a_lost_answer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}/x"
    with pytest.raises(NotSentError):
        client().call(Call("POST", url, "change", json={}))
    with answering(lambda peer: None) as url, pytest.raises(MarketplaceError) as failed:
        client().call(Call("POST", url, "change", json={}))
    assert failed.value.kind == "uncertain"


@pytest.mark.parametrize(
    "url", ["http://example.vn/x", "ftp://127.0.0.1/x", "file:///etc/passwd", "//x", "https://"]
)
def test_other_addresses_are_refused(url: str) -> None:
    with pytest.raises(MarketplaceError) as failed:
        client().call(Call("GET", url, "read"))
    assert failed.value.kind == "setup"


class Replies:
    """A transport that answers from a list of statuses, with a clock that only sleeping moves."""

    def __init__(self, *answers: tuple[int, dict[str, str]]) -> None:
        self.answers = list(answers)
        self.sent = 0
        self.time = 0.0
        self.slept: list[float] = []

    def send(self, call: Call, timeouts: Timeouts, deadline: float) -> Raw:
        self.sent += 1
        status, headers = self.answers.pop(0)
        return Raw(status, {"Content-Type": "application/json", **headers}, b"{}")

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += seconds

    def client(self, **changes: Any) -> Client:
        return Client(
            transport=self,
            clock=lambda: self.time,
            sleep=self.sleep,
            **{"jitter": lambda: 1.0, "pace": Pace(1000, 1000), **changes},
        )


READ = Call("GET", "https://x.vn/a", "read")


def test_back_off_doubles_and_is_fully_jittered() -> None:
    replies = Replies((500, {}), (502, {}), (503, {}), (200, {}))
    replies.client().call(READ)
    assert replies.slept == [0.5, 1.0, 2.0]
    replies = Replies((500, {}), (502, {}), (200, {}))
    replies.client(jitter=lambda: 0.25).call(READ)
    assert replies.slept == [0.125, 0.25]


def test_retry_after_is_obeyed_in_seconds_and_as_a_date() -> None:
    replies = Replies((429, {"Retry-After": "3"}), (200, {}))
    replies.client(jitter=lambda: 0.0).call(READ)
    assert replies.slept == [3.0]
    date = format_datetime(now().replace(microsecond=0), usegmt=True)
    assert retry_after({"Retry-After": date}) == 0.0
    assert retry_after({"Retry-After": "soon"}) is None
    assert retry_after({}) is None


def test_no_call_outlives_its_total_time() -> None:
    replies = Replies(*[(503, {"Retry-After": "9"})] * 20)
    with pytest.raises(MarketplaceError):
        replies.client(patience=Patience(attempts=20), timeouts=Timeouts(total_s=30)).call(READ)
    assert replies.time < 30


@pytest.mark.parametrize("effect", ["change", "session"])
@pytest.mark.parametrize("status", [429, 500, 503])
def test_what_changes_something_is_sent_once(effect: Any, status: int) -> None:
    replies = Replies((status, {}))
    with pytest.raises(MarketplaceError) as failed:
        replies.client().call(Call("POST", "https://x.vn/a", effect, json={}))
    assert (replies.sent, failed.value.kind) == (1, "rate_limit" if status == 429 else "uncertain")


def test_a_pace_holds_each_shop_to_its_own_rate() -> None:
    at = [0.0]

    def sleep(seconds: float) -> None:
        at[0] += seconds

    pace = Pace(rate_per_s=5, burst=5, clock=lambda: at[0], sleep=sleep)
    for _ in range(30):
        pace.take("a")
    assert at[0] == pytest.approx(5.0)
    assert pace.take("b") == 0.0
    at[0] += 100
    assert [pace.take("a") for _ in range(5)] == [0.0] * 5
    assert pace.take("a") == pytest.approx(0.2)


def test_threads_share_one_pace() -> None:
    asked: list[float] = []
    pace = Pace(rate_per_s=100, burst=1, clock=lambda: 0.0, sleep=asked.append)
    threads = [threading.Thread(target=lambda: [pace.take("a") for _ in range(5)]) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(asked) == pytest.approx([n / 100 for n in range(1, 40)])


def test_redaction_reaches_every_depth_and_spares_the_rest() -> None:
    told = {
        "shop_id": 7,
        "access_token": "a",
        "items": [{"item_name": "Vải", "buyer_username": "b", "address": {"street": "c"}}],
        "data": {"recipient_phone": "d", "sign": "e", "image": b"1234"},
    }
    shown = redact(told)
    assert shown == {
        "shop_id": 7,
        "access_token": HIDDEN,
        "items": [{"item_name": "Vải", "buyer_username": HIDDEN, "address": HIDDEN}],
        "data": {"recipient_phone": HIDDEN, "sign": HIDDEN, "image": "<4 bytes>"},
    }
    assert redact_pairs([("Sign", "x"), ("id", "1"), ("id", "2")]) == {"Sign": HIDDEN, "id": "1,2"}
