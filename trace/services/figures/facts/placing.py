"""Dimensions that rows share: whose, where, of which product."""

from typing import Any

from sqlalchemy import SQLColumnExpression, String, cast, select
from sqlmodel import col

from trace.records.admin_unit import AdminUnit
from trace.records.columns import NEW_SCHEME
from trace.records.organisation import Organisation
from trace.records.product import OcopRating, Product
from trace.services.figures.asking import Dimension
from trace.services.figures.fact import UNTIL

Keys = dict[Dimension, SQLColumnExpression[Any]]


def of_organisation() -> Keys:
    """Whose the row is, and the commune of its organisation: today's unit, and the old one where known."""
    above = (col(AdminUnit.scheme) == NEW_SCHEME, col(AdminUnit.code) == col(Organisation.commune_code))
    return {
        Dimension.COOPERATIVE: col(Organisation.public_id),
        Dimension.COMMUNE: col(Organisation.commune_code),
        Dimension.OLD_COMMUNE: col(Organisation.old_commune_code),
        Dimension.PROVINCE: select(col(AdminUnit.parent_code)).where(*above).scalar_subquery(),
    }


def of_product() -> Keys:
    """Which product, its OCOP group and the stars it held on the question's last day, its variety."""
    return {
        Dimension.PRODUCT: col(Product.public_id),
        Dimension.OCOP_GROUP: cast(col(Product.ocop_group), String),
        Dimension.STARS: cast(stars(), String),
        Dimension.VARIETY: col(Product.variety),
    }


def stars() -> SQLColumnExpression[int]:
    """The most stars of a decision in force on the last day asked about; empty where there is none."""
    held = (col(OcopRating.decided_on) <= UNTIL, col(OcopRating.valid_to) >= UNTIL)
    own = col(OcopRating.product_id) == col(Product.id)
    most = select(col(OcopRating.stars)).where(own, *held).order_by(col(OcopRating.stars).desc()).limit(1)
    return most.scalar_subquery()
