"""Which lot the sold pieces came from."""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from trace.records.columns import big, check, maybe_ref, pk, ref

WAITING = text("lot_id IS NULL")
TOLD = text("sale_event IS NOT NULL")


class Allocation(SQLModel, table=True):
    """So many pieces of an order's line come from this lot; those without a lot wait for one.

    Keyed by the marketplace's line number, because line rows are written anew when an order changes.
    ``unit_g`` is what one piece weighed when it was sold. ``gone_at`` stands on waiting pieces of a
    completed order: goods that were picked later cannot be theirs. ``by_hand`` is a person's choice.
    ``told`` pieces stand in an event as sold, the last of them in ``sale_event`` (none for sales of before).
    """

    __tablename__ = "allocation"
    __table_args__ = (
        UniqueConstraint("order_id", "ext_line_id", "lot_id"),
        Index(
            "uq_allocation_waiting",
            "order_id",
            "ext_line_id",
            unique=True,
            sqlite_where=WAITING,
            postgresql_where=WAITING,
        ),
        Index(
            "ix_allocation_waiting_product",
            "product_id",
            "gone_at",
            sqlite_where=WAITING,
            postgresql_where=WAITING,
        ),
        check("pieces", "pieces > 0"),
        check("unit", "unit_g > 0"),
        check("told", "told >= 0"),
        Index("ix_allocation_sale_event", "sale_event", sqlite_where=TOLD, postgresql_where=TOLD),
    )

    id: int = pk()
    order_id: int = ref("market_order.id", index=False)
    ext_line_id: str = Field(max_length=96)
    product_id: int = ref("product.id", index=False)
    lot_id: int | None = maybe_ref("lot.id")
    pieces: int
    unit_g: int = big()
    gone_at: datetime | None = None
    by_hand: bool = False
    told: int = 0
    sale_event: int | None = maybe_ref("event.id", index=False)
