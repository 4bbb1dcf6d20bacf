"""The tables whose rows the log holds: whoever changes one of them outside the registry is found out."""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Table
from sqlalchemy.sql.schema import ScalarElementColumnDefault
from sqlmodel import SQLModel

from trace.records.consignment import (
    Consignment,
    ConsignmentPaper,
    ReceiptDifference,
    ReceivedLot,
    Treatment,
)
from trace.records.event import Event
from trace.records.logistic_unit import LogisticUnit, UnitContent
from trace.records.lot import Hold, Lot, LotLink
from trace.records.month_closing import FigureRevision, FrozenFigure, FrozenRows, MonthClosing
from trace.records.open_row import OpenRow
from trace.records.recall import Recall, RecallLot
from trace.records.stamp import StampActivation, StampBlock, StampKeyRow, StampVoid
from trace.records.typed_text import TypedText
from trace.records.work_decision import WorkDecision


@dataclass(frozen=True)
class Guarded:
    """A table, the columns whose texts may name a person, and its key's column.

    Rows of one that ``is_final`` are written once: the session refuses to change them.
    """

    record: type[SQLModel]
    private: tuple[str, ...] = ()
    key: str = "id"
    is_final: bool = False
    table: Table = field(init=False)
    blank: dict[str, Any] = field(init=False)
    """What a column holds where nothing is said."""

    def __post_init__(self) -> None:
        record: Any = self.record
        table: Table = record.__table__
        object.__setattr__(self, "table", table)
        said = {
            one.name: one.default.arg
            for one in table.columns
            if isinstance(one.default, ScalarElementColumnDefault)
        }
        free = {one.name: None for one in table.columns if one.nullable}
        object.__setattr__(self, "blank", free | said)

    @property
    def name(self) -> str:
        """The table's name, as the log writes it."""
        return str(self.table.name)


GUARDED = {
    one.name: one
    for one in (
        Guarded(Lot, ("yield_reason",)),
        Guarded(LotLink),
        Guarded(Hold, ("reason", "figures", "result", "lift_reason")),
        Guarded(StampKeyRow, key="kid"),
        Guarded(StampBlock),
        Guarded(StampActivation),
        Guarded(StampVoid, ("reason",)),
        Guarded(Recall, ("reason", "reason_en", "phone")),
        Guarded(RecallLot),
        Guarded(Consignment, ("receiver_name", "exporter", "cancel_reason")),
        Guarded(LogisticUnit),
        Guarded(UnitContent),
        Guarded(Treatment),
        Guarded(ConsignmentPaper, ("number", "issuer")),
        Guarded(ReceiptDifference, ("note",)),
        Guarded(ReceivedLot),
        Guarded(Event),
        Guarded(TypedText, ("text",)),
        Guarded(MonthClosing, is_final=True),
        Guarded(FrozenFigure, is_final=True),
        Guarded(FrozenRows, is_final=True),
        Guarded(FigureRevision, is_final=True),
        Guarded(OpenRow, is_final=True),
        Guarded(WorkDecision, is_final=True),
    )
}
"""By table name."""
