"""Whose a shop of a marketplace is: whoever brings it first; of two who bring it at once one is told."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from trace.errors import Refused
from trace.records.shop import Shop


def claim(
    session: Session, org_id: int, marketplace: str, number: str, name: str, now: datetime
) -> tuple[Shop, bool]:
    """The shop with the marketplace's ``number``, made where it was never seen; and whether it was made.

    Raises:
        Refused: ``shop.taken``: it is another cooperative's.
    """
    new = Shop(org_id=org_id, marketplace=marketplace, ext_shop_id=number, name=name, created_at=now)
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    adding = dialect.insert(Shop).values(**new.model_dump(exclude={"id"})).on_conflict_do_nothing()
    is_new = session.execute(adding.returning(col(Shop.id))).scalar() is not None
    rule = (col(Shop.marketplace) == marketplace, col(Shop.ext_shop_id) == number)
    shop: Shop = session.execute(select(Shop).where(*rule)).scalar_one()
    if shop.org_id != org_id:
        raise Refused("shop.taken", shop=number)
    return shop, is_new
