"""What stands on rows that an import made: with anything on it, a row is not taken away."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Column, Table, and_, delete, select, true
from sqlmodel import Session, SQLModel, col

from trace.records.import_run import ImportRun
from trace.records.plot import SiteStatusChange
from trace.records.product_gtin import ProductGtin
from trace.records.training import TrainingAttendance, TrainingSession
from trace.services.importing.things import PLOT, THINGS, Thing
from trace.services.lineage import portions


@dataclass
class Leaving:
    """Rows that would go, by thing, and plots that would leave a growing area they were moved into."""

    going: dict[str, set[int]] = field(default_factory=lambda: {name: set() for name in THINGS})
    moving: set[int] = field(default_factory=set)


def standing(session: Session, run: ImportRun, thing: Thing, leaving: Leaving) -> dict[int, str]:
    """The rows that would go on which something stands: number -> name of the table that names it."""
    found: dict[int, str] = {}
    for column in references(thing):
        for some in portions(leaving.going[thing.name] - found.keys()):
            rows = _naming(session, run, column, some, leaving)
            found.update(dict.fromkeys(rows, str(column.table.name)))
    return found


def references(thing: Thing) -> Iterator[Column[Any]]:
    """Every column of the registry that names rows of a thing: a new table is asked without a line here."""
    target = _table(thing.table)
    for table in SQLModel.metadata.sorted_tables:
        for column in table.columns:
            if any(key.column.table is target and key.column.name == "id" for key in column.foreign_keys):
                yield column


def _naming(
    session: Session, run: ImportRun, column: Column[Any], ids: Collection[int], leaving: Leaving
) -> set[int]:
    question = select(column).where(column.in_(ids))
    own = own_rows(run, column.table)
    if own is not None:
        question = question.where(~own)
    if column.table is not _table(PLOT.table):
        return set(session.execute(question.distinct()).scalars())
    staying = leaving.going["plot"] | (leaving.moving if column.name == "growing_area_id" else set())
    pairs = session.execute(select(column, column.table.c.id).where(column.in_(ids)))
    return {named for named, plot in pairs if plot not in staying}


def own_rows(run: ImportRun, table: Table) -> Any:
    """Rows of another table that came with the import's own and go with them; None where none do.

    A growing area's first standing, a product's number of that moment, and training told beside a household
    as long as nobody confirmed it.
    """
    if table is _table(SiteStatusChange):
        return col(SiteStatusChange.recorded_at) == run.imported_at
    if table is _table(ProductGtin):
        return and_(col(ProductGtin.given_at) == run.imported_at, col(ProductGtin.left_at).is_(None))
    if table is _table(TrainingAttendance):
        waits = true() if run.org_id is None else col(TrainingSession.confirmed_at).is_(None)
        open_ones = select(col(TrainingSession.id)).where(waits)
        return and_(
            col(TrainingAttendance.import_id) == run.id, col(TrainingAttendance.session_id).in_(open_ones)
        )
    return None


def remove(session: Session, run: ImportRun, leaving: Leaving) -> None:
    """Take the rows away, with what came with them."""
    for thing in THINGS.values():
        for some in portions(leaving.going[thing.name]):
            for column in references(thing):
                own = own_rows(run, column.table)
                if own is not None:
                    session.execute(delete(column.table).where(column.in_(some), own))
            session.execute(delete(_table(thing.table)).where(_table(thing.table).c.id.in_(some)))


def _table(record: type[SQLModel]) -> Table:
    table: Table = record.__table__  # type: ignore[attr-defined]
    return table
