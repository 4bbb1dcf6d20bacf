"""The key that signs the log's checkpoints: outside the database, as the master key is.

``log.key`` (mode 0600) holds the 32 bytes of the Ed25519 key that signs, in hex; ``log.pub`` beside it holds
a line for every key that ever signed, the newest last: whoever checks needs them all.
"""

import os
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from trace.errors import Unavailable
from trace.standards import signed_note
from trace.standards.fault import Fault


def signing_key(path: Path) -> Ed25519PrivateKey:
    """The key in the file.

    Raises:
        Unavailable: it is absent, open to others, or no key.
    """
    if not path.exists():
        raise Unavailable("key.file_missing", path=str(path))
    if path.stat().st_mode & 0o077:
        raise Unavailable(
            "key.file_open", path=str(path), expected="0600", got=oct(path.stat().st_mode & 0o777)
        )
    try:
        return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(path.read_text()))
    except ValueError:
        raise Unavailable("key.file_form", path=str(path)) from None


def make_signing_key(path: Path, origin: str) -> str:
    """A new key takes the old one's place, its public half in the list first; the new verifier key."""
    private = Ed25519PrivateKey.generate()
    verifier = signed_note.verifier_key(origin, private.public_key().public_bytes_raw())
    listed = path.with_suffix(".pub")
    old = listed.read_text() if listed.exists() else ""
    _write(listed, f"{old}{verifier}\n", 0o644)
    _write(path, private.private_bytes_raw().hex() + "\n", 0o600)
    return verifier


def verifier_keys(path: Path) -> list[str]:
    """Every key that ever signed, the newest last.

    Raises:
        Unavailable: the list is absent or holds something else.
    """
    listed = path.with_suffix(".pub")
    if not listed.exists():
        raise Unavailable("key.file_missing", path=str(listed))
    lines = listed.read_text().split()
    try:
        for line in lines:
            signed_note.public_of(line)
    except Fault:
        raise Unavailable("key.list_form", path=str(listed)) from None
    return lines


def _write(path: Path, text: str, mode: int) -> None:
    """Whole or not at all, and on the disk."""
    draft = path.with_name(f".{path.name}.tmp")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
