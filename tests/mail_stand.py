"""A mail server on a real socket of this machine: with STARTTLS and a password, and with faults on demand."""

import asyncio
import ssl
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session, syntax
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from trace.settings_outside import MailSettings

USER, PASSWORD = "bao-cao", "mat-khau-rat-dai-9431"
HOST = "localhost"


@dataclass
class Faults:
    """What goes wrong. ``greylist``: so many times an address is told to come back."""

    refuses: set[str] = field(default_factory=set)
    greylist: int = 0
    refuses_mail: bool = False
    drops_in_data: int = 0
    drops_before_answer: int = 0
    slow_s: float = 0.0
    says_later_to_data: int = 0
    no_tls: bool = False


class Box:
    """What arrived, and how the server behaves."""

    def __init__(self) -> None:
        self.faults = Faults()
        self.got: list[tuple[str, EmailMessage]] = []
        self.seen: Counter[str] = Counter()
        self.signed_in = 0

    async def handle_RCPT(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        self.seen[address] += 1
        if address in self.faults.refuses:
            return f"550 5.1.1 <{address}>: no such user here"
        if self.seen[address] <= self.faults.greylist:
            return "451 4.7.1 Greylisted, come back in five minutes"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:
        await asyncio.sleep(self.faults.slow_s)
        if self.faults.refuses_mail:
            return "552 5.3.4 Message too large"
        if self.faults.says_later_to_data:
            self.faults.says_later_to_data -= 1
            return "452 4.3.1 Out of room for now"
        message = message_from_bytes(envelope.original_content, policy=default)
        assert isinstance(message, EmailMessage)
        self.got += [(address, message) for address in envelope.rcpt_tos]
        if self.faults.drops_before_answer:
            self.faults.drops_before_answer -= 1
            server.transport.abort()
        return "250 2.0.0 OK queued as 4fT9z"

    def subjects(self, address: str) -> list[str]:
        return [str(message["Subject"]) for to, message in self.got if to == address]

    def ids(self) -> list[str]:
        return [str(message["Message-ID"]) for _, message in self.got]


class FaultyServer(SMTP):
    """One that may hang up in the middle of a mail, or know nothing of encryption."""

    box: Box

    @syntax("DATA")
    async def smtp_DATA(self, arg: str) -> None:
        if self.box.faults.drops_in_data:
            self.box.faults.drops_in_data -= 1
            await self.push("354 End data with <CR><LF>.<CR><LF>")
            await self._reader.read(200)
            self.transport.abort()
            return
        await super().smtp_DATA(arg)

    async def smtp_STARTTLS(self, arg: str) -> None:
        if self.box.faults.no_tls:
            await self.push("502 5.5.1 unknown")
            return
        await super().smtp_STARTTLS(arg)


class _Stand(Controller):
    def __init__(self, box: Box, **given: Any) -> None:
        self.box = box
        super().__init__(box, hostname="127.0.0.1", port=0, **given)

    def factory(self) -> SMTP:
        server = FaultyServer(self.handler, **self.SMTP_kwargs)
        server.box = self.box
        return server

    def _trigger_server(self) -> None:
        """The parent asks port 0; whether it answers is asked at the port that was given."""
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@dataclass
class MailStand:
    """The server in its thread, its box, and the settings that reach it."""

    controller: _Stand
    box: Box
    settings: MailSettings

    def close(self) -> None:
        self.controller.stop(no_assert=True)


def _check(_server: SMTP, session: Session, _envelope: Envelope, _kind: str, data: Any) -> AuthResult:
    is_known = (data.login, data.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=is_known, handled=False)


def open_stand(folder: Path, **chosen: Any) -> MailStand:
    """A server with a certificate of its own authority, which ``ca_file`` names."""
    trust, ca_file = certificate(folder)
    box = Box()
    controller = _Stand(
        box,
        tls_context=trust,
        require_starttls=True,
        authenticator=_check,
        auth_required=True,
        server_hostname=HOST,
    )
    controller.start()
    values = {
        "host": HOST,
        "port": controller.port,
        "user": USER,
        "password": PASSWORD,
        "sender": "bao-cao@so.example.vn",
        "sender_name": "Sở Nông nghiệp",
        "ca_file": ca_file,
        "timeout_s": 5,
    }
    return MailStand(controller, box, MailSettings(**{**values, **chosen}))


def certificate(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """A server's context and the file of the authority that vouches for it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    public, private = folder / "mail-ca.pem", folder / "mail-key.pem"
    public.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    form = serialization.PrivateFormat.PKCS8
    private.write_bytes(key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()))
    trust = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trust.load_cert_chain(public, private)
    return trust, public
