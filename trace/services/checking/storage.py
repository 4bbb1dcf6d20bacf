"""R10: the database itself is sound, as far as it can tell."""

from collections.abc import Iterator

from sqlalchemy import ForeignKey, func, select, text
from sqlmodel import Session, SQLModel

from trace.services.checking.broken import Broken, Outside

_INDEXES = """
    SELECT c.relname, bt_index_check(c.oid)::text FROM pg_index i
    JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am a ON a.oid = c.relam
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE a.amname = 'btree' AND n.nspname = current_schema() AND i.indisready AND i.indisvalid
"""
_AMCHECK = "SELECT count(*) FROM pg_extension WHERE extname = 'amcheck'"
_UNSOUND = """
    SELECT c.relname, 'index is not valid' FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = current_schema() AND NOT i.indisvalid
    UNION ALL
    SELECT c.conname, 'constraint is not validated' FROM pg_constraint c
    JOIN pg_namespace n ON n.oid = c.connamespace
    WHERE n.nspname = current_schema() AND NOT c.convalidated
"""


def sound(session: Session, _outside: Outside) -> Iterator[Broken]:
    """Rows that name rows that are not there, on both. SQLite: ``integrity_check``. PostgreSQL: no invalid
    index or unchecked constraint, and each B-tree by ``amcheck`` where that extension is there (whoever
    owns the server creates it).
    """
    if session.get_bind().dialect.name == "sqlite":
        for (said,) in session.execute(text("PRAGMA integrity_check")):
            if said != "ok":
                yield Broken("integrity_check", said)
    else:
        for name, what in session.execute(text(_UNSOUND)):
            yield Broken(name, what)
        if session.execute(text(_AMCHECK)).scalar_one():
            session.execute(text(_INDEXES)).all()
    for table in SQLModel.metadata.sorted_tables:
        for key in table.foreign_keys:
            yield from _dangling(session, key)


def _dangling(session: Session, key: ForeignKey) -> Iterator[Broken]:
    """Asked of the rows themselves: a check that was switched off once is never made up for."""
    parent = key.column.table.alias()
    is_there = select(1).where(parent.c[key.column.name] == key.parent).exists()
    question = select(func.count()).select_from(key.parent.table).where(key.parent.is_not(None), ~is_there)
    if count := session.execute(question).scalar_one():
        where = f"{key.parent.table.name}.{key.parent.name}"
        yield Broken(where, f"{count} rows name rows of {key.column.table.name} that are not there")
