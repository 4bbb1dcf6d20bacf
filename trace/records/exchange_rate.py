"""Exchange rates as dated rows with their source; a row is never edited, a later one takes its place."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from trace.records.columns import big, check, maybe_ref, pk


class ExchangeRate(SQLModel, table=True):
    """Đồng for one unit of a currency, in ten-thousandths, from ``day`` on and at most until ``last_day``.

    Of two rows of one day the one entered later counts.
    """

    __tablename__ = "exchange_rate"
    __table_args__ = (
        check("rate", "dong_e4 > 0"),
        check("span", "last_day >= day"),
        Index(None, "currency", "day"),
    )

    id: int = pk()
    currency: str = Field(max_length=3)
    day: date
    last_day: date
    dong_e4: int = big()
    source: str = Field(max_length=240)
    entered_by: int | None = maybe_ref("account.id", index=False)
    entered_at: datetime

    @property
    def dong(self) -> Decimal:
        """Đồng for one unit."""
        return Decimal(self.dong_e4).scaleb(-4).normalize()
