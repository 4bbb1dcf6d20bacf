"""Mail about alarms of stamps: each once, to whoever asked for such mail before the alarm was raised."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import String, cast, exists, literal, select
from sqlmodel import Session, col

from trace.records.account import Role
from trace.records.mail import AddressState, Mail, MailAddress
from trace.records.organisation import Organisation
from trace.records.scan import Alarm
from trace.services.admission import Actor
from trace.services.clone_rules import CLONE_SUSPECT
from trace.services.mailing import outbox
from trace.services.mailing.letters import Letter
from trace.services.scanning import LEAKED_KEY
from trace.services.work_lists.item import Look, Told
from trace.services.work_lists.stamps import STAMPS
from trace.texts.catalogs import shown, t

NEWS_FOR: Final = timedelta(days=2)
"""What was raised longer ago is no news: it stands in the work list."""
MOST: Final = 50
"""Alarms of one writing; the next goes on."""
KINDS: Final = (CLONE_SUSPECT, LEAKED_KEY)


def write_alarms(session: Session, now: datetime) -> int:
    """Write of alarms that nobody was written of yet; how many mails."""
    rule = col(MailAddress.state) == AddressState.CONFIRMED, col(MailAddress.gets_alarms).is_(True)
    readers = session.execute(select(MailAddress).where(*rule).order_by(col(MailAddress.id))).scalars().all()
    asked = min((one.confirmed_at for one in readers if one.confirmed_at is not None), default=None)
    alarms = _news(session, max(asked, now - NEWS_FOR)) if asked is not None else []
    look = Look(session, Actor(None, Role.OFFICE), now)
    told = STAMPS.told(look, [alarm.id for alarm, _ in alarms])
    written = 0
    for alarm, owner in alarms:
        for one in readers:
            if one.confirmed_at is not None and one.confirmed_at <= alarm.raised_at:
                letter = _letter(one.language, alarm, told[alarm.id], owner or "–")
                written += outbox.queue_mail(session, one, letter, now)
    return written


def _news(session: Session, since: datetime) -> list[tuple[Alarm, str | None]]:
    """Alarms raised since then of which nobody was written: of none that nobody asked for, which would
    stand in the place of others.
    """
    about = literal("alarm/", String) + cast(col(Alarm.id), String)
    question = (
        select(Alarm, col(Organisation.name))
        .outerjoin(Organisation, col(Organisation.id) == col(Alarm.org_id))
        .where(col(Alarm.kind).in_(KINDS), col(Alarm.cleared_at).is_(None))
        .where(col(Alarm.raised_at) >= since, ~exists().where(col(Mail.about) == about))
        .order_by(col(Alarm.id))
        .limit(MOST)
    )
    return [(row[0], row[1]) for row in session.execute(question)]


def _letter(lang: str, alarm: Alarm, told: Told, owner: str) -> Letter:
    names = {"name": told.name, "coop": owner}
    why = "\n".join(f"- {shown(lang, one)}" for one in told.why)
    parts = t(lang, f"mail.alarm.{alarm.kind}.text", **names), why, t(lang, "mail.alarm.todo")
    return Letter(
        f"alarm/{alarm.id}", t(lang, f"mail.alarm.{alarm.kind}.subject", **names), "\n\n".join(parts)
    )
