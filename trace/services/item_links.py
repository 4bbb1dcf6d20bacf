"""What a GS1 Digital Link leads to: the lot it names exactly, else upward to the product, and saying so.

Whoever once had a number keeps answering under it; what is not held is never taken for something near.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Executable, and_, bindparam, select
from sqlmodel import Session, col

from trace.errors import NotFound
from trace.records.lot import Lot
from trace.records.product import Product
from trace.records.product_gtin import ProductGtin
from trace.services.public_pages import is_public
from trace.services.stamp_facts import StampInfo
from trace.standards import stamp_code
from trace.standards.digital_link import DigitalLink


@dataclass(frozen=True)
class Item:
    """What a link names. ``held`` is the part of ``asked`` that is in the register.

    ``stamp`` is the code of a stamp where the serial is one, right or wrong: only its own page, behind the
    limiter, says more. ``gtin`` is the product's number today, ``left_at`` when the asked one was replaced.
    """

    asked: DigitalLink
    held: DigitalLink
    product_id: int
    org_id: int
    product_public_id: str
    name: str
    name_en: str | None
    name_ja: str | None
    name_zh: str | None
    gtin: str | None
    is_active: bool
    left_at: datetime | None
    lot_id: int | None
    lot_code: str | None
    lot_public_id: str | None
    stamp: str | None

    @property
    def is_exact(self) -> bool:
        """Whether everything the link names is held."""
        return self.held == self.asked

    def levels(self) -> Iterator[DigitalLink]:
        """The held links, the finest first, up to the bare GTIN."""
        yield from self.held.general()


def find_item(session: Session, asked: DigitalLink) -> Item:
    """The item a link names, by one question.

    Raises:
        NotFound: no product has or had this GTIN.
    """
    # A lot under a variant we do not hold is not that lot: the variant is the wider of the two.
    lot = asked.lot if asked.cpv is None else None
    figures = {"gtin": asked.gtin, "lot": lot or ""}
    row = session.connection().execute(_question(), figures).mappings().first()
    if row is None:
        raise NotFound("link.unknown", gtin=asked.gtin)
    stamp = _stamp_of(asked)
    held = DigitalLink(asked.gtin, lot=lot if row["lot_id"] else None)
    if stamp is not None:
        held = replace(held, serial=asked.serial)
    return Item(asked=asked, held=held, stamp=stamp, **row)


def differs_from_link(session: Session, info: StampInfo, asked: DigitalLink) -> tuple[str, ...]:
    """Which of ``gtin`` and ``lot`` in a link are not those of the stamp's goods.

    A number the product once had is its own: what was printed with it is no other goods.
    """
    found = []
    once = select(col(ProductGtin.gtin)).where(col(ProductGtin.product_id) == info.product_id)
    if info.product_id is not None and asked.gtin not in set(session.execute(once).scalars()):
        found.append("gtin")
    if asked.lot is not None and info.lot_code is not None and asked.lot != info.lot_code:
        found.append("lot")
    return tuple(found)


def _stamp_of(asked: DigitalLink) -> str | None:
    """The serial as a stamp's code; its tag is not looked at here, so nothing can be guessed here."""
    try:
        return stamp_code.validate(asked.serial or "")
    except stamp_code.Typo:
        return stamp_code.compact(asked.serial or "")
    except stamp_code.Malformed:
        return None


@cache
def _question() -> Executable:
    gtin: Any = bindparam("gtin")
    code: Any = bindparam("lot")
    own_lot = and_(
        col(Lot.org_id) == col(Product.org_id),
        col(Lot.product_id) == col(Product.id),
        col(Lot.code) == code,
        is_public(),
    )
    names = ("name", "name_en", "name_ja", "name_zh", "gtin", "is_active")
    return (
        select(
            col(Product.id).label("product_id"),
            col(Product.org_id),
            col(Product.public_id).label("product_public_id"),
            *(col(getattr(Product, name)) for name in names),
            col(ProductGtin.left_at),
            col(Lot.id).label("lot_id"),
            col(Lot.code).label("lot_code"),
            col(Lot.public_id).label("lot_public_id"),
        )
        .join(Product, col(Product.id) == col(ProductGtin.product_id))
        .outerjoin(Lot, own_lot)
        .where(col(ProductGtin.gtin) == gtin)
    )
