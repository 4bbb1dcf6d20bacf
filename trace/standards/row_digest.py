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
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from json.encoder import encode_basestring
from typing import Any, Final
from zlib import crc32

from trace.standards.fault import Fault

DIGEST_CHARS: Final = 43
"""Characters of a digest: 32 bytes in base64url without padding."""
GONE: Final = ""
"""What the log says of a deleted row."""
Plain = str | int | None
Columns = Mapping[str, Sequence[Plain]]
"""Rows of one table, column by column: what many rows share is reckoned once."""
_SIGNS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_MARKS: Final = [first + second for first in _SIGNS for second in _SIGNS]
_AS_IS: Final = frozenset((str, int, type(None)))


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


def plain_columns(
    columns: Mapping[str, Sequence[object]], private: Collection[str] = (), salts: Sequence[bytes] = ()
) -> dict[str, Sequence[Plain]]:
    """As ``plain_row``, of many rows at once; a salt for each, where there is a private column."""
    plain = {name: _plain_column(values) for name, values in columns.items()}
    for name in private:
        both = zip(plain[name], salts, strict=True)
        plain[name] = [commitment(salt, name, str(text)) if text else text for text, salt in both]
    return plain


def entry(table: str, key: int, plain: Mapping[str, Plain]) -> str:
    """The digest of a row and the marks of its columns, these in the order of their names."""
    return entries(table, [key], {name: (value,) for name, value in plain.items()})[0]


def digest(table: str, key: int, plain: Mapping[str, Plain]) -> str:
    """SHA-256 over the canonical JSON of table, number and filled columns, in base64url."""
    return entry(table, key, plain)[:DIGEST_CHARS]


def entries(table: str, keys: Sequence[int], columns: Columns) -> list[str]:
    """As ``entry``, of many rows at once, in their order."""
    names = sorted(columns)
    marks = zip(*(_shared(_mark, columns[name]) for name in names), strict=True)
    digests = _digests(table, keys, columns)
    return [held + "".join(said) for held, said in zip(digests, marks, strict=True)]


def _digests(table: str, keys: Sequence[int], columns: Columns) -> list[str]:
    """RFC 8785 for names in ASCII and integers a double holds, which is all a row has."""
    members = [_members(name, columns[name]) for name in sorted(columns)]
    end = f'}},"table":{encode_basestring(table)}}}'
    rows = zip(keys, zip(*members, strict=True), strict=True)
    return [_digest(f'{{"key":{key},"row":{{{"".join(said)[1:]}{end}') for key, said in rows]


def _digest(text: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest())[:DIGEST_CHARS].decode()


def _members(name: str, column: Sequence[Plain]) -> Sequence[str]:
    """A column as JSON members, each with a comma before it; an empty one is left out."""
    head = f",{encode_basestring(name)}:"

    def member(value: Plain) -> str:
        if value is None:
            return ""
        return head + (encode_basestring(value) if isinstance(value, str) else str(value))

    return _shared(member, column)


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


def _plain_column(values: Sequence[Any]) -> Sequence[Plain]:
    kinds = set(map(type, values))
    if kinds <= _AS_IS:
        return values
    return _shared(_plain, values) if len(kinds) == 1 else [_plain(value) for value in values]


def _shared(make: Callable[[Any], Any], column: Sequence[Any]) -> list[Any]:
    """What is made of each value; once, where all rows hold the same one."""
    if column.count(column[0]) == len(column):
        return [make(column[0])] * len(column)
    return [make(value) for value in column]


def _mark(value: Plain) -> str:
    return _MARKS[crc32(b"\x00" if value is None else str(value).encode()) & 4095]
