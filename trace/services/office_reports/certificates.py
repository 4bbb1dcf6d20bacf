"""The certificate reports are signed with: its PKCS#12 sealed by the master key, as every secret here is.

The password the file came with is used once and kept nowhere; what is kept is locked by the master key alone.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import NoEncryption, pkcs12
from sqlalchemy import Select, select
from sqlmodel import Session, col

from trace.errors import Refused
from trace.keyring import current_keyring
from trace.records.report import SigningCertificate
from trace.services.admission import Act, Actor, scope_of

LEAST_BITS: Final = 2048
NO_CERTIFICATE, EXPIRED, NOT_YET = (f"report.unsigned.{why}" for why in ("absent", "expired", "early"))


@dataclass(frozen=True)
class Seal:
    """What a report is signed with: the PKCS#12 without a password, and whose it is."""

    pkcs12: bytes
    subject: str


def certificate_place(subject: str) -> str:
    """Where the sealed certificate belongs: under another's name it does not open."""
    return f"signing_certificate/{subject}"


def keep_certificate(
    session: Session, actor: Actor, data: bytes, password: str, now: datetime
) -> SigningCertificate:
    """Sign with this one from now on; the one of before is forgotten.

    Raises:
        NotAllowed: only who keeps the keys may.
        Refused: ``sign.*``: it does not open, holds no key that signs, is over, or is not for signing.
    """
    scope_of(actor, Act.MANAGE_KEYS)
    key, found, chain = _opened(data, password)
    _check(key, found, now)
    end_certificate(session, actor, now)
    subject = _name(found.subject)
    plain = pkcs12.serialize_key_and_certificates(b"nongsan", key, found, chain, NoEncryption())
    row = SigningCertificate(
        pkcs12_sealed=current_keyring().seal(plain, certificate_place(subject)),
        subject=subject,
        issuer=_name(found.issuer),
        not_before=found.not_valid_before_utc,
        not_after=found.not_valid_after_utc,
        added_at=now,
    )
    session.add(row)
    session.flush()
    return row


def end_certificate(session: Session, actor: Actor, now: datetime) -> int:
    """Sign with none any more, and forget the key; how many there were."""
    scope_of(actor, Act.MANAGE_KEYS)
    rows = session.execute(_standing().with_for_update()).scalars().all()
    for row in rows:
        row.ended_at, row.pkcs12_sealed = now, None
    return len(rows)


def certificate(session: Session) -> SigningCertificate | None:
    """The one that counts, over or not; its key stays sealed."""
    found: SigningCertificate | None = session.execute(_standing().limit(1)).scalar_one_or_none()
    return found


def seal_now(session: Session, now: datetime) -> Seal | str:
    """What to sign with at this moment, or the key of why there is nothing."""
    row = certificate(session)
    if row is None or row.pkcs12_sealed is None:
        return NO_CERTIFICATE
    if now > row.not_after:
        return EXPIRED
    if now < row.not_before:
        return NOT_YET
    return Seal(current_keyring().unseal(row.pkcs12_sealed, certificate_place(row.subject)), row.subject)


def _standing() -> Select[SigningCertificate]:
    rule = col(SigningCertificate.ended_at).is_(None)
    return select(SigningCertificate).where(rule).order_by(col(SigningCertificate.id).desc())


_Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


def _opened(data: bytes, password: str) -> tuple[_Key, x509.Certificate, list[x509.Certificate]]:
    try:
        key, found, chain = pkcs12.load_key_and_certificates(data, password.encode() or None)
    except ValueError:
        raise Refused("sign.open") from None
    if found is None or not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise Refused("sign.no_key", expected="RSA, EC")
    return key, found, list(chain)


def _check(key: _Key, found: x509.Certificate, now: datetime) -> None:
    if isinstance(key, rsa.RSAPrivateKey) and key.key_size < LEAST_BITS:
        raise Refused("sign.weak", expected=LEAST_BITS, got=key.key_size)
    if now > found.not_valid_after_utc:
        raise Refused("sign.over", date=found.not_valid_after_utc)
    try:
        usage = found.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return
    if not (usage.digital_signature or usage.content_commitment):
        raise Refused("sign.usage", expected="digitalSignature, nonRepudiation")


def _name(name: x509.Name) -> str:
    """What people call it, else the whole name."""
    common = name.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    return (str(common[0].value) if common else name.rfc4514_string())[:200]
