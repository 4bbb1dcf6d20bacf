"""Administrative units of both schemes, and how the old communes became the new ones."""

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from trace.records.columns import one_of, pk


class AdminUnit(SQLModel, table=True):
    """A province, district or commune of one scheme; codes are text with leading zeros."""

    __tablename__ = "admin_unit"
    __table_args__ = (
        one_of("level", ("province", "district", "commune")),
        Index(None, "scheme", "parent_code"),
        Index(None, "search_key"),
    )

    scheme: str = Field(primary_key=True, max_length=8)
    code: str = Field(primary_key=True, max_length=8)
    level: str = Field(max_length=8)
    name: str
    full_name: str
    kind: str
    parent_code: str | None = Field(default=None, max_length=8)
    search_key: str


class AdminUnitChange(SQLModel, table=True):
    """One row of the conversion table of July 2025: an old commune went, whole or in part, into a new one."""

    __tablename__ = "admin_unit_change"
    __table_args__ = (one_of("extent", ("whole", "part")), Index(None, "old_code"), Index(None, "new_code"))

    id: int = pk()
    old_code: str = Field(max_length=8)
    new_code: str = Field(max_length=8)
    extent: str = Field(max_length=8)
    population: str = ""
    note: str = ""
