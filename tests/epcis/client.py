"""A program that speaks to ``/epcis`` with a token of one account."""

import json
from datetime import datetime
from typing import Any
from urllib.parse import quote

from flask import Flask
from sqlmodel import Session
from werkzeug.test import TestResponse

from trace.records.account import Account
from trace.services import api_tokens
from trace.standards import epcis
from trace.standards.epcis.documents import DEFAULT_CONTEXT
from trace.standards.event_hash import event_hash, namespaces_of

JSON = "application/json"


def token_of(session: Session, account: Account, now: datetime) -> str:
    return api_tokens.issue_token(session, account.login, "test", now)[1]


class Program:
    """Asks and sends; ``token`` empty is nobody."""

    def __init__(self, app: Flask, token: str = "") -> None:
        self.client = app.test_client()
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}

    def get(self, path: str, headers: dict[str, str] | None = None, **params: Any) -> TestResponse:
        found = {name: "|".join(v) if isinstance(v, list) else str(v) for name, v in params.items()}
        return self.client.get(
            f"/epcis{path}", query_string=found, headers={**self.headers, **(headers or {})}
        )

    def post(self, path: str, body: Any, headers: dict[str, str] | None = None) -> TestResponse:
        data = body if isinstance(body, (str, bytes)) else json.dumps(body)
        sent = {**self.headers, "Content-Type": JSON, **(headers or {})}
        return self.client.post(f"/epcis{path}", data=data, headers=sent)

    def delete(self, path: str) -> TestResponse:
        return self.client.delete(f"/epcis{path}", headers=self.headers)

    def options(self, path: str) -> TestResponse:
        return self.client.options(f"/epcis{path}", headers=self.headers)

    def capture(self, body: Any, headers: dict[str, str] | None = None) -> dict[str, Any]:
        """Send a document and read what became of it."""
        answer = self.post("/capture", body, headers)
        assert answer.status_code == 202, answer.text
        job: dict[str, Any] = self.client.get(answer.headers["Location"], headers=self.headers).json
        return job

    def event(self, event_id: str) -> TestResponse:
        return self.get(f"/events/{quote(event_id, safe='')}")

    def events(self, path: str = "/events", **params: Any) -> list[dict[str, Any]]:
        """All events that match, over all pages, each whole by itself."""
        found: list[dict[str, Any]] = []
        answer = self.get(path, **params)
        while True:
            assert answer.status_code == 200, answer.text
            found += whole_events(answer.json)
            following = next_address(answer)
            if following is None:
                return found
            answer = self.client.get(following, headers=self.headers)


def next_address(answer: TestResponse) -> str | None:
    link = answer.headers.get("Link")
    return link[1 : link.index(">")] if link and 'rel="next"' in link else None


def whole_events(document: dict[str, Any]) -> list[dict[str, Any]]:
    """A query document's events with their contexts."""
    assert document["type"] == "EPCISQueryDocument"
    listed = document["epcisBody"]["queryResults"]["resultsBody"]["eventList"]
    return [{**event, "@context": event.get("@context", document["@context"])} for event in listed]


def document(*events: dict[str, Any], context: Any = None, **more: Any) -> dict[str, Any]:
    """An EPCISDocument around events."""
    return {
        "@context": context or list(epcis.CONTEXT),
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": "2026-06-10T08:00:00.000+07:00",
        "epcisBody": {"eventList": list(events)},
        **more,
    }


def seen(n: int = 0, **changed: Any) -> dict[str, Any]:
    """A small event of goods that nobody here knows; ``n`` makes it another."""
    event = {
        "type": "ObjectEvent",
        "action": "OBSERVE",
        "eventTime": f"2026-06-0{1 + n // 60 % 9}T08:{n % 60:02}:00.000+07:00",
        "eventTimeZoneOffset": "+07:00",
        "bizStep": "receiving",
        "disposition": "in_progress",
        "readPoint": {"id": "urn:epc:id:sgln:4012345.00001.0"},
        "quantityList": [
            {"epcClass": f"urn:epc:class:lgtin:4012345.012345.L{n}", "quantity": 1.5, "uom": "KGM"}
        ],
    }
    event.update(changed)
    return {name: value for name, value in event.items() if value is not None}


def hash_of(event: dict[str, Any], context: Any = DEFAULT_CONTEXT) -> str:
    return event_hash(event, namespaces_of(context))
