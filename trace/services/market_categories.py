"""A marketplace's shelves, kept so that a person may search them: only those that may hold listings.

One reading serves every shop of the marketplace; it is made anew once a week, and when a manager asks.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlmodel import Session, col

from marketplaces.values import Category
from trace.records.new_listing import MarketCategory
from trace.services.registering import found_by
from trace.standards.search_key import fold_vi

KEPT = timedelta(days=7)
SHOWN = 30
MOST_LEVELS = 12
BETWEEN = " › "
READ = "read_categories"
"""The job that reads them."""


def record_categories(session: Session, marketplace: str, told: Iterable[Category], now: datetime) -> int:
    """Put what the marketplace says in the place of what was kept; an empty answer changes nothing."""
    by_id = {one.ext_category_id: one for one in told}
    rows = [_row(marketplace, one, by_id, now) for one in by_id.values() if one.leaf]
    if rows:
        session.execute(delete(MarketCategory).where(col(MarketCategory.marketplace) == marketplace))
        session.add_all(rows)
        session.flush()
    return len(rows)


def _row(marketplace: str, one: Category, by_id: dict[str, Category], now: datetime) -> MarketCategory:
    names: list[str] = []
    at: Category | None = one
    while at is not None and len(names) < MOST_LEVELS:
        names.insert(0, at.name.strip())
        at = by_id.get(at.parent_id)
    path = BETWEEN.join(names)[-600:]
    return MarketCategory(
        marketplace=marketplace,
        ext_category_id=one.ext_category_id[:64],
        path=path,
        search_key=fold_vi(path)[-600:],
        read_at=now,
    )


def is_due(session: Session, marketplace: str, now: datetime) -> bool:
    """Whether the shelves were never read, or too long ago."""
    last = read_at(session, marketplace)
    return last is None or now - last > KEPT


def read_at(session: Session, marketplace: str) -> datetime | None:
    """When the shelves were read last."""
    rule = col(MarketCategory.marketplace) == marketplace
    last: datetime | None = session.execute(
        select(func.max(col(MarketCategory.read_at))).where(rule)
    ).scalar_one()
    return last


def search(session: Session, marketplace: str, text: str) -> tuple[Sequence[MarketCategory], int]:
    """Shelves whose own name or those above it hold every word, marks or not; and how many in all."""
    rule = (col(MarketCategory.marketplace) == marketplace, found_by(text, col(MarketCategory.search_key)))
    total = session.execute(select(func.count()).select_from(MarketCategory).where(*rule)).scalar_one()
    ordered = select(MarketCategory).where(*rule).order_by(func.length(col(MarketCategory.path)))
    found = session.execute(ordered.order_by(col(MarketCategory.path)).limit(SHOWN)).scalars().all()
    return found, int(total)


def find(session: Session, marketplace: str, ext_category_id: str) -> MarketCategory | None:
    """The shelf of this number, if it may hold listings."""
    rule = (
        col(MarketCategory.marketplace) == marketplace,
        col(MarketCategory.ext_category_id) == ext_category_id.replace("\0", "\ufffd"),
    )
    found: MarketCategory | None = session.execute(select(MarketCategory).where(*rule)).scalar_one_or_none()
    return found
