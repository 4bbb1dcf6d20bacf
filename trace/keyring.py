"""The master key and what is derived from it.

The master key is 32 random bytes in a file of mode 0600, outside the database and its backups.
Field keys, wrapping keys and marks are derived by HKDF with a purpose each, so that none can stand
in for another.
"""

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from trace.errors import Unavailable

KEY_BYTES = 32
NONCE_BYTES = 12


class Keyring:
    """Seals fields and makes keyed marks; ``associated`` binds a sealed value to its place."""

    def __init__(self, master: bytes) -> None:
        if len(master) != KEY_BYTES:
            raise Unavailable("key.length", expected=KEY_BYTES, got=len(master))
        self._fields = AESGCM(_derive(master, b"nongsan/field"))
        self._stamp_keys = AESGCM(_derive(master, b"nongsan/stamp-key"))
        self._marks = _derive(master, b"nongsan/mark")
        self.cookie_secret = _derive(master, b"nongsan/cookie")

    def seal(self, plain: bytes, associated: str) -> bytes:
        """Encrypt ``plain`` (AES-256-GCM), bound to ``associated``, such as ``household/7/phone``."""
        return _encrypt(self._fields, plain, associated)

    def unseal(self, sealed: bytes, associated: str) -> bytes:
        """Decrypt what ``seal`` made for the same place.

        Raises:
            Unavailable: another place, another key, or a changed value.
        """
        return _decrypt(self._fields, sealed, associated)

    def wrap_stamp_key(self, material: bytes, kid: int) -> bytes:
        """Encrypt a stamp key's material, bound to its number, for the database and the key folder."""
        return _encrypt(self._stamp_keys, material, f"stamp_key/{kid}")

    def unwrap_stamp_key(self, wrapped: bytes, kid: int) -> bytes:
        """Decrypt what ``wrap_stamp_key`` made for the same number.

        Raises:
            Unavailable: another number, another master key, or a changed value.
        """
        return _decrypt(self._stamp_keys, wrapped, f"stamp_key/{kid}")

    def mark(self, *parts: bytes) -> bytes:
        """A keyed hash of 16 bytes over length-prefixed parts: a nameless mark of a device or network."""
        message = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
        return hmac.new(self._marks, message, hashlib.sha256).digest()[:16]


def _encrypt(cipher: AESGCM, plain: bytes, associated: str) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    return b"\x01" + nonce + cipher.encrypt(nonce, plain, associated.encode())


def _decrypt(cipher: AESGCM, sealed: bytes, associated: str) -> bytes:
    nonce, body = sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
    try:
        return cipher.decrypt(nonce, body, associated.encode())
    except (InvalidTag, ValueError):
        raise Unavailable("key.unseal", place=associated) from None


def _derive(master: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=purpose).derive(master)


class _Current:
    keyring: Keyring | None = None


def use_keyring(keyring: Keyring | None) -> None:
    """Make ``keyring`` the one of this process."""
    _Current.keyring = keyring


def current_keyring() -> Keyring:
    """The keyring in use.

    Raises:
        Unavailable: no master key was loaded.
    """
    if _Current.keyring is None:
        raise Unavailable("key.missing")
    return _Current.keyring


def load_keyring(path: Path) -> Keyring:
    """Read the master key file.

    Raises:
        Unavailable: the file is absent, readable by others, or not 64 hex digits.
    """
    if not path.exists():
        raise Unavailable("key.file_missing", path=str(path))
    if path.stat().st_mode & 0o077:
        got = oct(path.stat().st_mode & 0o777)
        raise Unavailable("key.file_open", path=str(path), expected="0600", got=got)
    try:
        return Keyring(bytes.fromhex(path.read_text().strip()))
    except ValueError:
        raise Unavailable("key.file_form", path=str(path)) from None


def make_master_key(path: Path) -> Keyring:
    """Write a new master key, never over an old one, and load it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_bytes(KEY_BYTES).hex() + "\n")
        file.flush()
        os.fsync(file.fileno())
    return load_keyring(path)
