"""Where made files lie: whole under the print's own name, or hidden while they are being written.

The folder is for nobody else to read: whoever holds a file holds codes.
"""

import secrets
from collections.abc import Collection
from datetime import datetime
from pathlib import Path

from labels.formats import format_named
from trace.crashpoint import crashpoint
from trace.records.stamp import PrintRun
from trace.services.stamp_marks import sync_folder

PART = ".part"


def made_folder(folder: Path) -> Path:
    """The folder itself, made where it is missing."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def place_of(folder: Path, run: PrintRun) -> Path:
    """Where a print's file lies when there is one."""
    return folder / f"{run.public_id}.{format_named(run.format).suffix}"


def new_part(folder: Path, run: PrintRun) -> Path:
    """A hidden name to write under; what a dead worker left of the same print is removed."""
    for left in made_folder(folder).glob(f".{run.public_id}.*{PART}"):
        left.unlink(missing_ok=True)
    return folder / f".{run.public_id}.{secrets.token_hex(4)}{PART}"


def put_in_place(part: Path, place: Path) -> None:
    """Give a whole file its name, and bring the name to the disk."""
    crashpoint("print before rename")
    part.replace(place)
    crashpoint("print renamed")
    sync_folder(place.parent)
    crashpoint("print placed")


def sweep(folder: Path, kept: Collection[str], before: datetime) -> int:
    """Remove files that no print in ``kept`` (public ids) names, and hidden ones older than ``before``."""
    removed = 0
    for path in folder.iterdir() if folder.is_dir() else ():
        hidden = path.name.startswith(".")
        gone = path.stat().st_mtime < before.timestamp() if hidden else path.stem not in kept
        if gone:
            path.unlink(missing_ok=True)
            removed += 1
    return removed
