"""Rows of open data, released with a month's closing and never changed."""

from sqlalchemy import Index, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from trace.records.columns import blob, pk, ref


class OpenRow(SQLModel, table=True):
    """One published row of a table: ``body`` is its JSON, exactly as it is read by anybody.

    ``members`` are the households behind it and their land, packed, where the next month is held against
    them; they are published nowhere.
    """

    __tablename__ = "open_row"
    __table_args__ = (UniqueConstraint("closing_id", "dataset", "key"), Index(None, "dataset", "id"))

    id: int = pk()
    closing_id: int = ref("month_closing.id", index=False)
    dataset: str = Field(max_length=16)
    key: str = Field(max_length=120)
    body: str = Field(sa_type=Text)
    members: bytes | None = blob(default=None, nullable=True)
