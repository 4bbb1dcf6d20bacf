"""Records of commands with changing places, filled by numpy for thousands of stamps at a time."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from labels.job import Run

Bytes = NDArray[np.uint8]
CODE, TYPED, SERIAL = b"\1", b"\2", b"\3"  # marks of the places in a record, one a character
THOUSANDS = np.frombuffer(b"".join(b"%03d" % number for number in range(1000)), np.uint8).reshape(1000, 3)


class Records:
    """Pages of a roll: ``head``, then for each cell its record, then ``tail``.

    The cells' records are of one length, with marks at the same places: ``CODE`` for each symbol
    of the code, ``TYPED`` for the same as people type it, on however many lines, ``SERIAL`` for each
    digit, of which there may be none.
    """

    def __init__(self, head: bytes, cells: list[bytes], tail: bytes) -> None:
        self._ends = head, tail
        self._columns = len(cells)
        if self._columns == 1:  # a page is a record: filled as a whole
            cells, self._ends = [head + cells[0] + tail], (b"", b"")
        self._cells = np.frombuffer(b"".join(cells), np.uint8).reshape(self._columns, -1)
        self._slices = {mark: _slices(cells[0], mark) for mark in (CODE, TYPED, SERIAL)}

    def filled(self, run: Run) -> bytes:
        """The run's pages; cells without a stamp are absent from the first and the last page."""
        records = self._cells.take((run.cell + np.arange(len(run.codes))) % self._columns, axis=0)
        for mark in (CODE, TYPED):
            _put(records, self._slices[mark], run.codes)
        if digits := sum(at.stop - at.start for at in self._slices[SERIAL]):
            _put(records, self._slices[SERIAL], _digits(run.serials, digits))
        return self._paged(run.cell, records)

    def _paged(self, cell: int, records: Bytes) -> bytes:
        if self._columns == 1:
            return records.tobytes()
        lead = min(len(records), -cell % self._columns)
        full = (len(records) - lead) // self._columns
        middle = records[lead : lead + full * self._columns].reshape(full, self._columns * records.shape[1])
        ends = [np.tile(np.frombuffer(end, np.uint8), (full, 1)) for end in self._ends]
        pages = np.concatenate((ends[0], middle, ends[1]), axis=1).tobytes()
        return self._short(records[:lead]) + pages + self._short(records[lead + full * self._columns :])

    def _short(self, records: Bytes) -> bytes:
        return self._ends[0] + records.tobytes() + self._ends[1] if len(records) else b""


def _slices(record: bytes, mark: bytes) -> list[slice]:
    """Where a mark stands, as slices of neighbours."""
    places = np.flatnonzero(np.frombuffer(record, np.uint8) == mark[0])
    cuts = [0, *(np.flatnonzero(np.diff(places) > 1) + 1), len(places)]
    return [slice(int(places[a]), int(places[b - 1]) + 1) for a, b in pairwise(cuts) if b > a]


def _put(records: Bytes, places: list[slice], values: Bytes) -> None:
    start = 0
    for place in places:
        end = start + place.stop - place.start
        records[:, place] = values[:, start:end]
        start = end


def _digits(serials: NDArray[np.int64], count: int) -> Bytes:
    """Decimal digits (n, count), zeros before them."""
    groups = []
    for _ in range(0, count, 3):
        serials, low = np.divmod(serials, 1000)
        groups.append(THOUSANDS.take(low, axis=0))
    return np.concatenate(groups[::-1], axis=1)[:, -count:]
