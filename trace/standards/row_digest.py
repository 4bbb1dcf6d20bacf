"""What the log says of one row: a digest over its canonical JSON, and a short mark a column.

The digest holds the row; the marks only tell which column was changed when the digest no longer fits,
and are right all but once in 4,096 times. A column that is empty is left out of the JSON, so a column
added later changes nothing for rows that do not use it. A text that may name a person stands there as a
commitment under the row's salt: once text and salt are gone, nothing tells what it was.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import zlib
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Final

from trace.standards.fault import Fault

DIGEST_CHARS: Final = 43
"""Characters of a digest: 32 bytes in base64url without padding."""
GONE: Final = ""
"""What the log says of a deleted row."""
Plain = str | int | None
_SIGNS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def commitment(salt: bytes, column: str, text: str) -> str:
    """HMAC-SHA-256 over column and text under the row's salt, in hexadecimal."""
    return hmac.new(salt, f"{column}\x00{text}".encode(), hashlib.sha256).hexdigest()


def plain_row(
    values: Mapping[str, object], private: Collection[str] = (), salt: bytes = b""
) -> dict[str, Plain]:
    """A row's values as canonical JSON knows them; texts of ``private`` columns as commitments.

    ``salt`` is needed where a private text stands.
    """
    plain = {name: _plain(value) for name, value in values.items()}
    for name in private:
        text = plain.get(name)
        if text:
            plain[name] = commitment(salt, name, str(text))
    return plain


def entry(table: str, key: int, plain: Mapping[str, Plain]) -> str:
    """The digest of a row and the marks of its columns, these in the order of their names."""
    return digest(table, key, plain) + "".join(_mark(plain[name]) for name in sorted(plain))


def digest(table: str, key: int, plain: Mapping[str, Plain]) -> str:
    """SHA-256 over the canonical JSON of table, number and filled columns, in base64url."""
    row = {name: value for name, value in plain.items() if value is not None}
    # RFC 8785 for names in ASCII and integers a double holds, which is all a row has, at a tenth of the time.
    text = json.dumps(
        {"key": key, "row": row, "table": table}, ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest())[:DIGEST_CHARS].decode()


def changed_columns(said: str, found: str, names: Iterable[str]) -> list[str]:
    """The columns whose marks differ between two entries; none where the table has others by now."""
    ordered = sorted(names)
    if len(said) != len(found) or len(said) != DIGEST_CHARS + 2 * len(ordered):
        return []
    places = range(DIGEST_CHARS, len(said), 2)
    return [n for n, at in zip(ordered, places, strict=True) if said[at : at + 2] != found[at : at + 2]]


def _plain(value: object) -> Plain:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, int):  # true and false as well: a database may know them as 1 and 0
        return int(value)
    if isinstance(value, float):
        return repr(
            value
        )  # the shortest text that reads back as the same: how to write it is not left to JSON
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    raise Fault("standard.json_type", expected="JSON", got=type(value).__name__)


def _mark(value: Plain) -> str:
    found = zlib.crc32(b"\x00" if value is None else str(value).encode())
    return _SIGNS[found >> 6 & 63] + _SIGNS[found & 63]
