"""Administrative units in the database: loading the bundled lists, resolving what people give."""

from collections.abc import Callable
from dataclasses import asdict

from sqlalchemy import insert, select
from sqlmodel import Session, col

from trace.errors import FieldProblem, Invalid
from trace.records.admin_unit import AdminUnit, AdminUnitChange
from trace.records.columns import NEW_SCHEME, OLD_SCHEME
from trace.standards import admin_units
from trace.standards.search_key import fold_vi


def load_units(session: Session, keep: Callable[[str, str], bool] = lambda _scheme, _code: True) -> int:
    """Fill the unit tables from the bundled lists; a filled table is left as it is. How many units."""
    if session.execute(select(col(AdminUnit.code)).limit(1)).first():
        return 0
    units = [
        {**asdict(unit), "search_key": fold_vi(unit.full_name)}
        for unit in admin_units.units()
        if keep(unit.scheme, unit.code)
    ]
    session.execute(insert(AdminUnit), units)
    changes = [asdict(change) for change in admin_units.conversions() if keep(OLD_SCHEME, change.old_code)]
    session.execute(insert(AdminUnitChange), changes)
    return len(units)


def new_units_of(session: Session, old_code: str) -> list[AdminUnit]:
    """The communes of today that took in an old commune, whole or in part."""
    question = (
        select(AdminUnit)
        .join(AdminUnitChange, col(AdminUnitChange.new_code) == col(AdminUnit.code))
        .where(col(AdminUnit.scheme) == NEW_SCHEME, col(AdminUnitChange.old_code) == old_code)
        .order_by(col(AdminUnit.code))
    )
    return list(session.execute(question).scalars())


def resolve_commune(session: Session, new_code: str | None, old_code: str | None) -> tuple[str, str | None]:
    """The pair (new code, old code or None) to store for a place.

    Raises:
        Invalid: a code is unknown, the old commune was split and the new one not said, or the two
            do not belong together.
    """
    heirs = [unit.code for unit in new_units_of(session, old_code)] if old_code else []
    if old_code and session.get(AdminUnit, (OLD_SCHEME, old_code)) is None:
        raise Invalid([FieldProblem("old_commune", "place.unknown_old", old_code)])
    if new_code is None:
        if len(heirs) != 1:
            raise Invalid([FieldProblem("commune", "place.ask", old_code, {"choices": heirs})])
        return heirs[0], old_code
    unit = session.get(AdminUnit, (NEW_SCHEME, new_code))
    if unit is None or unit.level != "commune":
        raise Invalid([FieldProblem("commune", "place.unknown_new", new_code)])
    if heirs and new_code not in heirs:
        raise Invalid([FieldProblem("commune", "place.mismatch", new_code, {"choices": heirs})])
    return new_code, old_code


def unit_named(session: Session, scheme: str, code: str) -> AdminUnit | None:
    """One unit by its key."""
    return session.get(AdminUnit, (scheme, code))


def ancestors(session: Session, scheme: str, code: str) -> list[AdminUnit]:
    """A unit and what lies above it, the unit first."""
    chain = []
    unit = unit_named(session, scheme, code)
    while unit is not None:
        chain.append(unit)
        unit = unit_named(session, scheme, unit.parent_code) if unit.parent_code else None
    return chain
