"""Stamps for the bars of the print room: codes as a block has them, under a key made for the run."""

from __future__ import annotations

import secrets

import numpy as np
from numpy.typing import NDArray

from trace.standards.stamp_code import SERIALS, StampKey, encode_many

PREFIX = "HTTPS://TRUYXUAT.HAIDUONG.VN/"  # 48 characters with the code: version 3-M, 29 x 29 modules


def new_key() -> StampKey:
    """A key nobody has seen, so that no code comes twice."""
    return StampKey(secrets.randbelow(31), secrets.token_bytes(32), secrets.token_bytes(32))


def first_serial(count: int) -> int:
    """Where a block of ``count`` may begin."""
    return secrets.randbelow(SERIALS - count)


_RUN_KEY = new_key()


def codes(count: int) -> NDArray[np.uint8]:
    """``count`` codes of a block, the same as long as the process lives."""
    return encode_many(_RUN_KEY, 0, count)


class Stamps:
    """``count`` codes of 19 symbols and the first ``few`` of them as addresses; all new when renewed."""

    def __init__(self, count: int, few: int) -> None:
        self.count, self.few = count, few
        self.codes: NDArray[np.uint8]
        self.urls: list[str]
        self.renew()

    def renew(self) -> None:
        """Other stamps, for the next round."""
        self.codes = encode_many(new_key(), first_serial(self.count), self.count)
        self.urls = [PREFIX + code.tobytes().decode() for code in self.codes[: self.few]]
