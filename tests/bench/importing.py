"""How fast a file of households goes in, beside openpyxl, a model a row and objects added one by one."""

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
from tests.world import make_org
from trace.db import Database, current_database, is_open, open_database, transaction, use_database
from trace.keyring import Keyring, current_keyring, use_keyring
from trace.records.account import Role
from trace.records.columns import NEW_SCHEME
from trace.records.household import Household
from trace.records.import_run import ImportRun
from trace.services.admission import Actor
from trace.services.households import HouseholdIn, household_key, phone_place
from trace.services.importing.runs import ImportOrder, import_file

ROWS = 10_000
HEAD = (*sheets.HOUSEHOLDS, "Số căn cước", "Xã cũ", "Ngày tập huấn", "Hợp tác xã", "Ghi chú")


class Import:
    """One file of nine columns, one fresh database, two ways in."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="nongsan-bench-"))
        self.now = datetime(2026, 6, 12, tzinfo=UTC)
        self.database = self._database()
        with self._in_use(), transaction() as session:
            self.org = make_org(session, self.now, name="HTX đo tốc độ").id
        rows = [
            (f"TH-{n:06}", f"Nguyễn Văn Thực {n}", f"09{10_000_000 + n}", "xã Thanh Hà", "", "", "01/06/2026",
             "HTX đo tốc độ", "")
            for n in range(ROWS)
        ]  # fmt: skip
        self.path = sheets.xlsx(self.folder / "a.xlsx", A=[HEAD, *rows])

    def _database(self) -> Database:
        url = f"sqlite:///{self.folder / 'bench.sqlite3'}"
        before = current_database() if is_open() else None
        migrated(url)
        use_database(before)
        return open_database(url)

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
        session.execute(delete(Household))
        session.execute(delete(ImportRun))


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
    return [Bar("households imported", "row", both.ours, both.peer, "openpyxl, model, add_all", 4.0)]
