"""The watched folder: what lies in it, what is whole, and whose turn it is.

Each shop has a folder of ours with two in it: ``den``, into which an SFTP server or a person writes, and
``dang-doc``, which only we write to. A file is taken by renaming it from the one into the other: of two
workers one succeeds, and whoever wrote it cannot change it any more. Links are never followed.
"""

import itertools
import os
import stat
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from trace.crashpoint import crashpoint

INCOMING, CLAIMED = "den", "dang-doc"
QUIET_S = 20
"""A file that has not grown for so long is whole, where its writer does not rename it when it is."""
UNFINISHED = (".part", ".tmp", ".filepart", ".crdownload", "~")
MOST_AT_ONCE = 50


def folders_of(drops: Path, marketplace: str, shop_id: int) -> tuple[Path, Path]:
    """Where the shop's files arrive and where they are read."""
    home = drops / f"{marketplace}-{shop_id}"
    return home / INCOMING, home / CLAIMED


def make_folders(*folders: Path) -> None:
    """Have them, for nobody else to look into; the operator gives the first to whoever writes there."""
    for folder in folders:
        folder.parent.mkdir(mode=0o711, parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)


def waiting(incoming: Path, now: datetime, most_bytes: int) -> Iterator[Path]:
    """Whole files, the oldest first: plain, not hidden, not being written, no larger than an upload."""
    found = []
    for path in incoming.iterdir():
        told = path.lstat()
        is_plain = stat.S_ISREG(told.st_mode) and told.st_nlink == 1
        is_named = not path.name.startswith(".") and not path.name.lower().endswith(UNFINISHED)
        is_quiet = now.timestamp() - _written_s(told) >= QUIET_S
        if is_plain and is_named and is_quiet and told.st_size <= most_bytes:
            found.append((_written_s(told), path))
    yield from (path for _, path in sorted(found)[:MOST_AT_ONCE])


def written_at(place: Path) -> datetime:
    """When a file was written, as far as that can be."""
    return datetime.fromtimestamp(_written_s(place.stat()), UTC)


def _written_s(told: os.stat_result) -> float:
    """Who writes over a network may set the file's time by a clock that is ahead; our own bounds it."""
    return max(0.0, min(told.st_mtime, told.st_ctime))


def count_waiting(incoming: Path) -> int:
    """Files that lie there, whatever they are."""
    return sum(1 for _ in incoming.iterdir()) if incoming.is_dir() else 0


def claim(path: Path, claimed: Path) -> Path | None:
    """The file under our own roof, read-only; None where another worker was faster, or it is no file now."""
    place = claimed / path.name
    try:
        path.rename(place)
    except FileNotFoundError:
        return None
    crashpoint("drop claimed")
    told = place.lstat()
    if not stat.S_ISREG(told.st_mode) or told.st_nlink != 1:
        place.unlink()
        return None
    os.chmod(place, 0o400, follow_symlinks=False)
    return place


def left_behind(claimed: Path) -> list[Path]:
    """Files a worker claimed and did not come to an end with."""
    return sorted(path for path in claimed.iterdir() if path.is_file() and not path.is_symlink())


def give_back(place: Path, incoming: Path) -> None:
    """Put a file back where it came from: it is its owner's, and we cannot read it yet.

    A newer one may lie there by its name: that one stays what it is, and the older gets a number.
    """
    os.chmod(place, 0o600, follow_symlinks=False)
    names = itertools.chain([place.name], (f"{number}-{place.name}" for number in itertools.count(2)))
    place.rename(next(incoming / name for name in names if not os.path.lexists(incoming / name)))


def done_with(place: Path) -> None:
    """The original goes; its clean rows are kept."""
    place.unlink(missing_ok=True)
