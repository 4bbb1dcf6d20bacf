"""``json``: the neutral tables of each lot as one JSON document (trace/data/exporting/lots.schema.json)."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any, BinaryIO

from trace.services.epcis.answers import time_text
from trace.services.exporting.chains import Chain
from trace.services.exporting.fields import TABLES, VERSION
from trace.services.exporting.rows import rows_of


class NeutralJson:
    """Lots one after the other; whoever reads it as a stream needs one lot's memory."""

    name = "json"
    version = VERSION
    media_type = "application/json"
    suffix = "json"

    def __init__(self, now: datetime) -> None:
        self.now = now

    def write(self, chains: Iterable[Chain], out: BinaryIO) -> None:
        """All lots as one document."""
        head = {"format": "nongsan.lots", "version": self.version, "made": time_text(self.now)}
        out.write(_text(head)[:-1] + b',"lots":[')
        for n, chain in enumerate(chains):
            out.write((b"," if n else b"") + b"\n" + _text(_lot(chain)))
        out.write(b"\n]}\n")


def _lot(chain: Chain) -> dict[str, Any]:
    tables = {name: list(rows_of(name, chain)) for name in TABLES}
    return {"lot": chain.start.lot.public_id, "cut": chain.report.is_cut, "tables": tables}


def _text(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
