"""Imports from a spreadsheet: who brought in what, and how it went."""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from trace.records.columns import big, blob, maybe_ref, pk, ref


class ImportRun(SQLModel, table=True):
    """One file: its fingerprint and how many rows went in or were refused.

    ``imported_by`` and ``undone_by`` are accounts' numbers without a constraint: accounts point at
    households, and households at the import they came with. ``key_sealed`` is the key under which its rows
    are marked; runs of before have none and are not undone. One that was undone has ``undone_at``, how many
    rows went back and how many stayed; its ``request_id`` is let go, so that the file may come again.
    """

    __tablename__ = "import_run"
    __table_args__ = (UniqueConstraint("noun", "org_id", "request_id"),)

    id: int = pk()
    noun: str = Field(max_length=16)
    org_id: int | None = maybe_ref("organisation.id")
    request_id: str = Field(max_length=64)
    file_name: str = Field(max_length=160)
    file_sha256: str = Field(max_length=64)
    rows_good: int
    rows_bad: int
    imported_at: datetime
    imported_by: int | None = None
    key_sealed: bytes | None = blob(default=None, nullable=True)
    undone_at: datetime | None = None
    undone_by: int | None = None
    rows_back: int | None = None
    rows_kept: int | None = None


class ImportRow(SQLModel, table=True):
    """One row an import made or changed, so that it can be taken back.

    ``thing`` names its table and ``row_id`` its number there, without a constraint: what was taken back is
    gone. ``mark`` is a keyed digest of the row as the import left it: whoever changes the row since is
    seen. ``was_sealed`` holds what a changed row said before. ``file_row`` is its place in the sheet.
    """

    __tablename__ = "import_row"
    __table_args__ = (Index(None, "thing", "row_id"),)

    id: int = pk()
    run_id: int = ref("import_run.id")
    thing: str = Field(max_length=16)
    row_id: int = big()
    file_row: int | None = None
    mark: bytes = blob()
    was_sealed: bytes | None = blob(default=None, nullable=True)


class ImportUpload(SQLModel, table=True):
    """A file under check in the browser, sealed like the phones it holds; gone after a day."""

    __tablename__ = "import_upload"

    id: int = pk()
    token: str = Field(max_length=32, unique=True)
    account_id: int = ref("account.id")
    noun: str = Field(max_length=16)
    file_name: str = Field(max_length=160)
    file_sha256: str = Field(max_length=64)
    sealed: bytes = blob()
    uploaded_at: datetime = Field(index=True)
