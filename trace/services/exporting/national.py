"""``national``: the four groups of Decision 25/QĐ-BNNMT, under the headings of a mapping file."""

from collections.abc import Iterable
from datetime import datetime
from typing import BinaryIO

from trace.services.epcis.answers import time_text
from trace.services.exporting.chains import Chain
from trace.services.exporting.mapping import NationalMapping
from trace.services.exporting.table_files import write_zip


class NationalGroups:
    """CSV files in one zip. Whether the national system takes them is not known to this project."""

    name = "national"
    version = "1"
    media_type = "application/zip"
    suffix = "zip"

    def __init__(self, mapping: NationalMapping, now: datetime) -> None:
        self.mapping, self.now = mapping, now

    def write(self, chains: Iterable[Chain], out: BinaryIO) -> None:
        """All lots in the same four files."""
        about = {
            "format": "nongsan.national",
            "version": self.version,
            "mapping": self.mapping.name,
            "made": time_text(self.now),
        }
        write_zip(self.mapping.files, chains, about, out)
