"""The processes' servers: waitress on a free port, in a thread of its own where asked."""

import socket
import threading
from typing import Any

from waitress import wasyncore
from waitress.server import create_server

THREADS = 8
# Slow readers must not lock normal ones out: 400 slow connections were answered beside with this limit.
CONNECTIONS = 2_000
TRIES = 50


def held_port(host: str, wanted: int) -> socket.socket:
    """A socket listening at the wanted port, or at the next free one above it.

    Nobody else gets the port from here on: between finding it free and answering at it a first start makes a
    season, and another program could come between. Who connects meanwhile waits. To be bound is not enough:
    two sockets that may use an address again share it until one of them listens.

    Raises:
        OSError: none of the fifty ports from the wanted one on is free.
    """
    for port in range(wanted, wanted + TRIES):
        held = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            held.bind((host, port))
            held.listen()
        except OSError:
            held.close()
            continue
        return held
    raise OSError(f"no free port from {wanted} to {wanted + TRIES - 1} on {host}")


def free_port(host: str, wanted: int) -> int:
    """The wanted port, or the next free one above it; it is free again when this returns.

    Raises:
        OSError: none of the fifty ports from the wanted one on is free.
    """
    with held_port(host, wanted) as held:
        return int(held.getsockname()[1])


class Server:
    """A WSGI application behind waitress, served from a thread of its own; at ``held``, if that listens."""

    def __init__(self, app: Any, host: str, port: int, held: socket.socket | None = None) -> None:
        where: dict[str, Any] = {"host": host, "port": port} if held is None else {"sockets": [held]}
        self._server = create_server(
            app, **where, threads=THREADS, connection_limit=CONNECTIONS, ident="nongsan"
        )
        self._thread = threading.Thread(target=self._server.run, name=f"web-{port}", daemon=True)
        self._ending = threading.Lock()

    def start(self) -> None:
        """Serve until ``stop``."""
        self._thread.start()

    def stop(self, patience_s: float = 5.0) -> None:
        """Take no new connection, finish what is being answered, then end.

        Sockets are closed by the loop's own thread: closed under its ``select`` they would break it.
        Whoever still reads (or computes) after ``patience_s`` seconds of each step is cut off.
        """
        with self._ending:
            if not self._thread.is_alive():
                return  # somebody else stopped it
            self._server.trigger.pull_trigger(self._close_door)
            self._server.task_dispatcher.shutdown(timeout=patience_s)
            self._server.trigger.pull_trigger(self._close_when_said)
            self._thread.join(patience_s)

    def _close_door(self) -> None:
        wasyncore.dispatcher.close(self._server)

    def _close_when_said(self) -> None:
        for channel in list(self._server.active_channels.values()):
            channel.close_when_flushed = True
        self._server.trigger.close()
