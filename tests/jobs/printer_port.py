"""A label printer's raw port on this machine, on an address of its own, that keeps what arrives."""

import contextlib
import hashlib
import secrets
import socket
import threading
from collections.abc import Iterator
from types import TracebackType

PORT = 9100
LOOPBACK = "127.0.0.0/8"
SMALL = 4_096


def own_host() -> str:
    """A loopback address that no other test listens on."""
    return ".".join(["127", *(str(1 + byte % 254) for byte in secrets.token_bytes(3))])


class PrinterPort:
    """Takes one connection after the other; of each it reads ``most`` bytes, then what ``then`` says:
    ``leave`` (reset), or ``hold`` (read nothing until ``go_on`` is set).
    """

    def __init__(self, most: int = 2**62, then: str = "leave") -> None:
        self.host = own_host()
        self.address = f"tcp://{self.host}:{PORT}"
        self.jobs: list[bytearray] = []
        self.at_once = self.most_at_once = 0
        self.reached, self.go_on = threading.Event(), threading.Event()
        self._most, self._then = most, then
        self._lock = threading.Lock()
        self._served: list[threading.Thread] = []
        self._server = socket.socket()
        self._server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL)
        self._server.bind((self.host, PORT))
        self._server.listen()
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._server.accept()
            except OSError:
                return
            self._served.append(threading.Thread(target=self._serve, args=(connection,), daemon=True))
            self._served[-1].start()

    @contextlib.contextmanager
    def _counted(self) -> Iterator[bytearray]:
        data = bytearray()
        with self._lock:
            self.jobs.append(data)
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        yield data
        with self._lock:
            self.at_once -= 1

    def _serve(self, connection: socket.socket) -> None:
        with self._counted() as data, connection, contextlib.suppress(ConnectionError):
            while piece := connection.recv(min(SMALL, self._most - len(data))):
                data.extend(piece)
                if len(data) < self._most:
                    continue
                self.reached.set()
                if self._then == "leave":
                    return
                self.go_on.wait(60)
                self._most = 2**62

    @property
    def data(self) -> bytes:
        """Everything that ever arrived."""
        return b"".join(self.jobs)

    @property
    def sha256(self) -> str:
        """Of everything that ever arrived."""
        return hashlib.sha256(self.data).hexdigest()

    def __enter__(self) -> "PrinterPort":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self.quiet()
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self._thread.join(30)

    def quiet(self) -> None:
        """Every connection made so far is read to its end."""
        self.go_on.set()
        for thread in list(self._served):
            thread.join(30)
            assert not thread.is_alive()
