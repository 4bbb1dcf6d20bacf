"""``nongsan web | serve | run``: the processes of an installation."""

import logging
import signal
import socket
import threading
from collections.abc import Callable, Sequence
from types import FrameType

import click
from flask import Flask

from marketplaces.simulators.app import create_app as create_simulators
from trace.app import create_app, start
from trace.commands import demo_season
from trace.commands.founding import found_instance
from trace.commands.servers import Server, free_port, held_port
from trace.commands.serving_alone import serve_alone
from trace.commands.simulate import addresses_of
from trace.commands.terminal import language
from trace.commands.tls_front import TlsFront, local_certificate, own_address
from trace.errors import Refused
from trace.jobs import work
from trace.logbook import start_logging
from trace.settings import Settings, load_settings
from trace.texts.catalogs import t

SIMULATOR_PORT = 8900
EVERYWHERE = "0.0.0.0"  # noqa: S104


@click.command()
def web() -> None:
    """Serve the pages only; clock and workers run elsewhere (``nongsan work``)."""
    start_logging()
    settings = load_settings()
    start(settings)
    parts = _listen(settings)
    _say_addresses(settings)
    _serve(parts)


@click.command()
def serve() -> None:
    """Serve pages, clock and workers in one process: one machine."""
    start_logging()
    settings = load_settings()
    serve_alone(settings.instance, settings.public_url)
    found_instance(settings)
    parts = _listen(settings)
    runner = work.start(settings)
    _say_addresses(settings)
    _serve(parts, runner.stop)


@click.command()
def run() -> None:
    """What ``make run`` starts: everything for one machine, marketplace simulators too.

    Until ``nongsan init`` has made a real instance, the demonstration in ``instance/demo`` is run.
    """
    start_logging(level=logging.WARNING)  # the terminal is for the addresses; what goes wrong is said
    base = load_settings()
    held = held_port(base.host, base.port)  # until the server listens: making a season takes minutes
    port = int(held.getsockname()[1])
    simulator_port = free_port("127.0.0.1", SIMULATOR_PORT)
    base = _reached_at(base, port)
    serve_alone(base.instance, base.public_url)
    if base.master_key.exists():
        settings, lines = base, []
        simulators = _simulators(settings, simulator_port)
        found_instance(settings)
    else:
        settings = demo_season.settings_for(base, simulator_port)
        with demo_season.making(base.instance):
            demo_season.prepare(settings)
            serve_alone(settings.instance, base.public_url)
            simulators = _simulators(settings, simulator_port)
            found_instance(settings, is_demo=True)
            lines = demo_season.ensure(settings, simulator_port)
            demo_season.have_called_back(settings, simulator_port)
    parts = _listen(settings, held)
    runner = work.start(settings)
    _say_addresses(settings, [t(language(), "serve.simulators"), *addresses_of(simulator_port), *lines])
    _serve(parts, runner.stop, simulators.stop)


def _simulators(settings: Settings, port: int) -> Server:
    """The marketplaces as they answer on this machine; what is ordered there outlives a restart."""
    server = Server(create_simulators(settings.instance / "simulators.sqlite3"), "127.0.0.1", port)
    server.start()
    return server


def _reached_at(base: Settings, port: int) -> Settings:
    """The port that is free, and the public address it gives where none was said."""
    changes: dict[str, object] = {"port": port}
    if base.public_url == Settings.model_fields["public_url"].default:
        host = own_address() if base.host == EVERYWHERE else base.host
        changes["public_url"] = f"{'https' if base.tls else 'http'}://{host}:{port}"
    if base.tls:
        changes["trusted_proxies"] = base.trusted_proxies + 1
    return base.model_copy(update=changes)


def _say_addresses(settings: Settings, lines: Sequence[str] = ()) -> None:
    """Both addresses: what stamps carry, and where this machine answers; behind a proxy they differ."""
    lang = language()
    click.echo(t(lang, "serve.public", address=settings.public_url))
    click.echo(t(lang, "serve.listens", address=_listening_at(settings)))
    for line in lines:
        click.echo(line)
    click.echo(t(lang, "serve.ends"))


def _listening_at(settings: Settings) -> str:
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"{'https' if settings.tls else 'http'}://{host}:{settings.port}"


def _serve(parts: Sequence[Server | TlsFront], *stops: Callable[[], object]) -> None:
    ended = threading.Event()

    def end(_signal: int, _frame: FrameType | None) -> None:
        ended.set()

    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, end)
    for part in parts:
        part.start()
    ended.wait()
    for part in parts:
        part.stop()
    for stop in stops:
        stop()


def _listen(settings: Settings, held: socket.socket | None = None) -> list[Server | TlsFront]:
    """The servers, bound to their port and not answering yet.

    Raises:
        Refused: ``serve.cannot_listen``: another program has the port, or this account may not take it.
    """
    app = create_app(settings)
    try:
        return _bound(app, settings, held)
    except OSError as error:
        raise Refused(
            "serve.cannot_listen", address=_listening_at(settings), reason=error.strerror
        ) from error


def _bound(app: Flask, settings: Settings, held: socket.socket | None) -> list[Server | TlsFront]:
    if not settings.tls:
        return [Server(app, settings.host, settings.port, held)]
    behind = free_port("127.0.0.1", settings.port + 1)
    names = sorted({"localhost", "127.0.0.1", own_address()})
    context = local_certificate(settings.instance, names)
    front = TlsFront(context, settings.host, settings.port, behind, held)
    return [Server(app, "127.0.0.1", behind), front]
