"""Random codes for the bars of the print room."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from labels.qr import CROCKFORD

PREFIX = "HTTPS://TRUYXUAT.HAIDUONG.VN/"  # 48 characters with the code: version 3-M, 29 x 29 modules


def codes(count: int, seed: int = 1) -> NDArray[np.uint8]:
    """``count`` random codes of 19 symbols."""
    symbols = np.frombuffer(CROCKFORD, np.uint8)
    return symbols[np.random.default_rng(seed).integers(len(symbols), size=(count, 19))]


def urls(count: int, seed: int = 1) -> list[str]:
    """The same codes as whole addresses."""
    return [PREFIX + code.tobytes().decode() for code in codes(count, seed)]
