"""Texts people typed of which a leaf tells only that they stood there: each in a row that can be emptied."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from trace.records.columns import maybe_ref, pk


class TypedText(SQLModel, table=True):
    """A reason or note that is kept nowhere else; ``household_id`` where it is about one household.

    The log holds the row by a commitment: emptied, its salt is gone, and the leaf still checks.
    """

    __tablename__ = "typed_text"

    id: int = pk()
    kind: str = Field(max_length=24)
    text: str = Field(max_length=600)
    household_id: int | None = maybe_ref("household.id")
    typed_at: datetime
    typed_by: int | None = maybe_ref("account.id", index=False)
