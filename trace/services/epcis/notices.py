"""What a subscriber is sent: a query document with the id of its report, and the signature over it."""

import hashlib
import hmac
import json
import uuid
from dataclasses import dataclass

from sqlmodel import Session

from trace.keyring import current_keyring
from trace.records.capture import EventQuery
from trace.records.event_subscription import EventSubscription
from trace.services.epcis import answers
from trace.services.epcis.delivering import told_events
from trace.services.epcis.subscriptions import sealed_place


@dataclass(frozen=True)
class Notice:
    """A report, ready to be sent; sent again it has the same id and says the same, byte for byte."""

    dest: str
    delivery: int
    body: bytes
    headers: dict[str, str]


def notice(session: Session, row: EventSubscription) -> Notice:
    """The report that is under way for a subscription; its ``batch_at`` is set."""
    assert row.batch_at is not None
    name = session.get_one(EventQuery, row.query_id).name
    events = [answers.event_body(one, as_links=row.as_links) for one in told_events(session, row)]
    said = answers.query_document(events, name, row.batch_at)
    report_id = uuid.uuid5(uuid.UUID(row.public_id), str(row.delivery)).urn
    said["id"] = report_id
    said["epcisBody"]["queryResults"]["subscriptionID"] = row.public_id
    body = json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()
    headers = {
        "Content-Type": "application/json",
        "Idempotency-Key": report_id,
        "GS1-EPC-Format": "Always_GS1_Digital_Link" if row.as_links else "Never_Translates",
    }
    if row.token_sealed is not None:
        token = current_keyring().unseal(row.token_sealed, sealed_place(row.public_id))
        headers["GS1-Signature"] = signature(token, body)
    return Notice(row.dest, row.delivery, body, headers)


def signature(token: bytes, body: bytes) -> str:
    """HMAC-SHA256 with the subscriber's token over the body as it is sent, in hexadecimal digits.

    The bindings leave the kind of signature to the repository and name this one first.
    """
    return f"sha256={hmac.new(token, body, hashlib.sha256).hexdigest()}"
