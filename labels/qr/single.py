"""One symbol for one text, any version a label has room for."""

from __future__ import annotations

from functools import lru_cache

from qrcode import util

from labels.errors import PayloadTooLong
from labels.qr import template
from labels.qr.template import Bits

MOST_VERSION = 9  # beyond that the length field grows, and no label has the room


@lru_cache(maxsize=64)
def symbol_of(text: str, level: str = "M") -> Bits:
    """The least symbol that holds the text, in the mask of least penalty (ISO/IEC 18004 7.8.3).

    :raises PayloadTooLong: the largest version does not hold it.
    """
    data = text.encode()
    mode = template.mode_of(data)
    versions = range(1, MOST_VERSION + 1)
    version = next((v for v in versions if template.capacity(v, level, mode) >= len(data)), None)
    if version is None:
        most = template.capacity(MOST_VERSION, level, mode)
        raise PayloadTooLong(len(data), most, MOST_VERSION, level)
    bits = template.codeword_bits(template.payload_of(data, mode), version, level)
    symbols = [template.drawn(bits, version, level, mask) for mask in range(8)]
    symbol: Bits = min(symbols, key=lambda modules: util.lost_point(modules.tolist()))
    symbol.setflags(write=False)  # kept and handed out again
    return symbol
