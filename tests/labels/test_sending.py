"""Jobs on the wire: a raw port receives exactly the bytes, once, and a printer that fails is told of."""

import hashlib
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from labels.errors import BadAddress, BadJob, PrinterSilent, PrinterStopped, SpoolerRefused
from labels.printers import CupsPrinter, MemoryPrinter, TcpPrinter, addresses_of, printer_at, whole_rows
from labels.tspl import tspl_chunks
from labels.zpl import zpl_chunks
from tests.labels.printer_languages import read_zpl
from tests.labels.stamps import ROLL, job

SHORT_S = 0.5


class Listener:
    """A printer's port on this machine; ``serve`` does what it likes with the one connection."""

    def __init__(self, serve: Callable[[socket.socket], None]) -> None:
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        self._serve = serve
        self.connections = 0
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        with self._server:
            connection, _ = self._server.accept()
            self.connections += 1
            with connection:
                self._serve(connection)

    def ended(self) -> None:
        self._thread.join(30)
        assert not self._thread.is_alive()


class Recorder:
    """Reads to the end, as slowly as told."""

    def __init__(self, piece: int = 65_536, pause_s: float = 0.0) -> None:
        self.data = bytearray()
        self._piece, self._pause_s = piece, pause_s

    def __call__(self, connection: socket.socket) -> None:
        while piece := connection.recv(self._piece):
            self.data += piece
            time.sleep(self._pause_s)


def zpl(count: int, **changes: object) -> list[bytes]:
    return list(zpl_chunks(job(count, stock=ROLL, **changes)))


@pytest.mark.parametrize("chunks", [zpl_chunks, tspl_chunks])
@pytest.mark.parametrize("printer_qr", [False, True])
def test_the_port_receives_exactly_the_bytes(chunks, printer_qr: bool) -> None:
    recorder = Recorder()
    listener = Listener(recorder)
    printer = TcpPrinter("127.0.0.1", listener.port)
    a_job = job(300, stock=ROLL, printer_qr=printer_qr)
    sha256 = printer.print_pages(chunks(a_job), "stamps")
    listener.ended()
    expected = b"".join(chunks(a_job))
    assert bytes(recorder.data) == expected
    assert sha256 == hashlib.sha256(expected).hexdigest()
    assert (printer.sent_bytes, printer.sent_rows) == (len(expected), 300)


def test_a_slow_printer_gets_all_of_it_too() -> None:
    recorder = Recorder(piece=20_000, pause_s=0.001)
    listener = Listener(recorder)
    pages = [bytes([number]) * 100_000 for number in range(40)]
    TcpPrinter("127.0.0.1", listener.port).print_pages(pages, "stamps")
    listener.ended()
    assert bytes(recorder.data) == b"".join(pages)


def test_what_the_printer_says_is_read_and_not_minded() -> None:
    recorder = Recorder()

    def talk(connection: socket.socket) -> None:
        connection.sendall(b"\x02030,0,0\x03\r\n" * 10)
        recorder(connection)
        connection.sendall(b"OK\r\n")

    listener = Listener(talk)
    TcpPrinter("127.0.0.1", listener.port).print_pages(zpl(3), "stamps")
    listener.ended()
    assert bytes(recorder.data) == b"".join(zpl(3))


def test_a_printer_that_keeps_the_connection_open_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("labels.printers.tcp.GOODBYE_S", 0.1)
    done = threading.Event()
    recorder = Recorder()

    def hold(connection: socket.socket) -> None:
        recorder(connection)
        done.wait(30)

    listener = Listener(hold)
    printer = TcpPrinter("127.0.0.1", listener.port)
    printer.print_pages(zpl(3), "stamps")
    assert printer.sent_rows == 3
    done.set()
    listener.ended()


def test_nobody_listens_and_nothing_was_sent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(PrinterSilent) as refusal:
        TcpPrinter("127.0.0.1", port).print_pages(zpl(3), "stamps")
    assert refusal.value.key == "print.printer"
    assert refusal.value.params["printer"] == f"tcp://127.0.0.1:{port}"


def test_an_unknown_name_is_a_silent_printer() -> None:
    with pytest.raises(PrinterSilent):
        TcpPrinter("printer.invalid", 9100).print_pages(zpl(1), "stamps")
    with pytest.raises(PrinterSilent):
        addresses_of("printer.invalid", 9100)


def test_a_printer_that_never_reads_is_left_after_a_while() -> None:
    done = threading.Event()
    listener = Listener(lambda connection: bool(done.wait(60)))  # type: ignore[arg-type,return-value]
    pages = (b"^XA" + b"x" * 1_000_000 + b"^PQ1^XZ\n" for _ in range(100))
    with pytest.raises(PrinterStopped) as refusal:
        TcpPrinter("127.0.0.1", listener.port, write_s=SHORT_S).print_pages(pages, "stamps")
    done.set()
    listener.ended()
    assert refusal.value.rows == refusal.value.params["n"]
    sent = refusal.value.params["sent"]
    assert isinstance(sent, int)
    assert refusal.value.rows == sent // 1_000_011
    assert sent < 100 * 1_000_011


def test_a_connection_broken_midway_names_how_many_may_have_come_out() -> None:
    seen = bytearray()

    def leave(connection: socket.socket) -> None:
        while len(seen) < 40_000:
            seen.extend(connection.recv(4096))

    listener = Listener(leave)
    asked = 0

    def pages() -> Iterator[bytes]:
        nonlocal asked
        for page in zpl_chunks(job(5000, stock=ROLL, printer_qr=True)):
            asked += 1
            yield page
            time.sleep(0.01)

    def endless() -> Iterator[bytes]:
        while True:
            yield from pages()

    printer = TcpPrinter("127.0.0.1", listener.port)
    with pytest.raises(PrinterStopped) as refusal:
        printer.print_pages(endless(), "stamps")
    listener.ended()
    assert refusal.value.key == "print.stopped"
    arrived = bytes(seen)[: bytes(seen).rindex(b"^PQ1^XZ\n") + 8]
    assert refusal.value.rows >= len(read_zpl(arrived))
    assert refusal.value.params["sent"] >= len(seen)
    assert listener.connections == 1, "the job was sent again"


def test_a_job_whose_codes_fail_midway_counts_what_is_out() -> None:
    recorder = Recorder()
    listener = Listener(recorder)

    def pages() -> Iterator[bytes]:
        yield from zpl(3)
        raise BadJob("serial", 10**6, 10**6 - 1)

    with pytest.raises(PrinterStopped) as refusal:
        TcpPrinter("127.0.0.1", listener.port).print_pages(pages(), "stamps")
    listener.ended()
    assert refusal.value.rows == 3
    assert bytes(recorder.data) == b"".join(zpl(3))


@pytest.mark.parametrize("piece", [1, 7, 13, 1000])
def test_rows_are_counted_however_the_bytes_are_cut(piece: int) -> None:
    listener = Listener(Recorder())
    data = b"".join(zpl(5, printer_qr=True)) + b"".join(tspl_chunks(job(4, stock=ROLL, printer_qr=True)))
    printer = TcpPrinter("127.0.0.1", listener.port)
    printer.print_pages((data[at : at + piece] for at in range(0, len(data), piece)), "stamps")
    listener.ended()
    assert printer.sent_rows == 9


@pytest.mark.parametrize("chunks", [zpl_chunks, tspl_chunks])
def test_a_file_goes_out_in_pieces_that_end_behind_whole_rows(chunks, tmp_path: Path) -> None:
    data = b"".join(chunks(job(700, stock=ROLL)))
    (tmp_path / "stamps").write_bytes(data + b"~JA")
    with (tmp_path / "stamps").open("rb") as file:
        pieces = list(whole_rows(file))
    assert b"".join(pieces) == data + b"~JA"
    assert len(pieces) > 3
    assert all(piece.endswith((b"^PQ1^XZ\n", b"\r\nPRINT 1,1\r\n")) for piece in pieces[:-1])


def test_who_waits_for_a_printer_is_asked_and_may_end_it() -> None:
    done = threading.Event()
    listener = Listener(lambda connection: bool(done.wait(60)))  # type: ignore[arg-type,return-value]
    printer = TcpPrinter("127.0.0.1", listener.port)

    def enough() -> None:
        raise RuntimeError("stop it")

    printer.waiting = enough
    with pytest.raises(RuntimeError, match="stop it"):
        printer.print_pages((b"^XA" + b"x" * 1_000_000 + b"^PQ1^XZ\n" for _ in range(100)), "stamps")
    done.set()
    listener.ended()
    assert printer.sent_rows == printer.sent_bytes // 1_000_011 < 100


@pytest.fixture
def lp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """A program named ``lp`` on the path: it runs the lines it is given."""
    folder = tmp_path / "bin"
    folder.mkdir()

    def install(script: str) -> Path:
        program = folder / "lp"
        program.write_text(f"#!/bin/sh\ncd '{tmp_path}'\n{script}\n")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
        return tmp_path

    return install


def test_a_spooler_gets_exactly_the_bytes_as_they_are(lp: Callable[[str], Path]) -> None:
    folder = lp('printf "%s\\n" "$@" > words; cat > job')
    printer = CupsPrinter("Zebra_GK420")
    pages = zpl(20)
    sha256 = printer.print_pages(pages, "tem-AB12-1-20.zpl")
    assert (folder / "job").read_bytes() == b"".join(pages)
    words = ["-d", "Zebra_GK420", "-o", "raw", "-t", "tem-AB12-1-20.zpl"]
    assert (folder / "words").read_text().split() == words
    assert sha256 == hashlib.sha256(b"".join(pages)).hexdigest()
    assert printer.sent_bytes == len(b"".join(pages))


def test_a_spooler_that_refuses_says_why(lp: Callable[[str], Path]) -> None:
    lp('echo "lp: The printer or class does not exist." >&2; exit 1')
    pages = [b"x" * 1_000_000] * 3
    with pytest.raises(SpoolerRefused) as refusal:
        CupsPrinter("absent").print_pages(pages, "a.zpl")
    assert refusal.value.params == {"printer": "absent", "text": "lp: The printer or class does not exist."}


def test_a_spooler_that_stands_still_is_ended(lp: Callable[[str], Path]) -> None:
    folder = lp("exec sleep 60")
    with pytest.raises(SpoolerRefused):
        CupsPrinter("slow", wait_s=SHORT_S).print_pages([b"x" * 1_000_000], "a.zpl")
    assert not (folder / "job").exists()


def test_a_machine_without_a_spooler_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SpoolerRefused):
        CupsPrinter("any").print_pages([b"x"], "a.zpl")


def test_a_job_that_fails_midway_never_reaches_the_spool(lp: Callable[[str], Path]) -> None:
    folder = lp("cat > part && mv part job")

    def pages() -> Iterator[bytes]:
        yield b"half"
        raise RuntimeError("out of codes")

    with pytest.raises(RuntimeError, match="out of codes"):
        CupsPrinter("any").print_pages(pages(), "a.zpl")
    assert not (folder / "job").exists()


def test_addresses_name_their_printers() -> None:
    assert isinstance(printer_at("memory:"), MemoryPrinter)
    queue = printer_at("cups://Zebra_GK420")
    assert isinstance(queue, CupsPrinter)
    assert queue.name == "Zebra_GK420"
    for address, host, port in [
        ("tcp://10.0.0.7:9101", "10.0.0.7", 9101),
        ("tcp://may-in.htx.local", "may-in.htx.local", 9100),
        ("tcp://[fd00::7]:9100", "fd00::7", 9100),
    ]:
        printer = printer_at(address)
        assert isinstance(printer, TcpPrinter)
        assert (printer.host, printer.port) == (host, port)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "10.0.0.7:9100",
        "http://10.0.0.7:9100",
        "tcp://",
        "tcp://host:0",
        "tcp://host:65536",
        "tcp://host:99999999999",
        "tcp://user@host:9100",
        "tcp://host:9100/path",
        "tcp://host:9100\n",
        "tcp://-host:9100",
        "tcp://ho st:9100",
        "tcp://máy:9100",
        "tcp://host:٩١٠٠",
        "cups://",
        "cups://-d",
        "cups://a b",
        "cups://a;reboot",
        "cups://a/b",
        "memory:x",
    ],
)
def test_anything_else_is_no_address(address: str) -> None:
    with pytest.raises(BadAddress) as refusal:
        printer_at(address)
    assert refusal.value.params == {"value": address}
