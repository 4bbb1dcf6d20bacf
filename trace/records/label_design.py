"""Stamp designs of a cooperative: a name that stays, and versions that are never changed."""

from datetime import datetime

from sqlalchemy import Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from trace.records.columns import check, maybe_ref, pk, ref


class LabelDesign(SQLModel, table=True):
    """A design for all products or for one; ``version`` is the newest."""

    __tablename__ = "label_design"
    __table_args__ = (check("version", "version > 0"),)

    id: int = pk()
    org_id: int = ref("organisation.id")
    product_id: int | None = maybe_ref("product.id")
    public_id: str = Field(max_length=16, unique=True)
    name: str = Field(max_length=60)
    version: int = 1
    created_at: datetime
    created_by: int | None = maybe_ref("account.id", index=False)
    retired_at: datetime | None = None


class LabelDesignVersion(SQLModel, table=True):
    """What a design said from a moment on: the data of a ``labels.design.StampDesign`` as JSON."""

    __tablename__ = "label_design_version"
    __table_args__ = (UniqueConstraint("design_id", "version"),)

    id: int = pk()
    design_id: int = ref("label_design.id", index=False)
    version: int
    data: str = Field(sa_type=Text)
    created_at: datetime
    created_by: int | None = maybe_ref("account.id", index=False)


class DefaultDesign(SQLModel, table=True):
    """The design taken for a stock (and a product, "" for all) where an order names none."""

    __tablename__ = "default_design"
    __table_args__ = (UniqueConstraint("org_id", "stock", "product"),)

    id: int = pk()
    org_id: int = ref("organisation.id", index=False)
    stock: str = Field(max_length=32)
    product: str = Field(default="", max_length=16)
    design_id: int = ref("label_design.id")
    chosen_at: datetime
