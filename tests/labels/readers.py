"""Two independent QR readers."""

import numpy as np
import zxingcpp
from numpy.typing import NDArray
from PIL import Image
from pyzbar import pyzbar


def zxing(picture: NDArray[np.uint8]) -> set[str]:
    return {found.text for found in zxingcpp.read_barcodes(picture)}


def zbar(picture: NDArray[np.uint8]) -> set[str]:
    found = pyzbar.decode(Image.fromarray(picture), symbols=[pyzbar.ZBarSymbol.QRCODE])
    return {symbol.data.decode() for symbol in found}


READERS = [zxing, zbar]
