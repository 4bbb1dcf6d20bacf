"""Appending an act to the record: its EPCIS event and its log leaf, in the act's own transaction."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select, text, update
from sqlmodel import Session, col

from trace.records.event import Event, LogLeaf
from trace.row_log import add_leaf
from trace.services import log_tree
from trace.services.admission import Actor
from trace.services.event_index import add_terms, columns_of
from trace.standards import epcis
from trace.standards.canonical_json import dumps
from trace.standards.epcis.facets import Term, terms_of
from trace.standards.event_hash import event_hash

_LEAVES = LogLeaf.__table__  # type: ignore[attr-defined]
_PLACING = update(_LEAVES).where(_LEAVES.c.id == bindparam("leaf")).values(position=bindparam("place"))


@dataclass(frozen=True)
class Told:
    """An EPCIS event of one row: ``subject`` is a table name and a row number."""

    subject: tuple[str, int]
    event: Mapping[str, Any]
    org_id: int | None


def append_event(
    session: Session,
    actor: Actor,
    act: str,
    subject: tuple[str, int],
    event: Mapping[str, Any],
    now: datetime,
    org_id: int | None,
) -> Event:
    """Append one EPCIS event, what it is found by, and its leaf. ``subject`` is a table name and a row."""
    return append_events(session, actor, act, [Told(subject, event, org_id)], now)[0]


def append_events(
    session: Session, actor: Actor, act: str, told: Sequence[Told], now: datetime
) -> list[Event]:
    """Append events of one act, each with what it is found by and a leaf of its own, in their order."""
    bodies = [_body(one.event) for one in told]
    rows = [_row(actor, act, one, body, now) for one, body in zip(told, bodies, strict=True)]
    session.add_all(rows)
    session.flush()
    terms: dict[int | None, list[tuple[int, Sequence[Term]]]] = {}
    for one, row, body in zip(told, rows, bodies, strict=True):
        terms.setdefault(one.org_id, []).append((row.id, terms_of(body)))
    for org_id, found in terms.items():
        add_terms(session, org_id, found)
    said = ({"act": act, "event": row.event_id, "by": actor.account_id} for row in rows)
    append_leaves(session, "event", said, now)
    return rows


def _body(event: Mapping[str, Any]) -> dict[str, Any]:
    told = {**event, "@context": list(epcis.CONTEXT)}
    return {**told, "eventID": event_hash(told)}


def _row(actor: Actor, act: str, one: Told, body: Mapping[str, Any], now: datetime) -> Event:
    return Event(
        event_id=body["eventID"],
        event_type=str(body["type"]),
        act=act,
        org_id=one.org_id,
        subject_kind=one.subject[0],
        subject_id=one.subject[1],
        event_time=datetime.fromisoformat(str(body["eventTime"])),
        recorded_at=now,
        recorded_by=actor.account_id,
        body=dumps(body).decode(),
        hash=body["eventID"],
        **columns_of(body),
    )


def append_leaf(session: Session, kind: str, record: Mapping[str, Any], now: datetime) -> None:
    """Append one leaf to the log, written when the transaction ends; ``give_positions`` gives its place."""
    add_leaf(session, kind, record, now)


def append_leaves(session: Session, kind: str, records: Iterable[Mapping[str, Any]], now: datetime) -> None:
    """Append many leaves at once, in their order."""
    for record in records:
        add_leaf(session, kind, record, now)


def give_positions(session: Session, limit: int = 10_000) -> int:
    """Give leaves without a place the next ones in the tree, oldest row first; how many were placed.

    One at a time: the sequencing job holds its lease, and the tiles are held against any other.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("LOCK TABLE log_tile IN SHARE ROW EXCLUSIVE MODE"))
    taken = session.execute(select(func.max(LogLeaf.position))).scalar_one()
    size = 0 if taken is None else int(taken) + 1
    waiting = select(col(LogLeaf.id), col(LogLeaf.leaf_hash)).where(col(LogLeaf.position).is_(None))
    leaves = session.execute(waiting.order_by(col(LogLeaf.id)).limit(limit)).all()
    if leaves:
        values = [{"leaf": leaf.id, "place": size + n} for n, leaf in enumerate(leaves)]
        session.connection().execute(_PLACING, values)
        log_tree.grow(session, size, (leaf.leaf_hash for leaf in leaves))
    return len(leaves)


def body_of(event: Event) -> dict[str, Any]:
    """An event's JSON as values."""
    values: dict[str, Any] = json.loads(event.body)
    return values
