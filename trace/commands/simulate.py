"""``nongsan simulate``: the marketplaces as their servers see them, on this machine only."""

import signal
import sys
import threading
from types import FrameType

import click

from marketplaces.simulators.app import SERVERS, at_root, create_app
from trace.commands.servers import Server, free_port
from trace.settings import load_settings


@click.command()
@click.option("--port", default=8900, show_default=True, type=click.IntRange(0, 65535))
@click.option("--at-root", "alone", default=None, type=click.Choice(SERVERS))
def simulate(port: int, alone: str | None) -> None:
    """Serve the marketplace simulators on loopback until SIGTERM; they keep what they know.

    With ``--at-root`` that server's paths stand where its own host has them, for clients that take a host
    without a path.
    """
    settings = load_settings()
    settings.instance.mkdir(parents=True, exist_ok=True, mode=0o700)
    port = port or free_port("127.0.0.1", 0)
    app = create_app(settings.instance / "simulators.sqlite3")
    server = Server(at_root(app, alone) if alone else app, "127.0.0.1", port)
    over = threading.Event()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        over.set()

    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, stop)
    server.start()
    for line in addresses_of(port):
        click.echo(line)
    over.wait()
    server.stop()
    sys.exit(0)


def addresses_of(port: int) -> list[str]:
    """A line for each simulated marketplace and carrier: where its page is."""
    return [f"simulator    http://127.0.0.1:{port}/{server}/" for server in SERVERS]
