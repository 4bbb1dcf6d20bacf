"""Certificates: VietGAP, GlobalGAP, geographical indication, organic, laboratory results."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from trace.records.columns import check, maybe_ref, one_of, pk, ref


class Scheme(StrEnum):
    """Which paper it is."""

    VIETGAP = "vietgap"
    GLOBALGAP = "globalgap"
    GI = "gi"
    ORGANIC = "organic"
    LAB = "lab"


def names_scheme(number: str, scheme: str) -> bool:
    """Whether a paper's number begins with its scheme, as those of VietGAP do: said once is enough."""
    return number.casefold().startswith(scheme)


class Certificate(SQLModel, table=True):
    """A paper with its number and days of validity (both inclusive)."""

    __tablename__ = "certificate"
    __table_args__ = (
        UniqueConstraint("org_id", "scheme", "number"),
        one_of("scheme", Scheme),
        check("validity", "valid_to >= valid_from"),
    )

    id: int = pk()
    org_id: int = ref("organisation.id")
    scheme: str = Field(max_length=12)
    number: str = Field(max_length=64)
    issuer: str = Field(default="", max_length=160)
    valid_from: date
    valid_to: date
    confirmed_at: datetime | None = None
    confirmed_by: int | None = maybe_ref("account.id", index=False)
    created_at: datetime

    @property
    def names_itself(self) -> bool:
        """As ``names_scheme``."""
        return names_scheme(self.number, self.scheme)


class CertificateScope(SQLModel, table=True):
    """What a certificate covers: one plot, growing area or product a row; no row means the whole holder."""

    __tablename__ = "certificate_scope"
    __table_args__ = (
        check(
            "one_subject",
            "(CASE WHEN plot_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN growing_area_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN product_id IS NULL THEN 0 ELSE 1 END) = 1",
        ),
    )

    id: int = pk()
    certificate_id: int = ref("certificate.id")
    plot_id: int | None = maybe_ref("plot.id")
    growing_area_id: int | None = maybe_ref("growing_area.id")
    product_id: int | None = maybe_ref("product.id")
