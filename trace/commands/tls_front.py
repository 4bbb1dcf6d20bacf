"""``TLS=1``: https with a local certificate in front of the pages, for phones in the same network.

A browser gives camera and offline storage to https pages only. Each connection carries one request:
its header block is read, what claims to be forwarded is struck out, the true address is written in,
and the rest is passed through.
"""

import asyncio
import datetime as dt
import ipaddress
import os
import socket
import ssl
import threading
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HEADER_LIMIT = 64 * 1024
HEADER_TIMEOUT_S = 20
CHUNK = 64 * 1024
STRUCK = (b"x-forwarded-", b"forwarded:", b"connection:", b"x-real-ip:")


def local_certificate(folder: Path, names: list[str]) -> ssl.SSLContext:
    """A self-signed certificate for the names and addresses, made once and kept (mode 0600)."""
    path = folder / "local-tls.pem"
    if not path.exists():
        _make_certificate(path, names)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(path)
    return context


def _make_certificate(path: Path, names: list[str]) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "nongsan local")])
    today = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - dt.timedelta(days=1))
        .not_valid_after(today + dt.timedelta(days=825))
        .add_extension(x509.SubjectAlternativeName([_alternative(name) for name in names]), critical=False)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(secret + certificate.public_bytes(serialization.Encoding.PEM))


def _alternative(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def own_address() -> str:
    """This machine's address in its network, or loopback when it has none; nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return "127.0.0.1"
        return str(probe.getsockname()[0])


def forwarded(head: bytes, address: str) -> bytes:
    """A request's header block with the true address written in and one request a connection."""
    lines = head.rstrip(b"\r\n").split(b"\r\n")
    kept = [line for line in lines[1:] if not line.lower().startswith(STRUCK)]
    ours = [b"X-Forwarded-For: " + address.encode(), b"X-Forwarded-Proto: https", b"Connection: close"]
    return b"\r\n".join([lines[0], *kept, *ours]) + b"\r\n\r\n"


def _bound(host: str, port: int) -> socket.socket:
    """A socket at the port, made before the loop's thread: what fails in there is heard by nobody."""
    return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)


class TlsFront:
    """Listens with TLS and passes to the plain server on loopback, from a thread of its own."""

    def __init__(
        self, context: ssl.SSLContext, host: str, port: int, behind: int, held: socket.socket | None = None
    ) -> None:
        self._context, self._behind = context, behind
        self._socket = held or _bound(host, port)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="tls-front", daemon=True)
        self._listening = threading.Event()

    def start(self) -> None:
        """Listen; returns when connections are taken."""
        self._thread.start()
        self._listening.wait(10)

    def stop(self) -> None:
        """Take no more connections."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(
            asyncio.start_server(
                self._pass,
                sock=self._socket,
                ssl=self._context,
                limit=HEADER_LIMIT,
                ssl_handshake_timeout=10,
            )
        )
        self._listening.set()
        self._loop.run_forever()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(HEADER_TIMEOUT_S):
                head = await reader.readuntil(b"\r\n\r\n")
            address = str(writer.get_extra_info("peername")[0])
            behind_reader, behind = await asyncio.open_connection("127.0.0.1", self._behind)
            behind.write(forwarded(head, address))
            upload = asyncio.ensure_future(_copy(reader, behind))
            await _copy(behind_reader, writer)
            upload.cancel()
            behind.close()
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, TimeoutError, OSError):
            pass  # the visitor went away, or never spoke HTTP
        finally:
            writer.close()


async def _copy(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    while data := await source.read(CHUNK):
        target.write(data)
        await target.drain()
