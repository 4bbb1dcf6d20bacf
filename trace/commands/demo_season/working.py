"""What the office wrote down about the first thing on its work lists; a course that waits for it."""

from datetime import timedelta

from sqlalchemy import select
from sqlmodel import col

from trace.commands.demo_season.cast import Cast
from trace.db import transaction
from trace.records.account import Account, Role
from trace.services import training_proposals
from trace.services.admission import Actor
from trace.services.intake import read
from trace.services.training import SessionIn
from trace.services.work_lists.catalogue import LISTS
from trace.services.work_lists.deciding import Choice, DecisionIn, decide
from trace.services.work_lists.item import Look
from trace.services.work_lists.listing import View, every
from trace.standards.local_time import local_day

NOTE = "Đã gọi hợp tác xã, hẹn trả lời trong tuần."


def note_work(cast: Cast) -> None:
    """One note, by the office's first account."""
    now = cast.days.now
    first = select(col(Account.id)).where(col(Account.role) == Role.OFFICE).order_by(col(Account.id)).limit(1)
    with transaction() as session:
        clerk = Actor(session.execute(first).scalar_one(), Role.OFFICE)
        look = Look(session, clerk, now)
        item = next(item for one in LISTS for item in every(look, one, View.OPEN))
        decide(session, clerk, item.kind, item.key, DecisionIn(act=Choice.NOTE, note=NOTE), now)


def report_course(cast: Cast) -> None:
    """A cooperative reports a course of last week; the office has not looked yet."""
    now = cast.days.now
    coop = next(one for one in cast.coops.values() if one.plan.code == "BV")
    held = now - timedelta(days=6)
    words = {
        "title": "Chụp ảnh và viết lời chào hàng",
        "organiser": "Tổ công nghệ số",
        "place_name": "Nhà văn hóa",
    }
    given = read(SessionIn, {**words, "held_on": local_day(held), "commune": coop.plan.commune})
    codes = " ".join(f"{coop.plan.code}-{farm.number:03d}" for farm in coop.farms[:4])
    with transaction() as session:
        row = training_proposals.propose(session, coop.manager, given, now)
        training_proposals.add_own(session, coop.manager, row.id, codes, now)
