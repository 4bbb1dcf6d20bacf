"""What people who scanned a stamp report of it, and what they were answered."""

from datetime import datetime

from sqlalchemy import Index, Text
from sqlmodel import Field, SQLModel

from trace.records.columns import big, blob, check, maybe_ref, pk, ref


class ProblemReport(SQLModel, table=True):
    """One report. ``public_id`` is its tracking number; ``mark`` that of its sending, so that a resent form
    makes no second one.

    Of a stamp that was issued its key and serial are kept, of another what was asked for (``code``).
    ``state`` is the verdict of that moment. ``contact_sealed`` is emptied after a while.
    """

    __tablename__ = "problem_report"
    __table_args__ = (
        check("answered", "(answered_at IS NULL) = (answer = '')"),
        Index(None, "reported_at"),
    )

    id: int = pk()
    public_id: str = Field(max_length=16, unique=True)
    mark: str = Field(max_length=64, unique=True)
    kid: int | None = None
    serial: int | None = big(default=None, nullable=True)
    code: str = Field(default="", max_length=40)
    state: str = Field(max_length=16)
    org_id: int | None = maybe_ref("organisation.id")
    commune_code: str | None = Field(default=None, max_length=8)
    lot_id: int | None = maybe_ref("lot.id")
    product_id: int | None = maybe_ref("product.id", index=False)
    text: str = Field(sa_type=Text)
    place: str = Field(default="", max_length=200)
    language: str = Field(default="vi", max_length=2)
    contact_sealed: bytes | None = blob(default=None, nullable=True)
    reported_at: datetime
    answer: str = Field(default="", sa_type=Text)
    answered_at: datetime | None = None
    answered_by: int | None = maybe_ref("account.id", index=False)


class ProblemPhoto(SQLModel, table=True):
    """The picture that came with a report, as we made it anew: a JPEG without the camera's data."""

    __tablename__ = "problem_photo"

    report_id: int = ref("problem_report.id", index=False, primary_key=True)
    data: bytes = blob()
