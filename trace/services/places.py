"""Finding a commune by name for a form: old and new units side by side, and what a choice means."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, case, or_, select
from sqlmodel import Session, col

from trace.errors import FieldProblem, Invalid
from trace.records.admin_unit import AdminUnit
from trace.records.columns import NEW_SCHEME, OLD_SCHEME
from trace.services.admin_units import ancestors, new_units_of, unit_named
from trace.standards.search_key import fold_vi

MOST = 12
_PICKED = re.compile(rf"({NEW_SCHEME}|{OLD_SCHEME}):([0-9]{{1,8}})(?:\+([0-9]{{1,8}}))?")


@dataclass(frozen=True)
class PlaceOption:
    """One unit to choose: its value in a form, its full name, what lies above it, whether it is today's.

    ``value`` is empty for a district, which is shown to be told apart and cannot be chosen.
    """

    value: str
    full_name: str
    above: tuple[str, ...]
    is_new: bool


@dataclass(frozen=True)
class Picked:
    """Codes as the input models take them."""

    commune: str | None = None
    old_commune: str | None = None

    @property
    def fields(self) -> dict[str, str]:
        """For an input model."""
        return {"commune": self.commune or "", "old_commune": self.old_commune or ""}


class PlaceUnclear(Invalid):
    """The place needs a choice; ``options`` are what it may be."""

    def __init__(self, problem: FieldProblem, options: Sequence[PlaceOption]) -> None:
        super().__init__([problem])
        self.options = tuple(options)


def find_places(session: Session, text: str) -> list[PlaceOption]:
    """Units called so, exact names first; communes of today before old ones and old districts."""
    if not text.strip():
        return []
    folded = fold_vi(text)
    exact = case(
        (col(AdminUnit.search_key) == folded, 0), (col(AdminUnit.search_key).like(f"% {folded}"), 1), else_=2
    )
    question = (
        select(AdminUnit)
        .where(col(AdminUnit.level) != "province", _called(folded))
        .order_by(exact, col(AdminUnit.scheme).desc(), col(AdminUnit.code))
        .limit(MOST)
    )
    return [_option(session, unit) for unit in session.execute(question).scalars()]


def read_place(session: Session, value: str, text: str) -> Picked:
    """What a form says: a chosen ``value``, or a name that only one commune of today carries.

    Raises:
        PlaceUnclear: nothing, several, or an old commune that was split; with what to choose from.
    """
    picked = _PICKED.fullmatch(value)
    if picked is not None:
        return _chosen(session, *picked.groups())
    if not text.strip():
        return Picked()
    options = find_places(session, text)
    whole = [
        one
        for one in options
        if one.value and one.is_new and fold_vi(text) in {fold_vi(one.full_name), _bare(one.full_name)}
    ]
    twins = [one for one in options if not one.value and fold_vi(text) == _bare(one.full_name)]
    if len(whole) == 1 and not twins:
        picked = _PICKED.fullmatch(whole[0].value)
        return Picked(commune=picked[2] if picked else None)
    key = "place.pick" if options else "place.none"
    raise PlaceUnclear(FieldProblem("place", key, text[:60]), options)


def _chosen(session: Session, scheme: str, code: str, old_code: str | None) -> Picked:
    if scheme == NEW_SCHEME:
        return Picked(code, old_code)
    heirs = new_units_of(session, code)
    if len(heirs) == 1:
        return Picked(heirs[0].code, code)
    old = unit_named(session, OLD_SCHEME, code)
    options = [_option(session, unit, f"+{code}") for unit in heirs]
    name = old.full_name if old else code
    figures = {"choices": [unit.full_name for unit in heirs]}
    raise PlaceUnclear(FieldProblem("place", "place.ask", name, figures), options)


def option_of(session: Session, commune: str) -> PlaceOption | None:
    """The commune a form starts with."""
    unit = unit_named(session, NEW_SCHEME, commune)
    return _option(session, unit) if unit else None


def _option(session: Session, unit: AdminUnit, more: str = "") -> PlaceOption:
    above = tuple(one.full_name for one in ancestors(session, unit.scheme, unit.code)[1:])
    value = f"{unit.scheme}:{unit.code}{more}" if unit.level == "commune" else ""
    return PlaceOption(value, unit.full_name, above, unit.scheme == NEW_SCHEME)


def _called(folded: str) -> ColumnElement[bool]:
    """The words in one run, from the start of a word: "ha" alone would find every Thanh."""
    key = col(AdminUnit.search_key)
    plain = folded[:80].replace("\\", "").replace("%", "").replace("_", "")
    return or_(key.like(f"{plain}%"), key.like(f"% {plain}%"), col(AdminUnit.code) == folded)


def _bare(full_name: str) -> str:
    """The folded name without its kind: "xa thanh ha" -> "thanh ha"."""
    folded = fold_vi(full_name)
    for kind in ("thi tran ", "phuong ", "thi xa ", "thanh pho ", "dac khu ", "xa ", "huyen ", "quan "):
        if folded.startswith(kind):
            return folded.removeprefix(kind)
    return folded
