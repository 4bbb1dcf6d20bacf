"""What people call the values of a dimension."""

from collections.abc import Iterable
from itertools import islice
from typing import Any

from sqlalchemy import Select, select
from sqlmodel import Session, col

from trace.records.admin_unit import AdminUnit
from trace.records.columns import NEW_SCHEME, OLD_SCHEME
from trace.records.organisation import Organisation
from trace.records.plot import PackingHouse
from trace.records.product import Product
from trace.services.figures.asking import Dimension
from trace.services.lineage import PORTION

_SCHEMES = {
    Dimension.PROVINCE: NEW_SCHEME,
    Dimension.SCANNED_IN: NEW_SCHEME,
    Dimension.COMMUNE: NEW_SCHEME,
    Dimension.OLD_DISTRICT: OLD_SCHEME,
    Dimension.OLD_COMMUNE: OLD_SCHEME,
}
_ROWS = {
    Dimension.COOPERATIVE: (col(Organisation.public_id), col(Organisation.name)),
    Dimension.PRODUCT: (col(Product.public_id), col(Product.name)),
    Dimension.PACKING_HOUSE: (col(PackingHouse.code), col(PackingHouse.name)),
}


def names_of(session: Session, dimension: Dimension, keys: Iterable[str]) -> dict[str, str]:
    """Name by key where rows hold it; the rest (days, marketplaces, stars) are texts of the page."""
    key, question = _question(dimension)
    if question is None:
        return {}
    wanted = iter(sorted(set(keys) - {""}))
    found: dict[str, str] = {}
    while some := list(islice(wanted, PORTION)):
        found |= {code: str(name) for code, name in session.execute(question.where(key.in_(some)))}
    return found


def _question(dimension: Dimension) -> tuple[Any, Select[str, str] | None]:
    if dimension in _SCHEMES:
        code = col(AdminUnit.code)
        names = select(code, col(AdminUnit.full_name))
        return code, names.where(col(AdminUnit.scheme) == _SCHEMES[dimension])
    if dimension in _ROWS:
        key, name = _ROWS[dimension]
        return key, select(key, name)
    return None, None
