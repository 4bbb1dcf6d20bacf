"""Bring a database to this version, or say how far it is."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from trace.db import Database
from trace.row_vouching import vouch_for_rows
from trace.row_writes import noted

FOLDER = Path(__file__).resolve().parent / "migrations"


def alembic_config(connection: Connection | None = None) -> Config:
    """Alembic's configuration, without an ini file."""
    alembic = Config()
    alembic.set_main_option("script_location", str(FOLDER))
    alembic.set_main_option("path_separator", "os")
    alembic.attributes["connection"] = connection
    return alembic


def upgrade_database(database: Database) -> None:
    """Run what is missing, in one transaction a migration, then let the log hold the rows of tables whose
    shape is new to it; running it again changes nothing."""
    with database.writer.connect() as connection:
        if database.is_sqlite:
            # Batch migrations rebuild tables: references are checked again afterwards.
            _foreign_keys(connection, "OFF")
        try:
            with connection.begin():
                with noted():  # what migrations leave is vouched for afterwards
                    command.upgrade(alembic_config(connection), "head")
                vouch_for_rows(connection, datetime.now(UTC))
        finally:
            if database.is_sqlite:
                _foreign_keys(connection, "ON")


def _foreign_keys(connection: Connection, state: str) -> None:
    driver: Any = connection.connection.driver_connection
    driver.execute(f"PRAGMA foreign_keys = {state}")  # has no effect inside a transaction


def schema_revision(database: Database) -> str | None:
    """The version the database is at."""
    with database.reader.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def schema_head() -> str | None:
    """The version this program needs."""
    return ScriptDirectory.from_config(alembic_config()).get_current_head()
