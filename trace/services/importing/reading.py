"""Opening a spreadsheet: looked at from outside, parsed in a confined process, streamed row by row."""

import json
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, BinaryIO

from trace.errors import Refused

MOST_ROWS = 200_000
MOST_MEMBERS = 200
MOST_UNPACKED = 200 * 1024 * 1024
MOST_RATIO = 100
WAIT_S = 75
"""Seconds of silence after which the parsing process is ended; its own limit is 60 s of CPU."""
_CHILD = Path(__file__).with_name("child.py")
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True)
class Head:
    """One sheet: number and name, how many rows and columns it spans, its first rows with their numbers."""

    number: int
    name: str
    height: int
    width: int
    rows: Sequence[tuple[int, list[Any]]]


class Book:
    """An opened file: the heads of its sheets, then the rows of those asked for."""

    def __init__(self, child: "subprocess.Popen[str]", name: str) -> None:
        self._child, self._name = child, name
        self.heads = [
            Head(number, one["name"], one["height"], one["width"], one["head"])
            for number, one in enumerate(self._line()["sheets"])
        ]

    def rows(self, sheets: Sequence[int]) -> Iterator[tuple[int, list[tuple[int, list[Any]]]]]:
        """Batches of rows, sheet after sheet in the order asked for: (sheet, [(row, cells)])."""
        assert self._child.stdin is not None
        self._child.stdin.write(json.dumps(list(sheets)) + "\n")
        self._child.stdin.flush()
        while "done" not in (line := self._line()):
            yield line["sheet"], line["rows"]

    def _line(self) -> dict[str, Any]:
        assert self._child.stdout is not None
        watch = threading.Timer(WAIT_S, self._child.kill)
        watch.start()
        text = self._child.stdout.readline()
        watch.cancel()
        if not text.endswith("\n"):
            raise Refused("imp.heavy", file=self._name)
        line: dict[str, Any] = json.loads(text)
        if "fault" in line:
            raise Refused(line.pop("fault"), **{"file": self._name, **line})
        return line


@contextmanager
def opened(path: Path, name: str, most_rows: int = MOST_ROWS) -> Iterator[Book]:
    """The file as a book, for as long as the block lasts.

    Raises:
        Refused: ``imp.file`` (no XLSX or CSV), ``imp.encoding``, ``imp.bomb`` (packed too tight),
            ``imp.heavy`` (over the limits of memory or time), ``imp.big`` (too many rows).
    """
    kind = kind_of(path, name)
    command = [sys.executable, "-I", "-X", "utf8", str(_CHILD), str(path), kind, str(most_rows)]
    child = subprocess.Popen(  # noqa: S603 - our own script; the path is one we made or the owner's
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={},
        text=True, encoding="utf-8",
    )  # fmt: skip
    try:
        yield Book(child, name)
    finally:
        child.kill()
        child.communicate()


def kind_of(path: Path, name: str) -> str:
    """``xlsx`` or ``csv``, by what the file is and not by what it is called; packed sizes are checked.

    Raises:
        Refused: ``imp.file`` or ``imp.bomb``.
    """
    with path.open("rb") as file:
        start = file.read(8)
        if start[:4] == b"PK\x03\x04":
            _check_archive(file, name)
            return "xlsx"
    if start[:4] == _OLD_EXCEL:
        raise Refused("imp.file", file=name, value="Excel 97-2003 (.xls)")
    if not start or (b"\0" in start[2:] and start[:2] not in (b"\xff\xfe", b"\xfe\xff")):
        raise Refused("imp.file", file=name, value="0 KB" if not start else "?")
    if start[:5] in (b"%PDF-",) or start[:2] == b"\xff\xd8" or start[:4] == b"\x89PNG":
        raise Refused("imp.file", file=name, value="PDF, JPEG, PNG")
    return "csv"


def _check_archive(file: BinaryIO, name: str) -> None:
    """Sizes as the archive's own list gives them; members that overlap or nest are refused."""
    try:
        with zipfile.ZipFile(file) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise Refused("imp.file", file=name, value="ZIP ?") from None
    if "xl/workbook.xml" not in {member.filename for member in members}:
        raise Refused("imp.file", file=name, value="ZIP")
    if len(members) > MOST_MEMBERS:
        raise Refused("imp.bomb", file=name, value=f"{len(members)} > {MOST_MEMBERS}")
    unpacked = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members)
    tight = any(m.file_size > MOST_RATIO * max(m.compress_size, 1) + 100_000 for m in members)
    nested = any(m.filename.lower().endswith((".zip", ".xlsx", ".xlsm", ".gz")) for m in members)
    if (
        unpacked > MOST_UNPACKED
        or unpacked > MOST_RATIO * max(packed, 1)
        or tight
        or nested
        or _overlap(members)
    ):
        raise Refused("imp.bomb", file=name, value=f"{unpacked >> 20} MB")


def _overlap(members: Sequence[zipfile.ZipInfo]) -> bool:
    spans = sorted((member.header_offset, member.compress_size) for member in members)
    return any(start + 30 + size > following for (start, size), (following, _) in pairwise(spans))
