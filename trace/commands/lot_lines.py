"""A lot on the terminal: found by its name, said in a line."""

from typing import Any

from sqlalchemy import true
from sqlmodel import Session, select

from trace.commands.terminal import say
from trace.errors import NotFound
from trace.records.lot import Lot
from trace.records.organisation import Organisation
from trace.services.lot_names import lot_called
from trace.texts.formats import kilograms


def named(session: Session, name: str) -> tuple[Lot, Organisation]:
    """A lot by its public id, its code, or ``ORGANISATION/CODE``, with its organisation.

    Raises:
        NotFound, Invalid: as ``lot_called``.
    """
    found = lot_called(session, true(), name)
    return found, session.get_one(Organisation, found.org_id)


def coded(session: Session, column: Any, org: Organisation, name: str) -> Any:
    """The cooperative's row of this name in ``column``, by which people know it; none where none is named.

    Raises:
        NotFound: it has no such row.
    """
    if not name:
        return None
    table = column.class_
    row = session.exec(select(table).where(table.org_id == org.id, column == name)).one_or_none()
    if row is None:
        raise NotFound()
    return row


def as_row(one: Lot) -> dict[str, Any]:
    """What a command says of a lot."""
    return {
        "public_id": one.public_id,
        "code": one.code,
        "kind": str(one.kind),
        "state": str(one.state),
        "weight_g": one.weight_g,
        "harvested": one.harvested_on,
        "packed": one.packed_on,
        "best_before": one.best_before,
        "version": one.version,
    }


def line(one: Lot) -> str:
    """A lot in one line."""
    kg = f"{kilograms(one.weight_g)} kg"
    return "  ".join((one.public_id, one.code, one.kind, one.state, kg, one.harvested_on.isoformat()))


def answer(one: Lot, *, json: bool) -> None:
    """Say a lot."""
    say(as_row(one), as_json=json, lines=[line(one)])
