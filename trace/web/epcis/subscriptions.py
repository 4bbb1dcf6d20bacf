"""Standing queries: a program is told of new events at an address of its own."""

import json
from typing import Any

from flask import Response, url_for
from sqlmodel import Session

from trace.db import reading
from trace.records.event_subscription import EventSubscription
from trace.services.admission import Act
from trace.services.epcis import subscriptions
from trace.services.epcis.answers import time_text
from trace.texts.catalogs import t
from trace.web.epcis import dialect, pages
from trace.web.epcis.sending import Done, do_once, read_json
from trace.web.visitor import actor, face_language, now, settings, token

door = dialect.door("epcis_subscriptions", __name__)


@door.page("/queries/<query_name>/subscriptions", Act.SUBSCRIBE_EVENTS)
def list_subscriptions(query_name: str) -> Response:
    """Who is told of what the query finds; those that ended are left out."""
    size, after = pages.asked_for("subscriptions")
    with reading() as session:
        rows, following = subscriptions.subscriptions(session, actor(), query_name, size, after)
        listed = [_shown(row, query_name) for row in rows]
    return pages.with_next(dialect.answer(listed), "subscriptions", following)


@door.page("/queries/<query_name>/subscriptions", Act.SUBSCRIBE_EVENTS, methods=["POST"])
def add_subscription(query_name: str) -> Response:
    """Be told, as events come or by a schedule."""
    given = read_json()

    def keep(session: Session) -> Done:
        row = subscriptions.subscribe(
            session,
            actor(),
            token(session),
            query_name,
            given,
            settings().epcis_hosts,
            now(),
            as_links=dialect.as_links(),
        )
        return 201, url_for(
            "epcis_subscriptions.show_subscription", query_name=query_name, subscription_id=row.public_id
        )

    done = do_once(keep)
    public_id = done.headers["Location"].rpartition("/")[2]
    with reading() as session:
        row = subscriptions.subscription(session, actor(), query_name, public_id)
        made = dialect.answer(_shown(row, query_name), 201)
    made.headers["Location"] = done.headers["Location"]
    return made


@door.page("/queries/<query_name>/subscriptions/<subscription_id>", Act.SUBSCRIBE_EVENTS)
def show_subscription(query_name: str, subscription_id: str) -> Response:
    """How a subscription fares."""
    pages.refuse_parameters()
    with reading() as session:
        row = subscriptions.subscription(session, actor(), query_name, subscription_id)
        return dialect.answer(_shown(row, query_name))


@door.page("/queries/<query_name>/subscriptions/<subscription_id>", Act.SUBSCRIBE_EVENTS, methods=["DELETE"])
def remove_subscription(query_name: str, subscription_id: str) -> Response:
    """Be told no more."""

    def forget(session: Session) -> Done:
        subscriptions.unsubscribe(session, actor(), query_name, subscription_id)
        return 204, ""

    return do_once(forget)


def _shown(row: EventSubscription, query_name: str) -> dict[str, Any]:
    """What may be seen of it: never the token; our own fields have our prefix."""
    when = {"schedule": json.loads(row.schedule)} if row.schedule else {"stream": True}
    times = {
        "lastNotifiedAt": row.last_notified_at,
        "minRecordTime": row.run_at or row.initial_record_time,
        "nongsan:nextTryAt": row.next_due_at if row.failures and row.state == "active" else None,
    }
    return {
        "subscriptionID": row.public_id,
        "queryName": query_name,
        "dest": row.dest,
        **when,
        **({"reportIfEmpty": row.report_if_empty} if row.schedule else {}),
        "initialRecordTime": time_text(row.initial_record_time),
        "createdAt": time_text(row.created_at),
        "epcFormat": "Always_GS1_Digital_Link" if row.as_links else "Never_Translates",
        **{name: time_text(moment) for name, moment in times.items() if moment is not None},
        "nongsan:state": row.state,
        "nongsan:failures": row.failures,
        **({"nongsan:lastError": _error(row)} if row.last_error else {}),
    }


def _error(row: EventSubscription) -> str:
    return t(face_language(), row.last_error, status=row.last_status)
