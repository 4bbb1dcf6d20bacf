"""Label printers' languages: records filled by numpy beside a Python join that writes the same bytes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache

import numpy as np

from labels.design import typed
from labels.job import PrintJob
from labels.stock import STOCKS
from labels.tspl import tspl_chunks
from labels.zpl import zpl_chunks
from tests.bench.pdf import TEXTS
from tests.bench.ruler import Bar
from tests.bench.stamps import PREFIX, codes

STAMPS, JOINED = 200_000, 20_000
Chunks = Callable[[PrintJob], Iterator[bytes]]


@cache
def block(count: int) -> PrintJob:
    """A roll of the printer's own symbols; codes are at hand, as they are when a block was allocated."""
    given, serials = codes(count), np.arange(count)
    return PrintJob(lambda: [(given, serials)], PREFIX, TEXTS, STOCKS["roll-50x30"], printer_qr=True)


def ours(chunks: Chunks) -> Callable[[], int]:
    """The whole job, a piece at a time."""

    def work() -> int:
        for _ in chunks(block(STAMPS)):
            pass
        return STAMPS

    return work


def joined(chunks: Chunks, begin: bytes, end: bytes) -> Callable[[], int]:
    """The same text by an f-string a stamp and one join; codes are texts beforehand, which favours it.

    :raises AssertionError: its bytes are not ours.
    """
    texts = [code.tobytes().decode() for code in codes(JOINED)]
    expected = b"".join(chunks(block(JOINED)))
    first_end = expected.index(end) + len(end)
    start = expected.rindex(begin, 0, first_end)
    head, record = expected[:start], expected[start:first_end].decode()
    a, b, c, d = re.split(rf"{texts[0]}|{typed(texts[0])}|000\.000", record)

    def work() -> int:
        made = "".join(
            [
                f"{a}{t}{b}{t[:4]}-{t[4:8]}-{t[8:12]}-{t[12:16]}-{t[16:]}{c}{n // 1000:03d}.{n % 1000:03d}{d}"
                for n, t in enumerate(texts)
            ]
        )
        assert head + made.encode() == expected
        return JOINED

    return work


def bars() -> list[Bar]:
    """Five times the join of the same text."""
    zpl, tspl = joined(zpl_chunks, b"^XA", b"^XZ\n"), joined(tspl_chunks, b"CLS\r\n", b"PRINT 1,1\r\n")
    return [
        Bar("zpl-printer-qr", "stamps", ours(zpl_chunks), zpl, "Python join of the same text", 5.0),
        Bar("tspl-printer-qr", "stamps", ours(tspl_chunks), tspl, "Python join of the same text", 5.0),
    ]
