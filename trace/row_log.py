"""The log's hold on the rows: a leaf of the transaction says what it made of guarded rows.

``Books`` is the session of every writing transaction. It notes the guarded rows that its flushes touch
and the leaves its acts append; ``write_log`` writes these as the last thing of the transaction, the rows'
digests in the last of them. A statement that would change guarded rows without being noted is refused
(``RowsNotLogged``): it goes through ``insert_logged`` or ``update_logged``.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Delete, Engine, Insert, Update, event, func, insert, select
from sqlalchemy.orm import object_session
from sqlmodel import Session

from trace.records.event import LogLeaf
from trace.records.guarded import GUARDED, Guarded
from trace.row_entries import Values, entries_of, entries_read
from trace.row_writes import insert_rows, noted, refuse_final, refuse_unnoted
from trace.standards.canonical_json import dumps_parsed
from trace.standards.log_leaf import body_hash

ROWS = "rows"
"""The kind of a leaf that holds rows and no act."""
ROWS_A_LEAF = 200
_NOTES = "log_notes"
_LEAVES = LogLeaf.__table__  # type: ignore[attr-defined]
_LEAF = ("kind", "leaf_hash", "body", "recorded_at")


@dataclass
class _Notes:
    """What a transaction has to say: its leaves, and the guarded rows it touched.

    A row made by this session is kept itself, or its values as they were written, because nobody else can
    have changed it; of any other its number, because it has to be read again as it stands.
    """

    leaves: list[tuple[dict[str, Any], datetime]] = field(default_factory=list)
    rows: dict[str, dict[int, Any]] = field(default_factory=dict)


class Books(Session):
    """A session whose changes of guarded rows are noted."""

    def flush(self, objects: Sequence[Any] | None = None) -> None:
        """As of any session."""
        with noted():
            super().flush(objects)


def watch(writer: Engine) -> None:
    """Refuse statements on this engine that change guarded rows without being noted, or final ones at all."""
    event.listen(writer, "before_execute", _refuse_unnoted)


def _refuse_unnoted(_connection: Connection, statement: Any, *_rest: Any) -> None:
    if isinstance(statement, Update | Delete):
        refuse_final(str(statement.table.description))
    if isinstance(statement, Insert | Update | Delete):
        refuse_unnoted(str(statement.table.description))


@event.listens_for(Books, "after_flush")
def _note_flushed(session: Session, _context: Any) -> None:
    for row in session.new:
        _note(session, row, row)
    for row in session.deleted:
        _note(session, row, None)
    for row in session.dirty:
        if session.is_modified(row):
            kept = _rows_of(session, row.__tablename__).get(getattr(row, "id", -1))
            _note(session, row, row if kept is row else None)


@event.listens_for(Books, "after_soft_rollback")
def _doubt_written(session: Session, _undone: Any) -> None:
    """After a savepoint is undone, what was written by the thousand has to be read again as it stands."""
    notes: _Notes | None = session.info.get(_NOTES)
    for rows in notes.rows.values() if notes else ():
        rows.update({key: None for key, row in rows.items() if isinstance(row, dict)})


def _note(session: Session, row: Any, kept: Any) -> None:
    guarded = GUARDED.get(row.__tablename__)
    if guarded is not None:
        _rows_of(session, guarded.name)[getattr(row, guarded.key)] = kept


def _notes(session: Session) -> _Notes:
    found: _Notes = session.info.setdefault(_NOTES, _Notes())
    return found


def _rows_of(session: Session, table: str) -> dict[int, Any]:
    return _notes(session).rows.setdefault(table, {})


def add_leaf(session: Session, kind: str, record: Mapping[str, Any], now: datetime) -> None:
    """A leaf for the end of the transaction."""
    _notes(session).leaves.append(({"kind": kind, "at": now.isoformat(), **record}, now))


def insert_logged(session: Session, table: str, rows: Sequence[Values]) -> list[int]:
    """Insert rows of a guarded table by the thousand, in one statement; their numbers, in the rows' order."""
    if not rows:
        return []
    guarded = GUARDED[table]
    with noted():
        made = _inserted(session.connection(), guarded, rows)
    _rows_of(session, table).update({one[guarded.key]: one for one in made})
    return [one[guarded.key] for one in made]


def _inserted(connection: Connection, guarded: Guarded, rows: Sequence[Values]) -> list[dict[str, Any]]:
    """The rows, written, with their numbers and with nothing where nothing was said."""
    key = guarded.table.c[guarded.key]
    full = [{**guarded.blank, **row} for row in rows]
    if connection.dialect.name == "sqlite":
        # It cannot tell many new numbers in order; but this transaction holds it, so the next are ours.
        first = 1 + (connection.execute(select(func.max(key))).scalar() or 0)
        made = [row | {guarded.key: number} for number, row in enumerate(full, first)]
        names = tuple(made[0])
        insert_rows(connection, guarded.table, names, [tuple(map(row.__getitem__, names)) for row in made])
        return made
    adding = insert(guarded.table).returning(key, sort_by_parameter_order=True)
    numbers = connection.execute(adding, full).scalars()
    return [{**row, guarded.key: number} for number, row in zip(numbers, full, strict=True)]


def update_logged(session: Session, statement: Any, table: str, keys: Iterable[int]) -> Any:
    """Execute an update or delete that touches these rows of a guarded table, and no others."""
    _rows_of(session, table).update(dict.fromkeys(keys))
    with noted():
        return session.execute(statement)


def write_log(session: Session) -> None:
    """Write the leaves of this transaction; the last thing it does."""
    session.flush()
    notes: _Notes | None = session.info.pop(_NOTES, None)
    if notes is None:
        return
    portions = [_said(session, portion) for portion in _portions(notes.rows)]
    if portions and notes.leaves:
        notes.leaves[-1][0]["rows"] = portions.pop()
    moment = notes.leaves[-1][1] if notes.leaves else datetime.now(UTC)
    rest = [(rows_leaf(ROWS, said, moment), moment) for said in portions]
    add_leaves(session.connection(), [*notes.leaves, *rest])


def rows_leaf(kind: str, said: Mapping[str, str], at: datetime) -> dict[str, Any]:
    """The body of a leaf that holds rows alone."""
    return {"kind": kind, "at": at.isoformat(), "rows": said}


def add_leaves(connection: Connection, leaves: Sequence[tuple[Mapping[str, Any], datetime]]) -> None:
    """Write leaves, each a body and its time."""
    insert_rows(connection, _LEAVES, _LEAF, [_leaf_values(body, at) for body, at in leaves])


def _leaf_values(body: Mapping[str, Any], at: datetime) -> tuple[str, bytes, str, datetime]:
    text = dumps_parsed(body)
    return body["kind"], body_hash(text), text.decode(), at


def _portions(touched: Mapping[str, Mapping[int, Any]]) -> Iterator[dict[str, dict[int, Any]]]:
    """So many rows a leaf, tables together."""
    portion: dict[str, dict[int, Any]] = {}
    room = ROWS_A_LEAF
    for name in sorted(touched):
        for key in sorted(touched[name]):
            portion.setdefault(name, {})[key] = touched[name][key]
            room -= 1
            if not room:
                yield portion
                portion, room = {}, ROWS_A_LEAF
    if portion:
        yield portion


def _said(session: Session, portion: Mapping[str, Mapping[int, Any]]) -> dict[str, str]:
    """What a leaf says of these rows."""
    said: dict[str, str] = {}
    for name, rows in portion.items():
        guarded = GUARDED[name]
        made = [values for row in rows.values() if (values := _values_of(session, row)) is not None]
        known = entries_of(session.connection(), guarded, made)
        rest = [key for key in rows if key not in known]
        known |= entries_read(session.connection(), guarded, rest)
        said |= {f"{name}/{key}": entry for key, entry in known.items()}
    return said


def _values_of(session: Session, row: Any) -> Values | None:
    """What a row made in this session holds; None for one to be read again."""
    if row is None or isinstance(row, dict):
        return row
    values: Values | None = row.__dict__ if object_session(row) is session else None
    return values
