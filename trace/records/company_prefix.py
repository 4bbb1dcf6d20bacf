"""Which numbers GS1 has let an organisation give to its goods, as the office has seen it on paper."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from trace.records.columns import check, maybe_ref, one_of, pk, ref
from trace.records.product import ProposalState


class PrefixKind(StrEnum):
    """A company's prefix, or one GTIN that GS1 lets out by itself."""

    PREFIX = "prefix"
    SINGLE = "single"


class CompanyPrefix(SQLModel, table=True):
    """Digits that an organisation's GTINs begin with, once the office has accepted them.

    ``digits`` are those of a GTIN in 13 digits: 4 to 12 of a prefix, all 13 of a single number. Both days
    are included; an open end has no ``valid_to``. ``paper`` names GS1's certificate.
    """

    __tablename__ = "company_prefix"
    __table_args__ = (
        one_of("kind", PrefixKind),
        one_of("state", ProposalState),
        check("validity", "valid_to IS NULL OR valid_to >= valid_from"),
        Index(None, "digits"),
    )

    id: int = pk()
    org_id: int = ref("organisation.id")
    kind: str = Field(max_length=8)
    digits: str = Field(max_length=13)
    paper: str = Field(max_length=120)
    valid_from: date
    valid_to: date | None = None
    state: str = Field(default=ProposalState.WAITING, max_length=12)
    reason: str = Field(default="", max_length=400)
    proposed_by: int | None = maybe_ref("account.id", index=False)
    proposed_at: datetime
    settled_by: int | None = maybe_ref("account.id", index=False)
    settled_at: datetime | None = None
