"""A lot on the terminal: found by its name, said in a line."""

from typing import Any

from sqlmodel import Session, select

from trace.commands.terminal import say
from trace.errors import NotFound
from trace.records.lot import Lot
from trace.records.organisation import Organisation
from trace.texts.formats import kilograms


def named(session: Session, name: str) -> tuple[Lot, Organisation]:
    """A lot by its public id, or by a code that only one lot has, with its organisation.

    Raises:
        NotFound: none, or more than one, is so called.
    """
    found = session.exec(select(Lot).where((Lot.public_id == name) | (Lot.code == name)).limit(2)).all()
    if len(found) != 1:
        raise NotFound()
    return found[0], session.get_one(Organisation, found[0].org_id)


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
