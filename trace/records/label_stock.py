"""Label stock a cooperative has measured itself.

Lengths are whole micrometres, so that both databases keep exactly what was typed. A row is never
changed: other figures are another row that ``replaces`` this one, and prints keep what they were made on.
"""

from datetime import datetime
from enum import StrEnum

from sqlmodel import Field, SQLModel

from trace.records.columns import check, maybe_ref, one_of, pk, ref


class StockForm(StrEnum):
    """Sheets through an office printer, or a roll through a label printer."""

    SHEET = "sheet"
    ROLL = "roll"


class StockShape(StrEnum):
    """How a label is cut: along its rectangle, or along the ellipse in it."""

    RECTANGLE = "rectangle"
    OVAL = "oval"


class LabelStock(SQLModel, table=True):
    """Labels of one size on a sheet or side by side on a roll; see ``labels.stock.Stock``."""

    __tablename__ = "label_stock"
    __table_args__ = (
        one_of("form", StockForm),
        one_of("shape", StockShape),
        check("grid", "columns > 0 AND rows > 0"),
        check("label", "label_width_um > 0 AND label_height_um > 0"),
        check("page", "page_width_um > 0 AND page_height_um > 0"),
    )

    id: int = pk()
    org_id: int = ref("organisation.id")
    public_id: str = Field(max_length=16, unique=True)
    name: str = Field(max_length=60)
    form: str = Field(max_length=8)
    shape: str = Field(default=StockShape.RECTANGLE, max_length=12)
    columns: int
    rows: int
    label_width_um: int
    label_height_um: int
    pitch_x_um: int
    pitch_y_um: int
    left_um: int
    top_um: int
    page_width_um: int
    page_height_um: int
    replaces_id: int | None = maybe_ref("label_stock.id", index=False)
    created_at: datetime
    created_by: int | None = maybe_ref("account.id", index=False)
    retired_at: datetime | None = None
