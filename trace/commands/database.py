"""``nongsan db``: the database's version."""

import click

from trace.commands.terminal import as_json, say
from trace.db import open_database
from trace.db_upgrade import schema_revision, upgrade_database
from trace.settings import load_settings


@click.group()
def db() -> None:
    """The database's version."""


@db.command()
@as_json
def upgrade(*, as_json: bool) -> None:
    """Bring the database to this version; running it again changes nothing."""
    opened = open_database(load_settings().database)
    upgrade_database(opened)
    version = schema_revision(opened)
    opened.close()
    say({"version": version}, as_json=as_json, lines=[f"{version}"])
