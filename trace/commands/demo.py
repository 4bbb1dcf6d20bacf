"""``nongsan demo``: the demonstration instance, made and removed."""

import logging

import click

from marketplaces.simulators.app import create_app as create_simulators
from trace.commands import demo_season
from trace.commands.founding import found_instance
from trace.commands.servers import Server, free_port
from trace.commands.terminal import language
from trace.db import current_database, use_database
from trace.logbook import start_logging
from trace.settings import load_settings
from trace.texts.catalogs import t

SIMULATOR_PORT = 8900
LOOPBACK = "127.0.0.1"


@click.group()
def demo() -> None:
    """The demonstration instance in ``instance/demo``: its own database, keys and passwords."""


@demo.command()
def load() -> None:
    """Make the demonstration where it is not there yet; an interrupted loading is begun anew.

    The marketplace simulators run while it is loading.
    """
    start_logging(level=logging.WARNING)
    base = load_settings()
    port = free_port(LOOPBACK, SIMULATOR_PORT)
    settings = demo_season.settings_for(base, port)
    with demo_season.making(base.instance):
        demo_season.prepare(settings)
        simulators = Server(create_simulators(settings.instance / "simulators.sqlite3"), LOOPBACK, port)
        simulators.start()
        try:
            found_instance(settings, is_demo=True)
            for line in demo_season.ensure(settings, port):
                click.echo(line)
        finally:
            simulators.stop()
            current_database().close()
            use_database(None)
    click.echo(t(language(), "demo.start"))


@demo.command()
@click.option("--yes", is_flag=True, help="Do not ask.")
def remove(*, yes: bool) -> None:
    """Remove the demonstration whole; a real instance is not touched."""
    base = load_settings()
    folder = base.instance / demo_season.NAME
    lang = language()
    if not folder.exists():
        click.echo(t(lang, "demo.none", path=str(folder)))
        return
    if not yes:
        click.confirm(t(lang, "demo.sure", path=str(folder)), abort=True)
    with demo_season.making(base.instance):
        demo_season.remove(folder)
    click.echo(t(lang, "demo.removed", path=str(folder)))
