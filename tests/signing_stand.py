"""An office's certificate from an authority of the tests, and a time-stamp service on loopback."""

import re
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from asn1crypto import keys, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.sign.timestamps import DummyTimeStamper

PASSWORD = "mo-tep-1034"
OFFICE = "Sở Nông nghiệp và Môi trường (thử)"


class Authority:
    """Issues certificates; ``folder/ca.pem`` is what others trust."""

    def __init__(self, folder: Path) -> None:
        self.key = rsa.generate_private_key(65537, 2048)
        self.name = _name("Cơ quan chứng thực thử")
        now = datetime.now(UTC)
        self.cert = self._signed(self.name, self.key, now, now + timedelta(days=3_650), is_ca=True)
        self.path = folder / "ca.pem"
        self.path.write_bytes(self.cert.public_bytes(serialization.Encoding.PEM))

    def pkcs12(
        self, until: datetime, *, since: datetime | None = None, bits: int = 2048, signs: bool = True
    ) -> bytes:
        """The office's certificate with its key, locked by ``PASSWORD``."""
        key = rsa.generate_private_key(65537, bits)
        since = since or datetime(2026, 1, 1, tzinfo=UTC)
        cert = self._signed(_name(OFFICE), key, since, until, signs=signs)
        lock = serialization.BestAvailableEncryption(PASSWORD.encode())
        return pkcs12.serialize_key_and_certificates(b"office", key, cert, [self.cert], lock)

    def stamper(self) -> DummyTimeStamper:
        """What answers requests for time stamps."""
        key = rsa.generate_private_key(65537, 2048)
        now = datetime.now(UTC)
        cert = self._signed(_name("Dấu thời gian thử"), key, now, now + timedelta(days=9), stamps=True)
        der = key.private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        loaded = asn1_x509.Certificate.load(cert.public_bytes(serialization.Encoding.DER))
        return DummyTimeStamper(loaded, keys.PrivateKeyInfo.load(der))

    def _signed(
        self, name: x509.Name, key: Any, since: datetime, until: datetime, **kinds: bool
    ) -> x509.Certificate:
        is_ca, signs = kinds.get("is_ca", False), kinds.get("signs", True)
        usage = dict.fromkeys(
            ("key_encipherment", "data_encipherment", "key_agreement", "encipher_only", "decipher_only"),
            False,
        )
        usage |= {"digital_signature": signs and not is_ca, "content_commitment": signs and not is_ca}
        usage |= {"key_cert_sign": is_ca, "crl_sign": is_ca}
        made = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(self.name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(since - timedelta(days=1))
            .not_valid_after(until)
            .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
            .add_extension(x509.KeyUsage(**usage), critical=True)
        )
        if kinds.get("stamps"):
            purpose = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
            made = made.add_extension(purpose, critical=True)
        return made.sign(self.key, hashes.SHA256())


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


@contextmanager
def stamping(authority: Authority) -> Iterator[str]:
    """A time-stamp service (RFC 3161 over HTTP); its address."""
    stamper = authority.stamper()

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            made = stamper.request_tsa_response(tsp.TimeStampReq.load(body)).dump()
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(made)))
            self.end_headers()
            self.wfile.write(made)

        def log_message(self, *_given: object) -> None:
            return None

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/tsa"
    finally:
        server.shutdown()
        server.server_close()


def by_poppler(path: Path) -> str:
    """What pdfsig says of the signatures."""
    done = subprocess.run(["pdfsig", "-nocert", str(path)], capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def by_openssl(path: Path, authority: Authority) -> tuple[bool, str]:
    """Whether OpenSSL takes the signature for one of the authority's over all the file but itself."""
    data = path.read_bytes()
    spans = [int(one) for one in re.search(rb"/ByteRange\s*\[([\d\s]+)\]", data)[1].split()]
    first, second = slice(spans[0], spans[0] + spans[1]), slice(spans[2], spans[2] + spans[3])
    assert (spans[0], spans[2] + spans[3]) == (0, len(data)), "something lies outside the signature"
    sealed = data[first.stop : second.start].strip(b"<>")
    signature, content = path.with_suffix(".der"), path.with_suffix(".signed")
    signature.write_bytes(bytes.fromhex(sealed.decode()))
    content.write_bytes(data[first] + data[second])
    command = ["openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", str(signature)]
    command += [
        "-content",
        str(content),
        "-CAfile",
        str(authority.path),
        "-purpose",
        "any",
        "-out",
        "/dev/null",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode == 0, done.stderr


def signed_attributes(path: Path) -> set[str]:
    """The attributes of the signature that OpenSSL prints."""
    command = ["openssl", "cms", "-cmsout", "-print", "-inform", "DER", "-in", str(path.with_suffix(".der"))]
    return set(
        re.findall(
            r"object: ([\w-]+)", subprocess.run(command, capture_output=True, text=True, check=True).stdout
        )
    )
