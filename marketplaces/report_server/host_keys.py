"""A server's public key as ``ssh-keyscan`` writes it, and its fingerprint (RFC 4253, 6.6)."""

import base64
import binascii
import hashlib
from dataclasses import dataclass

KINDS = ("ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "ssh-rsa")


@dataclass(frozen=True, slots=True)
class HostKey:
    """The kind of key, and its public half as it travels."""

    kind: str
    blob: bytes

    @property
    def fingerprint(self) -> str:
        """As ``ssh-keygen -l`` prints it."""
        return "SHA256:" + base64.b64encode(hashlib.sha256(self.blob).digest()).decode().rstrip("=")

    @property
    def line(self) -> str:
        """As it is written into the settings."""
        return f"{self.kind} {base64.b64encode(self.blob).decode()}"


def read_host_key(text: str) -> HostKey:
    """The key of a line; a host in front of it and a comment behind it are passed over.

    Raises:
        ValueError: it is no such line, or its halves are of two kinds.
    """
    words = text.split()
    place = next((at for at, word in enumerate(words[:2]) if word in KINDS), None)
    if place is None or len(words) < place + 2:
        raise ValueError(f"is no public key such as 'ssh-ed25519 AAAA…'; kinds: {', '.join(KINDS)}")
    kind = words[place]
    try:
        blob = base64.b64decode(words[place + 1], validate=True)
    except binascii.Error:
        raise ValueError("is cut off or no Base64") from None
    parts = _parts(blob)
    if parts[0] != kind.encode():
        raise ValueError(f"says {kind} and holds another kind of key")
    return HostKey(kind, blob)


def _parts(blob: bytes) -> list[bytes]:
    """What a key is made of: each part behind its length (RFC 4251, 5)."""
    parts, left = [], blob
    while left:
        length = int.from_bytes(left[:4], "big")
        parts.append(left[4 : 4 + length])
        if len(left) < 4 + length:
            raise ValueError("is cut off or no Base64")
        left = left[4 + length :]
    if len(parts) < 2:
        raise ValueError("is cut off or no Base64")
    return parts
