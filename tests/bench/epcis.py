"""How fast documents are captured over HTTP, beside the reference package that only hashes their events."""

from __future__ import annotations

import itertools
import json
import logging
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from epcis_event_hash_generator.hash_generator import epcis_hashes_from_events
from epcis_event_hash_generator.json_to_py import event_list_from_epcis_document_json

from tests import world
from tests.bench.ruler import Bar
from tests.databases import migrated
from tests.epcis.client import JSON, token_of
from tests.standards import lychee
from trace.db import Database, current_database, is_open, open_database, transaction, use_database
from trace.keyring import Keyring, use_keyring
from trace.services import instance_facts
from trace.settings import Settings
from trace.standards import epcis
from trace.standards.event_hash import BUILT_IN

EVENTS = 500
BOUND = 4.0

_days = itertools.count(1)


class Capture:
    """One application over a fresh SQLite database; a new document before every round."""

    def __init__(self) -> None:
        from trace.app import create_app

        logging.disable(logging.WARNING)  # the package complains of times it reads all the same
        folder = Path(tempfile.mkdtemp(prefix="nongsan-bench-"))
        before = current_database() if is_open() else None
        self.database = _database(folder)
        self.use()
        now = datetime.now(UTC)
        with transaction() as session:
            instance_facts.found(session, public_url="http://localhost", is_demo=False)
            token = token_of(session, world.make_coop(session, now).manager, now)
        self.client = create_app(Settings(instance=folder, public_url="http://localhost")).test_client()
        self.headers = {"Authorization": f"Bearer {token}"}
        use_database(before)
        self.text = ""

    def use(self) -> None:
        """This database, whatever another bar left open."""
        use_database(self.database)
        use_keyring(Keyring(bytes(32)))

    def prepare(self) -> None:
        """The story of a lot, told fifty times at other times of a day of its own."""
        self.text = json.dumps(_document(timedelta(days=-next(_days))))

    def ours(self) -> int:
        """From the request to the answer: read, check, hash, keep with terms and leaves, on disk."""
        self.use()
        answer = self.client.post("/epcis/capture", data=self.text, content_type=JSON, headers=self.headers)
        assert answer.status_code == 202, answer.text
        return EVENTS

    def peer(self) -> int:
        """Read and hash, nothing else."""
        hashes = epcis_hashes_from_events(event_list_from_epcis_document_json(json.loads(self.text)))
        assert len(hashes) == EVENTS
        return EVENTS


def _database(folder: Path) -> Database:
    url = f"sqlite:///{folder / 'bench.sqlite3'}"
    migrated(url)
    return open_database(url)


def _document(later: timedelta) -> dict[str, Any]:
    story = list(lychee.story().values())
    events = [_moved(story[n % len(story)], later + timedelta(seconds=n)) for n in range(EVENTS)]
    told = json.loads(json.dumps(epcis.document(events, lychee.MORNING)))
    told["@context"].append(dict(BUILT_IN))  # the package knows only prefixes it sees declared
    return dict(told)


def _moved(event: dict[str, Any], later: timedelta) -> dict[str, Any]:
    moment = datetime.fromisoformat(event["eventTime"]) + later
    return {**event, "eventTime": moment.isoformat(timespec="milliseconds")}


def bars() -> list[Bar]:
    """Ours keeps what the peer only hashes."""
    both = Capture()
    name = "events captured over http"
    peer = "epcis-event-hash-generator"
    return [Bar(name, "event", both.ours, both.peer, peer, BOUND, both.prepare)]
