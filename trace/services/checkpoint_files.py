"""The checkpoints' folder: a file each, outside the database, only ever added to.

A name tells number, size and moment: ``000017-000000005000-20260612T023000Z.note``. Numbers have no gaps, so
that a file taken away is missed. The folder is best on another machine, or copied to one.
"""

import os
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from trace.crashpoint import crashpoint
from trace.services.stamp_marks import sync_folder
from trace.standards import signed_note

NAME = re.compile(r"(\d{6,})-(\d{12,})-(\d{8}T\d{6}Z)\.note", re.ASCII)
MOMENT = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True)
class NoteFile:
    """One checkpoint as its file's name tells it."""

    path: Path
    number: int
    size: int
    made_at: datetime

    def text(self) -> str:
        """The note; what is not UTF-8 in it is kept as marks that no note has."""
        return self.path.read_text(encoding="utf-8", errors="backslashreplace")


def note_files(folder: Path) -> list[NoteFile]:
    """Every checkpoint, the oldest first."""
    found = []
    for path in folder.glob("*.note"):
        named = NAME.fullmatch(path.name)
        if named:
            at = datetime.strptime(named[3], MOMENT).replace(tzinfo=UTC)
            found.append(NoteFile(path, int(named[1]), int(named[2]), at))
    return sorted(found, key=lambda one: (one.number, one.path.name))


def standing(files: list[NoteFile]) -> list[NoteFile]:
    """Without those of which a later one says that their history was lost."""
    lost = lost_numbers([signed_note.begins_in(one.text()) for one in files])
    return [one for one in files if one.number not in lost]


def lost_numbers(begins: Iterable[tuple[int, int] | None]) -> set[int]:
    """The numbers of the checkpoints that new beginnings leave behind."""
    return {number for one in begins if one for number in range(one[0] + 1, one[1] + 1)}


def keep(folder: Path, size: int, note: str, now: datetime) -> NoteFile:
    """Add a checkpoint, whole and on the disk, never over another."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    last = note_files(folder)[-1:]
    number = last[0].number + 1 if last else 1
    path = folder / f"{number:06}-{size:012}-{now.astimezone(UTC).strftime(MOMENT)}.note"
    draft = folder / f".{secrets.token_hex(4)}.tmp"
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(note)
        file.flush()
        os.fsync(file.fileno())
    crashpoint("before checkpoint")
    draft.rename(path)  # one job at a time makes them; shares of other systems know no hard links
    crashpoint("after checkpoint")
    sync_folder(folder)
    return NoteFile(path, number, size, now)
