"""The demonstration's own folder: found by its mark, locked while it is made or in use, removed whole."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from trace.commands.demo_season.accounts import FILE as ACCOUNTS_FILE
from trace.commands.demo_season.accounts import write_private
from trace.commands.serving_alone import serve_alone
from trace.db import open_database, reading, use_database
from trace.errors import Conflict, Refused
from trace.records.instance_fact import InstanceFact
from trace.settings import Settings

NAME = "demo"
MARK = "demonstration.txt"
STAMPS_FILE = "stamps.txt"
WHOLE = "demo_season"
"""The fact that is written last: without it the loading was interrupted."""
WORDS = (
    "Bản chạy thử: xóa cả thư mục này là xóa hết.\nA demonstration: removing this folder removes all of it.\n"
)


@contextmanager
def making(instance: Path) -> Iterator[None]:
    """Nobody else makes or removes the demonstration of this installation meanwhile; others wait."""
    instance.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(instance, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def is_whole(settings: Settings) -> bool:
    """Whether a loading came to its end here."""
    files = [settings.instance / name for name in (MARK, ACCOUNTS_FILE, STAMPS_FILE, "nongsan.sqlite3")]
    if not all(file.exists() for file in files):
        return False
    database = open_database(settings.database)
    use_database(database)
    try:
        with reading() as session:
            return session.get(InstanceFact, WHOLE) is not None
    except SQLAlchemyError:
        return False
    finally:
        use_database(None)
        database.close()


def prepare(settings: Settings) -> None:
    """A folder with its mark; what an interrupted loading left is swept out first.

    Raises:
        Refused: ``demo.foreign``: the folder holds something that is not the demonstration.
    """
    folder = settings.instance
    if folder.exists() and not is_whole(settings):
        remove(folder)
    if not folder.exists():
        folder.mkdir(parents=True, mode=0o700)
        write_private(folder / MARK, WORDS)


def remove(folder: Path) -> bool:
    """Remove the folder whole; False where there is none.

    Raises:
        Refused: ``demo.foreign`` without the mark; ``demo.in_use`` while a process runs it.
    """
    if not folder.exists():
        return False
    if any(folder.iterdir()) and not (folder / MARK).exists():
        raise Refused("demo.foreign", path=str(folder), expected=MARK)
    try:
        descriptor = serve_alone(folder, "")
    except Conflict as served:
        raise Refused("demo.in_use", **served.params) from None
    try:
        shutil.rmtree(folder)
    finally:
        os.close(descriptor)
    return True
