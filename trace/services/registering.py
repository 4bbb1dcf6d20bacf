"""What the registering verbs share: place and code fields, unique rows, search without accents."""

import re
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BeforeValidator
from sqlalchemy import ColumnElement, and_, case, or_
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, SQLModel

from trace.errors import FieldProblem, Invalid, Refused
from trace.records.columns import NEW_SCHEME, OLD_SCHEME
from trace.services.admin_units import resolve_commune
from trace.services.intake import Given, line
from trace.standards import gln, quantity
from trace.standards.fault import Fault
from trace.standards.search_key import fold_vi

MAX_AREA_M2 = 100_000_000
"""Ten thousand hectares: no cooperative's land is larger."""


_CODE = re.compile(r"[\w./-]+")


def empty_is_none(value: object) -> object:
    """An empty field means nothing was said."""
    return None if isinstance(value, str) and not value.strip() else value


def area(value: object) -> object:
    """Square metres from typed text ("3 sào", "0,36 ha"); a number is square metres already."""
    return within_area(quantity.area_m2(value)) if isinstance(value, str) else value


def within_area(area_m2: int) -> int:
    """The area, when it is one that land can have; raises ``field.range``."""
    if not 1 <= area_m2 <= MAX_AREA_M2:
        raise Fault("field.range", min=1, max=MAX_AREA_M2, unit="m²", got=area_m2)
    return area_m2


def own_code(value: str) -> str:
    """A code given by the cooperative: no blanks, upper case, letters, digits and ``.-_/``.

    Raises ``field.pattern``.
    """
    code = "".join(value.split()).upper()
    if not _CODE.fullmatch(code):
        raise Fault("field.pattern", expected="TH-0123", got=value[:40])
    return code


Code = Annotated[str, line(32, 1), AfterValidator(own_code)]
"""A cooperative's own code of a thing."""
Area = Annotated[int, BeforeValidator(area), AfterValidator(within_area)]
"""Square metres."""
MaybeCommune = Annotated[Annotated[str, line(8)] | None, BeforeValidator(empty_is_none)]
"""A commune's code, or nothing."""
MaybeGln = Annotated[Annotated[str, AfterValidator(gln.validate)] | None, BeforeValidator(empty_is_none)]
"""A GLN, or nothing."""


class PlaceIn(Given):
    """Where a thing lies: the commune of today, the old one, or both."""

    commune: MaybeCommune = None
    old_commune: MaybeCommune = None


def place_columns(session: Session, given: PlaceIn, otherwise: str | None = None) -> dict[str, Any]:
    """The four columns of a ``Placed`` row; ``otherwise`` is the commune where none was said.

    Raises:
        Invalid: unknown, split and not chosen, or not belonging together.
    """
    new = given.commune or (otherwise if given.old_commune is None else None)
    if new is None and given.old_commune is None:
        raise Invalid([FieldProblem("commune", "error.empty", "")])
    commune, old = resolve_commune(session, new, given.old_commune)
    return {
        "commune_scheme": NEW_SCHEME,
        "commune_code": commune,
        "old_commune_scheme": OLD_SCHEME if old else None,
        "old_commune_code": old,
    }


Row = TypeVar("Row", bound=SQLModel)


def add_unique(session: Session, row: Row, field: str, got: str) -> Row:
    """Store a row whose code nobody else may have.

    Raises:
        Invalid: ``field.taken``, when the code is there already, be it by a request a moment ago.
        Refused: ``error.gone``, when what the row belongs to was taken away a moment ago.
    """
    try:
        with session.begin_nested():
            session.add(row)
            session.flush()
    except IntegrityError as error:
        if lost_its_ground(error):
            raise Refused("error.gone") from None
        raise Invalid([FieldProblem(field, "field.taken", got)]) from None
    return row


def lost_its_ground(error: IntegrityError) -> bool:
    """Whether a row was refused because one that it refers to is there no more."""
    orig: Any = error.orig
    name = getattr(orig, "sqlstate", None) or getattr(orig, "sqlite_errorname", None)
    return name in {"23503", "SQLITE_CONSTRAINT_FOREIGNKEY"}


def change(row: SQLModel, values: dict[str, Any]) -> bool:
    """Write the values that differ into the row; whether any did."""
    changed = {name: value for name, value in values.items() if getattr(row, name) != value}
    for name, value in changed.items():
        setattr(row, name, value)
    return bool(changed)


def found_by(text: str, *keys: Any) -> ColumnElement[bool]:
    """The rows in which every typed word stands, marks or not: "dong trung" finds "Đông trùng"."""
    words = fold_vi(text[:120]).split()
    return and_(
        True,  # an empty search finds all
        *(or_(*(key.like(f"%{_plain(word)}%", escape="\\") for key in keys)) for word in words),
    )


def exact_first(text: str, name: Any) -> ColumnElement[int]:
    """Sorts names that carry the typed marks before those that only sound alike."""
    typed = " ".join(text[:120].split())
    shapes = {typed, typed.lower(), typed.capitalize(), typed.title(), typed.upper()}
    return case((or_(*(name.like(f"%{_plain(one)}%", escape="\\") for one in sorted(shapes))), 0), else_=1)


def _plain(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
