"""Where pages go: one verb. A file printed here is whole under its name, or not there at all."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

from labels.errors import BadJob

TITLE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


class Printer(Protocol):
    """Anything that takes pages."""

    def print_pages(self, pages: Iterable[bytes], title: str) -> str:
        """Print everything ``pages`` gives, in order; the SHA-256 of it all, in hexadecimal."""


class MemoryPrinter:
    """Keeps each print under its title: for tests, previews and downloads made on the spot."""

    def __init__(self) -> None:
        self.printed: dict[str, bytes] = {}

    def print_pages(self, pages: Iterable[bytes], title: str) -> str:
        """See :class:`Printer`."""
        data = b"".join(pages)
        self.printed[title] = data
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
        """See :class:`Printer`.

        :raises BadJob: the title is no plain file name.
        """
        if not TITLE.fullmatch(title):
            raise BadJob("title", title, TITLE.pattern)
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
