"""Rows that lie in a place people name, by either scheme: "Thanh Hà" is a commune now, a district before.

Whoever searches writes the name of before or of today, with marks or without; a row knows its commune of
today and, where somebody said so, the old one.
"""

from collections.abc import Callable
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import SQLModel, col

from trace.records.admin_unit import AdminUnit, AdminUnitChange
from trace.records.columns import NEW_SCHEME, OLD_SCHEME
from trace.services.registering import found_by
from trace.standards.search_key import fold_vi

Called = Callable[[Any], ColumnElement[bool]]
"""Whether a unit of this search key is meant."""
KINDS: Final = ("xa", "phuong", "thi tran", "dac khu", "huyen", "quan", "thi xa", "thanh pho")
"""The words before a name, folded, of everything below a province."""


def lies_in(called: Called, table: type[SQLModel]) -> ColumnElement[bool]:
    """Rows of a ``Placed`` table whose commune is called so, or lay in an old commune or district that was.

    A row that does not know its old commune counts where its commune took in any part of such a one.
    """
    here: Any = table
    today = select(col(AdminUnit.code)).where(
        col(AdminUnit.scheme) == NEW_SCHEME, _is("commune"), called(col(AdminUnit.search_key))
    )
    before = _old_communes(called)
    heirs = select(col(AdminUnitChange.new_code)).where(col(AdminUnitChange.old_code).in_(before))
    unsaid = col(here.old_commune_code).is_(None)
    return or_(
        col(here.commune_code).in_(today),
        col(here.old_commune_code).in_(before),
        and_(unsaid, col(here.commune_code).in_(heirs)),
    )


def lies_in_named(text: str, table: type[SQLModel]) -> ColumnElement[bool]:
    """The same for a search box about other things too: only a whole name counts, its kind or not."""
    name = fold_vi(text[:80]).strip()
    names = [name, *(f"{kind} {name}" for kind in KINDS)]
    return lies_in(lambda key: key.in_(names), table)


def found_or_lies_in(text: str, table: type[SQLModel], *keys: Any) -> ColumnElement[bool]:
    """Rows in which every typed word stands, or that lie in the place of that name; no text finds all."""
    named = found_by(text, *keys)
    return or_(named, lies_in_named(text, table)) if text.strip() else named


def _old_communes(called: Called) -> Any:
    district: Any = aliased(AdminUnit)
    districts = select(district.code).where(
        district.scheme == OLD_SCHEME, district.level == "district", called(district.search_key)
    )
    inside = or_(called(col(AdminUnit.search_key)), col(AdminUnit.parent_code).in_(districts))
    return select(col(AdminUnit.code)).where(col(AdminUnit.scheme) == OLD_SCHEME, _is("commune"), inside)


def _is(level: str) -> ColumnElement[bool]:
    return col(AdminUnit.level) == level
