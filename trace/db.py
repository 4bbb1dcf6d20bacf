"""Engine and transactions.

``with transaction() as session:`` is the one unit of work, opened by web, jobs and commands only.
On SQLite it begins IMMEDIATE: a deferred one that reads and then writes loses updates or fails at
once when another writer is ahead. ``with reading() as session:`` cannot write on either database.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlmodel import Session

from trace.row_log import Books, watch, write_log

BUSY_TIMEOUT_MS = 15_000
IDLE_TIMEOUT_MS = 60_000
"""How long a transaction on PostgreSQL may lie without a statement: nothing of ours thinks that long."""


@dataclass(frozen=True)
class Database:
    """A writing and a reading engine on the same database."""

    writer: Engine
    reader: Engine

    @property
    def is_sqlite(self) -> bool:
        """Whether this is the embedded database."""
        return self.writer.dialect.name == "sqlite"

    def close(self) -> None:
        """Give all connections back."""
        self.reader.dispose()
        self.writer.dispose()


class _Current:
    database: Database | None = None


def open_database(url: str | URL) -> Database:
    """Open both engines; SQLite gets WAL, synchronous FULL and foreign keys on every connection."""
    parsed = make_url(url)
    writes = _sqlite(parsed, writes=True) if parsed.get_backend_name() == "sqlite" else None
    if writes is not None:
        watch(writes)
        return Database(writes, _sqlite(parsed, writes=False))
    options: dict[str, Any] = {"pool_pre_ping": True, "pool_size": 10, "max_overflow": 10}
    writer = create_engine(parsed, **options)
    watch(writer)

    @event.listens_for(writer, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        # A process that froze in the middle of a transaction gives its locks back after a while.
        with connection.cursor() as cursor:
            cursor.execute(f"SET idle_in_transaction_session_timeout = {IDLE_TIMEOUT_MS}")
        connection.commit()

    # One moment for all questions of a page; without it each statement would see a later one.
    one_view = {"postgresql_readonly": True, "isolation_level": "REPEATABLE READ"}
    return Database(writer, writer.execution_options(**one_view))


def _sqlite(url: URL, *, writes: bool) -> Engine:
    engine = create_engine(url, pool_size=12, max_overflow=12)

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves
        for pragma in (
            f"busy_timeout = {BUSY_TIMEOUT_MS}",
            "journal_mode = WAL",
            "synchronous = FULL",
            "foreign_keys = ON",
            f"query_only = {'OFF' if writes else 'ON'}",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def use_database(database: Database | None) -> None:
    """Make ``database`` the one that ``transaction`` and ``reading`` open."""
    _Current.database = database


def is_open() -> bool:
    """Whether a database is in use."""
    return _Current.database is not None


def current_database() -> Database:
    """The database in use.

    Raises:
        RuntimeError: none was opened: a wiring mistake.
    """
    if _Current.database is None:
        raise RuntimeError("no database is open; trace.app.start opens one")
    return _Current.database


@contextmanager
def transaction() -> Iterator[Session]:
    """All of it is written, or nothing; the log's leaf of the rows it changed is the last of it."""
    with Books(current_database().writer, expire_on_commit=False) as session, session.begin():
        session.connection()  # begins now, not at the first statement
        yield session
        write_log(session)


@contextmanager
def reading() -> Iterator[Session]:
    """One consistent view; a write inside it fails."""
    with Session(current_database().reader, expire_on_commit=False) as session, session.begin():
        yield session


def is_reachable() -> bool:
    """Whether a trivial question is answered."""
    with reading() as session:
        return session.connection().execute(text("SELECT 1")).scalar() == 1
