"""What people call the values of a dimension."""

from collections.abc import Iterable

from sqlalchemy import Select, select
from sqlmodel import Session, col

from trace.records.admin_unit import AdminUnit
from trace.records.columns import NEW_SCHEME, OLD_SCHEME
from trace.records.organisation import Organisation
from trace.records.product import Product
from trace.services.figures.asking import Dimension

_SCHEMES = {
    Dimension.PROVINCE: NEW_SCHEME,
    Dimension.COMMUNE: NEW_SCHEME,
    Dimension.OLD_COMMUNE: OLD_SCHEME,
}
_ROWS = {
    Dimension.COOPERATIVE: (col(Organisation.public_id), col(Organisation.name)),
    Dimension.PRODUCT: (col(Product.public_id), col(Product.name)),
}


def names_of(session: Session, dimension: Dimension, keys: Iterable[str]) -> dict[str, str]:
    """Name by key where rows hold it; the rest (days, marketplaces, stars) are texts of the page."""
    question = _question(dimension, sorted(set(keys) - {""}))
    return {} if question is None else {key: str(name) for key, name in session.execute(question)}


def _question(dimension: Dimension, keys: list[str]) -> Select[str, str] | None:
    if dimension in _SCHEMES:
        inside = (col(AdminUnit.scheme) == _SCHEMES[dimension], col(AdminUnit.code).in_(keys))
        return select(col(AdminUnit.code), col(AdminUnit.full_name)).where(*inside)
    if dimension in _ROWS:
        key, name = _ROWS[dimension]
        return select(key, name).where(key.in_(keys))
    return None
