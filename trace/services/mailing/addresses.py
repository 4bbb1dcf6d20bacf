"""Addresses the office may write to: asked by one mail, confirmed by its link, left by another, erased.

An address is personal data: sealed, shown to the office alone, in no log line and in no act's record.
"""

import hmac
import re
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, Final, Literal

from pydantic import AfterValidator
from sqlalchemy import delete, select
from sqlmodel import Session, col

from trace.errors import FieldProblem, Invalid, NotFound, Refused
from trace.keyring import current_keyring
from trace.records.mail import AddressState, MailAddress
from trace.records.organisation import Organisation
from trace.records.report import ReportReader
from trace.services.admission import Act, Actor, scope_of
from trace.services.intake import Given, line
from trace.services.mailing import outbox
from trace.services.mailing.letters import Letter
from trace.services.public_id import new_public_id
from trace.standards.fault import Fault
from trace.texts.catalogs import t

MOST: Final = 200
MOST_ASKED: Final = 5
ASK_AGAIN: Final = timedelta(minutes=10)
_FORM: Final = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z0-9-]{2,63}",
    re.ASCII,
)
"""What servers everywhere take: no quoted names, no letters beyond ASCII."""


def checked_address(text: str) -> str:
    """The address, its host in small letters; raises ``Fault`` with the key ``mail.address.form``.

    >>> checked_address("Hoa.Le@So.Example.VN")
    'Hoa.Le@so.example.vn'
    """
    name, _, host = text.strip().rpartition("@")
    found = f"{name}@{host.lower()}"
    if len(found) > 254 or len(name) > 64 or not _FORM.fullmatch(found):
        raise Fault("mail.address.form", expected="ten@so.example.vn", got=text[:80])
    return found


class AddressIn(Given):
    """An address as the office types it, and whose it is."""

    name: Annotated[str, line(80, 2)]
    address: Annotated[str, line(254, 3), AfterValidator(checked_address)]
    language: Literal["vi", "en"] = "vi"
    org: Annotated[str, line(16)] = ""
    """The public id of the cooperative it belongs to, or nothing."""


def add_address(session: Session, actor: Actor, given: AddressIn, now: datetime) -> MailAddress:
    """Note an address and ask its owner; one that left or was erased before is asked like a new one.

    Raises:
        Invalid: it is there already, or there is no such cooperative.
        Refused: ``mail.address.many``.
    """
    known = addresses(session, actor)
    if len(known) >= MOST:
        raise Refused("mail.address.many", expected=MOST)
    for row in known:
        if row.state != AddressState.LEFT and address_of(row).casefold() == given.address.casefold():
            raise Invalid([FieldProblem("address", "mail.address.known", given.address, {"name": row.name})])
    public_id = new_public_id()
    row = MailAddress(public_id=public_id, name=given.name, language=given.language, asked_at=now)
    row.address_sealed = current_keyring().seal(given.address.encode(), sealed_place(public_id, "address"))
    row.secret_sealed = _new_secret(public_id)
    row.created_by, row.org_id = actor.account_id, _organisation(session, given.org)
    row.gets_notices = row.org_id is not None
    session.add(row)
    session.flush()
    _ask(session, row, now)
    return row


def _organisation(session: Session, public_id: str) -> int | None:
    if not public_id:
        return None
    question = select(col(Organisation.id)).where(col(Organisation.public_id) == public_id)
    found: int | None = session.execute(question).scalar_one_or_none()
    if found is None:
        raise Invalid([FieldProblem("org", "mail.address.org", public_id)])
    return found


def ask_again(session: Session, actor: Actor, public_id: str, now: datetime) -> MailAddress:
    """Send the mail that asks once more, with the same link.

    Raises:
        Refused: ``mail.address.asked``: it has answered, was asked a moment ago, or often enough.
    """
    row = find(session, actor, public_id, is_held=True)
    if row.state != AddressState.ASKED or row.asked >= MOST_ASKED or now - row.asked_at < ASK_AGAIN:
        minutes = int(ASK_AGAIN.total_seconds()) // 60
        raise Refused("mail.address.asked", n=row.asked, expected=MOST_ASKED, minutes=minutes)
    row.asked, row.asked_at = row.asked + 1, now
    _ask(session, row, now)
    return row


def confirm(session: Session, public_id: str, secret: str, now: datetime) -> MailAddress:
    """The owner followed the link; done again it stays as it is.

    Raises:
        NotFound: no such address, another secret, or its owner has left.
    """
    row = of_link(session, public_id, secret, is_held=True)
    if row.state == AddressState.ASKED:
        row.state, row.confirmed_at = AddressState.CONFIRMED, now
    return row


def leave(session: Session, public_id: str, secret: str, now: datetime) -> None:
    """The owner wants no more mail: nothing that waits is sent, and no report names the address any more.

    Raises:
        NotFound: no such address, or another secret.
    """
    row = of_link(session, public_id, secret, is_held=True)
    _end(session, row, AddressState.LEFT, now)


def erase(session: Session, actor: Actor, public_id: str, now: datetime) -> None:
    """Forget an address: the letters, the owner's name and the links; that mail was sent to it stays.

    Raises:
        NotFound: no such address.
    """
    row = find(session, actor, public_id, is_held=True)
    _end(session, row, AddressState.ERASED, now)
    row.address_sealed = row.secret_sealed = None
    row.name = f"#{row.id}"


def set_topics(
    session: Session,
    actor: Actor,
    public_id: str,
    *,
    checkpoints: bool,
    reminders: bool,
    alarms: bool,
    notices: bool = False,
) -> MailAddress:
    """What an address gets besides reports; ``notices`` are those of the cooperative it belongs to.

    Raises:
        NotFound: no such address.
    """
    row = find(session, actor, public_id, is_held=True)
    row.gets_checkpoints, row.gets_reminders, row.gets_alarms = checkpoints, reminders, alarms
    row.gets_notices = notices and row.org_id is not None
    return row


def addresses(session: Session, actor: Actor) -> Sequence[MailAddress]:
    """Every address that is not erased, by its owner's name."""
    scope_of(actor, Act.MANAGE_REPORTS)
    question = select(MailAddress).where(col(MailAddress.state) != AddressState.ERASED)
    return session.execute(question.order_by(col(MailAddress.name), col(MailAddress.id))).scalars().all()


def find(session: Session, actor: Actor, public_id: str, *, is_held: bool = False) -> MailAddress:
    """One address that is not erased; ``is_held`` until the transaction ends, for whoever changes it.

    Raises:
        NotFound: there is none.
    """
    scope_of(actor, Act.MANAGE_REPORTS)
    return _found(session, public_id, is_held=is_held)


def of_link(session: Session, public_id: str, secret: str, *, is_held: bool = False) -> MailAddress:
    """Whose link this is, for whoever holds it.

    Raises:
        NotFound: no such address, or another secret.
    """
    row = _found(session, public_id, is_held=is_held)
    if not hmac.compare_digest(secret_of(row).encode(), secret.encode("utf-8", "replace")):
        raise NotFound()
    return row


def address_of(row: MailAddress) -> str:
    """The address itself; empty once erased."""
    return _open(row, "address", row.address_sealed)


def secret_of(row: MailAddress) -> str:
    """What stands in its links; empty once erased."""
    return _open(row, "secret", row.secret_sealed)


def sealed_place(public_id: str, which: str) -> str:
    """Where a sealed value belongs: copied to another row it does not open."""
    return f"mail_address/{public_id}/{which}"


def _open(row: MailAddress, which: str, sealed: bytes | None) -> str:
    return current_keyring().unseal(sealed, sealed_place(row.public_id, which)).decode() if sealed else ""


def _new_secret(public_id: str) -> bytes:
    return current_keyring().seal(secrets.token_urlsafe(24).encode(), sealed_place(public_id, "secret"))


def _found(session: Session, public_id: str, *, is_held: bool) -> MailAddress:
    question = select(MailAddress).where(
        col(MailAddress.public_id) == public_id, col(MailAddress.state) != AddressState.ERASED
    )
    question = question.with_for_update() if is_held else question
    row: MailAddress | None = session.execute(question).scalar_one_or_none()
    if row is None:
        raise NotFound()
    return row


def _ask(session: Session, row: MailAddress, now: datetime) -> None:
    """The letter holds no link: that is added when it is sent, from the sealed secret."""
    lang = row.language
    subject = t(lang, "mail.confirm.subject")
    outbox.queue_mail(
        session, row, Letter(f"confirm/{row.asked}", subject, t(lang, "mail.confirm.text")), now
    )


def _end(session: Session, row: MailAddress, state: AddressState, now: datetime) -> None:
    row.state, row.ended_at = state, row.ended_at or now
    row.gets_checkpoints = row.gets_reminders = row.gets_alarms = row.gets_notices = False
    session.execute(delete(ReportReader).where(col(ReportReader.address_id) == row.id))
    session.flush()
    outbox.drop_waiting(session, now)
