"""Which files of a report server are taken: names and sizes come from somebody else's machine.

A name is taken as it is or not at all: nothing is made of one that could mean another place or another file.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase

from marketplaces.report_server.values import Entry
from trace.services.file_exchange.drops import UNFINISHED

LONGEST_NAME_BYTES = 200
"""Leaves room for a number behind it in the 255 a file system allows."""


@dataclass(frozen=True)
class Sorted:
    """The files to look after, by name, and how many are passed over, and why."""

    files: dict[str, Entry]
    unfit: int
    too_large: int


def sort_out(entries: Iterable[Entry], pattern: str, most_bytes: int) -> Sorted:
    """Folders, hidden and unfinished files and names beside the pattern are nobody's fault: not counted."""
    files: dict[str, Entry] = {}
    unfit = too_large = 0
    for entry in entries:
        if entry.is_folder or not _is_meant(entry.name, pattern):
            continue
        if not entry.is_file or min(entry.size, entry.modified) < 0 or not is_fit(entry.name):
            unfit += 1
        elif entry.size > most_bytes:
            too_large += 1
        else:
            files[entry.name] = entry
    return Sorted(files, unfit, too_large)


def _is_meant(name: str, pattern: str) -> bool:
    is_whole = not name.startswith(".") and not name.lower().endswith(UNFINISHED)
    return is_whole and fnmatchcase(name.casefold(), pattern.casefold())


def is_fit(name: str) -> bool:
    """Whether a file of ours may be called so: printable, short, no path on any system, no turned writing."""
    if not name or name != name.strip() or name.startswith("."):
        return False
    is_short = len(name.encode("utf-8", "surrogateescape")) <= LONGEST_NAME_BYTES
    return is_short and name.isprintable() and not set(name) & set('/\\:*?"<>|')
