"""What an event is found by, written beside it in the same transaction."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlmodel import Session

from trace.records.event import EventTerm
from trace.standards.epcis.facets import Term, Words, declared_at, single_values


def columns_of(event: Mapping[str, Any], words: Words | None = None) -> dict[str, Any]:
    """The columns of an event's row that are searched."""
    declared = declared_at(event)
    at = datetime.fromisoformat(declared) if declared else None
    return {
        "declares": declared is not None,
        "declared_at": at,
        **single_values(event, words or Words(event)),
    }


def add_terms(session: Session, org_id: int | None, events: Sequence[tuple[int, Sequence[Term]]]) -> None:
    """Write the terms of events, each given with the number of its row."""
    rows = [
        {
            "event_row": row,
            "org_id": org_id,
            "role": term.role,
            "value": term.value,
            "quantity": term.quantity,
        }
        for row, terms in events
        for term in terms
    ]
    if rows:
        session.connection().execute(insert(EventTerm), rows)
