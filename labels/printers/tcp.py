"""A label printer's raw port: what arrives there is printed, and nothing is ever answered.

No receipt means: bytes "sent" were taken by the network and the printer's memory, not by the
paper. So a job goes out whole and once, nothing is sent again, and an error says how many rows of
labels may have come out at most; the last stamp on paper tells how many did.
"""

from __future__ import annotations

import contextlib
import hashlib
import socket
import time
from collections.abc import Callable, Iterable, Iterator
from typing import IO

from labels.errors import LabelError, PrinterSilent, PrinterStopped

RAW_PORT = 9100
CONNECT_S = 5.0
WRITE_S = 120.0  # without a byte taken: time to change a roll, not to forget the printer
LOOK_S = 1.0  # between two looks whether a printer that takes nothing is still waited for
GOODBYE_S = 2.0
PIECE, LONGEST_PIECE = 65_536, 4_194_304
PAGE_ENDS = (b"^PQ1^XZ\n", b"\r\nPRINT 1,1\r\n")  # as ``zpl`` and ``tspl`` write them


class TcpPrinter:
    """The printer that listens at ``host``; ``sent_bytes`` and ``sent_rows`` tell of the last print.

    ``waiting`` is called every second while the printer takes nothing; what it raises ends the print.
    """

    def __init__(
        self, host: str, port: int = RAW_PORT, connect_s: float = CONNECT_S, write_s: float = WRITE_S
    ) -> None:
        self.host, self.port = host, port
        self.address = f"tcp://[{host}]:{port}" if ":" in host else f"tcp://{host}:{port}"
        self._connect_s, self._write_s = connect_s, write_s
        self.sent_bytes = self.sent_rows = 0
        self.waiting: Callable[[], object] = lambda: None
        self._tail = b""

    def print_pages(self, pages: Iterable[bytes], title: str) -> str:
        """See :class:`labels.printers.Printer`; ``title`` has no place on this wire.

        :raises PrinterSilent: no connection; nothing was sent.
        :raises PrinterStopped: the connection broke, nothing was taken for ``write_s`` seconds, or
            the job's own codes failed when part of it was out.
        """
        self.sent_bytes, self.sent_rows, self._tail = 0, 0, b""
        digest = hashlib.sha256()
        with self._connected() as connection:
            try:
                for page in pages:
                    self._send(connection, page)
                    digest.update(page)
                self._part(connection)
            except (OSError, LabelError) as problem:
                raise PrinterStopped(self.address, self.sent_bytes, self.sent_rows, str(problem)) from problem
        return digest.hexdigest()

    def _connected(self) -> socket.socket:
        try:
            connection = socket.create_connection((self.host, self.port), self._connect_s)
        except OSError as problem:
            raise PrinterSilent(self.address, self.host, str(problem)) from problem
        connection.settimeout(min(LOOK_S, self._write_s))
        return connection

    def _send(self, connection: socket.socket, page: bytes) -> None:
        rest = memoryview(page)
        while rest:
            taken = self._taken(connection, rest)
            self._count(bytes(rest[:taken]))
            rest = rest[taken:]

    def _taken(self, connection: socket.socket, rest: memoryview) -> int:
        """How many bytes the printer took."""
        until = time.monotonic() + self._write_s
        while True:
            try:
                return connection.send(rest)
            except TimeoutError:
                if time.monotonic() >= until:
                    raise
            self.waiting()

    def _count(self, data: bytes) -> None:
        """Bytes gone, and the rows of labels whose last byte is among them."""
        self.sent_bytes += len(data)
        seen = self._tail + data
        self.sent_rows += sum(seen.count(end) - self._tail.count(end) for end in PAGE_ENDS)
        self._tail = seen[-max(map(len, PAGE_ENDS)) + 1 :]

    def _part(self, connection: socket.socket) -> None:
        """Say that this was all. Many printers close then, some never do; one that resets lost the rest."""
        connection.shutdown(socket.SHUT_WR)
        connection.settimeout(GOODBYE_S)
        with contextlib.suppress(TimeoutError):
            for _ in range(8):  # some talk of their state first; nobody listens to that here
                if not connection.recv(4096):
                    return


def whole_rows(file: IO[bytes]) -> Iterator[bytes]:
    """A file in a printer's language, in pieces that end behind a whole row of labels: who stops between
    two of them leaves no half label in the printer.
    """
    rest = b""
    while piece := file.read(PIECE):
        rest += piece
        cut = max(rest.rfind(end) + len(end) if end in rest else 0 for end in PAGE_ENDS)
        cut = cut or (len(rest) if len(rest) >= LONGEST_PIECE else 0)
        if cut:
            yield rest[:cut]
            rest = rest[cut:]
    if rest:
        yield rest


def addresses_of(host: str, port: int) -> list[str]:
    """What a name stands for, as the system resolves it: IPv4 and IPv6 addresses.

    :raises PrinterSilent: it stands for nothing.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as problem:
        raise PrinterSilent(f"tcp://{host}:{port}", host, str(problem)) from problem
    return sorted({str(entry[4][0]) for entry in found})
