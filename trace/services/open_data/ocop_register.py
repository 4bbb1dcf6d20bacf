"""The register of OCOP decisions: a public register, so it names products and who was awarded."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from trace.records.organisation import Organisation
from trace.records.product import OcopRating, Product


def ocop_rows(session: Session, today: date) -> Iterator[dict[str, Any]]:
    """Every decision, the latest first."""
    question = (
        select(OcopRating, Product, Organisation)
        .join(Product, col(Product.id) == col(OcopRating.product_id))
        .join(Organisation, col(Organisation.id) == col(Product.org_id))
        .order_by(col(OcopRating.decided_on).desc(), col(OcopRating.id).desc())
    )
    for rating, product, owner in session.execute(question):
        yield {
            "product": product.name,
            "owner": owner.name,
            "commune": owner.commune_code,
            "ocop_group": product.ocop_group,
            "stars": rating.stars,
            "decision_number": rating.decision_number,
            "decided_on": rating.decided_on.isoformat(),
            "valid_to": rating.valid_to.isoformat(),
            "in_force": rating.valid_to >= today,
        }
