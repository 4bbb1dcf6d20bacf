"""Dimensions that rows share: whose, where, of which product."""

from typing import Any

from sqlalchemy import ScalarSelect, SQLColumnExpression, and_, case, distinct, func, select
from sqlmodel import col

from trace.records.admin_unit import AdminUnit, AdminUnitChange
from trace.records.columns import NEW_SCHEME, OLD_SCHEME, Placed
from trace.records.lot import Lot
from trace.records.organisation import Organisation
from trace.records.plot import Plot
from trace.records.product import OcopRating, Product
from trace.services.crops import EARLY, MAIN
from trace.services.figures.asking import Dimension
from trace.services.figures.fact import UNTIL, Cell, Keys

COOPERATIVE = Cell("cooperative", "text", col(Organisation.name))


def of_organisation() -> Keys:
    """Whose the row is, and where that organisation sits."""
    return {Dimension.COOPERATIVE: col(Organisation.public_id), **of_place(Organisation)}


def of_place(table: type[Placed]) -> Keys:
    """The commune of today and its province; the old units as far as known.

    An old commune is the one that was written down, else the only one that went into today's; an old
    district that of the old commune, else the one all of them lay in.
    """
    return in_place(col(table.commune_code), col(table.old_commune_code))


def in_place(code: Any, old: Any) -> Keys:
    """The same of a commune of today and an old one, empty where none is known."""
    return {
        Dimension.COMMUNE: code,
        Dimension.PROVINCE: _above(NEW_SCHEME, code),
        Dimension.OLD_COMMUNE: func.coalesce(old, _only(code, col(AdminUnitChange.old_code))),
        Dimension.OLD_DISTRICT: func.coalesce(
            _above(OLD_SCHEME, old), _only(code, col(AdminUnit.parent_code))
        ),
    }


def _above(scheme: str, code: Any) -> ScalarSelect[Any]:
    here = (col(AdminUnit.scheme) == scheme, col(AdminUnit.code) == code)
    return select(col(AdminUnit.parent_code)).where(*here).scalar_subquery()


def _only(code: Any, which: SQLColumnExpression[Any]) -> ScalarSelect[Any]:
    """What all old communes that went into today's have in common; empty where they differ."""
    came_from = (col(AdminUnit.scheme) == OLD_SCHEME) & (col(AdminUnit.code) == col(AdminUnitChange.old_code))
    return (
        select(func.min(which))
        .select_from(AdminUnitChange)
        .join(AdminUnit, came_from)
        .where(col(AdminUnitChange.new_code) == code)
        .having(func.count(distinct(which)) == 1)
        .scalar_subquery()
    )


def of_product() -> Keys:
    """Which product, its OCOP group and the stars it held on the question's last day, what it grew of."""
    return {
        Dimension.PRODUCT: col(Product.public_id),
        Dimension.OCOP_GROUP: col(Product.ocop_group),
        Dimension.STARS: stars(),
        **of_crop(Product),
    }


def of_crop(table: type[Lot | Plot | Product]) -> Keys:
    """What grows and its variety; of lychee the early and the main crop are told apart by the variety."""
    return growing(col(table.crop), col(table.variety))


def growing(crop: Any, variety: Any) -> Keys:
    """The same of a crop and a variety."""
    part = case(
        (and_(crop == "lychee", variety.in_(EARLY)), "lychee_early"),
        (and_(crop == "lychee", variety.in_(MAIN)), "lychee_main"),
        else_=func.nullif(crop, ""),
    )
    return {Dimension.CROP: part, Dimension.VARIETY: variety}


def stars() -> SQLColumnExpression[int]:
    """The most stars of a decision in force on the last day asked about; empty where there is none."""
    held = (col(OcopRating.decided_on) <= UNTIL, col(OcopRating.valid_to) >= UNTIL)
    own = col(OcopRating.product_id) == col(Product.id)
    return select(func.max(col(OcopRating.stars))).where(own, *held).scalar_subquery()
