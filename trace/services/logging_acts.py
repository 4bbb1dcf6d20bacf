"""Appending an act to the record: its EPCIS event and its log leaf, in the act's own transaction."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select
from sqlmodel import Session, col

from trace.records.event import Event, LogLeaf
from trace.services.admission import Actor
from trace.services.event_index import add_terms, columns_of
from trace.standards import epcis
from trace.standards.canonical_json import dumps
from trace.standards.epcis.facets import terms_of
from trace.standards.event_hash import event_hash
from trace.standards.log_leaf import leaf_hash


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
    told = {**event, "@context": list(epcis.CONTEXT)}
    body = {**told, "eventID": event_hash(told)}
    row = Event(
        event_id=body["eventID"],
        event_type=str(event["type"]),
        act=act,
        org_id=org_id,
        subject_kind=subject[0],
        subject_id=subject[1],
        event_time=datetime.fromisoformat(str(event["eventTime"])),
        recorded_at=now,
        recorded_by=actor.account_id,
        body=dumps(body).decode(),
        hash=body["eventID"],
        **columns_of(body),
    )
    session.add(row)
    session.flush()
    add_terms(session, org_id, [(row.id, terms_of(body))])
    append_leaf(session, "event", {"act": act, "event": body["eventID"], "by": actor.account_id}, now)
    return row


def append_leaf(session: Session, kind: str, record: Mapping[str, Any], now: datetime) -> LogLeaf:
    """Append one leaf to the log; its place is given later by ``give_positions``."""
    body = {"kind": kind, "at": now.isoformat(), **record}
    leaf = LogLeaf(kind=kind, leaf_hash=leaf_hash(body), body=dumps(body).decode(), recorded_at=now)
    session.add(leaf)
    return leaf


def append_leaves(session: Session, kind: str, records: Iterable[Mapping[str, Any]], now: datetime) -> None:
    """Append many leaves at once, in their order."""
    bodies = [{"kind": kind, "at": now.isoformat(), **record} for record in records]
    rows = [
        {"kind": kind, "leaf_hash": leaf_hash(body), "body": dumps(body).decode(), "recorded_at": now}
        for body in bodies
    ]
    if rows:
        session.connection().execute(insert(LogLeaf), rows)


def give_positions(session: Session, limit: int = 10_000) -> int:
    """Give leaves without a place the next ones, oldest row first; how many were placed.

    Only the sequencing job calls this, one at a time under its lease.
    """
    taken = session.execute(select(func.max(LogLeaf.position))).scalar_one()
    following = -1 if taken is None else int(taken)
    waiting = select(LogLeaf).where(col(LogLeaf.position).is_(None)).order_by(col(LogLeaf.id)).limit(limit)
    leaves = session.execute(waiting).scalars().all()
    for leaf in leaves:
        following += 1
        leaf.position = following
    session.flush()
    return len(leaves)


def body_of(event: Event) -> dict[str, Any]:
    """An event's JSON as values."""
    values: dict[str, Any] = json.loads(event.body)
    return values
