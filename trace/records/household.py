"""Farm households and what they agreed to (Law 91/2025/QH15 on personal data)."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from trace.records.columns import Placed, big, blob, check, maybe_ref, one_of, pk, placed, ref


class Household(Placed, table=True):
    """A farm household of a cooperative. Phone and ID number are sealed and never public.

    ``helped_by`` wrote it last for the household, and is nobody of its cooperative.
    """

    __tablename__ = "household"
    __table_args__ = (
        UniqueConstraint("org_id", "code"),
        *placed(),
        Index(None, "search_key"),
        Index(None, "commune_code"),
    )

    id: int = pk()
    org_id: int = ref("organisation.id")
    code: str = Field(max_length=24)
    name: str = Field(max_length=120)
    search_key: str
    phone_sealed: bytes | None = blob(default=None, nullable=True)
    id_number_sealed: bytes | None = blob(default=None, nullable=True)
    import_id: int | None = maybe_ref("import_run.id")
    created_at: datetime
    helped_by: int | None = big(default=None, nullable=True)
    """An account's number without a reference: accounts refer to households already."""
    erased_at: datetime | None = None
    """Since when nothing here names a person; the code stays as a pseudonym."""


class Purpose(StrEnum):
    """What personal data may be used for; one consent a purpose."""

    REGISTRY = "registry"
    CONTACT = "contact"
    PUBLIC_NAME = "public_name"
    PUBLIC_PHOTO = "public_photo"
    STATISTICS = "statistics"
    HELP = "help"
    """The digital team of its commune writes in its name."""


class HowSaid(StrEnum):
    """How a household said yes, where that matters."""

    SPOKEN = "spoken"
    PAPER = "paper"
    PHONE = "phone"


class Consent(SQLModel, table=True):
    """One consent of one household: purpose, version of the text, given and withdrawn at.

    Of help it is said ``how`` and on what day.
    """

    __tablename__ = "consent"
    __table_args__ = (
        one_of("purpose", Purpose),
        check(
            "how",
            "how IN ('', 'spoken', 'paper', 'phone')"
            " AND (purpose <> 'help' OR (how <> '' AND said_on IS NOT NULL))",
        ),
        Index(None, "household_id", "purpose"),
    )

    id: int = pk()
    household_id: int = ref("household.id", index=False)
    purpose: str = Field(max_length=16)
    version: str = Field(max_length=16)
    how: str = Field(default="", max_length=8)
    said_on: date | None = None
    given_at: datetime
    withdrawn_at: datetime | None = None
    recorded_by: int | None = maybe_ref("account.id", index=False)
