"""The inbox of pushes: kept first, answered at once, then the orders they name are read by their numbers.

A push is never a fact. One that comes twice, late or replayed finds its row and changes nothing; one whose
job is lost is read by the next one, at the latest by the shop's next regular reading.
"""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from marketplaces.values import Push
from trace.records.market_push import MarketPush
from trace.records.shop import Shop, ShopState
from trace.services import schedules
from trace.services.shop_circuit import SYNC

READ = "read_pushes"
MOST_AT_ONCE = 50
LONGEST_EVENT = 80


def take_in(session: Session, marketplace: str, ext_shop_id: str, push: Push, now: datetime) -> bool:
    """Keep a verified push and have it read; whether it was new. A shop that is not ours is passed over."""
    rule = (col(Shop.marketplace) == marketplace, col(Shop.ext_shop_id) == ext_shop_id)
    shop = session.execute(select(Shop).where(*rule)).scalar_one_or_none()
    if shop is None or shop.state != ShopState.CONNECTED:
        return False
    values = {
        "shop_id": shop.id,
        "event_id": _bounded(push.event_id),
        "kind": push.kind,
        "ext_order_id": push.ext_order_id[:64],
        "sent_at": push.sent_at,
        "received_at": now,
    }
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    kept = dialect.insert(MarketPush).values(**values).on_conflict_do_nothing()
    if session.execute(kept.returning(col(MarketPush.id))).scalar() is None:
        return False
    # What is no order (a permission withdrawn, a listing blocked) shows in a whole reading.
    kind = READ if push.ext_order_id else SYNC
    schedules.run_now(session, kind, str(shop.id), now, shop_id=shop.id)
    return True


def _bounded(event_id: str) -> str:
    """Event numbers longer than a column are known by their hash."""
    return event_id if len(event_id) <= LONGEST_EVENT else hashlib.sha256(event_id.encode()).hexdigest()


def unread(session: Session, shop_id: int) -> Sequence[MarketPush]:
    """The oldest pushes not read yet, fifty at most."""
    rule = (col(MarketPush.shop_id) == shop_id, col(MarketPush.read_at).is_(None))
    question = select(MarketPush).where(*rule).order_by(col(MarketPush.id)).limit(MOST_AT_ONCE)
    return session.execute(question).scalars().all()


def note_read(session: Session, ids: Iterable[int], now: datetime) -> None:
    """What these pushes named was read."""
    session.execute(update(MarketPush).where(col(MarketPush.id).in_(list(ids))).values(read_at=now))
