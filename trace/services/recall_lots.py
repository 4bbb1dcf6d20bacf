"""What else is said of lots in a recall: whose they are and what they are."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import Session, col

from trace.records.lot import Lot
from trace.records.organisation import Organisation
from trace.records.product import Product
from trace.services.lineage import portions


@dataclass(frozen=True)
class Owned:
    """A lot with the names of its organisation and its product, empty where it has none."""

    lot: Lot
    org: str
    product: str


def owned(session: Session, lots: Sequence[Lot]) -> list[Owned]:
    """The lots, in their order, with whose they are. What the actor may see of them was asked before."""
    names: dict[int, tuple[str, str]] = {}
    for some in portions([lot.id for lot in lots]):
        question = (
            select(col(Lot.id), col(Organisation.name), col(Product.name))
            .join(Organisation, col(Organisation.id) == col(Lot.org_id))
            .outerjoin(Product, col(Product.id) == col(Lot.product_id))
            .where(col(Lot.id).in_(some))
        )
        names |= {number: (org, product or "") for number, org, product in session.execute(question)}
    return [Owned(lot, *names[lot.id]) for lot in lots]
