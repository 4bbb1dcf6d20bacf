"""Photos people take in the orchard: of a harvest lot, or of what a diary entry says was done."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from trace.records.columns import blob, check, maybe_ref, pk, ref


class FieldPhoto(SQLModel, table=True):
    """A photo as we made it anew: a JPEG without the camera's data. ``small`` is the same for a list.

    ``sha256`` is that of ``data``; the log holds it.
    """

    __tablename__ = "field_photo"
    __table_args__ = (
        UniqueConstraint("lot_id", "sha256"),
        UniqueConstraint("entry_id", "sha256"),
        check("subject", "(lot_id IS NULL) <> (entry_id IS NULL)"),
    )

    id: int = pk()
    org_id: int = ref("organisation.id")
    household_id: int = ref("household.id")
    lot_id: int | None = maybe_ref("lot.id", index=False)
    entry_id: int | None = maybe_ref("diary_entry.id", index=False)
    sha256: str = Field(max_length=64)
    width: int
    height: int
    data: bytes = blob()
    small: bytes = blob()
    acted_for: bool = False
    recorded_at: datetime
    recorded_by: int | None = maybe_ref("account.id", index=False)
