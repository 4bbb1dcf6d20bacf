"""Reading open data: a table's rows, and by what it is known whether they changed."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from trace.records.month_closing import MonthClosing
from trace.records.open_row import OpenRow
from trace.services.open_data.datasets import Dataset
from trace.services.open_data.ocop_register import ocop_rows


@dataclass(frozen=True)
class State:
    """What a table holds: the months, when it last grew, and a mark that changes with its rows.

    Of a table that is asked anew each time the mark is empty: its rows have to be read to know.
    """

    months: tuple[str, ...]
    modified: datetime | None
    mark: str


def state_of(session: Session, dataset: Dataset) -> State:
    """How far a table reaches, asked without reading its rows."""
    if not dataset.is_released:
        return State((), None, "")
    question = (
        select(col(MonthClosing.month), col(MonthClosing.closed_at), func.max(col(OpenRow.id)))
        .join(OpenRow, col(OpenRow.closing_id) == col(MonthClosing.id))
        .where(col(OpenRow.dataset) == dataset.name)
        .group_by(col(MonthClosing.month), col(MonthClosing.closed_at))
        .order_by(col(MonthClosing.month))
    )
    found = session.execute(question).all()
    newest = max((row[2] for row in found), default=0)
    modified = max((row[1] for row in found), default=None)
    return State(tuple(row[0] for row in found), modified, f"{newest}.{len(found)}")


def rows_of(session: Session, dataset: Dataset, today: date) -> Iterator[dict[str, Any]]:
    """The rows of a table, months in order."""
    if not dataset.is_released:
        yield from ocop_rows(session, today)
        return
    question = (
        select(col(OpenRow.body))
        .join(MonthClosing, col(MonthClosing.id) == col(OpenRow.closing_id))
        .where(col(OpenRow.dataset) == dataset.name)
        .order_by(col(MonthClosing.month), col(OpenRow.id))
    )
    for body in session.execute(question.execution_options(yield_per=1_000)).scalars():
        yield json.loads(body)
