"""What is to be printed: codes with their roll numbers, the words, the stock, where to begin."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from labels.design import StampDesign, StampTexts
from labels.errors import BadJob
from labels.layout import StampLayout, lay_out
from labels.qr import BatchEncoder
from labels.stock import Stock

Codes = NDArray[np.uint8]
Serials = NDArray[np.int64]
RUN_STAMPS = 2048  # stamps in work at once: the whole memory a print needs, small enough for a cache
HEADS_DPI = {203: 203.2, 300: 300.0, 600: 600.0}  # what heads are called: 8, 11.8 and 23.6 dots a millimetre


@dataclass(frozen=True)
class Calibration:
    """What a printer does wrong, undone: shift right and down in mm, and scale about the page's corner."""

    offset_x_mm: float = 0.0
    offset_y_mm: float = 0.0
    scale_x: float = 1.0
    scale_y: float = 1.0


class Run(NamedTuple):
    """Consecutive stamps; the first stands in cell ``cell`` (from 0). A run ends where a page ends."""

    cell: int
    codes: Codes
    serials: Serials


@dataclass(frozen=True)
class PrintJob:
    """``codes`` gives, each time it is called, chunks of codes (ASCII, uint8 (n, length)) and serials.

    ``prefix`` goes before each code into the QR. ``start_cell`` is the first free label of the
    first sheet, counted from 1. ``dpi`` is that of a label printer's head (203.2 is 8 dots a
    millimetre); with ``printer_qr`` a label printer draws symbol, serial and typed code by its own
    commands instead of being sent their dots.
    """

    codes: Callable[[], Iterable[tuple[Codes, Serials]]]
    prefix: str
    texts: StampTexts
    stock: Stock
    design: StampDesign = field(default_factory=StampDesign)
    start_cell: int = 1
    calibration: Calibration = field(default_factory=Calibration)
    compress: bool = False
    code_length: int = 19
    dpi: float = HEADS_DPI[203]
    printer_qr: bool = False

    def prepared(self) -> tuple[BatchEncoder, StampLayout]:
        """The encoder and the layout of every stamp; what cannot be printed is refused here.

        :raises LabelError: any of its kinds, before the first byte is made.
        """
        self.stock.checked_cell(self.start_cell)
        encoder = _encoder(self.prefix, self.code_length, self.design.level)
        return encoder, lay_out(self.texts, self.design, self.stock, encoder.size, self.code_length)

    def runs(self, most_stamps: int = RUN_STAMPS) -> Iterator[Run]:
        """The stamps in runs of whole pages, however the chunks were cut.

        :raises BadJob: a serial has more digits than the design writes, or the chunks are uneven.
        """
        cells, cell = self.stock.cells, self.start_cell - 1
        whole = max(1, most_stamps // cells) * cells
        want = whole - cell
        held: list[tuple[Codes, Serials]] = []
        count = 0
        for codes, serials in self.codes():
            self._check(codes, serials)
            held.append((codes, serials))
            count += len(codes)
            while count >= want:
                all_codes, all_serials = _joined(held)
                yield Run(cell, all_codes[:want], all_serials[:want])
                held, count = [(all_codes[want:], all_serials[want:])], count - want
                cell, want = 0, whole
        if count:
            yield Run(cell, *_joined(held))

    def _check(self, codes: Codes, serials: Serials) -> None:
        if codes.ndim != 2 or codes.shape[1] != self.code_length:
            raise BadJob("code_length", codes.shape[1:], self.code_length)
        if len(serials) != len(codes):
            raise BadJob("serials", len(serials), len(codes))
        most = 10**self.design.serial_digits - 1
        if (
            "serial" in self.design.rows
            and len(serials)
            and not 0 <= int(serials.min()) <= int(serials.max()) <= most
        ):
            raise BadJob("serial", int(serials.max()), most)


@lru_cache(maxsize=8)
def _encoder(prefix: str, code_length: int, level: str) -> BatchEncoder:
    """Encoders are kept: their tables take longer to make than a hundred sheets."""
    return BatchEncoder(prefix, code_length, level)


def _joined(held: list[tuple[Codes, Serials]]) -> tuple[Codes, Serials]:
    if len(held) == 1:
        return held[0]
    return np.concatenate([codes for codes, _ in held]), np.concatenate([serials for _, serials in held])
