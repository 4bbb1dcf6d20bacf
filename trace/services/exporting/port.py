"""What an exporter is, and all there are. Another format is one more file and one more row."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Final, Protocol

from trace.services.exporting.chains import Chain
from trace.services.exporting.epcis_document import EpcisDocument
from trace.services.exporting.fsma204 import DaySheet
from trace.services.exporting.mapping import read_mapping
from trace.services.exporting.national import NationalGroups
from trace.services.exporting.neutral_csv import NeutralCsv
from trace.services.exporting.neutral_json import NeutralJson


class Exporter(Protocol):
    """Writes chains one after the other, holding one at a time.

    ``version`` is the format's own and stands in what is written; ``suffix`` ends the file's name.
    """

    name: str
    version: str
    media_type: str
    suffix: str

    def write(self, chains: Iterable[Chain], out: BinaryIO) -> None:
        """Everything these lots are to tell in this format."""


@dataclass(frozen=True)
class Workplace:
    """What an exporter may need to be made: where the instance's own files lie, and the time."""

    instance: Path
    now: datetime


EXPORTERS: Final[Mapping[str, Callable[[Workplace], Exporter]]] = {
    "json": lambda at: NeutralJson(at.now),
    "csv": lambda at: NeutralCsv(at.now),
    "epcis": lambda at: EpcisDocument(at.now),
    "national": lambda at: NationalGroups(read_mapping(at.instance), at.now),
    "fsma204": lambda _at: DaySheet(),
}
"""Name to how it is made; making one refuses what is wrong with its own files, before anything is asked."""
