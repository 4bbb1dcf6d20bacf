"""A fetched file's way into the watched folder: whole and on disk, or not there at all.

It is written in ``dang-tai``, beside ``den`` and on the same disk, under a name of ours, and gets its own
name by one rename. From then on it is a dropped file like any other.
"""

import hashlib
import os
import secrets
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from trace.crashpoint import crashpoint
from trace.services.file_exchange.drops import QUIET_S

ARRIVING = "dang-tai"


def arriving_of(incoming: Path) -> Path:
    """Where the shop's fetched files are written before they are whole."""
    return incoming.parent / ARRIVING


def clear(arriving: Path) -> None:
    """Throw away what a worker that died left half written: one job of a shop runs at a time."""
    for path in arriving.iterdir():
        path.unlink(missing_ok=True)


def receive(chunks: Iterable[bytes], name: str, modified: int, incoming: Path, now: datetime) -> Path:
    """Write a file and put it into ``incoming``; whatever ``chunks`` raises leaves nothing behind.

    It keeps its time, so that its order among the reports does too, but is quiet at once. Another file of
    its name stays: the new one is numbered. The very same file, which is refused there, is not put twice.
    """
    part = arriving_of(incoming) / secrets.token_hex(12)
    try:
        sha256 = _write(part, chunks)
        quiet = now.timestamp() - QUIET_S
        os.utime(part, (quiet, min(float(modified), quiet)))
        place = _free_place(incoming, name, sha256)
        part.replace(place)
    finally:
        part.unlink(missing_ok=True)
    _sync(incoming)
    return place


def _write(part: Path, chunks: Iterable[bytes]) -> str:
    said = hashlib.sha256()
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(handle, "wb") as file:
        for chunk in chunks:
            file.write(chunk)
            said.update(chunk)
            crashpoint("report half fetched")
        file.flush()
        os.fsync(file.fileno())
    return said.hexdigest()


def _free_place(incoming: Path, name: str, sha256: str) -> Path:
    stem, dot, ending = name.rpartition(".")
    stem, ending = (stem, dot + ending) if stem else (name, "")
    place, number = incoming / name, 1
    while os.path.lexists(place) and not _is_same(place, sha256):
        number += 1
        place = incoming / f"{stem} ({number}){ending}"
    return place


def _is_same(place: Path, sha256: str) -> bool:
    if place.is_symlink() or not place.is_file():
        return False
    with place.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == sha256


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
