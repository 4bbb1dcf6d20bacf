"""Every guarded row beside what the log last said of it."""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from trace.records.guarded import GUARDED, Guarded
from trace.records.log_tree import RowSalt
from trace.services.auditing.findings import Counts, Finding, found
from trace.services.auditing.newest import UNTOLD, Newest
from trace.services.auditing.strict_rows import Unreadable, strict_rows
from trace.standards import row_digest

_SALTS = RowSalt.__table__  # type: ignore[attr-defined]
PORTION = 500
Said = tuple[int, str, str]


def row_findings(session: Session, newest: Newest, counts: Counts) -> Iterator[Finding]:
    """Changed, deleted and added rows of every guarded table, and salts of no row."""
    for guarded in GUARDED.values():
        yield from _table(session, guarded, newest, counts)
    strange = select(_SALTS.c.table_name, _SALTS.c.row_id).where(
        _SALTS.c.table_name.not_in([one.name for one in GUARDED.values() if one.private])
    )
    for salt in strict_rows(session.connection(), strange, _SALTS):
        yield found("salt", table=salt["table_name"], row=salt["row_id"])


def _table(session: Session, guarded: Guarded, newest: Newest, counts: Counts) -> Iterator[Finding]:
    told = _Told(newest.of(guarded.name))
    salts = _salts(session, guarded) if guarded.private else {}
    question = select(guarded.table).order_by(guarded.table.c[guarded.key])
    rows = strict_rows(session.connection(), question, guarded.table)
    while portion := list(islice(rows, PORTION)):
        for row in portion:
            counts.rows += 1
            key = row[guarded.key]
            yield from _deleted(guarded, told.before(key))
            yield from _compared(guarded, row, told.take(key), salts)
    yield from _deleted(guarded, told.rest())
    for key in salts:
        yield found("salt", table=guarded.name, row=key)


def _salts(session: Session, guarded: Guarded) -> dict[int, Any]:
    question = select(_SALTS.c.row_id, _SALTS.c.salt).where(_SALTS.c.table_name == guarded.name)
    rows = strict_rows(session.connection(), question, _SALTS)
    return {row["row_id"]: row["salt"] for row in rows}


def _deleted(guarded: Guarded, passed: Iterator[Said]) -> Iterator[Finding]:
    for key, entry, leaf in passed:
        if entry not in (row_digest.GONE, UNTOLD):
            yield found("row_deleted", table=guarded.name, row=key, leaf=leaf)


def _compared(
    guarded: Guarded, row: Mapping[str, Any], said: Said | None, salts: dict[int, Any]
) -> Iterator[Finding]:
    key = row[guarded.key]
    salt = salts.pop(key, None)
    if said is None or said[1] == row_digest.GONE:
        yield found("row_added", table=guarded.name, row=key)
        return
    if said[1] == UNTOLD:
        return
    entry = row_digest.entry(guarded.name, key, _plain(guarded, row, salt))
    if entry[: row_digest.DIGEST_CHARS] != said[1][: row_digest.DIGEST_CHARS]:
        columns = row_digest.changed_columns(said[1], entry, row)
        yield found("row_changed", table=guarded.name, row=key, columns=columns, leaf=said[2])
    elif salt is not None and not any(row[name] for name in guarded.private):
        yield found("salt", table=guarded.name, row=key)


def _plain(guarded: Guarded, row: Mapping[str, Any], salt: Any) -> dict[str, row_digest.Plain]:
    """As the log saw it; a private text without its salt is no text the log knows."""
    usable = salt if isinstance(salt, bytes) and not isinstance(salt, Unreadable) else b""
    return row_digest.plain_row(row, guarded.private, usable)


class _Told:
    """What the log said of one table, walked beside the table's rows."""

    def __init__(self, said: Iterator[Said]) -> None:
        self._said = said
        self._next = next(said, None)

    def before(self, key: int) -> Iterator[Said]:
        """What was said of rows before this one, and is passed now."""
        while self._next is not None and self._next[0] < key:
            yield self._next
            self._next = next(self._said, None)

    def take(self, key: int) -> Said | None:
        """What was said of this row."""
        found_now = self._next if self._next is not None and self._next[0] == key else None
        if found_now is not None:
            self._next = next(self._said, None)
        return found_now

    def rest(self) -> Iterator[Said]:
        """What was said of rows behind the last."""
        while self._next is not None:
            yield self._next
            self._next = next(self._said, None)
