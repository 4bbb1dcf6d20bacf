"""Questions under a name."""

import json
from typing import Any

from flask import Response, url_for
from sqlmodel import Session

from trace.db import reading
from trace.errors import FieldProblem, Invalid
from trace.records.capture import EventQuery
from trace.services.admission import Act
from trace.services.epcis import named_queries
from trace.web.epcis import dialect, events, pages
from trace.web.epcis.sending import Done, do_once, read_json
from trace.web.visitor import actor, now

door = dialect.door("epcis_queries", __name__)


@door.page("/queries", Act.READ_EVENTS)
def list_queries() -> Response:
    """The organisation's named queries."""
    size, after = pages.asked_for("queries")
    with reading() as session:
        rows, following = named_queries.queries(session, actor(), size, after)
        listed = [_definition(row) for row in rows]
    return pages.with_next(dialect.answer(listed), "queries", following)


@door.page("/queries", Act.READ_EVENTS, methods=["POST"])
def add_query() -> Response:
    """Keep a question under a name."""
    given = read_json()
    if not isinstance(given, dict) or set(given) - {"name", "query"}:
        raise Invalid([FieldProblem("", "epcis.type", None, {"expected": "{name, query}", "got": "–"})])

    def keep(session: Session) -> Done:
        row = named_queries.keep(session, actor(), given.get("name"), given.get("query"), now())
        return 201, url_for("epcis_queries.show_query", query_name=row.name)

    return do_once(keep)


@door.page("/queries/<query_name>", Act.READ_EVENTS)
def show_query(query_name: str) -> Response:
    """A named query's definition."""
    pages.refuse_parameters()
    with reading() as session:
        return dialect.answer(_definition(named_queries.query_named(session, actor(), query_name)))


@door.page("/queries/<query_name>", Act.READ_EVENTS, methods=["DELETE"])
def remove_query(query_name: str) -> Response:
    """Forget a named query and end its subscriptions."""

    def forget(session: Session) -> Done:
        named_queries.forget(session, actor(), query_name)
        return 204, ""

    return do_once(forget)


@door.page("/queries/<query_name>/events", Act.READ_EVENTS)
def query_events(query_name: str) -> Response:
    """What a named query finds now; paging is all that can be added."""
    with reading() as session:
        row = named_queries.query_named(session, actor(), query_name)
        size = {name: values for name, values in pages.given().items() if name == "perPage"}
        pages.asked_for(row.name)
        return events.page_of(session, named_queries.question_of(row, size), row.name)


def _definition(row: EventQuery) -> dict[str, Any]:
    return {"name": row.name, "query": json.loads(row.query)}
