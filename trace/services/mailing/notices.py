"""Mail that nobody sets up one by one: the log's newest checkpoint each day, papers that run out each week.

Who gets them is ticked at the address. Each is written once a day or week, whichever worker looks first.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from trace.records.certificate import Certificate
from trace.records.mail import AddressState, MailAddress, MailFile
from trace.records.organisation import Organisation
from trace.records.product import OcopRating, Product
from trace.services.checkpoint_files import NoteFile
from trace.services.mailing import outbox
from trace.services.mailing.letters import Letter
from trace.standards.local_time import VN, local_day
from trace.texts.catalogs import t

FROM_HOUR: Final = 7
"""Nothing of this kind goes out at night."""
SOON: Final = timedelta(days=90)
MOST_NAMED: Final = 200


@dataclass(frozen=True)
class Ending:
    """A paper that runs out: the key of its kind, what it is called, whose it is, its last day."""

    kind: str
    name: str
    owner: str
    last_day: date


def is_day(now: datetime) -> bool:
    """Whether it is late enough in Vietnam."""
    return now.astimezone(VN).hour >= FROM_HOUR


def note_of_day(session: Session, files: Sequence[NoteFile], now: datetime) -> NoteFile:
    """The checkpoint that goes out today: the newest, or the one that went out to others already."""
    sent = {one.name for one in outbox.files_of(session, _about_checkpoint(now))}
    return next((one for one in files if one.path.name in sent), files[-1])


def _about_checkpoint(now: datetime) -> str:
    return f"checkpoint/{local_day(now).isoformat()}"


def write_checkpoint(session: Session, newest: NoteFile, note: str, now: datetime) -> int:
    """Write the checkpoint of the day to all who get them, once a day; how many.

    The note goes along as a file: beside it a later history that does not continue it shows.
    """
    about = _about_checkpoint(now)
    figures = {"number": newest.number, "size": newest.size, "time": newest.made_at}
    written = 0
    for address in _getting(session, col(MailAddress.gets_checkpoints).is_(True)):
        lang = address.language
        body = f"{t(lang, 'mail.checkpoint.text', **figures)}\n\n{note}"
        letter = Letter(about, t(lang, "mail.checkpoint.subject", **figures), body)
        written += outbox.queue_mail(session, address, letter, now)
    if written and not outbox.files_of(session, about):
        name, kind = newest.path.name, "application/octet-stream"
        session.add(MailFile(about=about, name=name, media_type=kind, content=note.encode(), created_at=now))
    return written


def write_reminders(session: Session, now: datetime) -> int:
    """Write which papers run out within 90 days to all who get reminders, once a week; how many."""
    readers = _getting(session, col(MailAddress.gets_reminders).is_(True))
    today = local_day(now)
    ending = papers_ending(session, today) if readers else ()
    if not ending:
        return 0
    year, week, _ = today.isocalendar()
    written = 0
    for address in readers:
        lang = address.language
        letter = Letter(f"papers/{year}-{week:02}", t(lang, "mail.papers.subject", n=len(ending)), "")
        lines = [_said(lang, one, today) for one in ending[:MOST_NAMED]]
        if len(ending) > MOST_NAMED:
            lines.append(t(lang, "mail.papers.more", n=len(ending) - MOST_NAMED))
        body = "\n".join([t(lang, "mail.papers.text"), "", *lines])
        written += outbox.queue_mail(session, address, Letter(letter.about, letter.subject, body), now)
    return written


def papers_ending(session: Session, today: date) -> Sequence[Ending]:
    """Confirmed certificates and OCOP ratings in force that run out within 90 days, the soonest first.

    A rating is left out where a later decision for the product lasts longer.
    """
    papers = (
        select(Certificate, col(Organisation.name))
        .join(Organisation, col(Organisation.id) == col(Certificate.org_id))
        .where(col(Certificate.confirmed_at).is_not(None))
        .where(col(Certificate.valid_to).between(today, today + SOON))
    )
    later = aliased(OcopRating)
    is_followed = exists().where(
        col(later.product_id) == col(OcopRating.product_id), col(later.valid_to) > col(OcopRating.valid_to)
    )
    ratings = (
        select(OcopRating, col(Product.name), col(Organisation.name))
        .join(Product, col(Product.id) == col(OcopRating.product_id))
        .join(Organisation, col(Organisation.id) == col(Product.org_id))
        .where(col(OcopRating.valid_to).between(today, today + SOON), ~is_followed)
    )
    found = [
        Ending(f"scheme.{paper.scheme}", paper.number, owner, paper.valid_to)
        for paper, owner in session.execute(papers)
    ]
    found += [
        Ending(f"mail.papers.stars.{rating.stars}", product, owner, rating.valid_to)
        for rating, product, owner in session.execute(ratings)
    ]
    return sorted(found, key=lambda one: (one.last_day, one.owner, one.name))


def _said(lang: str, one: Ending, today: date) -> str:
    days = (one.last_day - today).days
    params = {"kind": t(lang, one.kind), "name": one.name, "owner": one.owner, "date": one.last_day}
    return f"- {t(lang, 'mail.papers.one', n=days, **params)}"


def _getting(session: Session, what: ColumnElement[bool]) -> Sequence[MailAddress]:
    rule = col(MailAddress.state) == AddressState.CONFIRMED
    question = select(MailAddress).where(rule, what).order_by(col(MailAddress.id))
    return session.execute(question).scalars().all()
