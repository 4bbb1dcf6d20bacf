"""Documents in one SQLite file, or in memory: all that a simulator must not lose when it is killed."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Body = dict[str, Any]

SCHEMA = """
CREATE TABLE IF NOT EXISTS doc (
    market TEXT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL,
    shop TEXT NOT NULL DEFAULT '', at INTEGER NOT NULL DEFAULT 0, body TEXT NOT NULL,
    PRIMARY KEY (market, kind, id)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS doc_at ON doc (market, kind, shop, at);
"""


class Store:
    """One connection behind one lock; every ``work`` block is one transaction."""

    def __init__(self, path: Path | None = None) -> None:
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path or ":memory:", check_same_thread=False, isolation_level=None)
        self._lock = threading.RLock()
        self._depth = 0
        self._db.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;" + SCHEMA)

    @contextmanager
    def work(self) -> Iterator[None]:
        """Hold the lock; commit at the end of the outermost block, roll back when it fails."""
        with self._lock:
            if self._depth:
                yield
                return
            self._db.execute("BEGIN IMMEDIATE")
            self._depth = 1
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            else:
                self._db.execute("COMMIT")
            finally:
                self._depth = 0

    def put(
        self, market: str, kind: str, name: str, body: Mapping[str, Any], shop: str = "", at: int = 0
    ) -> None:
        """Write or replace one document."""
        row = (market, kind, name, shop, at, json.dumps(body, ensure_ascii=False))
        with self.work():
            self._db.execute("INSERT OR REPLACE INTO doc VALUES (?, ?, ?, ?, ?, ?)", row)

    def get(self, market: str, kind: str, name: str) -> Body | None:
        """One document, or None."""
        with self._lock:
            row = self._db.execute(
                "SELECT body FROM doc WHERE market = ? AND kind = ? AND id = ?", (market, kind, name)
            ).fetchone()
        return json.loads(row[0]) if row else None

    def every(self, market: str, kind: str, shop: str | None = None) -> list[Body]:
        """Documents of one kind, oldest first."""
        query = (
            "SELECT body FROM doc WHERE market = ? AND kind = ? AND (? IS NULL OR shop = ?) ORDER BY at, id"
        )
        with self._lock:
            rows = self._db.execute(query, (market, kind, shop, shop)).fetchall()
        return [json.loads(row[0]) for row in rows]

    def keys(self, market: str, kind: str, shop: str, since: int, until: int) -> list[tuple[str, int]]:
        """Names and times of a shop's documents in a span (both ends included), newest first."""
        query = """SELECT id, at FROM doc WHERE market = ? AND kind = ? AND shop = ? AND at BETWEEN ? AND ?
                   ORDER BY at DESC, id DESC"""
        with self._lock:
            return self._db.execute(query, (market, kind, shop, since, until)).fetchall()

    def number(self, market: str, name: str, first: int) -> int:
        """The next number of a series that begins at ``first``."""
        with self.work():
            body = self.get(market, "number", name) or {"next": first}
            self.put(market, "number", name, {"next": body["next"] + 1})
            return int(body["next"])

    def forget(self, market: str) -> None:
        """Remove all of one marketplace."""
        with self.work():
            self._db.execute("DELETE FROM doc WHERE market = ?", (market,))
