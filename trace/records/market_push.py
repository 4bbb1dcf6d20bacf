"""What marketplaces called us about."""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from trace.records.columns import pk, ref


class MarketPush(SQLModel, table=True):
    """A verified push: a reason to read again, kept so that it works once however often it is sent."""

    __tablename__ = "market_push"
    __table_args__ = (UniqueConstraint("shop_id", "event_id"), Index(None, "shop_id", "read_at"))

    id: int = pk()
    shop_id: int = ref("shop.id", index=False)
    event_id: str = Field(max_length=80)
    kind: str = Field(max_length=16)
    ext_order_id: str = Field(default="", max_length=64)
    sent_at: datetime | None = None
    received_at: datetime
    read_at: datetime | None = None
