"""Vietnam's administrative units before and since 1 July 2025, as bundled in ``trace/data``.

Sources and licences stand in ``trace/data/admin_units/README.md``. Codes are text, and are keys
only together with their scheme: code 10813 is a town before, a commune since.
"""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

OLD_SCHEME = "2025-01"  # provinces, districts, communes: until 30 June 2025
NEW_SCHEME = "2025-07"  # provinces, communes: since 1 July 2025

_FOLDER = Path(__file__).parent.parent / "data" / "admin_units"


@dataclass(frozen=True, slots=True)
class Unit:
    """One province, district or commune of one scheme.

    ``kind`` is the word before the name (Xã, Phường, Thị trấn, Huyện ...), ``full_name`` both
    together; ``parent_code`` is a code of the same scheme, None for a province.
    """

    scheme: str
    code: str
    name: str
    full_name: str
    level: str
    kind: str
    parent_code: str | None


@dataclass(frozen=True, slots=True)
class Conversion:
    """One row of the official table: where an old commune, ``whole`` or in ``part``, went.

    ``population`` is "all" where the note says that the whole population moved there.
    """

    old_code: str
    new_code: str
    extent: str
    population: str
    note: str


def units() -> Iterator[Unit]:
    """All units of both schemes, parents before their children.

    >>> hai_phong = next(unit for unit in units() if (unit.scheme, unit.code) == ("2025-07", "31"))
    >>> hai_phong.full_name, hai_phong.parent_code
    ('Thành phố Hải Phòng', None)
    """
    for scheme, code, name, full_name, level, kind, parent_code in _rows("units.csv.gz"):
        yield Unit(scheme, code, name, full_name, level, kind, parent_code or None)


def conversions() -> Iterator[Conversion]:
    """Which old commune became which new one; a commune that was split comes several times.

    >>> [row.new_code for row in conversions() if row.old_code == "10816"]
    ['10660', '10816']
    """
    for row in _rows("conversions.csv.gz"):
        yield Conversion(*row)


def borders_of_hai_phong() -> str:
    """The 114 communes of Hải Phòng as GeoJSON text; properties ``code`` and ``name``."""
    with gzip.open(_FOLDER / "communes-hai-phong.geojson.gz", "rt", encoding="utf-8") as stream:
        return stream.read()


def _rows(name: str) -> Iterator[list[str]]:
    with gzip.open(_FOLDER / name, "rt", encoding="utf-8", newline="") as stream:
        reader = csv.reader(stream)
        next(reader)  # names of the columns, in the order of the dataclass
        yield from reader
