"""How fast each application may be called by all workers together."""

from sqlmodel import Field, SQLModel

from trace.records.columns import big


class MarketPace(SQLModel, table=True):
    """The moment from which the next call of a bucket may go out: one row for all processes."""

    __tablename__ = "market_pace"

    bucket: str = Field(primary_key=True, max_length=120)
    free_at_us: int = big()
    """Microseconds since 1970."""
