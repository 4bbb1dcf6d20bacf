"""What rows count for, packed by the portion: three columns of 64-bit integers, compressed."""

import zlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

import numpy as np

PORTION = 10_000


class Share(NamedTuple):
    """What one row counts for: its number, its amount, and what that weighs where figures are levels."""

    id: int
    amount: int
    weight: int = 1


def portions(shares: Iterable[Share]) -> Iterator[list[Share]]:
    """Rows by the portion."""
    waiting = iter(shares)
    while some := list(islice(waiting, PORTION)):
        yield some


def packed(shares: Sequence[Share]) -> bytes:
    """A portion as it is kept; numbers as steps from one to the next, which compress well."""
    columns = np.array(shares, dtype="<i8").T.copy()
    columns[0, 1:] = np.diff(columns[0])
    return zlib.compress(columns.tobytes())


def unpacked(data: bytes) -> Iterator[Share]:
    """The rows of a portion.

    >>> rows = [Share(7, 60_000), Share(7, 5, 500), Share(2**60, -1)]
    >>> list(unpacked(packed(rows))) == rows
    True
    """
    columns = np.frombuffer(zlib.decompress(data), dtype="<i8").reshape(3, -1)
    numbers = np.cumsum(columns[0])
    return map(Share, numbers.tolist(), columns[1].tolist(), columns[2].tolist())
