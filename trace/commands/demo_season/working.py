"""What the office wrote down about the first thing on its work lists."""

from sqlalchemy import select
from sqlmodel import col

from trace.commands.demo_season.cast import Cast
from trace.db import transaction
from trace.records.account import Account, Role
from trace.services.admission import Actor
from trace.services.work_lists.catalogue import LISTS
from trace.services.work_lists.deciding import Choice, DecisionIn, decide
from trace.services.work_lists.item import Look
from trace.services.work_lists.listing import View, every

NOTE = "Đã gọi hợp tác xã, hẹn trả lời trong tuần."


def note_work(cast: Cast) -> None:
    """One note, by the office's first account."""
    now = cast.days.now
    first = select(col(Account.id)).where(col(Account.role) == Role.OFFICE).order_by(col(Account.id)).limit(1)
    with transaction() as session:
        clerk = Actor(session.execute(first).scalar_one(), Role.OFFICE)
        look = Look(session, clerk, now)
        item = next(item for one in LISTS for item in every(look, one, View.OPEN, 1))
        decide(session, clerk, item.kind, item.key, DecisionIn(act=Choice.NOTE, note=NOTE), now)
