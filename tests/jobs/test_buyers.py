"""Nothing of a buyer stays: not in a table, a log, a dead letter, an export or a copy of the database.

Every simulator tells names, telephones and addresses with every order, and what stands between us and it
puts them where no field of an order would be looked for: into refusals, broken answers, pushes and records
that cannot be read. What was told is counted, so that a search which finds nothing has something to find.
"""

import json
import sqlite3
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import structlog
from sqlalchemy import make_url, select, text

from marketplaces.wire import Call, Raw, Timeouts, Transport, Wire
from tests.jobs.market import Market, Stand, open_stand, orders
from tests.jobs.test_pulling_orders import sell
from tests.web.grounds import dump
from trace.db import Database, reading, transaction
from trace.logbook import start_logging
from trace.records.job import BadRecord
from trace.services import market_pushes, shop_tokens, statistics
from trace.services.statistics import Dimension, Question
from trace.standards.local_time import local_day

NAME, PHONE, STREET, NOTE = "Nguyễn Thị Thử", "900000000", "1 Phố Thử", "Gọi trước khi giao"
SAID = f"{NAME}, +84{PHONE}, {STREET}: {NOTE}"
WORDS = (NAME, PHONE, STREET, NOTE, "nguoi_mua", "nguoi.mua", "880012345", "030000000000")
BUYER = sorted({*WORDS, *(json.dumps(word)[1:-1] for word in WORDS)})
"""Also as JSON escapes them."""


@dataclass
class Gossip:
    """The wire, with a buyer's words put into what comes back; ``heard`` is all of it."""

    heard: list[str] = field(default_factory=list)
    spoil: str = ""
    wire: Transport = field(default_factory=Wire)

    def send(self, call: Call, timeouts: Timeouts, deadline: float) -> Raw:
        told = self.wire.send(call, timeouts, deadline)
        if self.spoil and self.spoil_is_due(call):
            told = {"refusal": self.refusal, "broken": self.broken, "unreadable": self.unreadable}[
                self.spoil
            ](told)
        self.heard.append(_plain(told.body))
        return told

    def spoil_is_due(self, call: Call) -> bool:
        """Tokens and shelves are left alone."""
        return "order" in call.url.lower()

    def refusal(self, told: Raw) -> Raw:
        """Every word a marketplace might refuse with, all at once."""
        words = {
            "error": "error_param",
            "code": "999999",
            "message": SAID,
            "errors": [SAID],
            "success": False,
        }
        return Raw(400, told.headers, json.dumps({**words, "msg": SAID, "detail": SAID}).encode())

    def broken(self, told: Raw) -> Raw:
        return Raw(200, told.headers, f'{{"buyer": "{SAID}", '.encode())

    def unreadable(self, told: Raw) -> Raw:
        """Amounts become the buyer's words, so that records fall to the dead letters."""
        return Raw(told.status, told.headers, json.dumps(_spoilt(json.loads(told.body))).encode())


def _plain(body: bytes) -> str:
    """As a person reads it, whatever letters are escaped."""
    try:
        return json.dumps(json.loads(body), ensure_ascii=False)
    except ValueError:
        return body.decode(errors="replace")


MONEY = ("price", "amount", "qty", "quantity")


def _spoilt(value: Any, name: str = "") -> Any:
    if isinstance(value, dict):
        return {key: _spoilt(item, key.lower()) for key, item in value.items()}
    if isinstance(value, list):
        return [_spoilt(item, name) for item in value]
    return SAID if any(word in name for word in MONEY) and "order" not in name else value


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Any:
    """The product's own logs instead of the tests'."""
    before = structlog.get_config()
    start_logging()
    yield capfd
    structlog.configure(**before)


def season(stand: Stand, gossip: Gossip) -> None:
    """Good readings, pushes, refusals, broken answers, records that cannot be read, and their next tries."""
    numbers = sell(stand, 12, days=2)
    stand.run()
    push(stand, numbers[0])
    for spoil in ("refusal", "broken", "unreadable"):
        stand.travel(minutes=45)
        stand.market.control("complete", order=numbers.pop())
        stand.market.control("cancel", order=numbers.pop())
        gossip.spoil = spoil
        stand.run()
        stand.run("reconcile")
    gossip.spoil = "unreadable"
    for _ in range(8):  # until the records are dead
        stand.travel(hours=20)
        stand.run()
    gossip.spoil = ""


def push(stand: Stand, order: str) -> None:
    """What a push says goes into the inbox as the page of pushes puts it there."""
    try:
        told = stand.market.control("push", order=order, url="http://127.0.0.1:9/x", send=False)
    except AssertionError:  # Tiki's hints wait in its queue
        stand.run("pull_events")
        return
    with reading() as session:
        credentials = shop_tokens.read_tokens(session, stand.shop.id).credentials
    body = {**told["body"], "buyer_name": NAME, "buyer_phone": PHONE, "note": SAID}
    hint = stand.desk.open(stand.market.spec.name, credentials).read_push(json.dumps(body).encode())
    with transaction() as session:
        market_pushes.take_in(session, stand.market.spec.name, stand.shop.ext_shop_id, hint, stand.now())
    stand.run("read_pushes")


def copies(database_url: str, folder: Path) -> bytes:
    """The files of the database as they lie there, and a copy made by its own means."""
    path = make_url(database_url).database or ""
    copy = folder / "copy.sqlite3"
    with sqlite3.connect(path) as source, sqlite3.connect(copy) as target:
        source.backup(target)
    files = [copy, *Path(path).parent.glob(f"{Path(path).name}*")]
    return b"".join(file.read_bytes() for file in files)


def exported(stand: Stand) -> str:
    """The sales as the office takes them away."""
    with reading() as session:
        first, last = local_day(stand.now()) - timedelta(days=30), local_day(stand.now())
        return repr(
            [statistics.sales(session, stand.coop.boss, Question(first, last, by)) for by in Dimension]
        )


def test_nothing_of_a_buyer_stays_anywhere(
    sqlite: Database, sqlite_url: str, any_market: Market, tmp_path: Path, log: Any
) -> None:
    stand = open_stand(any_market, tmp_path)
    gossip = Gossip()
    stand.desk.transport = lambda: gossip
    season(stand, gossip)
    heard = "\n".join(gossip.heard)
    assert all(word in heard for word in (NAME, PHONE, STREET)), "nothing was told that could be kept"
    assert len(orders()) == 12
    with reading() as session:
        dead = session.execute(select(BadRecord)).scalars().all()
    assert dead, "no record fell to the dead letters"
    out, err = log.readouterr()
    kept = {
        "tables": json.dumps(dump(), ensure_ascii=False, default=str),
        "dead letters": repr(dead),
        "logs": out + err,
        "export": exported(stand),
        "copy": copies(sqlite_url, tmp_path).decode(errors="replace"),
    }
    found = [(place, word) for place, said in kept.items() for word in BUYER if word in said]
    assert found == []
    assert "sync_shop" in kept["logs"]
    assert next(iter(orders())) in kept["copy"]


def test_the_same_search_finds_what_was_kept(
    sqlite: Database, sqlite_url: str, tmp_path: Path, lite: Stand
) -> None:
    with transaction() as session:
        session.execute(text("UPDATE shop SET last_error = :said"), {"said": SAID})
    assert NAME in copies(sqlite_url, tmp_path).decode(errors="replace")
    assert NAME in json.dumps(dump(), ensure_ascii=False, default=str)
