"""The leaf of one log entry, as in the Merkle trees of RFC 9162."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from trace.standards import canonical_json


def leaf_hash(record: Mapping[str, object]) -> bytes:
    """SHA-256 over a zero byte and the record's canonical JSON: 32 bytes.

    The zero byte keeps a leaf from ever passing for an inner node, which begins with one.
    Raises Fault where the record is not plain JSON.

    >>> leaf_hash({}).hex()[:16]
    '28a3a18f6cd6406b'
    """
    return body_hash(canonical_json.dumps(record))


def body_hash(body: bytes) -> bytes:
    """The same for a record that is canonical JSON already."""
    return hashlib.sha256(b"\x00" + body).digest()
