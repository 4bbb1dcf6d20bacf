"""How fast a file of households goes in, beside openpyxl, a model a row and objects added one by one; and how
fast a thousand rows of each noun are checked, beside openpyxl reading them and doing nothing else."""

from __future__ import annotations

import secrets
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlmodel import Session, delete

from tests.bench.ruler import Bar
from tests.databases import migrated
from tests.services import sheets
from tests.services.import_rows import ROWS as ROWS_OF
from tests.services.import_rows import sender
from tests.world import make_coop, make_org
from trace.db import (
    Database,
    current_database,
    is_open,
    open_database,
    reading,
    transaction,
    use_database,
)
from trace.keyring import Keyring, current_keyring, use_keyring
from trace.records.account import Role
from trace.records.columns import NEW_SCHEME
from trace.records.household import Household
from trace.records.import_run import ImportRow, ImportRun
from trace.records.training import TrainingAttendance, TrainingSession
from trace.services.admission import Actor
from trace.services.households import HouseholdIn, household_key, phone_place
from trace.services.importing.runs import NOUNS, ImportOrder, import_file

ROWS, CHECKED = 10_000, 1_000
NOW = datetime(2026, 6, 12, tzinfo=UTC)
SLOWEST = 0.2
"""A check may cost so many times reading (its inverse): cells are judged, places and codes looked up."""
HEAD = (*sheets.HOUSEHOLDS, "Số căn cước", "Xã cũ", "Ngày tập huấn", "Hợp tác xã", "Ghi chú")


class Import:
    """One file of nine columns, one fresh database, two ways in."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="nongsan-bench-"))
        self.now = NOW
        self.database = _fresh(self.folder)
        with self._in_use(), transaction() as session:
            self.org = make_org(session, self.now, name="HTX đo tốc độ").id
        rows = [
            (f"TH-{n:06}", f"Nguyễn Văn Thực {n}", f"09{10_000_000 + n}", "xã Thanh Hà", "", "", "01/06/2026",
             "HTX đo tốc độ", "")
            for n in range(ROWS)
        ]  # fmt: skip
        self.path = sheets.xlsx(self.folder / "a.xlsx", A=[HEAD, *rows])

    def _in_use(self) -> _Use:
        return _Use(self.database)

    def ours(self) -> int:
        """The import as it is."""
        with self._in_use(), transaction() as session:
            order = ImportOrder("farms", self.path, "a.xlsx", secrets.token_hex(8))
            report = import_file(session, Actor(None, Role.COOP_MANAGER, self.org), order, self.now).report
            assert report.good == ROWS
            self._clear(session)
        return ROWS

    def peer(self) -> int:
        """What one writes first: openpyxl row by row, a model each, ``add_all`` and one commit."""
        import openpyxl

        with self._in_use(), transaction() as session:
            sheet = openpyxl.load_workbook(self.path, read_only=True).worksheets[0]
            rows = sheet.iter_rows(min_row=2, values_only=True)
            session.add_all([self._row(cells) for cells in rows])
            session.flush()
            self._clear(session)
        return ROWS

    def _row(self, cells: tuple[Any, ...]) -> Household:
        given = HouseholdIn(code=cells[0], name=cells[1], phone=cells[2], commune="10813")
        sealed = current_keyring().seal((given.phone or "").encode(), phone_place(self.org, given.code))
        return Household(
            org_id=self.org,
            code=given.code,
            name=given.name,
            search_key=household_key(given.code, given.name),
            phone_sealed=sealed,
            commune_scheme=NEW_SCHEME,
            commune_code="10813",
            created_at=self.now,
        )

    @staticmethod
    def _clear(session: Session) -> None:
        for table in (TrainingAttendance, TrainingSession, ImportRow, Household, ImportRun):
            session.execute(delete(table))


class Check:
    """A thousand good rows of one noun, looked at and not written, and the same file read by openpyxl.

    Both stand once it is measured: what the rows name is in the registry, none of the rows is.
    """

    def __init__(self, noun: str) -> None:
        self.noun = noun
        self.folder: Path | None = None

    def prepare(self) -> None:
        """Registry and file, made once."""
        if self.folder is not None:
            return
        self.folder = Path(tempfile.mkdtemp(prefix="nongsan-bench-"))
        self.database = _fresh(self.folder)
        with _Use(self.database), transaction() as session:
            coop = make_coop(session, NOW, name="HTX đo tốc độ")
            self.actor = sender(self.noun, coop)
            rows = ROWS_OF[self.noun](session, NOW, coop, CHECKED)
        self.path = sheets.xlsx(self.folder / "a.xlsx", A=rows)

    def ours(self) -> int:
        """What the page of a file under check does before it is shown."""
        with _Use(self.database), reading() as session:
            order = ImportOrder(self.noun, self.path, "a.xlsx", dry_run=True)
            report = import_file(session, self.actor, order, NOW).report
        assert (report.good, report.bad) == (CHECKED, 0)
        return CHECKED

    def peer(self) -> int:
        """Every cell of every row, and no more."""
        import openpyxl

        sheet = openpyxl.load_workbook(self.path, read_only=True).worksheets[0]
        return len([row for row in sheet.iter_rows(min_row=2, values_only=True) if any(row)])


def _fresh(folder: Path) -> Database:
    """A migrated database in a folder."""
    url = f"sqlite:///{folder / 'bench.sqlite3'}"
    before = current_database() if is_open() else None
    migrated(url)
    use_database(before)
    return open_database(url)


class _Use:
    """The bench's database and a key of its own, for as long as the block lasts."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def __enter__(self) -> None:
        use_database(self.database)
        use_keyring(Keyring(bytes(32)))

    def __exit__(self, *_: object) -> None:
        use_database(None)
        use_keyring(None)


def bars() -> list[Bar]:
    """Four times the ordinary way, with sealing, search keys and a check of every cell on both sides.

    The confined process that parses for us works beside and is not counted: a quarter of our time more.
    """
    both = Import()
    checks = [Check(noun) for noun in NOUNS]
    return [
        Bar("households imported", "row", both.ours, both.peer, "openpyxl, model, add_all", 4.0),
        *(
            Bar(f"{one.noun} checked", "row", one.ours, one.peer, "openpyxl reading", SLOWEST, one.prepare)
            for one in checks
        ),
    ]
