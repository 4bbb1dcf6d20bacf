"""Visitors of verdict pages, and a stamp in every state."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import Session
from werkzeug.test import TestResponse

from tests import stamped, world
from trace.db import transaction
from trace.records.stamp import KeyState, StampBlock, StampKeyRow

JSON = {"Accept": "application/json"}


@dataclass
class Stamps:
    """A block of a cooperative whose lot is out for sale."""

    coop: world.Coop
    lot: Any
    block: StampBlock
    folder: Path

    def code(self, serial: int) -> str:
        with transaction() as session:
            return stamped.code_of(session, self.block.kid, serial)


def visitor(app: Flask, number: int = 1) -> FlaskClient:
    """A device in a network of its own."""
    client = app.test_client()
    client.environ_base["REMOTE_ADDR"] = f"10.{number // 250}.{number % 250}.9"
    client.environ_base["HTTP_USER_AGENT"] = f"Mozilla/5.0 phone {number}"
    return client


def ask(client: FlaskClient, code: str, lang: str = "vi", **more: Any) -> TestResponse:
    """The answer for a program, once the writer has stored it."""
    answer = client.get(f"/{code}", headers={**JSON, "Accept-Language": lang, **more})
    settle(client.application)
    return answer


def settle(app: Flask) -> None:
    """Wait until every queued scan is stored."""
    app.extensions["scan_writer"].close()


def make_stamps(folder: Path, now: datetime, **lot: Any) -> Stamps:
    with transaction() as session:
        coop = world.make_coop(session, now)
        days = {"harvested_on": now.date(), "packed_on": now.date(), "released_at": now}
        row = world.make_lot(session, now, coop.plot, coop.product, **{**days, **lot})
        block = stamped.make_block(session, now, coop, folder)
        return Stamps(coop, row, block, folder)


def activate(stamps: Stamps, now: datetime) -> None:
    with transaction() as session:
        stamped.activate(session, now, stamps.block, stamps.lot)


@pytest.fixture
def stamps(app: Flask, tmp_path: Path) -> Any:
    """An activated block, seen by nobody yet."""
    now = datetime.now(UTC) - timedelta(hours=1)
    made = make_stamps(tmp_path / "keys", now)
    activate(made, now)
    yield made
    settle(app)


def spoil_key(session: Session, kid: int, at: datetime) -> None:
    key = session.get(StampKeyRow, kid)
    key.state, key.compromised_at = KeyState.COMPROMISED, at
