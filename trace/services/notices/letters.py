"""Mail about notices: one letter for all that is new, to the cooperative's own addresses that want it.

By day all of them; at night only what cannot wait: recalls, holds and copied stamps.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlmodel import Session, col

from trace.records.mail import AddressState, MailAddress
from trace.records.notice import Notice, NoticeKind
from trace.services.mailing import outbox
from trace.services.mailing.letters import Letter
from trace.services.notices.inbox import line_of
from trace.texts.catalogs import shown, t

URGENT: Final = (NoticeKind.RECALL, NoticeKind.HOLD, NoticeKind.ALARM)
NAMED: Final = 40
"""Notices one letter names; the rest are counted."""
AT_ONCE: Final = 2_000
"""Notices of one run; the next goes on."""


def write_letters(session: Session, now: datetime, *, is_day: bool) -> int:
    """Write of what nobody was written of yet; how many letters."""
    # Reports of buyers have a mail of their own.
    waits = col(Notice.is_mailed).is_(False), col(Notice.kind) != NoticeKind.PROBLEM
    question = select(Notice).where(*waits).order_by(col(Notice.id)).limit(AT_ONCE)
    if not is_day:
        question = question.where(col(Notice.kind).in_(URGENT))
    by_org: dict[int, list[Notice]] = defaultdict(list)
    for notice in session.execute(question.with_for_update(skip_locked=True)).scalars():
        by_org[notice.org_id].append(notice)
        notice.is_mailed = True
    written = 0
    for address in _readers(session, list(by_org)):
        fresh = [one for one in by_org[address.org_id or 0] if _is_for(address, one)]
        if fresh:
            written += outbox.queue_mail(session, address, _letter(address.language, fresh), now)
    return written


def _readers(session: Session, orgs: Sequence[int]) -> Sequence[MailAddress]:
    rule = col(MailAddress.state) == AddressState.CONFIRMED, col(MailAddress.gets_notices).is_(True)
    question = select(MailAddress).where(*rule, col(MailAddress.org_id).in_(orgs))
    return session.execute(question.order_by(col(MailAddress.id))).scalars().all()


def _is_for(address: MailAddress, notice: Notice) -> bool:
    """What was noted before somebody agreed to mail is no news to them."""
    return address.confirmed_at is not None and address.confirmed_at <= notice.noted_at


def _letter(lang: str, fresh: Sequence[Notice]) -> Letter:
    told = [line_of(one) for one in fresh]
    first = shown(lang, told[0].title)
    subject = first if len(told) == 1 else t(lang, "mail.notices.subject", first=first, n=len(told) - 1)
    parts = [f"- {shown(lang, one.title)}\n  {shown(lang, one.detail)}" for one in told[:NAMED]]
    if len(told) > NAMED:
        parts.append(t(lang, "mail.notices.more", n=len(told) - NAMED))
    body = "\n".join([t(lang, "mail.notices.text"), "", *parts, "", t(lang, "mail.notices.todo")])
    return Letter(f"notices/{fresh[-1].id}", subject, body)
