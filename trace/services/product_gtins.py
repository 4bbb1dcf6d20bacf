"""The GTINs of products: one stays with its product for good, because its link is printed."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from trace.errors import FieldProblem, Invalid
from trace.records.product import Product
from trace.records.product_gtin import ProductGtin
from trace.services.lineage import portions
from trace.services.logging_acts import append_leaf
from trace.services.registering import add_unique


def require_free(session: Session, gtin: str | None, product_id: int | None = None) -> None:
    """That no other product has the number or ever had it.

    Raises:
        Invalid: ``field.taken`` where another product has it, ``product.gtin_used`` where one had it.
    """
    if gtin is not None:
        refuse_taken(_row(session, gtin), gtin, product_id)


def gtin_rows(session: Session, gtins: Collection[str]) -> dict[str, ProductGtin]:
    """What is on record of many numbers."""
    found: dict[str, ProductGtin] = {}
    for some in portions(gtins):
        question = select(ProductGtin).where(col(ProductGtin.gtin).in_(some))
        found.update((row.gtin, row) for row in session.execute(question).scalars())
    return found


def refuse_taken(row: ProductGtin | None, gtin: str, product_id: int | None) -> None:
    """Refuse a number by what is on record of it, as ``require_free`` does."""
    if row is not None and row.product_id != product_id:
        key = "field.taken" if row.left_at is None else "product.gtin_used"
        raise Invalid([FieldProblem("gtin", key, gtin)])


def note_gtin(
    session: Session, account_id: int | None, product: Product, before: str | None, now: datetime
) -> None:
    """Keep who gave the product its present number, and who took which one away.

    Raises:
        Invalid: ``field.taken``, where somebody else was a moment quicker.
    """
    if product.gtin == before:
        return
    old = _row(session, before) if before is not None else None
    if old is not None:
        old.left_at, old.left_by = now, account_id
    if product.gtin is not None:
        _give(session, account_id, product, product.gtin, now)
    record = {"product": product.public_id, "gtin": product.gtin, "before": before}
    append_leaf(session, "gtin_changed", {**record, "by": account_id}, now)


def _give(session: Session, account_id: int | None, product: Product, gtin: str, now: datetime) -> None:
    row = _row(session, gtin)
    if row is None:
        row = ProductGtin(gtin=gtin, product_id=product.id, given_at=now, given_by=account_id)
        add_unique(session, row, "gtin", gtin)
    row.left_at = row.left_by = None  # a product may take back a number of its own


def former_gtins(session: Session, product_id: int) -> Sequence[ProductGtin]:
    """The numbers a product once had, the latest first; their printed links lead to it."""
    question = select(ProductGtin).where(
        col(ProductGtin.product_id) == product_id, col(ProductGtin.left_at).is_not(None)
    )
    return session.execute(question.order_by(col(ProductGtin.left_at).desc())).scalars().all()


def _row(session: Session, gtin: str) -> ProductGtin | None:
    found: ProductGtin | None = session.execute(
        select(ProductGtin).where(col(ProductGtin.gtin) == gtin)
    ).scalar_one_or_none()
    return found
