"""What the filters of a sales table may offer this actor: only what has figures or may get them."""

from dataclasses import dataclass

from sqlalchemy import Select, and_, select
from sqlmodel import Session, col

from trace.records.admin_unit import AdminUnit
from trace.records.columns import NEW_SCHEME
from trace.records.organisation import Organisation
from trace.records.product import Product
from trace.records.shop import Listing, Shop
from trace.services.admission import Actor
from trace.services.statistics import reach

Pairs = list[tuple[str, str]]


@dataclass(frozen=True)
class Choices:
    """Key and name of every value a filter offers, by name; marketplaces by key, their labels are texts."""

    marketplaces: list[str]
    cooperatives: Pairs
    communes: Pairs
    products: Pairs


def choices(session: Session, actor: Actor) -> Choices:
    """The filters' values within the actor's reach."""
    unit = and_(col(AdminUnit.scheme) == NEW_SCHEME, col(AdminUnit.code) == col(Organisation.commune_code))
    shops = select(col(Shop.marketplace), col(Shop.marketplace)).join(
        Organisation, col(Organisation.id) == col(Shop.org_id)
    )
    marketplaces = [key for key, _ in _pairs(session, actor, shops)]
    orgs = select(col(Organisation.public_id), col(Organisation.name)).where(
        col(Organisation.id).in_(select(col(Shop.org_id)))
    )
    communes = (
        select(col(AdminUnit.code), col(AdminUnit.full_name))
        .select_from(Organisation)
        .join(AdminUnit, unit)
        .where(col(Organisation.id).in_(select(col(Shop.org_id))))
    )
    products = (
        select(col(Product.public_id), col(Product.name))
        .join(Organisation, col(Organisation.id) == col(Product.org_id))
        .where(col(Product.id).in_(select(col(Listing.product_id))))
    )
    return Choices(
        marketplaces, *(_pairs(session, actor, question) for question in (orgs, communes, products))
    )


def _pairs(session: Session, actor: Actor, question: Select[str, str]) -> Pairs:
    found = session.execute(question.where(reach(actor)).distinct())
    return sorted(((key, name) for key, name in found), key=lambda pair: pair[1])
