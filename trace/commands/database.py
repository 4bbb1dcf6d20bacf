"""``nongsan db``: the database's version."""

import click

from trace import db as database
from trace import db_upgrade
from trace.commands.terminal import as_json, say
from trace.settings import load_settings


@click.group()
def db() -> None:
    """The database's version."""


@db.command()
@as_json
def upgrade(*, as_json: bool) -> None:
    """Bring the database to this version; running it again changes nothing."""
    opened = database.open_database(load_settings().database)
    db_upgrade.upgrade(opened)
    version = db_upgrade.revision(opened)
    opened.close()
    say({"version": version}, as_json=as_json, lines=[f"{version}"])
