"""What the log last said of each row, in a file on the disk: five million rows take no memory."""

import sqlite3
import tempfile
from collections.abc import Iterator, Mapping
from types import TracebackType

UNTOLD = "?"
"""Of a row whose newest leaf was itself changed: it can not be compared."""
BATCH = 5_000


class Newest:
    """Said in the log's order; asked for by table, in the order of the rows' numbers."""

    def __init__(self) -> None:
        self._file = tempfile.NamedTemporaryFile(prefix="nongsan-audit-")  # noqa: SIM115
        self._said = sqlite3.connect(self._file.name, isolation_level=None)
        for pragma in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -32000"):
            self._said.execute(f"PRAGMA {pragma}")
        self._said.execute(
            "CREATE TABLE said (tab TEXT, num INTEGER, entry TEXT, leaf TEXT, PRIMARY KEY (tab, num)) "
            "WITHOUT ROWID"
        )
        self._waiting: list[tuple[str, int, str, str]] = []

    def say(self, rows: Mapping[str, str], leaf: str) -> None:
        """A leaf holds these rows; ``leaf`` is how it is named to people."""
        for name, entry in rows.items():
            table, _, number = name.partition("/")
            self._waiting.append((table, int(number), entry, leaf))
        if len(self._waiting) >= BATCH:
            self._flush()

    def of(self, table: str) -> Iterator[tuple[int, str, str]]:
        """Number, entry and leaf of each row of a table, by number."""
        self._flush()
        question = "SELECT num, entry, leaf FROM said WHERE tab = ? ORDER BY num"
        yield from self._said.execute(question, (table,))

    def _flush(self) -> None:
        self._said.execute("BEGIN")
        self._said.executemany("INSERT OR REPLACE INTO said VALUES (?, ?, ?, ?)", self._waiting)
        self._said.execute("COMMIT")
        self._waiting.clear()

    def __enter__(self) -> "Newest":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trail: TracebackType | None
    ) -> None:
        self._said.close()
        self._file.close()
