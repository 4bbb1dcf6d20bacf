"""Imports from a spreadsheet: who brought in what, and how it went."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from trace.records.columns import blob, maybe_ref, pk, ref


class ImportRun(SQLModel, table=True):
    """One file: its fingerprint and how many rows went in or were refused.

    ``imported_by`` is an account's number without a constraint: accounts point at households, and
    households at the import they came with.
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
