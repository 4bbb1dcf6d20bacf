"""What a piece of work costs, counted and not timed: the same on an idle machine and on a busy one."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import Any

from sqlalchemy import event

from trace.db import Database

STEP = 100


@dataclass
class Effort:
    """Calls of functions, statements sent, and instructions SQLite ran for them (0 on PostgreSQL)."""

    calls: int = 0
    statements: int = 0
    instructions: int = 0


@contextmanager
def effort(database: Database) -> Iterator[Effort]:
    """Count what this thread does inside the block; for one piece of work a database."""
    spent = Effort()

    def call(_frame: FrameType, what: str, _argument: object) -> None:
        spent.calls += what in {"call", "c_call"}

    def instructions() -> int:
        spent.instructions += STEP
        return 0

    def begin(connection: Any) -> None:
        if database.is_sqlite:
            connection.connection.dbapi_connection.set_progress_handler(instructions, STEP)

    def statement(*_given: Any) -> None:
        spent.statements += 1

    engines = {database.writer, database.reader}
    hooks = [(engine, name, hook) for engine in engines
             for name, hook in (("begin", begin), ("before_cursor_execute", statement))]  # fmt: skip
    for engine, name, hook in hooks:
        event.listen(engine, name, hook)
    sys.setprofile(call)
    try:
        yield spent
    finally:
        sys.setprofile(None)
        for engine, name, hook in hooks:
            event.remove(engine, name, hook)
