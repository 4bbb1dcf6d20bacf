"""Facts an organisation is told of. Each function finds those of one kind, none older than ``NEWS_FOR``."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import func, select
from sqlmodel import Session, col

from trace.records.account import Role
from trace.records.certificate import Certificate
from trace.records.lot import Hold, Lot
from trace.records.notice import NoticeKind
from trace.records.problem_report import ProblemReport
from trace.records.recall import Recall, RecallLot
from trace.records.scan import Alarm
from trace.records.shop import Shop, ShopState
from trace.records.stamp import StampBlock
from trace.services import ocop_ending
from trace.services.admission import Actor
from trace.services.clone_rules import CLONE_SUSPECT
from trace.services.shop_facts import ending_agreements
from trace.standards.local_time import local_day

NEWS_FOR: Final = timedelta(days=7)
"""What happened longer ago is no news: it stands on the page of today, or in its list."""
STEPS: Final = (90, 30, 7)
"""Days before a paper ends on which it is told."""
EVERYWHERE: Final = Actor(None, Role.OFFICE)


@dataclass(frozen=True)
class Fact:
    """One fact; ``figures`` are texts, numbers and days for its sentence."""

    kind: NoticeKind
    org_id: int
    about: str
    subject: str
    figures: dict[str, object]
    household_id: int | None = None


def holds(session: Session, now: datetime) -> Iterator[Fact]:
    """Lots put on hold and not let go since."""
    question = (
        select(Hold, Lot)
        .join(Lot, col(Lot.id) == col(Hold.lot_id))
        .where(col(Hold.opened_at) >= now - NEWS_FOR, col(Hold.lifted_at).is_(None))
        .order_by(col(Hold.id))
    )
    for hold, lot in session.execute(question):
        figures: dict[str, object] = {"lot": lot.code, "date": local_day(hold.opened_at)}
        whose = {"household_id": lot.household_id}
        yield Fact(NoticeKind.HOLD, lot.org_id, f"hold/{hold.id}", lot.public_id, figures, **whose)


def recalls(session: Session, now: datetime) -> Iterator[Fact]:
    """Recalls that reach a lot of an organisation: once for each, by the first lot."""
    reached = (
        select(col(RecallLot.recall_id), col(Lot.org_id), func.min(Lot.id).label("lot_id"), func.count())
        .join(Lot, col(Lot.id) == col(RecallLot.lot_id))
        .join(Recall, col(Recall.id) == col(RecallLot.recall_id))
        .where(col(Recall.opened_at) >= now - NEWS_FOR)
        .group_by(col(RecallLot.recall_id), col(Lot.org_id))
        .order_by(col(RecallLot.recall_id), col(Lot.org_id))
    )
    for recall_id, org_id, lot_id, lots in session.execute(reached).all():
        recall, lot = session.get_one(Recall, recall_id), session.get_one(Lot, lot_id)
        figures = {"number": recall.number, "lot": lot.code, "n": int(lots), "reason": recall.reason}
        yield Fact(NoticeKind.RECALL, org_id, f"recall/{recall.id}", lot.public_id, figures)


def alarms(session: Session, now: datetime) -> Iterator[Fact]:
    """Stamps of an organisation that are suspected to be copied."""
    question = (
        select(Alarm)
        .where(col(Alarm.kind) == CLONE_SUSPECT, col(Alarm.raised_at) >= now - NEWS_FOR)
        .where(col(Alarm.org_id).is_not(None), col(Alarm.cleared_at).is_(None))
        .order_by(col(Alarm.id))
    )
    for alarm in session.execute(question).scalars().all():
        kid, serial = (int(part) for part in alarm.subject.split("/")[1:])
        inside = col(StampBlock.first) <= serial, col(StampBlock.first) + col(StampBlock.count) > serial
        block = session.execute(select(StampBlock).where(col(StampBlock.kid) == kid, *inside)).scalar()
        if block is not None and alarm.org_id is not None:
            figures: dict[str, object] = {"stamp": f"K{kid}-{serial}", "date": local_day(alarm.raised_at)}
            subject = f"{block.public_id}/{serial}"
            yield Fact(NoticeKind.ALARM, alarm.org_id, f"alarm/{alarm.id}", subject, figures)


def logins(session: Session, now: datetime) -> Iterator[Fact]:
    """Shops whose marketplace wants a new sign-in; told anew once it worked in between."""
    question = select(Shop).where(col(Shop.state) == ShopState.NEEDS_LOGIN).order_by(col(Shop.id))
    for shop in session.execute(question).scalars():
        since = int((shop.last_success_at or shop.created_at).timestamp())
        figures: dict[str, object] = {"shop": shop.name}
        yield Fact(NoticeKind.LOGIN, shop.org_id, f"login/{shop.id}/{since}", str(shop.id), figures)


def agreements(session: Session, now: datetime) -> Iterator[Fact]:
    """Sellers' agreements with a marketplace that end within a fortnight."""
    question = select(Shop).where(col(Shop.state) == ShopState.CONNECTED).order_by(col(Shop.id))
    shops = {shop.id: shop for shop in session.execute(question).scalars()}
    for shop_id, ends in session.execute(ending_agreements(list(shops), now)).all():
        day, shop = local_day(ends), shops[shop_id]
        about = f"agreement/{shop.id}/{day.isoformat()}"
        figures = {"shop": shop.name, "date": day}
        yield Fact(NoticeKind.AGREEMENT, shop.org_id, about, str(shop.id), figures)


def papers(session: Session, now: datetime) -> Iterator[Fact]:
    """Certificates that end within 90, 30 and 7 days."""
    today = local_day(now)
    soon = col(Certificate.valid_to).between(today, today + timedelta(days=max(STEPS)))
    question = select(Certificate).where(soon).order_by(col(Certificate.id))
    for paper in session.execute(question).scalars():
        about = f"paper/{paper.id}/{paper.valid_to.isoformat()}/{_step(paper.valid_to, today)}"
        figures = {"scheme": f"paper.{paper.scheme}", "number": paper.number, "date": paper.valid_to}
        yield Fact(NoticeKind.PAPER, paper.org_id, about, str(paper.id), figures)


def ratings(session: Session, now: datetime) -> Iterator[Fact]:
    """OCOP ratings that end within 90, 30 and 7 days, and have no decision after them."""
    for one in ocop_ending.endings(session, EVERYWHERE, local_day(now), STEPS):
        figures = {"product": one.product.name, "n": one.rating.stars, "date": one.rating.valid_to}
        about = f"ocop/{one.rating.id}/{one.step}"
        yield Fact(NoticeKind.OCOP, one.organisation.id, about, one.product.public_id, figures)


def problems(session: Session, now: datetime) -> Iterator[Fact]:
    """Reports of buyers that nobody answered yet."""
    question = (
        select(ProblemReport)
        .where(col(ProblemReport.reported_at) >= now - NEWS_FOR, col(ProblemReport.answered_at).is_(None))
        .where(col(ProblemReport.org_id).is_not(None))
        .order_by(col(ProblemReport.id))
    )
    for row in session.execute(question).scalars():
        if row.org_id is not None:
            figures: dict[str, object] = {"date": local_day(row.reported_at)}
            yield Fact(NoticeKind.PROBLEM, row.org_id, f"problem/{row.id}", row.public_id, figures)


def _step(day: date, today: date) -> int:
    return min(step for step in STEPS if step >= (day - today).days)


FINDERS: Final = (recalls, holds, alarms, logins, agreements, papers, ratings, problems)
"""All of them, the worst first."""
