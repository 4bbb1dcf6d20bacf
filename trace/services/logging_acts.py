"""Appending an act to the record: its EPCIS event and its log leaf, in the act's own transaction."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import bindparam, func, select, text, update
from sqlmodel import Session, col

from trace.records.event import Event, LogLeaf
from trace.row_log import add_leaf, insert_logged
from trace.services import log_tree
from trace.services.admission import Actor
from trace.services.event_index import add_terms, columns_of
from trace.standards import epcis
from trace.standards.canonical_json import dumps_parsed
from trace.standards.epcis.facets import Words, terms_of
from trace.standards.event_hash import EventHasher

AT_ONCE = 1_000
"""Events of one statement; what is kept for them meanwhile is let go with them."""
_CONTEXT = list(epcis.CONTEXT)
_WORDS = Words({"@context": _CONTEXT})
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
) -> str:
    """Append one EPCIS event, what it is found by, and its leaf; its id. ``subject``: a table, a row."""
    (event_id,) = append_events(session, actor, act, [Told(subject, event, org_id)], now)
    return event_id


def append_events(session: Session, actor: Actor, act: str, told: Iterable[Told], now: datetime) -> list[str]:
    """Append events of one act, each with what it is found by and a leaf of its own; their ids in order."""
    session.flush()
    waiting, ids = iter(told), []
    while portion := list(islice(waiting, AT_ONCE)):
        rows = _append(session, actor, act, portion, now)
        doer = {"by": actor.account_id, **({"acted_for": True} if actor.acts_for else {})}
        said = ({"act": act, "event": row["event_id"], **doer} for row in rows)
        append_leaves(session, "event", said, now)
        ids += [row["event_id"] for row in rows]
    return ids


def _append(
    session: Session, actor: Actor, act: str, told: Sequence[Told], now: datetime
) -> list[dict[str, Any]]:
    shared = {"act": act, "recorded_at": now, "recorded_by": actor.account_id}
    hasher = EventHasher(epcis.NAMESPACES)
    bodies = [_body(one.event, hasher) for one in told]
    rows = [_row(one, body) | shared for one, body in zip(told, bodies, strict=True)]
    numbers = insert_logged(session, "event", rows)
    named = zip(numbers, told, bodies, strict=True)
    add_terms(session, ((number, one.org_id, terms_of(body, _WORDS)) for number, one, body in named))
    return rows


def _body(event: Mapping[str, Any], hasher: EventHasher) -> dict[str, Any]:
    told = {name: value for name, value in event.items() if name != "@context"}
    return {**told, "@context": _CONTEXT, "eventID": hasher.event_hash(told)}


def _row(one: Told, body: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "event_id": body["eventID"],
        "event_type": str(body["type"]),
        "org_id": one.org_id,
        "subject_kind": one.subject[0],
        "subject_id": one.subject[1],
        "event_time": datetime.fromisoformat(str(body["eventTime"])),
        "body": dumps_parsed(body).decode(),
        "hash": body["eventID"],
        **columns_of(body, _WORDS),
    }


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
