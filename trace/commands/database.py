"""``nongsan db``: the database's version."""

import click

from trace.commands.terminal import as_json, now, say
from trace.db import open_database, transaction, use_database
from trace.db_upgrade import schema_revision, upgrade_database
from trace.services import instance_facts
from trace.services.log_key_changes import ensure_log_key
from trace.settings import load_settings


@click.group()
def db() -> None:
    """The database's version."""


@db.command()
@as_json
def upgrade(*, as_json: bool) -> None:
    """Bring the database to this version; running it again changes nothing."""
    settings = load_settings()
    opened = open_database(settings.database)
    upgrade_database(opened)
    version = schema_revision(opened)
    use_database(opened)
    with transaction() as session:
        if instance_facts.is_founded(session):
            ensure_log_key(session, settings.log_key, now())
    use_database(None)
    opened.close()
    say({"version": version}, as_json=as_json, lines=[f"{version}"])
