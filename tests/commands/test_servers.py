"""The server's end: who is being answered gets the answer, who waits idle is let go, nothing breaks."""

import http.client
import threading
from collections.abc import Callable, Iterable
from typing import Any

import requests

from trace.commands.servers import Server, free_port, held_port

LOOPBACK = "127.0.0.1"


def serving(app: Callable[[Any, Any], Iterable[bytes]]) -> tuple[Server, int]:
    port = free_port(LOOPBACK, 0)
    server = Server(app, LOOPBACK, port)
    server.start()
    return server, port


def thread_of(port: int) -> list[threading.Thread]:
    return [one for one in threading.enumerate() if one.name == f"web-{port}"]


def hello(_environ: Any, start: Any) -> Iterable[bytes]:
    start("200 OK", [("Content-Length", "5")])
    return [b"hello"]


def test_an_answer_under_way_is_finished_and_nothing_is_left_running() -> None:
    asked, go_on = threading.Event(), threading.Event()

    def slow(_environ: Any, start: Any) -> Iterable[bytes]:
        asked.set()
        go_on.wait(30)
        start("200 OK", [("Content-Length", "1000000")])
        return [b"x" * 1_000_000]

    server, port = serving(slow)
    answers: list[int] = []
    reader = threading.Thread(
        target=lambda: answers.append(len(requests.get(f"http://{LOOPBACK}:{port}/", timeout=30).content))
    )
    reader.start()
    assert asked.wait(30)
    ending = threading.Thread(target=server.stop, kwargs={"patience_s": 30})
    ending.start()
    go_on.set()
    reader.join(30)
    ending.join(30)
    assert answers == [1_000_000]
    assert thread_of(port) == []


def test_idle_connections_do_not_hold_the_end_up() -> None:
    server, port = serving(hello)
    idle = [http.client.HTTPConnection(LOOPBACK, port) for _ in range(5)]
    for one in idle:
        one.request("GET", "/")
        assert one.getresponse().read() == b"hello"
    server.stop(patience_s=30)
    assert thread_of(port) == []
    for one in idle:
        one.close()


def test_after_the_end_the_port_is_free_at_once() -> None:
    server, port = serving(hello)
    server.stop()
    assert free_port(LOOPBACK, port) == port


def test_a_port_that_is_held_is_nobody_elses_until_the_server_listens_at_it() -> None:
    held = held_port(LOOPBACK, free_port(LOOPBACK, 0))
    port = int(held.getsockname()[1])
    with held_port(LOOPBACK, port) as next_one:
        assert next_one.getsockname()[1] > port
    server = Server(hello, LOOPBACK, port, held)
    server.start()
    try:
        assert requests.get(f"http://{LOOPBACK}:{port}/", timeout=30).text == "hello"
    finally:
        server.stop()
    assert thread_of(port) == []
