"""One POST to a subscriber's address, which is a stranger's: bounded in time and size, never led elsewhere.

The name is resolved, every address it stands for is looked at, and the connection goes to the number that
was looked at. Redirects are not followed, no cookie or proxy is known, the answer's body is not read.
"""

import http.client
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from trace.errors import NongsanError
from trace.services.epcis.destinations import Destination, Resolve, checked_addresses, read_destination
from trace.standards.net_address import Address

CONNECT_S = 5.0
TOTAL_S = 20.0
AGENT = "nongsan"


@dataclass(frozen=True)
class Outcome:
    """The status that came; else what hindered it, by its key in the catalogs."""

    status: int = 0
    problem: str = ""

    @property
    def is_taken(self) -> bool:
        """Whether the report arrived."""
        return not self.problem and 200 <= self.status < 300


def addresses_of(host: str, port: int) -> list[str]:
    """What a name stands for at this moment."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(one[4][0]) for one in found))


@dataclass(frozen=True)
class Postman:
    """Sends reports; tests give it another way to resolve names, certificates they trust, or less time."""

    hosts: Sequence[str]
    resolve: Resolve = addresses_of
    trust: ssl.SSLContext | None = None
    total_s: float = TOTAL_S

    def post(self, dest: str, body: bytes, headers: Mapping[str, str]) -> Outcome:
        """Send once; never raises for anything the other side does."""
        try:
            found = read_destination(dest, self.hosts)
        except NongsanError:
            return Outcome(problem="epcis.notify.address")
        addresses = checked_addresses(found, self.hosts, self.resolve)
        if not addresses:
            return Outcome(problem="epcis.notify.address")
        over = threading.Event()
        try:
            with self._connected(found, addresses[0], over) as wire:
                status = _say(wire, found, body, headers)
        except (OSError, http.client.HTTPException, ValueError) as error:
            return Outcome(problem=_hindrance(error, is_over=over.is_set()))
        if over.is_set():
            return Outcome(problem="epcis.notify.slow")
        return Outcome(
            status, "" if 200 <= status < 300 else _REFUSALS.get(status // 100, "epcis.notify.status")
        )

    @contextmanager
    def _connected(
        self, found: Destination, address: Address, over: threading.Event
    ) -> Iterator[socket.socket]:
        """A socket that is cut when the time is over, whatever trickles in until then."""
        wire = socket.create_connection((str(address), found.port), timeout=min(CONNECT_S, self.total_s))
        wire.settimeout(self.total_s)
        if found.is_https:
            trust = self.trust or ssl.create_default_context()
            wire = trust.wrap_socket(wire, server_hostname=found.host, do_handshake_on_connect=False)
        cutter = threading.Timer(self.total_s, _cut, (wire, over))
        cutter.start()
        try:
            if isinstance(wire, ssl.SSLSocket):
                wire.do_handshake()
            yield wire
        finally:
            cutter.cancel()
            wire.close()


_REFUSALS: Final = {3: "epcis.notify.redirect"}


def _say(wire: socket.socket, found: Destination, body: bytes, said: Mapping[str, str]) -> int:
    """The status of the answer, whose body is left unread."""
    line = http.client.HTTPConnection(found.host, found.port)
    line.sock = wire
    line.request("POST", found.target, body, {"Host": found.authority, "User-Agent": AGENT, **said})
    return line.getresponse().status


def _hindrance(error: Exception, *, is_over: bool) -> str:
    if is_over or isinstance(error, TimeoutError):
        return "epcis.notify.slow"
    if isinstance(error, ssl.SSLError):
        return "epcis.notify.tls"
    broken = isinstance(error, (http.client.HTTPException, ValueError, ConnectionResetError, BrokenPipeError))
    return "epcis.notify.broken" if broken else "epcis.notify.connect"


def _cut(wire: socket.socket, over: threading.Event) -> None:
    """End both directions below TLS: another thread is reading."""
    over.set()
    try:
        socket.socket.shutdown(wire, socket.SHUT_RDWR)
    except OSError:
        return  # closed meanwhile
