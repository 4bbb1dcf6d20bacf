"""Records of a marketplace that could not be taken in: each its own piece of work, tried again, visible.

After ``TRIES`` tries a record is dead: it waits for a person, and the others go on without it.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlmodel import Session, col

from marketplaces.values import BadRecord as Told
from trace.records.job import BadRecord
from trace.records.shop import Shop
from trace.services import admission
from trace.services.admission import Act, Actor

TRIES = 8
FIRST_WAIT = timedelta(minutes=5)
LONGEST_WAIT = timedelta(hours=6)
MOST_AT_ONCE = 50


def note(session: Session, shop_id: int, told: Iterable[Told], now: datetime) -> int:
    """Keep them, or count another try of those kept already; how many there were."""
    count = 0
    for fault in told:
        number = fault.ext_order_id[:64]
        rule = (col(BadRecord.shop_id) == shop_id, col(BadRecord.ext_id) == number)
        row: BadRecord | None = session.execute(select(BadRecord).where(*rule)).scalar_one_or_none()
        if row is None:
            row = BadRecord(
                shop_id=shop_id, ext_id=number, reason="", attempts=0, next_try_at=now, first_at=now
            )
            session.add(row)
        _count_try(row, fault, now)
        session.flush()
        count += 1
    return count


def _count_try(row: BadRecord, fault: Told, now: datetime) -> None:
    row.attempts = 1 if row.resolved_at else row.attempts + 1
    row.resolved_at = None
    row.reason, row.sample = fault.reason[:400], fault.sample[:2_000]
    row.is_dead = row.attempts >= TRIES
    row.next_try_at = now + min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(10, row.attempts - 1))


def resolve(session: Session, shop_id: int, numbers: Iterable[str], now: datetime) -> None:
    """These orders were taken in after all."""
    rule = (
        col(BadRecord.shop_id) == shop_id,
        col(BadRecord.ext_id).in_(set(numbers)),
        col(BadRecord.resolved_at).is_(None),
    )
    session.execute(update(BadRecord).where(*rule).values(resolved_at=now, is_dead=False))


def due(session: Session, shop_id: int, now: datetime) -> list[str]:
    """Orders to ask for again now."""
    rule = (
        col(BadRecord.shop_id) == shop_id,
        col(BadRecord.resolved_at).is_(None),
        col(BadRecord.is_dead).is_(False),
        col(BadRecord.next_try_at) <= now,
    )
    found = (
        select(col(BadRecord.ext_id)).where(*rule).order_by(col(BadRecord.next_try_at)).limit(MOST_AT_ONCE)
    )
    return list(session.execute(found).scalars())


def open_of(session: Session, shop_id: int, limit: int = 100) -> Sequence[BadRecord]:
    """What is not taken in yet, the dead first."""
    rule = (col(BadRecord.shop_id) == shop_id, col(BadRecord.resolved_at).is_(None))
    order = (col(BadRecord.is_dead).desc(), col(BadRecord.first_at))
    return session.execute(select(BadRecord).where(*rule).order_by(*order).limit(limit)).scalars().all()


def replay(session: Session, actor: Actor, shop_id: int, now: datetime, number: str | None = None) -> int:
    """Try again with the next reading, with a fresh count: one record, or all of the shop; how many."""
    shop = admission.fetch(session, actor, Act.MANAGE_SHOP, Shop, id=shop_id)
    rule = [col(BadRecord.shop_id) == shop.id, col(BadRecord.resolved_at).is_(None)]
    if number is not None:
        rule.append(col(BadRecord.ext_id) == number)
    fresh = update(BadRecord).where(*rule).values(attempts=0, is_dead=False, next_try_at=now)
    return len(session.execute(fresh.returning(col(BadRecord.id))).all())
