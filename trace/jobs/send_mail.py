"""Sending what waits in the outbox, one mail after another, each to one address."""

import random
from datetime import timedelta
from typing import Final

from sqlmodel import Session

from trace.crashpoint import crashpoint
from trace.db import reading
from trace.jobs.desk import Run
from trace.jobs.smtp import Fate, Outcome, hand_over
from trace.records.mail import MailAddress
from trace.services.mailing import outbox
from trace.services.mailing.addresses import address_of, secret_of
from trace.services.mailing.letters import Enclosed, Letter, Outgoing, Sender, message_of
from trace.settings import Settings
from trace.settings_outside import MailSettings

MOST_AT_ONCE: Final = 100
"""In one job; the next goes on where it ended."""
REST: Final = timedelta(minutes=10)
"""How long nothing is tried at a server that was not there or did not let us in."""


def send_mail(run: Run) -> None:
    """Send what is due; where no server is set, nothing is tried and nothing is lost."""
    server = run.desk.settings.mail
    if server is None:
        run.stats["skipped"] = "mail is off"
        return
    with run.writing() as session:
        run.add(lost=outbox.note_lost(session, run.desk.now()))
        outbox.drop_waiting(session, run.desk.now())
    for _ in range(MOST_AT_ONCE):
        run.pause_point()
        mail = _next(run)
        if mail is None or not _is_over(run, server, mail):
            return


def _next(run: Run) -> Outgoing | None:
    with reading() as session:
        row = outbox.next_due(session, run.desk.now())
        if row is None:
            return None
        address = session.get_one(MailAddress, row.address_id)
        return Outgoing(
            row.id,
            row.public_id,
            Letter(row.about, row.subject, row.body),
            address_of(address),
            address.public_id,
            secret_of(address),
            address.language,
            row.created_at,
            _files(session, row.about),
        )


def _files(session: Session, about: str) -> list[Enclosed]:
    return [Enclosed(one.name, one.media_type, one.content) for one in outbox.files_of(session, about)]


def sender_of(settings: Settings, server: MailSettings) -> Sender:
    """Whom our mail comes from."""
    return Sender(server.sender, server.sender_name, settings.public_url, settings.contact_phone)


def _is_over(run: Run, server: MailSettings, mail: Outgoing) -> bool:
    """Whether the next one may be tried at once."""

    def may_end() -> bool:
        crashpoint("mail written")
        with run.writing() as session:
            is_begun = outbox.begin(session, mail.mail_id, run.desk.now())
        crashpoint("mail begun")
        return is_begun

    message = message_of(mail, sender_of(run.desk.settings, server))
    outcome = hand_over(server, mail.to, message, may_end)
    crashpoint("mail sent")
    with run.writing() as session:
        _note(session, run, mail, outcome)
    run.add(**{outcome.fate.value: 1})
    return outcome.fate is not Fate.DOWN


def _note(session: Session, run: Run, mail: Outgoing, outcome: Outcome) -> None:
    now = run.desk.now()
    if outcome.fate is Fate.SENT:
        outbox.note_sent(session, mail.mail_id, outcome.answer, now)
    elif outcome.fate is Fate.REFUSED:
        outbox.note_refused(session, mail.mail_id, outcome.problem, outcome.answer, now)
    elif outcome.fate is Fate.UNHEARD:
        outbox.note_unheard(session, mail.mail_id, outcome.problem, now)
    elif outcome.fate in (Fate.LATER, Fate.DOWN):
        chance = random.random()  # noqa: S311 - spreads load
        outbox.note_later(session, mail.mail_id, outcome.problem, outcome.answer, chance, now)
    if outcome.fate is Fate.DOWN:
        outbox.rest_all(session, now + REST)
