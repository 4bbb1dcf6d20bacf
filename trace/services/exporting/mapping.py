"""The mapping file of the national export: which column is which field, under whose heading.

What the national system wants is not known to this project, so no format of it stands in code.
"""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from trace.errors import FieldProblem, Invalid
from trace.services.exporting.fields import TABLES
from trace.services.exporting.table_files import TableFile

GROUPS: Final = ("households", "places", "stages", "stamps")
"""The four groups of Decision 25/QĐ-BNNMT: households, areas and days, stages, stamps with their look-up."""
FILE: Final = "national.toml"
VERSION: Final = 1
MOST_LETTERS: Final = 120
_DEFAULT: Final = Path(__file__).parents[2] / "data" / "exporting" / FILE
_KNOWN: Final = ("version", "name", "files", *GROUPS)


@dataclass(frozen=True)
class NationalMapping:
    """A mapping that was read: its own name, and the files of the four groups."""

    name: str
    files: tuple[TableFile, ...]


def read_mapping(instance: Path) -> NationalMapping:
    """The instance's mapping, or the neutral one that is shipped.

    Raises:
        Invalid: every fault, each with its line, what is expected there, what was got and what to do.
    """
    own = instance / FILE
    path = own if own.exists() else _DEFAULT
    try:
        text = path.read_text(encoding="utf-8-sig")
        given = tomllib.loads(text)
    except UnicodeDecodeError as error:
        raise Invalid([_problem("", 0, "export.map.letters", str(error.reason))]) from None
    except tomllib.TOMLDecodeError as error:
        raise Invalid([_problem("", 0, "export.map.toml", str(error))]) from None
    problems = list(_faults(given, text))
    if problems:
        raise Invalid(problems)
    names = given.get("files", {})
    files = [
        TableFile(names.get(group, f"{group}.csv"), group, tuple(given[group].items())) for group in GROUPS
    ]
    return NationalMapping(str(given.get("name", "")), tuple(files))


def _faults(given: Mapping[str, Any], text: str) -> Iterator[FieldProblem]:
    for name in given:
        if name not in _KNOWN:
            yield _problem(name, _line(text, "", name), "export.map.unknown", name, _KNOWN)
    if given.get("version") != VERSION or isinstance(given["version"], bool):
        line = _line(text, "", "version")
        yield _problem("version", line, "export.map.version", given.get("version", "–"), [str(VERSION)])
    if not isinstance(given.get("name", ""), str):
        yield _problem("name", _line(text, "", "name"), "export.map.text", given["name"])
    yield from _file_faults(given.get("files", {}), text)
    for group in GROUPS:
        yield from _group_faults(group, given.get(group), text)


def _file_faults(files: Any, text: str) -> Iterator[FieldProblem]:
    if not isinstance(files, dict):
        yield _problem("files", _line(text, "", "files"), "export.map.group", files)
        return
    for group, name in files.items():
        line = _line(text, "files", group)
        if group not in GROUPS:
            yield _problem(f"files.{group}", line, "export.map.unknown", group, GROUPS)
        elif not isinstance(name, str) or not _is_file_name(name):
            yield _problem(f"files.{group}", line, "export.map.file", name)
    names = [files.get(group, f"{group}.csv") for group in GROUPS]
    for twice in sorted({str(name).lower() for name in names if _is_twice(name, names)}):
        yield _problem("files", _line(text, "", "[files]"), "export.map.twice", twice)


def _is_twice(name: Any, names: Sequence[Any]) -> bool:
    return [str(one).lower() for one in names].count(str(name).lower()) > 1


def _is_file_name(name: str) -> bool:
    return name.endswith(".csv") and len(name) <= MOST_LETTERS and name.replace("-", "").replace(
        "_", "").removesuffix(".csv").isalnum()  # fmt: skip


def _group_faults(group: str, columns: Any, text: str) -> Iterator[FieldProblem]:
    if not isinstance(columns, dict) or not columns:
        got = "–" if columns is None else columns
        yield _problem(group, _line(text, "", f"[{group}]"), "export.map.group", got)
        return
    for heading, field in columns.items():
        where, line = f"{group}.{heading}", _line(text, group, heading)
        if not heading.strip() or len(heading) > MOST_LETTERS:
            yield _problem(where, line, "export.map.heading", heading)
        if field not in TABLES[group]:
            yield _problem(where, line, "export.map.field", field, TABLES[group])


def _problem(where: str, line: int, key: str, got: object, expected: Sequence[str] = ()) -> FieldProblem:
    place = ":".join(part for part in (FILE, str(line or ""), where) if part)
    said = got if isinstance(got, str | int) else type(got).__name__
    params = {"expected": ", ".join(expected), "got": str(said)[:MOST_LETTERS], "file": FILE}
    return FieldProblem(place, key, params["got"], params)


def _line(text: str, section: str, key: str) -> int:
    """The line a key stands on, from 1; 0 where it stands on none by itself."""
    here = ""
    for number, line in enumerate(text.splitlines(), start=1):
        said = line.strip()
        if said.startswith("[") and said.partition("#")[0].strip() == key:
            return number
        if said.startswith("["):
            here = said.strip("[] ").strip("\"'")
        elif here == section and _has(said, key):
            return number
    return 0


def _has(line: str, key: str) -> bool:
    try:
        return key in tomllib.loads(line)
    except tomllib.TOMLDecodeError:
        return False
