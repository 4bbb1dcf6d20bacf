"""Handing one mail over to the server that takes our mail: encrypted, signed in, bounded in time.

Whatever the server does becomes an ``Outcome``. Its words are kept without addresses, ours never reach a log:
``smtplib`` prints what it sends only when it is told to, and it is not.
"""

import re
import select
import smtplib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from enum import StrEnum
from typing import Final

from trace.settings_outside import MailSettings

_MOST_SAID: Final = 200
_LISTEN_S: Final = 0.05


class Fate(StrEnum):
    """What became of a mail. ``down``: the server could not be reached, or did not let us in."""

    SENT = "sent"
    LATER = "later"
    REFUSED = "refused"
    UNHEARD = "unheard"
    STOPPED = "stopped"
    DOWN = "down"


@dataclass(frozen=True)
class Outcome:
    """The fate, a key of the catalogs for what hindered it, and what the server said."""

    fate: Fate
    problem: str = ""
    answer: str = ""


class _Said(Exception):
    """The server answered with a code that is no yes."""

    def __init__(self, code: int, text: bytes, refusal: str) -> None:
        super().__init__(code)
        is_for_now = 400 <= code < 500
        self.outcome = Outcome(
            Fate.LATER if is_for_now else Fate.REFUSED,
            "mail.problem.later" if is_for_now else refusal,
            said(code, text),
        )


def hand_over(server: MailSettings, to: str, message: EmailMessage, may_end: Callable[[], bool]) -> Outcome:
    """Send one message to one address; never raises for anything the server does.

    ``may_end`` is asked when all of it but the last sign is with the server, which until then has nothing:
    no answer makes it ``stopped``. What fails before is tried again without harm; from there on a lost
    answer leaves it unheard.
    """
    data = _stuffed(message.as_bytes())
    try:
        with _connected(server) as wire:
            return _deliver(wire, server.sender, to, data, may_end)
    except (OSError, smtplib.SMTPException) as error:
        return _down(error)


def check(server: MailSettings) -> Outcome:
    """Connect, encrypt, sign in, and take leave."""
    try:
        with _connected(server) as wire:
            code, text = wire.noop()
            return Outcome(Fate.SENT, "", said(code, text))
    except (OSError, smtplib.SMTPException) as error:
        return _down(error)


def said(code: int, text: bytes | str) -> str:
    """What a server said, on one line, without anybody's address."""
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    line = " ".join(re.sub(r"\S*@\S*", "…", words).split())
    return f"{code} {''.join(sign for sign in line if sign.isprintable())}"[:_MOST_SAID]


@contextmanager
def _connected(server: MailSettings) -> Iterator[smtplib.SMTP]:
    """Signed in over TLS; cut when the time is over, whatever trickles in until then."""
    trust = ssl.create_default_context()
    if server.ca_file is not None:
        trust.load_verify_locations(server.ca_file)
    name = server.sender.partition("@")[2]  # the machine's own name is nobody's business
    wire: smtplib.SMTP
    if server.security == "tls":
        wire = smtplib.SMTP_SSL(local_hostname=name, timeout=server.timeout_s, context=trust)
    else:
        wire = smtplib.SMTP(local_hostname=name, timeout=server.timeout_s)
    cutter = threading.Timer(2 * server.timeout_s, _cut, (wire,))
    cutter.daemon = True
    cutter.start()
    try:
        wire._host = server.host  # type: ignore[attr-defined]  # the name a certificate must be for
        wire.connect(server.host, server.at_port)
        if server.security == "starttls":
            _encrypt(wire, trust)
        if server.user:
            _sign_in(wire, server)
        yield wire
        _take_leave(wire)
    finally:
        cutter.cancel()
        wire.close()


def _encrypt(wire: smtplib.SMTP, trust: ssl.SSLContext) -> None:
    """Whether a server leaves STARTTLS out or refuses it, nothing goes on in the open."""
    try:
        wire.starttls(context=trust)
    except smtplib.SMTPResponseException as error:
        raise smtplib.SMTPNotSupportedError from error


def _sign_in(wire: smtplib.SMTP, server: MailSettings) -> None:
    try:
        wire.login(server.user, server.password)
    except smtplib.SMTPResponseException as error:
        raise smtplib.SMTPAuthenticationError(error.smtp_code, error.smtp_error) from error
    except smtplib.SMTPServerDisconnected:
        raise
    except smtplib.SMTPException as error:  # it knows no way to sign in that we know
        raise smtplib.SMTPAuthenticationError(0, b"") from error


def _deliver(wire: smtplib.SMTP, sender: str, to: str, data: bytes, may_end: Callable[[], bool]) -> Outcome:
    try:
        wire.ehlo_or_helo_if_needed()
        _expect(wire.mail(sender), 250, "mail.problem.sender")
        code, text = wire.rcpt(to)
        if code not in (250, 251):
            raise _Said(code, text, "mail.problem.recipient")
        _expect(wire.docmd("DATA"), 354, "mail.problem.content")
        wire.send(data)
        _hear_nothing(wire)
    except _Said as answer:
        return answer.outcome
    except (OSError, smtplib.SMTPException) as error:
        return Outcome(Fate.LATER, _hindrance(error))
    if not may_end():
        return Outcome(Fate.STOPPED)
    try:
        wire.send(b".\r\n")
        code, text = wire.getreply()
    except (OSError, smtplib.SMTPException):
        return Outcome(Fate.UNHEARD, "mail.problem.unheard")
    if code != 250:
        return _Said(code, text, "mail.problem.content").outcome
    return Outcome(Fate.SENT, "", said(code, text))


def _expect(answer: tuple[int, bytes], wanted: int, refusal: str) -> None:
    code, text = answer
    if code != wanted:
        raise _Said(code, text, refusal)


def _hear_nothing(wire: smtplib.SMTP) -> None:
    """A server has nothing to say before the last sign: one that does is hanging up and took nothing."""
    if wire.sock is not None and select.select([wire.sock], [], [], _LISTEN_S)[0]:
        raise smtplib.SMTPServerDisconnected


def _stuffed(message: bytes) -> bytes:
    """Lines end as the wire wants them, and none that begins with a dot ends the mail (RFC 5321, 4.5.2)."""
    lines = re.sub(rb"\r\n|\r|\n", b"\r\n", message)
    dotted = re.sub(rb"(?m)^\.", b"..", lines)
    return dotted if dotted.endswith(b"\r\n") else dotted + b"\r\n"


def _take_leave(wire: smtplib.SMTP) -> None:
    """What the server makes of it changes nothing any more."""
    try:
        wire.quit()
    except (OSError, smtplib.SMTPException):
        return


def _down(error: Exception) -> Outcome:
    if isinstance(error, smtplib.SMTPResponseException):
        is_sign_in = isinstance(error, smtplib.SMTPAuthenticationError)
        key = "mail.problem.auth" if is_sign_in else "mail.problem.connect"
        return Outcome(Fate.DOWN, key, said(error.smtp_code, error.smtp_error))
    return Outcome(Fate.DOWN, _hindrance(error))


def _hindrance(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return "mail.problem.no_tls"
    if isinstance(error, ssl.SSLError):
        return "mail.problem.tls"
    if isinstance(error, TimeoutError):
        return "mail.problem.slow"
    is_broken = isinstance(error, (smtplib.SMTPException, ConnectionResetError, BrokenPipeError))
    return "mail.problem.broken" if is_broken else "mail.problem.connect"


def _cut(wire: smtplib.SMTP) -> None:
    """End both directions below TLS: another thread is reading."""
    sock = wire.sock
    try:
        if sock is not None:
            socket.socket.shutdown(sock, socket.SHUT_RDWR)
    except OSError:
        return  # closed meanwhile
