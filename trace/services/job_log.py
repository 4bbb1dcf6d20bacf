"""What the workers did lately."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlmodel import Session, col

from trace.records.job import Job


def last_jobs(session: Session, limit: int, shop_id: int | None = None) -> Sequence[Job]:
    """The last jobs, newest first: of all, or of one shop."""
    found = select(Job).order_by(col(Job.id).desc()).limit(limit)
    if shop_id is not None:
        found = found.where(col(Job.shop_id) == shop_id)
    return session.execute(found).scalars().all()
