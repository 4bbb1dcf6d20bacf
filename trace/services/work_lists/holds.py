"""Lots on hold that the office is to decide on; those that follow another's hold stand with that one."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, String, cast, func, select
from sqlmodel import col

from trace.records.lot import Hold, Lot, LotState
from trace.records.organisation import Organisation
from trace.records.work_decision import WorkKind
from trace.services.holding import why
from trace.services.work_lists.item import Look, Source, Told, columns
from trace.texts.catalogs import Term


def _followers() -> Any:
    own = Hold.__table__.alias("follower")  # type: ignore[attr-defined]
    count = select(func.count()).where(own.c.cause_id == col(Hold.id), own.c.lifted_at.is_(None))
    return count.correlate(Hold).scalar_subquery()


def _rows(look: Look) -> Select[Any]:
    where = (
        look.inside(Lot),
        col(Hold.lifted_at).is_(None),
        col(Hold.cause_id).is_(None),
        col(Lot.state) != LotState.RECALLED,
    )
    said = cast(_followers(), String)
    return (
        select(*columns(col(Hold.id), col(Lot.org_id), col(Lot.commune_code), col(Hold.opened_at), said))
        .join(Lot, col(Lot.id) == col(Hold.lot_id))
        .join(Organisation, col(Organisation.id) == col(Lot.org_id))
        .where(*where)
    )


def _told(look: Look, keys: Sequence[int]) -> dict[int, Told]:
    question = select(Hold, Lot, _followers()).join(Lot, col(Lot.id) == col(Hold.lot_id))
    found = {}
    for hold, lot, n in look.session.execute(question.where(col(Hold.id).in_(keys))):
        follow = [Term("office.work.followers", {"n": int(n)})] if n else []
        found[hold.id] = Told(lot.code, [why(hold), *follow], lot.public_id)
    return found


HOLDS = Source(WorkKind.HOLD, _rows, _told)
