"""Tables as CSV files in one zip, filled side by side while the chains go by."""

import csv
import json
import shutil
import tempfile
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import IO, Any, BinaryIO

from trace.services.exporting.chains import Chain
from trace.services.exporting.rows import rows_of
from trace.standards.plain_text import safe_text

_YEAR_ONE = (1980, 1, 1, 0, 0, 0)
"""The earliest time a zip knows: equal content then gives equal files."""


@dataclass(frozen=True)
class TableFile:
    """One file: its name, the neutral table it is made of, and heading and field of each column."""

    name: str
    table: str
    columns: Sequence[tuple[str, str]]


def write_zip(
    files: Sequence[TableFile], chains: Iterable[Chain], about: Mapping[str, Any], out: BinaryIO
) -> None:
    """UTF-8 with the mark that Excel needs, and ``about.json``; rows wait on the disk, not in memory."""
    with ExitStack() as open_files:
        bodies = [open_files.enter_context(_body()) for _ in files]
        writers = [csv.writer(body) for body in bodies]
        for file, writer in zip(files, writers, strict=True):
            writer.writerow([safe_text(heading) for heading, _ in file.columns])
        for chain in chains:
            for file, writer in zip(files, writers, strict=True):
                writer.writerows(_rows(file, chain))
        _pack(files, bodies, about, out)


def _body() -> IO[str]:
    return tempfile.TemporaryFile("w+", encoding="utf-8-sig", newline="")


def _rows(file: TableFile, chain: Chain) -> Iterable[list[Any]]:
    for row in rows_of(file.table, chain):
        yield [_cell(row[field]) for _, field in file.columns]


def _cell(value: Any) -> Any:
    """Text is no formula; yes and no are 1 and 0, nothing is an empty cell."""
    if isinstance(value, bool):
        return int(value)
    return safe_text(value) if isinstance(value, str) else value


def _pack(
    files: Sequence[TableFile], bodies: Sequence[IO[str]], about: Mapping[str, Any], out: BinaryIO
) -> None:
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr(_member("about.json"), json.dumps(about, ensure_ascii=False, indent=1))
        for file, body in zip(files, bodies, strict=True):
            body.flush()
            body.seek(0)
            with made.open(_member(file.name), "w", force_zip64=True) as member:
                shutil.copyfileobj(body.buffer, member)  # type: ignore[attr-defined]


def _member(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _YEAR_ONE)
    info.compress_type = zipfile.ZIP_DEFLATED
    return info
