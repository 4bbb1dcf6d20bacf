"""``csv``: the neutral tables as CSV files in one zip."""

from collections.abc import Iterable
from datetime import datetime
from typing import BinaryIO

from trace.services.epcis.answers import time_text
from trace.services.exporting.chains import Chain
from trace.services.exporting.fields import TABLES, VERSION
from trace.services.exporting.table_files import TableFile, write_zip


class NeutralCsv:
    """A file a table, its headings the fields' names."""

    name = "csv"
    version = VERSION
    media_type = "application/zip"
    suffix = "zip"

    def __init__(self, now: datetime) -> None:
        self.now = now

    def write(self, chains: Iterable[Chain], out: BinaryIO) -> None:
        """All lots in the same files; ``of`` says which lot a row belongs to."""
        files = [TableFile(f"{name}.csv", name, [(one, one) for one in TABLES[name]]) for name in TABLES]
        about = {"format": "nongsan.lots.csv", "version": self.version, "made": time_text(self.now)}
        write_zip(files, chains, about, out)
