"""A ZIP archive written forwards, in pieces: sixty bytes of memory a file, and no clock in it.

Source: PKWARE, *APPNOTE.TXT*, sections 4.3 (records) and 4.5.3 (ZIP64, from 65,535 files or 4 GB on).
The standard library keeps an object for each file: a million pages would take half a gigabyte.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Iterator

STORED, DEFLATED = 0, 8
DATE = 1 << 5 | 1  # 1 January 1980, the first day there is
MOST_FILES, MOST_BYTES = 0xFFFF, 0xFFFFFFFF  # from these on a figure needs its wide field
FULL = 0xFFFFFFFF  # "see the wide field"


def zip_chunks(files: Iterable[tuple[str, bytes]], *, deflate: bool = False) -> Iterator[bytes]:
    """The archive of ``files`` (an ASCII name and the content), one piece a file and the directory last.

    ``deflate`` packs each file; what is packed already (PNG) is better stored.
    """
    directory, start, count = bytearray(), 0, 0
    for name, data in files:
        facts = _facts(data, deflate=deflate)
        body = facts[1]
        head = struct.pack("<4sHHHHHIIIHH", b"PK\3\4", *facts[0], len(name), 0) + name.encode("ascii")
        directory += _entry(name.encode("ascii"), facts[0], start)
        count += 1
        start += len(head) + len(body)
        yield head + body
    yield bytes(directory) + _end(count, len(directory), start)


def _facts(data: bytes, *, deflate: bool) -> tuple[tuple[int, ...], bytes]:
    """What head and entry say of a file alike, and its bytes in the archive."""
    body = data
    if deflate:
        packer = zlib.compressobj(3, wbits=-15)  # 6 takes three times as long for a tenth less
        body = packer.compress(data) + packer.flush()
    method = DEFLATED if deflate else STORED
    return (20, 0, method, 0, DATE, zlib.crc32(data), len(body), len(data)), body


def _entry(name: bytes, facts: tuple[int, ...], start: int) -> bytes:
    far = struct.pack("<HHQ", 1, 8, start) if start >= MOST_BYTES else b""
    ends = len(name), len(far), 0, 0, 0, 0, FULL if far else start
    return struct.pack("<4sHHHHHHIIIHHHHHII", b"PK\1\2", 45 if far else 20, *facts, *ends) + name + far


def _end(count: int, length: int, start: int) -> bytes:
    """The end of the directory; where its figures are too large, the wide one stands before it."""
    if count < MOST_FILES and start + length < MOST_BYTES:
        return struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, count, count, length, start, 0)
    wide = struct.pack("<4sQHHIIQQQQ", b"PK\6\6", 44, 45, 45, 0, 0, count, count, length, start)
    where = struct.pack("<4sIQI", b"PK\6\7", 0, start + length, 1)
    return wide + where + struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, MOST_FILES, MOST_FILES, FULL, FULL, 0)
