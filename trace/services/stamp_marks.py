"""The high-water mark file: what was allocated, kept outside the database and its backups.

An allocation appends one line (key, first serial, count, request id) and brings it to the disk before
it commits. A database restored from an old backup is then found out by the line that runs ahead of it,
before any printed serial is issued a second time.

Where the file ends and the counter stands, under the key row's lock::

    end == counter            all is well
    first <= counter < end    the process died between mark and commit: jump to the end, the rest is void
    anything else             a restored copy, or a lost file: refused

A range that was interrupted is marked again by the allocation that heals it: its line begins at the
counter, so that a second death in the same place is healed like the first, by the last line alone.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from trace.crashpoint import crashpoint
from trace.errors import Refused

TAIL_BYTES = 4096
"""Longer than any line."""


@dataclass(frozen=True)
class Places:
    """Where keys and marks lie outside the database."""

    key_folder: Path
    marks: Path


@dataclass(frozen=True)
class Mark:
    """``count`` serials of key ``kid`` from ``first`` on were about to be allocated."""

    kid: int
    first: int
    count: int
    request_id: str

    @property
    def end(self) -> int:
        """The first serial behind the range."""
        return self.first + self.count

    def as_line(self) -> bytes:
        """The line of the file, with its end."""
        return f"{self.kid}\t{self.first}\t{self.count}\t{quote(self.request_id, safe='')}\n".encode()


@contextmanager
def locked(path: Path) -> Iterator[int]:
    """The open mark file, held against every other process until the block ends."""
    is_new = not path.exists()
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        if is_new:
            sync_folder(path.parent)
        yield descriptor
    finally:
        os.close(descriptor)


def append(descriptor: int, mark: Mark) -> None:
    """Put a line behind the last whole one and bring it to the disk."""
    crashpoint("before mark")
    _drop_torn_line(descriptor)
    os.write(descriptor, mark.as_line())
    crashpoint("after mark")
    os.fsync(descriptor)
    crashpoint("after fsync")


def last_of(descriptor: int, kid: int) -> Mark | None:
    """The last line of a key, looked for in the whole file only where the last line is another key's."""
    tail = _tail(descriptor)
    if tail is None or tail.kid == kid:
        return tail
    found = [mark for mark in _read_all(descriptor) if mark.kid == kid]
    return found[-1] if found else None


def lead(mark: Mark | None, counter: int) -> int:
    """By how many serials the file runs ahead of the database because an allocation was interrupted.

    Raises:
        Refused: ``gate.key``: the database is a restored copy, or the file was lost.
    """
    if mark is None and counter == 0:
        return 0
    if mark is None or not (mark.first <= counter <= mark.end):
        raise Refused("gate.key", expected=counter, got=mark.end if mark else None)
    return mark.end - counter


def ends(path: Path) -> dict[int, int]:
    """For each key the first serial that was never about to be allocated; empty without a file."""
    found: dict[int, int] = {}
    if path.exists():
        with path.open("rb") as file:
            for mark in _marks(file.read()):
                found[mark.kid] = max(mark.end, found.get(mark.kid, 0))
    return found


def end_of(path: Path, kid: int) -> int:
    """The first serial of a key that was never about to be allocated; 0 where the file names none."""
    last = mark_of(path, kid)
    return last.end if last else 0


def mark_of(path: Path, kid: int) -> Mark | None:
    """A key's last line, as it stands now; None without a file, or where it names the key nowhere."""
    if not path.exists():
        return None
    descriptor = os.open(path, os.O_RDONLY)
    try:
        return last_of(descriptor, kid)
    finally:
        os.close(descriptor)


def sync_folder(folder: Path) -> None:
    """Bring a new or renamed name in a folder to the disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _tail(descriptor: int) -> Mark | None:
    size = os.fstat(descriptor).st_size
    start = max(0, size - TAIL_BYTES)
    lines = os.pread(descriptor, TAIL_BYTES, start).split(b"\n")[:-1]
    return _parse(lines[-1]) if lines else None


def _read_all(descriptor: int) -> Iterator[Mark]:
    return _marks(os.pread(descriptor, os.fstat(descriptor).st_size, 0))


def _marks(content: bytes) -> Iterator[Mark]:
    return (_parse(line) for line in content.split(b"\n")[:-1])


def _parse(line: bytes) -> Mark:
    try:
        kid, first, count, request = line.decode().split("\t")
        return Mark(int(kid), int(first), int(count), request)
    except ValueError:
        raise Refused("gate.key", expected="K, first, count, request id", got=len(line)) from None


def _drop_torn_line(descriptor: int) -> None:
    """A line without its end never reached the disk whole, so nothing was committed after it."""
    size = os.fstat(descriptor).st_size
    tail = os.pread(descriptor, TAIL_BYTES, max(0, size - TAIL_BYTES))
    torn = len(tail) - (tail.rfind(b"\n") + 1)
    if torn:
        os.ftruncate(descriptor, size - torn)
