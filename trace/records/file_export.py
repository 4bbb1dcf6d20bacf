"""What was written out for a shop kept by files, and whether a person says that it was uploaded."""

from datetime import datetime

from sqlalchemy import Text
from sqlmodel import Field, SQLModel

from trace.records.columns import blob, maybe_ref, pk, ref


class FileExport(SQLModel, table=True):
    """One filled template. ``hashes`` say which wish of each listing stands in it."""

    __tablename__ = "file_export"

    id: int = pk()
    shop_id: int = ref("shop.id")
    file_name: str = Field(max_length=160)
    content: bytes = blob()
    hashes: str = Field(sa_type=Text)
    pictures: str = Field(sa_type=Text)
    manifest: str = Field(sa_type=Text)
    rows: int
    made_at: datetime
    made_by: int | None = maybe_ref("account.id", index=False)
    confirmed_at: datetime | None = None
    confirmed_by: int | None = maybe_ref("account.id", index=False)
