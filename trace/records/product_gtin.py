"""Which product a GTIN stands for, now and ever after: what was printed with it must keep answering."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from trace.records.columns import maybe_ref, pk, ref


class ProductGtin(SQLModel, table=True):
    """A GTIN in 14 digits that a product has (``left_at`` empty) or once had.

    GS1 never gives a number to a second thing, so a number has one row and one product for good.
    """

    __tablename__ = "product_gtin"

    id: int = pk()
    gtin: str = Field(max_length=14, unique=True)
    product_id: int = ref("product.id")
    given_at: datetime
    given_by: int | None = maybe_ref("account.id", index=False)
    left_at: datetime | None = None
    left_by: int | None = maybe_ref("account.id", index=False)
