"""What an event is found by, written beside it in the same transaction."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session

from trace.records.event import EventTerm
from trace.row_writes import insert_rows
from trace.standards.epcis.facets import Term, Words, declared_at, single_values

_TERMS = EventTerm.__table__  # type: ignore[attr-defined]
_COLUMNS = ("event_row", "org_id", "role", "value", "quantity")


def columns_of(event: Mapping[str, Any], words: Words | None = None) -> dict[str, Any]:
    """The columns of an event's row that are searched."""
    declared = declared_at(event)
    at = datetime.fromisoformat(declared) if declared else None
    return {
        "declares": declared is not None,
        "declared_at": at,
        **single_values(event, words or Words(event)),
    }


def add_terms(session: Session, events: Iterable[tuple[int, int | None, Sequence[Term]]]) -> None:
    """Write the terms of events, each given with the number of its row and its organisation."""
    rows = [(row, org_id, *term) for row, org_id, terms in events for term in terms]
    insert_rows(session.connection(), _TERMS, _COLUMNS, rows)
