"""Other makers of QR symbols. Each takes addresses and makes a version 3-M symbol of every one."""

from __future__ import annotations

import ctypes
import importlib.util
from collections.abc import Callable

from qrcode.constants import ERROR_CORRECT_M
from qrcode.main import QRCode

Maker = Callable[[list[str]], None]
LEVEL_M, BYTES = 1, 2  # as libqrencode numbers them


def qrcode(texts: list[str]) -> None:
    """The library as its manual shows it: the best of eight masks, a matrix with its border."""
    for text in texts:
        symbol = QRCode(error_correction=ERROR_CORRECT_M)
        symbol.add_data(text)
        symbol.get_matrix()


def libqrencode() -> Maker:
    """The C library through ctypes, about a microsecond a call of which is Python's.

    :raises ModuleNotFoundError: it is not installed.
    """
    try:
        library = ctypes.CDLL("libqrencode.so.4")
    except OSError as absent:
        raise ModuleNotFoundError(str(absent)) from absent
    encode, free = library.QRcode_encodeString, library.QRcode_free
    encode.restype, encode.argtypes = ctypes.c_void_p, [ctypes.c_char_p, *[ctypes.c_int] * 4]
    free.argtypes = [ctypes.c_void_p]

    def make(texts: list[str]) -> None:
        for text in texts:
            free(encode(text.encode(), 0, LEVEL_M, BYTES, 1))

    return make


def fast_qr() -> Maker:
    """fast_qr in Rust, spared every choice as we are; its wheels want Python 3.13 or newer."""
    import fast_qr as library

    version, mode, mask = library.Version(3), library.Mode.Alphanumeric, library.Mask.LargeCheckerboard

    def make(texts: list[str]) -> None:
        for text in texts:
            library.QRBuilder(text).ecl(library.ECL.M).version(version).mode(mode).mask(mask).build()

    return make


def zint() -> Maker:
    """zint in C++, the fastest of what PyPI has for Python 3.11."""
    import zint as library

    def make(texts: list[str]) -> None:
        for text in texts:
            symbol = library.Symbol()
            symbol.symbology, symbol.option_1 = library.Symbology.QRCODE, 2
            symbol.encode(text)

    return make


def fastest_installable() -> tuple[str, Callable[[], Maker]]:
    """fast_qr where this Python can have it, else zint."""
    return ("fast_qr", fast_qr) if importlib.util.find_spec("fast_qr") else ("zint", zint)
