"""The outbox: one row a mail and address, written before anything is sent and after.

A mail is ``handing`` from just before its last sign is sent until the server's answer is written down. Who
finds it so after a death does not know whether it arrived: it is ``unknown`` then, and never sent again by
itself. Everything before that moment is tried again, under the same Message-ID, for three days.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from trace.errors import NotFound, Refused
from trace.records.mail import AddressState, Mail, MailAddress, MailFile, MailState
from trace.services.admission import Act, Actor, scope_of
from trace.services.mailing.letters import CONFIRM, Letter
from trace.services.public_id import new_public_id

GIVE_UP: Final = timedelta(days=3)
FIRST_PAUSE: Final = timedelta(minutes=5)
MOST_PAUSE: Final = timedelta(hours=4)
SHOWN: Final = 50


def queue_mail(session: Session, address: MailAddress, letter: Letter, now: datetime) -> bool:
    """Have a letter sent; False where it was written to this address before, or none may be.

    Files for it are kept under the letter's ``about`` (``MailFile``), before or after.
    """
    is_question = letter.about.startswith(CONFIRM)
    if address.state != (AddressState.ASKED if is_question else AddressState.CONFIRMED):
        return False
    values = {
        "public_id": new_public_id(20),
        "about": letter.about,
        "address_id": address.id,
        "subject": letter.subject[:200],
        "body": letter.body,
        "state": MailState.WAITING.value,
        "tries": 0,
        "next_try_at": now,
        "problem": "",
        "answer": "",
        "created_at": now,
    }
    dialect: Any = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    adding = dialect.insert(Mail).values(**values).on_conflict_do_nothing()
    return session.execute(adding.returning(col(Mail.id))).scalar() is not None


def next_due(session: Session, now: datetime) -> Mail | None:
    """The mail that has waited longest for its time."""
    due = (col(Mail.state) == MailState.WAITING, col(Mail.next_try_at) <= now, ~_is_unwanted())
    question = select(Mail).where(*due).order_by(col(Mail.next_try_at), col(Mail.id)).limit(1)
    found: Mail | None = session.execute(question).scalar_one_or_none()
    return found


def begin(session: Session, mail_id: int, now: datetime) -> bool:
    """Its last sign goes out now; False where it may not any more: dropped meanwhile, or taken."""
    mine = (col(Mail.id) == mail_id, col(Mail.state) == MailState.WAITING, ~_is_unwanted())
    begun = update(Mail).where(*mine).values(state=MailState.HANDING, tries=col(Mail.tries) + 1, done_at=now)
    return session.execute(begun.returning(col(Mail.id))).scalar() is not None


def note_sent(session: Session, mail_id: int, answer: str, now: datetime) -> None:
    """The server took it over."""
    _settle(session, mail_id, MailState.SENT, now, answer=answer, problem="")


def note_unheard(session: Session, mail_id: int, problem: str, now: datetime) -> None:
    """It was handed over whole, and no answer was heard."""
    _settle(session, mail_id, MailState.UNKNOWN, now, problem=problem)


def note_refused(session: Session, mail_id: int, problem: str, answer: str, now: datetime) -> None:
    """The server will never take it."""
    _settle(session, mail_id, MailState.FAILED, now, problem=problem, answer=answer)


def note_later(
    session: Session, mail_id: int, problem: str, answer: str, chance: float, now: datetime
) -> None:
    """Not now: tried again after five minutes, then twice as long each time, up to four hours; given up
    after three days. ``chance`` from 0 to 1 spreads the pauses.
    """
    row = session.get_one(Mail, mail_id, with_for_update=True)
    if row.state == MailState.DROPPED:
        return
    if row.state == MailState.WAITING:
        row.tries += 1  # it did not come as far as ``begin``, which counts by itself
    row.problem, row.answer = problem, answer[:200]
    if now - row.created_at >= GIVE_UP:
        row.state, row.done_at = MailState.FAILED, now
        return
    pause = min(MOST_PAUSE, FIRST_PAUSE * 2 ** min(row.tries - 1, 10))
    row.state, row.done_at, row.next_try_at = MailState.WAITING, None, now + pause * (0.75 + chance / 4)


def rest_all(session: Session, until: datetime) -> None:
    """The server can not be reached or does not let us in: no mail is tried before ``until``."""
    waits = (col(Mail.state) == MailState.WAITING, col(Mail.next_try_at) < until)
    session.execute(update(Mail).where(*waits).values(next_try_at=until))


def note_lost(session: Session, now: datetime) -> int:
    """Mails whose sender died before it wrote down the answer; how many. One job sends at a time."""
    lost = update(Mail).where(col(Mail.state) == MailState.HANDING)
    lost = lost.values(state=MailState.UNKNOWN, problem="mail.problem.died", done_at=now)
    return len(session.execute(lost.returning(col(Mail.id))).all())


def drop_waiting(session: Session, now: datetime) -> None:
    """What waits for whoever has left or was erased is not sent, nor what was written at that very moment."""
    waits = (col(Mail.state) == MailState.WAITING, _is_unwanted())
    session.execute(update(Mail).where(*waits).values(state=MailState.DROPPED, done_at=now))


def _is_unwanted() -> ColumnElement[bool]:
    gone = col(MailAddress.state).in_((AddressState.LEFT, AddressState.ERASED))
    return col(Mail.address_id).in_(select(col(MailAddress.id)).where(gone))


def send_again(session: Session, actor: Actor, public_id: str, now: datetime) -> None:
    """A person has looked: a mail that failed, or of which nobody knows, goes out once more.

    Raises:
        NotFound: no such mail.
        Refused: ``mail.again``: it is on its way or was taken, or its address may not be written to.
    """
    scope_of(actor, Act.MANAGE_REPORTS)
    question = select(Mail).where(col(Mail.public_id) == public_id).with_for_update()
    row: Mail | None = session.execute(question).scalar_one_or_none()
    if row is None:
        raise NotFound()
    address = session.get_one(MailAddress, row.address_id)
    wanted = AddressState.ASKED if row.about.startswith(CONFIRM) else AddressState.CONFIRMED
    if row.state not in (MailState.FAILED, MailState.UNKNOWN) or address.state != wanted:
        raise Refused("mail.again", state=row.state)
    row.state, row.done_at, row.next_try_at, row.created_at = MailState.WAITING, None, now, now


def files_of(session: Session, about: str) -> Sequence[MailFile]:
    """What goes along with mails of this ``about``."""
    question = select(MailFile).where(col(MailFile.about) == about).order_by(col(MailFile.id))
    return session.execute(question).scalars().all()


def to_look_at(session: Session, actor: Actor) -> Sequence[tuple[Mail, MailAddress]]:
    """What somebody should look at: refused, given up, unknown, or tried in vain; the newest first."""
    scope_of(actor, Act.MANAGE_REPORTS)
    bad = or_(
        col(Mail.state).in_((MailState.FAILED, MailState.UNKNOWN)),
        (col(Mail.state) == MailState.WAITING) & (col(Mail.tries) > 0),
    )
    question = select(Mail, MailAddress).join(MailAddress, col(MailAddress.id) == col(Mail.address_id))
    found = session.execute(question.where(bad).order_by(col(Mail.id).desc()).limit(SHOWN))
    return [(row[0], row[1]) for row in found]


def mails_of(session: Session, actor: Actor, abouts: Sequence[str]) -> Sequence[tuple[Mail, MailAddress]]:
    """The mails about some things, with whom they are for."""
    scope_of(actor, Act.MANAGE_REPORTS)
    question = select(Mail, MailAddress).join(MailAddress, col(MailAddress.id) == col(Mail.address_id))
    found = session.execute(question.where(col(Mail.about).in_(abouts)).order_by(col(Mail.id)))
    return [(row[0], row[1]) for row in found]


def _settle(session: Session, mail_id: int, state: MailState, now: datetime, **said: str) -> None:
    row = session.get_one(Mail, mail_id, with_for_update=True)
    row.state, row.done_at = state, now
    row.problem, row.answer = said.get("problem", ""), said.get("answer", "")[:200]
