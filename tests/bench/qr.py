"""QR symbols: the batch encoder beside ``qrcode``, same payloads, same level."""

from __future__ import annotations

from collections.abc import Callable

from qrcode.constants import ERROR_CORRECT_M
from qrcode.main import QRCode

from labels.qr import BatchEncoder
from labels.qr.batch import CHUNK
from tests.bench.ruler import Bar
from tests.bench.stamps import PREFIX, codes, urls


def library(count: int) -> Callable[[], int]:
    """The library as its manual shows it: the best of eight masks, a matrix with its border."""
    texts = urls(count)

    def work() -> int:
        for text in texts:
            symbol = QRCode(error_correction=ERROR_CORRECT_M)
            symbol.add_data(text)
            symbol.get_matrix()
        return count

    return work


def batch(count: int, *, best_of_8: bool) -> Callable[[], int]:
    """Ours, in the encoder's own chunks; the tables are made once an address."""
    encoder = BatchEncoder(PREFIX, 19)
    runs = [codes(CHUNK, seed) for seed in range(count // CHUNK)]

    def work() -> int:
        return sum(len(encoder.encode(run, best_of_8=best_of_8)) for run in runs)

    return work


def bars() -> list[Bar]:
    """Fixed mask, and the strict choice among eight."""
    peer = library(40)
    return [
        Bar("qr-fixed-mask-v3", "symbols", batch(400_000, best_of_8=False), peer, "qrcode", 30_000),
        Bar("qr-best-of-8-v3", "symbols", batch(30_000, best_of_8=True), peer, "qrcode", 500),
    ]
