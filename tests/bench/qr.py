"""QR symbols: the batch encoder beside other makers, same addresses, same level."""

from __future__ import annotations

from collections.abc import Callable

from labels.job import RUN_STAMPS
from labels.qr import BatchEncoder
from tests.bench import peers
from tests.bench.ruler import Bar
from tests.bench.stamps import PREFIX, Stamps

FIXED, STRICT = 64 * RUN_STAMPS, 4 * RUN_STAMPS


def batch(stamps: Stamps, *, best_of_8: bool) -> Callable[[], int]:
    """Ours, in portions as a print takes them; the tables are made once an address."""
    encoder = BatchEncoder(PREFIX, 19)

    def work() -> int:
        starts = range(0, stamps.count, RUN_STAMPS)
        runs = (stamps.codes[start : start + RUN_STAMPS] for start in starts)
        return sum(len(encoder.encode(run, best_of_8=best_of_8)) for run in runs)

    return work


def beside(name: str, make: Callable[[], peers.Maker], few: int, bar: float, *, strict: bool = False) -> Bar:
    """Many symbols of ours beside ``few`` of a peer's."""
    stamps = Stamps(STRICT if strict else FIXED, few)

    def peer() -> int:
        make()(stamps.urls)
        return len(stamps.urls)

    title = f"qr-{'best-of-8' if strict else 'fixed-mask'}-v3-{name}"
    return Bar(title, "symbols", batch(stamps, best_of_8=strict), peer, name, bar, stamps.renew)


def bars() -> list[Bar]:
    """Fixed mask, and the strict choice among eight."""
    name, fastest = peers.fastest_installable()
    return [
        beside("qrcode", lambda: peers.qrcode, 40, 30_000),
        beside("libqrencode", peers.libqrencode, 2_000, 400),
        beside(name, fastest, 1_000, 300),
        beside("qrcode", lambda: peers.qrcode, 40, 500, strict=True),
        beside("libqrencode", peers.libqrencode, 2_000, 7, strict=True),
    ]
