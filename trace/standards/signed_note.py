"""Checkpoints as signed notes: the name of a log, how many leaves it has and their root, signed.

The text is that of C2SP ``tlog-checkpoint`` inside a C2SP ``signed-note``, with an Ed25519 signature::

    <origin>
    <size>
    <root in base64>
    [begins-again after=<number> lost=<number>]
    <empty line>
    — <origin> <base64 of key id (4 bytes) and signature (64 bytes)>

A verifier key is ``<origin>+<key id in hex>+<base64 of 1 and the 32 bytes of the public key>``.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from trace.standards.fault import Fault

_BEGINS: Final = re.compile(r"^begins-again after=(\d{1,9}) lost=(\d{1,9})$", re.ASCII | re.MULTILINE)
ED25519: Final = b"\x01"
ID_BYTES: Final = 4


@dataclass(frozen=True)
class Checkpoint:
    """The first ``size`` leaves of the log ``origin`` have this root."""

    origin: str
    size: int
    root: bytes
    begins: tuple[int, int] | None = None
    """Of one that says that history was lost: the numbers of the last checkpoint the log still continues
    (0 for none) and of the last that it does not."""

    def text(self) -> str:
        """What is signed; the line of a new beginning is an extension line of C2SP ``tlog-checkpoint``."""
        said = f"begins-again after={self.begins[0]} lost={self.begins[1]}\n" if self.begins else ""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n{said}"


def key_id(origin: str, public: bytes) -> bytes:
    """The first four bytes of SHA-256 over name, newline, kind and public key."""
    return hashlib.sha256(f"{origin}\n".encode() + ED25519 + public).digest()[:ID_BYTES]


def verifier_key(origin: str, public: bytes) -> str:
    """The public key as it is handed out."""
    return f"{origin}+{key_id(origin, public).hex()}+{base64.b64encode(ED25519 + public).decode()}"


def public_of(verifier: str) -> bytes:
    """The 32 bytes of a verifier key.

    Raises:
        Fault: ``standard.verifier_key``.
    """
    origin, _, rest = verifier.strip().partition("+")
    mark, _, encoded = rest.partition("+")
    try:
        kind, public = _split(base64.b64decode(encoded, validate=True), 1)
    except binascii.Error:
        kind, public = b"", b""
    if kind != ED25519 or len(public) != 32 or mark != key_id(origin, public).hex():
        raise Fault("standard.verifier_key", got=verifier)
    return public


def signed(checkpoint: Checkpoint, private: Ed25519PrivateKey) -> str:
    """The signed note."""
    text = checkpoint.text()
    public = private.public_key().public_bytes_raw()
    mark = base64.b64encode(key_id(checkpoint.origin, public) + private.sign(text.encode())).decode()
    return f"{text}\n— {checkpoint.origin} {mark}\n"


def opened(note: str, keys: Sequence[bytes]) -> Checkpoint:
    """The checkpoint a note holds, when one of the public keys signed it.

    Raises:
        Fault: ``standard.note_form`` (not of this form), ``standard.note_key`` (a key that is not among
            these), ``standard.note_signature`` (the text is not what was signed).
    """
    text, between, marks = note.partition("\n\n")
    lines = text.split("\n")
    words = marks.rstrip("\n").split(" ")
    is_note = (
        between and len(lines) in (3, 4) and len(words) == 3 and words[0] == "—" and "\n" not in words[2]
    )
    if not is_note or not lines[1].isascii() or not lines[1].isdecimal() or words[1] != lines[0]:
        raise Fault("standard.note_form", got=note[:80])
    try:
        root = base64.b64decode(lines[2], validate=True)
        mark, signature = _split(base64.b64decode(words[2], validate=True), ID_BYTES)
    except binascii.Error:
        raise Fault("standard.note_form", got=note[:80]) from None
    checkpoint = Checkpoint(lines[0], int(lines[1]), root, begins_in(text))
    if checkpoint.text() != f"{text}\n" or len(root) != 32:
        raise Fault("standard.note_form", got=note[:80])
    _check(checkpoint, mark, signature, keys)
    return checkpoint


def begins_in(text: str) -> tuple[int, int] | None:
    """What a note says of a new beginning, before its signature was looked at."""
    found = _BEGINS.search(text)
    return (int(found[1]), int(found[2])) if found else None


def _check(checkpoint: Checkpoint, mark: bytes, signature: bytes, keys: Sequence[bytes]) -> None:
    known = [key for key in keys if key_id(checkpoint.origin, key) == mark]
    if not known:
        raise Fault("standard.note_key", got=mark.hex())
    try:
        Ed25519PublicKey.from_public_bytes(known[0]).verify(signature, checkpoint.text().encode())
    except InvalidSignature:
        raise Fault("standard.note_signature", got=checkpoint.size) from None


def _split(value: bytes, at: int) -> tuple[bytes, bytes]:
    return value[:at], value[at:]
