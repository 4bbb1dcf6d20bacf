"""The database's promises: durability, references, no lost update, migrations that come back."""

import threading
from datetime import datetime

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import func, inspect, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlmodel import select

from tests import world
from trace.db import BUSY_TIMEOUT_MS, Database, reading, transaction
from trace.db_upgrade import alembic_config, schema_head, schema_revision, upgrade_database
from trace.records.household import Household
from trace.records.organisation import Organisation
from trace.records.rules import InformationRule
from trace.records.schema import metadata
from trace.records.stamp import PrintRun
from trace.services.instance_facts import found
from trace.services.rules_defaults import information_rows


def test_sqlite_writes_are_durable_and_references_are_kept(sqlite: Database) -> None:
    with transaction() as session:
        said = {
            name: session.connection().execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    assert said == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


def test_a_write_transaction_holds_the_lock_from_its_first_moment(sqlite: Database) -> None:
    with transaction(), sqlite.writer.connect() as other:
        other.connection.driver_connection.execute("PRAGMA busy_timeout = 0")
        with pytest.raises(DBAPIError, match="locked"):
            other.begin()
        other.connection.driver_connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")


def test_reading_cannot_write(database: Database, now: datetime) -> None:
    with pytest.raises(DBAPIError), reading() as session:
        world.make_org(session, now)


def test_an_orphan_is_refused(database: Database, now: datetime) -> None:
    orphan = Household(
        org_id=999, code="X", name="X", search_key="x", commune_code=world.THANH_HA, created_at=now
    )
    with pytest.raises(IntegrityError), transaction() as session:
        session.add(orphan)


def test_eight_threads_adding_one_lose_no_update(database: Database, now: datetime) -> None:
    with transaction() as session:
        org = world.make_org(session, now, phone="0")

    def add_one() -> None:
        for _ in range(10):
            with transaction() as session:
                row = session.get(Organisation, org.id, with_for_update=True)
                row.phone = str(int(row.phone) + 1)

    threads = [threading.Thread(target=add_one) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with reading() as session:
        assert session.get(Organisation, org.id).phone == "80"


def test_times_come_back_aware(database: Database, now: datetime) -> None:
    with transaction() as session:
        org = world.make_org(session, now)
    with reading() as session:
        assert session.get(Organisation, org.id).created_at == now


def test_the_tables_are_what_the_migrations_make(database: Database) -> None:
    with database.writer.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = [
            difference
            for difference in compare_metadata(context, metadata)
            if "alembic_version" not in str(difference)
        ]
    assert differences == []


def test_migrations_go_down_and_up_again(database: Database) -> None:
    with database.writer.connect() as connection, connection.begin():
        command.downgrade(alembic_config(connection), "base")
    assert set(inspect(database.writer).get_table_names()) <= {"alembic_version"}
    upgrade_database(database)
    assert schema_revision(database) == schema_head()


def test_prints_of_before_are_ready_ones(database: Database, now: datetime) -> None:
    """The first version made every file on the spot; its rows come into the new shape and go back."""
    with transaction() as session:
        coop = world.make_coop(session, now)
    with database.writer.connect() as connection, connection.begin():
        command.downgrade(alembic_config(connection), "0001")
        connection.execute(text(_KEY), {"wrapped": b"x", "at": now})
        connection.execute(text(_BLOCK), {"org": coop.org.id, "at": now})
        connection.execute(text(_RUN), {"by": coop.manager.id, "at": now})
    upgrade_database(database)
    with reading() as session:
        run = session.get(PrintRun, 5)
    assert (run.state, run.org_id, run.total, run.done) == ("ready", coop.org.id, 10, 10)
    assert (run.sha256, run.asked_by, run.finished_at) == ("ab", coop.manager.id, run.asked_at)
    with database.writer.connect() as connection:
        if database.is_sqlite:  # tables with rows are rebuilt, as an upgrade does it
            connection.connection.driver_connection.execute("PRAGMA foreign_keys = OFF")
        with connection.begin():
            command.downgrade(alembic_config(connection), "0001")
            found = connection.execute(text("SELECT printed_by, sha256 FROM print_run")).one()
    assert tuple(found) == (coop.manager.id, "ab")


def test_a_founded_instance_is_asked_for_all_fourteen_items_after_its_upgrade(database: Database) -> None:
    with transaction() as session:
        found(session, public_url="https://id.example.vn", is_demo=False)
    with database.writer.connect() as connection, connection.begin():
        command.downgrade(alembic_config(connection), "0020")
    upgrade_database(database)
    with reading() as session:
        rows = session.exec(select(InformationRule).order_by(InformationRule.id)).all()
        assert [(row.item, row.is_required, row.valid_from, row.source) for row in rows] == [
            tuple(row.values()) for row in information_rows()
        ]


_KEY = (
    "INSERT INTO stamp_key (kid, state, next_serial, wrapped, valid_from) "
    "VALUES (0, 'active', 10, :wrapped, :at)"
)
_BLOCK = (
    "INSERT INTO stamp_block (id, public_id, kid, first, count, org_id, design, state, request_id, "
    "created_at) VALUES (3, 'dai', 0, 0, 10, :org, 'standard', 'printed', 'r', :at)"
)
_RUN = (
    "INSERT INTO print_run (id, block_id, first, last, format, stock, start_cell, sha256, reason, "
    "printed_at, printed_by) VALUES (5, 3, 0, 9, 'pdf', 'tomy-145', 1, 'ab', '', :at, :by)"
)


def test_every_constraint_has_a_name() -> None:
    nameless = [
        f"{table.name}: {constraint}"
        for table in metadata.tables.values()
        for constraint in table.constraints
        if constraint.name is None
    ]
    assert nameless == []


def test_what_is_read_in_one_go_is_one_moment(database: Database, now: datetime) -> None:
    """A figure and the list beneath it agree, although somebody writes between the two questions."""
    with reading() as session:
        before = session.exec(select(func.count()).select_from(Organisation)).one()
        with transaction() as other:
            world.make_org(other, now)
        assert session.exec(select(func.count()).select_from(Organisation)).one() == before
    with reading() as session:
        assert session.exec(select(func.count()).select_from(Organisation)).one() == before + 1
