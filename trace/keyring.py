"""The master key and what is derived from it.

The master key is 32 random bytes in a file of mode 0600, outside the database and its backups.
Field keys, wrapping keys and marks are derived by HKDF with a purpose each, so that none can stand
in for another. While a new master key takes an old one's place, the file holds both, the new one
first: it seals, and either opens.
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
MARK_BYTES = 4


class Keyring:
    """Seals fields and makes keyed marks; ``associated`` binds a sealed value to its place.

    ``older`` masters open what they sealed and seal nothing.
    """

    def __init__(self, master: bytes, *older: bytes) -> None:
        for one in (master, *older):
            if len(one) != KEY_BYTES:
                raise Unavailable("key.length", expected=KEY_BYTES, got=len(one))
        self._fields = _Ciphers(master, *older, purpose=b"nongsan/field")
        self._stamp_keys = _Ciphers(master, *older, purpose=b"nongsan/stamp-key")
        self._marks = _derive(master, b"nongsan/mark")
        self.cookie_secret = _derive(master, b"nongsan/cookie")

    def seal(self, plain: bytes, associated: str) -> bytes:
        """Encrypt ``plain`` (AES-256-GCM), bound to ``associated``, such as ``household/7/phone``."""
        return self._fields.encrypt(plain, associated)

    def unseal(self, sealed: bytes, associated: str) -> bytes:
        """Decrypt what ``seal`` made for the same place.

        Raises:
            Unavailable: another place, another key, or a changed value.
        """
        return self._fields.decrypt(sealed, associated)

    def resealed(self, sealed: bytes, associated: str) -> bytes:
        """The same under the newest master key; what is so already is given back as it is.

        Raises:
            Unavailable: as ``unseal``.
        """
        return self._fields.renewed(sealed, associated)

    def wrap_stamp_key(self, material: bytes, kid: int) -> bytes:
        """Encrypt a stamp key's material, bound to its number, for the database and the key folder."""
        return self._stamp_keys.encrypt(material, f"stamp_key/{kid}")

    def unwrap_stamp_key(self, wrapped: bytes, kid: int) -> bytes:
        """Decrypt what ``wrap_stamp_key`` made for the same number.

        Raises:
            Unavailable: another number, another master key, or a changed value.
        """
        return self._stamp_keys.decrypt(wrapped, f"stamp_key/{kid}")

    def rewrapped_stamp_key(self, wrapped: bytes, kid: int) -> bytes:
        """As ``resealed``, for a stamp key's material."""
        return self._stamp_keys.renewed(wrapped, f"stamp_key/{kid}")

    def mark(self, *parts: bytes) -> bytes:
        """A keyed hash of 16 bytes over length-prefixed parts: a nameless mark of a device or network."""
        message = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
        return hmac.new(self._marks, message, hashlib.sha256).digest()[:16]


class _Ciphers:
    """One purpose's cipher of each master key; a sealed value names its key by a fingerprint.

    Layout: 2, fingerprint, nonce, AES-GCM text. Values of layout 1 name no key and try each.
    """

    def __init__(self, *masters: bytes, purpose: bytes) -> None:
        keys = [_derive(master, purpose) for master in masters]
        self._by_mark = {hashlib.sha256(key).digest()[:MARK_BYTES]: AESGCM(key) for key in keys}
        self._newest = next(iter(self._by_mark))

    def encrypt(self, plain: bytes, associated: str) -> bytes:
        nonce = os.urandom(NONCE_BYTES)
        text = self._by_mark[self._newest].encrypt(nonce, plain, associated.encode())
        return b"\x02" + self._newest + nonce + text

    def decrypt(self, sealed: bytes, associated: str) -> bytes:
        ciphers, rest = self._candidates(sealed)
        for cipher in ciphers:
            try:
                return cipher.decrypt(rest[:NONCE_BYTES], rest[NONCE_BYTES:], associated.encode())
            except (InvalidTag, ValueError):
                continue
        raise Unavailable("key.unseal", place=associated)

    def renewed(self, sealed: bytes, associated: str) -> bytes:
        if sealed.startswith(b"\x02" + self._newest):
            return sealed
        return self.encrypt(self.decrypt(sealed, associated), associated)

    def _candidates(self, sealed: bytes) -> tuple[list[AESGCM], bytes]:
        if sealed[:1] != b"\x02":
            return list(self._by_mark.values()), sealed[1:]
        named = self._by_mark.get(sealed[1 : 1 + MARK_BYTES])
        return [named] if named else [], sealed[1 + MARK_BYTES :]


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
        Unavailable: the file is absent, readable by others, or not lines of 64 hex digits.
    """
    return Keyring(*read_masters(path))


def read_masters(path: Path) -> list[bytes]:
    """The master keys in the file, the newest first.

    Raises:
        Unavailable: as ``load_keyring``.
    """
    if not path.exists():
        raise Unavailable("key.file_missing", path=str(path))
    if path.stat().st_mode & 0o077:
        got = oct(path.stat().st_mode & 0o777)
        raise Unavailable("key.file_open", path=str(path), expected="0600", got=got)
    try:
        masters = [bytes.fromhex(line) for line in path.read_text().split()]
    except ValueError:
        masters = []
    if not masters:
        raise Unavailable("key.file_form", path=str(path))
    return masters


def make_master_key(path: Path) -> Keyring:
    """Write a new master key, never over an old one, and load it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    _write(path, [secrets.token_bytes(KEY_BYTES)])
    return load_keyring(path)


def put_new_master(path: Path) -> Keyring:
    """Put a new master key before those in the file, whole or not at all, and load them."""
    return keep_masters(path, [secrets.token_bytes(KEY_BYTES), *read_masters(path)])


def keep_masters(path: Path, masters: list[bytes]) -> Keyring:
    """Make these the file's master keys, whole or not at all, and load them."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    _write(draft, masters)
    draft.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return load_keyring(path)


def _write(path: Path, masters: list[bytes]) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write("".join(f"{master.hex()}\n" for master in masters))
        file.flush()
        os.fsync(file.fileno())
