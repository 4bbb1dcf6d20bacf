"""Packed and released lots that lack an item of information their day demands, among the newest lots.

What is missing is read from a lot's whole chain, so not every lot is asked: the newest ``MOST`` in reach that
are still to go out or went out.
"""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Select, or_, select
from sqlmodel import col

from trace.records.lot import Lot, LotKind, LotState
from trace.records.organisation import Organisation
from trace.records.product import Product
from trace.records.work_decision import WorkKind
from trace.services.lot_information import Answer, Item, information_of_all
from trace.services.lot_states import counts
from trace.services.work_lists.item import Look, Source, Told, columns, marked
from trace.texts.catalogs import Term

MOST: Final = 200
STANDING: Final = (LotState.OPEN, LotState.HOLD, LotState.RELEASED)
"""Lots that are used up, destroyed or recalled are no work any more."""
_GOODS = or_(
    col(Lot.kind).in_((LotKind.PACK, LotKind.PROCESSED)),
    col(Lot.released_at).is_not(None),
)


def _missing(look: Look) -> dict[int, list[Item]]:
    newest = (
        select(Lot, Product)
        .join(Organisation, col(Organisation.id) == col(Lot.org_id))
        .outerjoin(Product, col(Product.id) == col(Lot.product_id))
        .where(look.inside(Lot), _GOODS, counts(), col(Lot.state).in_(STANDING))
        .order_by(col(Lot.id).desc())
        .limit(MOST)
    )
    goods = [(row[0], row[1]) for row in look.session.execute(newest)]
    told = information_of_all(look.session, goods)
    lacking = {
        lot.id: [one for one in items if one.answer is Answer.MISSING]
        for (lot, _), items in zip(goods, told, strict=True)
    }
    return {number: items for number, items in lacking.items() if items}


def _rows(look: Look) -> Select[Any]:
    missing = look.judged(WorkKind.INCOMPLETE, _missing)
    marks = {number: " ".join(one.item[-4:] for one in items)[:40] for number, items in missing.items()}
    said = marked(col(Lot.id), marks)
    return (
        select(*columns(col(Lot.id), col(Lot.org_id), col(Lot.commune_code), col(Lot.created_at), said))
        .join(Organisation, col(Organisation.id) == col(Lot.org_id))
        .where(look.inside(Lot), col(Lot.id).in_(list(missing)))
    )


def _told(look: Look, keys: Sequence[int]) -> dict[int, Told]:
    missing = look.judged(WorkKind.INCOMPLETE, _missing)
    found = {}
    for lot in look.session.execute(select(Lot).where(col(Lot.id).in_(keys))).scalars():
        names = [one.name for one in missing[lot.id]]
        why = Term("work.why.incomplete", {"n": len(names), "items": names})
        found[lot.id] = Told(lot.code, [why], lot.public_id)
    return found


INCOMPLETE = Source(WorkKind.INCOMPLETE, _rows, _told)
