"""The public register: products whose OCOP rating is in force, found without marks."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from trace.records.admin_unit import AdminUnit
from trace.records.organisation import Organisation
from trace.records.product import OcopRating, Product
from trace.services.place_search import lies_in
from trace.services.registering import found_by

FROM_STARS = 3
"""Below, a product is not OCOP (Decision 148/QĐ-TTg classes 3 to 5 as OCOP)."""
PAGE = 40


@dataclass(frozen=True)
class Registered:
    """A product of the register; nothing of a person is in it."""

    product: Product
    organisation: Organisation
    rating: OcopRating
    commune: AdminUnit | None


@dataclass(frozen=True)
class Wanted:
    """What is looked for; empty means all. ``place`` is a commune's name, of today or of before."""

    text: str = ""
    stars: int | None = None
    group: int | None = None
    place: str = ""
    page: int = 1


def register(session: Session, wanted: Wanted, today: date) -> tuple[list[Registered], int]:
    """One page of the register by stars and name, and how many there are in all."""
    unit = (col(AdminUnit.scheme) == col(Organisation.commune_scheme)) & (
        col(AdminUnit.code) == col(Organisation.commune_code)
    )
    source = (
        select(Product, Organisation, OcopRating, AdminUnit)
        .join(Organisation, col(Organisation.id) == col(Product.org_id))
        .join(OcopRating, col(OcopRating.product_id) == col(Product.id))
        .outerjoin(AdminUnit, unit)
        .where(*_rules(wanted, today))
    )
    order = (col(OcopRating.stars).desc(), col(Product.search_key), col(Product.id))
    shown = source.order_by(*order).limit(PAGE).offset(PAGE * (max(wanted.page, 1) - 1))
    total = session.execute(select(func.count()).select_from(source.subquery())).scalar_one()
    return [Registered(*row) for row in session.execute(shown)], int(total)


def _rules(wanted: Wanted, today: date) -> list[Any]:
    """The newest decision of each product that is in force counts, and no other."""
    other = OcopRating.__table__.alias("other")  # type: ignore[attr-defined]
    in_force = (other.c.decided_on <= today, other.c.valid_to >= today)
    newest = (
        select(other.c.id)
        .where(other.c.product_id == col(Product.id), *in_force)
        .order_by(other.c.decided_on.desc(), other.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    rules: list[Any] = [col(OcopRating.id) == newest, col(OcopRating.stars) >= FROM_STARS]
    rules += [col(Product.is_active).is_(True), col(Organisation.is_active).is_(True)]
    rules.append(found_by(wanted.text, col(Product.search_key), col(Organisation.search_key)))
    if wanted.stars is not None:
        rules.append(col(OcopRating.stars) == wanted.stars)
    if wanted.group is not None:
        rules.append(col(Product.ocop_group) == wanted.group)
    if wanted.place.strip():
        rules.append(lies_in(lambda key: found_by(wanted.place, key), Organisation))
    return rules
