"""Printers of a cooperative: how each is spoken to and what it does wrong, measured on a test page."""

from datetime import date, datetime
from enum import StrEnum

from sqlmodel import Field, SQLModel

from trace.records.columns import check, maybe_ref, one_of, pk, ref

WHOLE_PPM = 1_000_000
"""A scale of one, in parts a million."""


class PrinterKind(StrEnum):
    """What a printer reads: a PDF from a computer, or the language of a label printer."""

    OFFICE = "pdf"
    ZPL = "zpl"
    TSPL = "tspl"


class LabelPrinter(SQLModel, table=True):
    """A printer. ``address`` is empty (files are downloaded), ``tcp://host:port`` or ``cups://queue``.

    ``offset_*_um`` and ``scale_*_ppm`` undo what the printer does wrong, see ``labels.job.Calibration``.
    """

    __tablename__ = "label_printer"
    __table_args__ = (
        one_of("kind", PrinterKind),
        check("dpi", "dpi BETWEEN 100 AND 1200"),
        check("offset", "offset_x_um BETWEEN -20000 AND 20000 AND offset_y_um BETWEEN -20000 AND 20000"),
        check("scale", "scale_x_ppm BETWEEN 900000 AND 1100000 AND scale_y_ppm BETWEEN 900000 AND 1100000"),
    )

    id: int = pk()
    org_id: int = ref("organisation.id")
    public_id: str = Field(max_length=16, unique=True)
    name: str = Field(max_length=60)
    kind: str = Field(max_length=8)
    dpi: int
    address: str = Field(default="", max_length=160)
    offset_x_um: int = 0
    offset_y_um: int = 0
    scale_x_ppm: int = WHOLE_PPM
    scale_y_ppm: int = WHOLE_PPM
    calibrated_on: date | None = None
    created_at: datetime
    created_by: int | None = maybe_ref("account.id", index=False)
    retired_at: datetime | None = None
