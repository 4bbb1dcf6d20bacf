"""What packed goods carry: stamps, and the items of information of Circular 02/2024/TT-BKHCN."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlmodel import Session, col

from trace.records.lot import Lot
from trace.records.product import Product
from trace.services.figures.asking import Ask
from trace.services.lot_information import Answer, information_of_all
from trace.services.stamp_gates import active_by_lot


def stamped_g(session: Session, ids: Sequence[int], ask: Ask) -> dict[int, int]:
    """Net grams behind the lot's stamps, void ones left out."""
    facts = select(col(Lot.id), col(Product.unit_g)).join(Product, col(Product.id) == col(Lot.product_id))
    units = {number: int(grams) for number, grams in session.execute(facts.where(col(Lot.id).in_(ids)))}
    active = active_by_lot(session, ids)
    return {number: active.get(number, 0) * grams for number, grams in units.items()}


def is_complete(session: Session, ids: Sequence[int], ask: Ask) -> dict[int, int]:
    """One for each lot that lacks none of the ten items as they are demanded on its day."""
    question = (
        select(Lot, Product)
        .outerjoin(Product, col(Product.id) == col(Lot.product_id))
        .where(col(Lot.id).in_(ids))
    )
    goods = [(row[0], row[1]) for row in session.execute(question)]
    told = information_of_all(session, goods)
    return {lot.id: int(_lacks_nothing(items)) for (lot, _), items in zip(goods, told, strict=True)}


def _lacks_nothing(items: Sequence[object]) -> bool:
    mine = [one for one in items if getattr(one, "paper", "") == "tt02"]
    return bool(mine) and all(getattr(one, "answer", None) is not Answer.MISSING for one in mine)
