"""What a mail says, and the message that goes over the wire.

The message is made when it is sent, always the same for the same mail: its Message-ID, its date and the
marks between its parts come from the mail's own row, its links from the sealed secret of the address.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Final
from urllib.parse import urlsplit

from trace.standards.local_time import VN
from trace.texts.catalogs import t

CONFIRM: Final = "confirm/"
"""How the ``about`` of a mail begins that asks whether one may write."""


@dataclass(frozen=True)
class Letter:
    """What is written to somebody: ``about`` names what about, so that it is written once."""

    about: str
    subject: str
    body: str


@dataclass(frozen=True)
class Enclosed:
    """A file that goes along; its name is plain ASCII."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True)
class Sender:
    """Whom mail comes from, under which public address links lead, which telephone is named."""

    address: str
    name: str
    public_url: str
    phone: str


@dataclass(frozen=True)
class Outgoing:
    """A mail with all its message needs."""

    mail_id: int
    public_id: str
    letter: Letter
    to: str
    to_id: str
    secret: str
    language: str
    created_at: datetime
    files: Sequence[Enclosed] = ()

    @property
    def is_question(self) -> bool:
        """Whether it asks if one may write."""
        return self.letter.about.startswith(CONFIRM)


def message_of(mail: Outgoing, sender: Sender) -> EmailMessage:
    """The whole message: plain text, files, the links to confirm or to leave."""
    made = EmailMessage(policy=SMTP)
    host = urlsplit(sender.public_url).hostname or "localhost"
    made["From"] = _mailbox(sender.address, sender.name)
    made["To"] = _mailbox(mail.to, "")
    made["Subject"] = " ".join(mail.letter.subject.split())
    made["Date"] = format_datetime(mail.created_at.astimezone(VN))
    made["Message-ID"] = f"<{mail.public_id}@{host}>"
    made["Auto-Submitted"] = "auto-generated"
    leave = link(sender.public_url, mail, "thoi-nhan")
    if not mail.is_question:
        made["List-Unsubscribe"] = f"<{link(sender.public_url, mail, 'thoi-nhan/ngay')}>"
        made["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    made.set_content(_text(mail, sender, host, leave), charset="utf-8", cte="quoted-printable")
    for file in mail.files:
        main, _, sub = file.media_type.partition("/")
        made.add_attachment(file.content, maintype=main, subtype=sub, filename=file.name)
    if made.is_multipart():
        made.set_boundary(f"=-{mail.public_id}")
    return made


def link(public_url: str, mail: Outgoing, what: str) -> str:
    """An address of ours that the owner of the mail's address alone knows."""
    return f"{public_url}/thu/{mail.to_id}/{mail.secret}/{what}"


def _text(mail: Outgoing, sender: Sender, host: str, leave: str) -> str:
    lang, parts = mail.language, [mail.letter.body]
    if mail.is_question:
        parts += [
            link(sender.public_url, mail, "xac-nhan"),
            t(lang, "mail.confirm.else", url=leave),
        ]
    else:
        parts.append(t(lang, "mail.leave", url=leave))
    parts.append(t(lang, "mail.signature", service=sender.name or host, phone=sender.phone))
    return "\n\n".join(parts) + "\n"


def _mailbox(address: str, name: str) -> Address:
    return Address(display_name=name, addr_spec=address)
