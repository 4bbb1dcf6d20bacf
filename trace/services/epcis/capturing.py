"""Keeping events that programs send: recorded and linked, never acted upon.

No lot changes its state and no stamp its meaning by a captured event. An event that is there already
is left as it is, so a document may be sent again. An event that declares an error shares the id of
the event it declares wrong, and says the same but for that.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlmodel import Session, col

from trace.crashpoint import crashpoint
from trace.errors import FieldProblem
from trace.records.capture import Capture
from trace.records.event import Event
from trace.records.organisation import Organisation
from trace.row_log import insert_logged
from trace.services.admission import Actor, own_org
from trace.services.epcis.ownership import foreign
from trace.services.epcis.reading import Ready, problems_of
from trace.services.event_index import add_terms
from trace.services.logging_acts import append_leaves
from trace.services.public_id import new_public_id
from trace.services.stamp_opening import open_typed
from trace.standards.event_hash import instant

ACT: Final = "capture"
PORTION: Final = 400
Key = tuple[str, bool]
"""An event's id, and whether it declares an error: what an organisation has once."""


@dataclass(frozen=True)
class Wrong:
    """Why one event is not kept: the standard's name of it, and the problems."""

    exception: str
    number: int
    event_id: str
    problems: tuple[FieldProblem, ...]


@dataclass(frozen=True)
class Sorted:
    """Events to add, events that are there already, and events that cannot be kept."""

    new: list[Ready]
    known: list[Ready]
    wrong: list[Wrong]


def capture(session: Session, actor: Actor, events: list[Ready], behaviour: str, now: datetime) -> Capture:
    """Keep a document's events, all or none for ``rollback``, what is right for ``proceed``.

    Raises:
        NotAllowed: the role captures nothing.
    """
    found = sort_out(session, actor, events)
    keeps = behaviour == "proceed" or not found.wrong
    row = Capture(
        public_id=new_public_id(20),
        org_id=own_org(actor),
        behaviour=behaviour,
        created_at=now,
        created_by=actor.account_id,
        finished_at=now,
        is_success=not found.wrong,
        events=len(events),
        added=len(found.new) if keeps else 0,
        errors=json.dumps([_as_json(one) for one in found.wrong], ensure_ascii=False, default=str),
    )
    session.add(row)
    session.flush()
    if keeps:
        add(session, actor, found.new, now, row.id)
    crashpoint("capture:kept")
    return row


def sort_out(session: Session, actor: Actor, events: Iterable[Ready]) -> Sorted:
    """Look at events beside what is there. Two senders of one organisation wait for each other."""
    org_id = own_org(actor)
    own = select(col(Organisation.id)).where(col(Organisation.id) == org_id)
    session.execute(own.with_for_update(key_share=True))
    right, wrong = _without_faults(session, events)
    for number, uri in foreign(session, actor, right).items():
        one = next(event for event in right if event.number == number)
        wrong.append(_wrong("SecurityException", one, "epcis.not_yours", got=uri))
    refused = {one.number for one in wrong}
    found = Sorted([], [], wrong)
    there = _there(session, org_id, right)
    for one in right:
        if one.number not in refused:
            _place(one, there, found)
    found.wrong.sort(key=lambda one: one.number)
    return found


def add(
    session: Session, actor: Actor, events: Sequence[Ready], now: datetime, capture_id: int | None
) -> None:
    """Write new events, what they are found by, and their leaves."""
    org_id = own_org(actor)
    rows = [_row(actor, org_id, one, now, capture_id) for one in events]
    if not rows:
        return
    numbers = insert_logged(session, "event", rows)
    crashpoint("capture:events")
    add_terms(session, ((row, org_id, one.terms) for row, one in zip(numbers, events, strict=True)))
    said = ({"act": ACT, "event": one.event_id, "hash": one.hash, "by": actor.account_id} for one in events)
    append_leaves(session, "event", said, now)


def _row(actor: Actor, org_id: int, one: Ready, now: datetime, capture_id: int | None) -> dict[str, Any]:
    return {
        "event_id": one.event_id,
        "event_type": str(one.event["type"]),
        "act": ACT,
        "org_id": org_id,
        "subject_kind": "organisation",
        "subject_id": org_id,
        "event_time": datetime.fromisoformat(instant(str(one.event["eventTime"]))),
        "recorded_at": now,
        "recorded_by": actor.account_id,
        "body": one.body,
        "hash": one.hash,
        "capture_id": capture_id,
        **one.columns,
    }


def _without_faults(session: Session, events: Iterable[Ready]) -> tuple[list[Ready], list[Wrong]]:
    right: list[Ready] = []
    wrong: list[Wrong] = []
    for one in events:
        if any(open_typed(session, code) is not None for code in one.suspects):
            wrong.append(_wrong("ValidationException", Ready(one.number), "epcis.stamp_code"))
        elif one.faults:
            wrong.append(Wrong("ValidationException", one.number, "", tuple(problems_of(one))))
        else:
            right.append(one)
    return right, wrong


@dataclass
class _There:
    """Hashes by id and declaration, and which hashes are there under some id."""

    ids: dict[Key, str]
    hashes: set[Key]

    def add(self, event_id: str, hash_: str, declares: bool) -> None:
        self.ids[event_id, declares] = hash_
        self.hashes.add((hash_, declares))


def _there(session: Session, org_id: int, events: Sequence[Ready]) -> _There:
    there = _There({}, set())
    for at in range(0, len(events), PORTION):
        some = events[at : at + PORTION]
        ids, hashes = [one.event_id for one in some], [one.hash for one in some if not one.named]
        for rule in (col(Event.event_id).in_(ids), col(Event.hash).in_(hashes)):
            # The organisation is looked at here: asked for it, SQLite goes through all its events.
            for owner, event_id, hash_, declares in session.execute(_KNOWN.where(rule)):
                if owner == org_id:
                    there.add(event_id, hash_, declares)
    return there


_KNOWN: Final = select(col(Event.org_id), col(Event.event_id), col(Event.hash), col(Event.declares))


def _place(one: Ready, there: _There, found: Sorted) -> None:
    """New, known by its id or, where it has none of its own, by its content; or in conflict."""
    declares = bool(one.columns["declares"])
    same_id = there.ids.get((one.event_id, declares))
    original = there.ids.get((one.event_id, not declares))
    if {same_id, original} - {None, one.hash}:
        found.wrong.append(_wrong("ResourceAlreadyExistsException", one, "epcis.id_taken", got=one.event_id))
    elif same_id is not None or (not one.named and (one.hash, declares) in there.hashes):
        found.known.append(one)
    else:
        there.add(one.event_id, one.hash, declares)
        found.new.append(one)


def _wrong(exception: str, one: Ready, key: str, **params: object) -> Wrong:
    problem = FieldProblem(f"eventList.{one.number}", key, params.get("got"), params)
    return Wrong(exception, one.number, one.event_id, (problem,))


def _as_json(one: Wrong) -> dict[str, Any]:
    problems = [{"field": p.field, "key": p.key, "params": dict(p.params)} for p in one.problems]
    return {"exception": one.exception, "number": one.number, "event": one.event_id, "problems": problems}
