"""Pages kept: in memory, or in a file that is whole under its name or not there at all."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import Iterable
from pathlib import Path

from labels.errors import BadJob

TITLE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


def checked_title(title: str) -> str:
    """The title itself.

    :raises BadJob: it is no plain file name.
    """
    if not TITLE.fullmatch(title):
        raise BadJob("title", title, TITLE.pattern)
    return title


class MemoryPrinter:
    """Keeps each print under its title: for tests, previews and downloads made on the spot."""

    def __init__(self) -> None:
        self.printed: dict[str, bytes] = {}
        self.sent_bytes = 0

    def print_pages(self, pages: Iterable[bytes], title: str) -> str:
        """See :class:`labels.printers.Printer`."""
        data = b"".join(pages)
        self.printed[title], self.sent_bytes = data, len(data)
        return hashlib.sha256(data).hexdigest()


class FilePrinter:
    """Writes ``folder/title`` by way of a hidden temporary file beside it.

    The temporary file is flushed to the disk, renamed, and the folder is flushed, so that after a
    power cut the name holds the whole print or what it held before. A killed process can leave
    only a hidden ``.<title>.*.part``.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def print_pages(self, pages: Iterable[bytes], title: str) -> str:
        """See :class:`labels.printers.Printer`.

        :raises BadJob: the title is no plain file name.
        """
        checked_title(title)
        self.folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{title}.", suffix=".part", dir=self.folder)
        try:
            digest = _written(handle, pages)
            Path(name).replace(self.folder / title)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        _flush_folder(self.folder)
        return digest


def _written(handle: int, pages: Iterable[bytes]) -> str:
    """Everything on the disk, and its SHA-256."""
    digest = hashlib.sha256()
    with os.fdopen(handle, "wb") as file:
        for page in pages:
            digest.update(page)
            file.write(page)
        file.flush()
        os.fsync(file.fileno())
    return digest.hexdigest()


def _flush_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
