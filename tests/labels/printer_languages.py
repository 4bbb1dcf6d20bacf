"""Printers' languages read back, as a printer would: independent of the code that writes them."""

import base64
import re
import zlib
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import qrcode
from numpy.typing import NDArray

Dots = NDArray[np.bool_]
LEVELS = {"L": 1, "M": 0, "Q": 3, "H": 2}
ZPL_LETTERS = {"A": (9, 5, 6), "B": (11, 7, 9), "D": (18, 10, 12)}  # height, width, step at least size
TSPL_LETTERS = {"1": (12, 8), "2": (20, 12), "3": (24, 16), "4": (32, 24)}


class Symbol(NamedTuple):
    text: str
    level: str
    module: int
    mask: int
    x: int
    y: int


class Text(NamedTuple):
    text: str
    x: int
    y: int
    width: int
    height: int


@dataclass
class Page:
    """What one page drew, and the commands that did; with ``blind`` symbols are noted, not drawn."""

    dots: Dots
    blind: bool = False
    symbols: list[Symbol] = field(default_factory=list)
    texts: list[Text] = field(default_factory=list)

    def ink(self, picture: Dots, x: int, y: int) -> None:
        """A printer that is told to draw off its page would cut: here that is an error."""
        height, width = picture.shape
        assert x >= 0
        assert y >= 0
        assert x + width <= self.dots.shape[1]
        assert y + height <= self.dots.shape[0]
        self.dots[y : y + height, x : x + width] |= picture

    def draw(self, symbol: Symbol) -> None:
        self.symbols.append(symbol)
        if self.blind:
            return
        drawn = qrcode.QRCode(
            error_correction=LEVELS[symbol.level], mask_pattern=symbol.mask, border=0, box_size=1
        )
        drawn.add_data(symbol.text, optimize=0)
        modules = np.array(drawn.get_matrix(), bool)
        self.ink(np.kron(modules, np.ones((symbol.module, symbol.module), bool)), symbol.x, symbol.y)


def _step(crc: int) -> int:
    for _ in range(8):
        crc = crc << 1 ^ 0x1021 if crc & 0x8000 else crc << 1
    return crc & 0xFFFF


STEPS = [_step(high << 8) for high in range(256)]


def crc16(data: bytes) -> int:
    """CRC-16 by the polynomial x^16 + x^12 + x^5 + 1, from zero."""
    crc = 0
    for byte in data:
        crc = (crc << 8 & 0xFFFF) ^ STEPS[crc >> 8 ^ byte]
    return crc


def bitmap(total: int, across: int, data: str) -> Dots:
    """A ZB64 bitmap; its checksum and its sizes must agree."""
    _, kind, text, crc = data.split(":")
    assert kind == "Z64"
    assert int(crc, 16) == crc16(text.encode())
    raw = zlib.decompress(base64.b64decode(text, validate=True))
    assert len(raw) == total
    return np.unpackbits(np.frombuffer(raw, np.uint8).reshape(-1, across), axis=1).astype(bool)


def fitting(picture: Dots, width: int) -> Dots:
    """The bits that fill up a row's last byte carry no ink."""
    assert not picture[:, width:].any()
    return picture[:, :width]


def read_zpl(stream: bytes, *, blind: bool = False) -> list[Page]:
    """Every format that prints, with the stored graphics it recalls."""
    text = stream.decode("ascii")
    stored: dict[str, Dots] = {}
    for name, total, across, data in re.findall(r"~DG(R:\w+\.GRF),(\d+),(\d+),([^~^\s]+)\n", text):
        stored[name] = bitmap(int(total), int(across), data)
    rest = re.sub(r"~DG[^\n]*\n", "", text)
    formats = rest.split("^XA")
    assert formats.pop(0) == ""
    return [_format(body, stored, blind=blind) for body in formats]


def _format(body: str, stored: dict[str, Dots], *, blind: bool) -> Page:
    assert body.endswith("^PQ1^XZ\n")
    commands = [command for command in body.removesuffix("^XZ\n").split("^") if command]
    head = {command[:2]: command[2:] for command in commands[:5]}
    assert (head["LH"], head["LS"], head["LT"]) == ("0,0", "0", "0")
    page = Page(np.zeros((int(head["LL"]), int(head["PW"])), bool), blind)
    by_height, x, y, pending = 10, 0, 0, ""
    for name, value in ((command[:2], command[2:]) for command in commands[5:]):
        if name == "BY":
            by_height = int(value.split(",")[2])
        elif name == "FO":
            x, y = (int(number) for number in value.split(","))
        elif name == "GF":
            kind, total, shown, across, data = value.split(",", 4)
            assert (kind, total) == ("A", shown)
            page.ink(fitting(bitmap(int(total), int(across), data), page.dots.shape[1] - x), x, y)
        elif name == "XG":
            graphic, across_times, down_times = value.split(",")
            assert (across_times, down_times) == ("1", "1")
            picture = stored[graphic]
            page.ink(fitting(picture, min(picture.shape[1], page.dots.shape[1] - x)), x, y)
        elif name == "FD":
            _field(page, pending, value, x, y, by_height)
        elif name == "FS":
            pending = ""
        else:
            assert name == "PQ" or name.startswith("A") or name == "BQ", name
            pending = name + value
    return page


def _field(page: Page, how: str, data: str, x: int, y: int, by_height: int) -> None:
    if how.startswith("BQ"):
        turn, model, module, level, mask = how[2:].split(",")
        assert (turn, model, data[:3]) == ("N", "2", f"{level}A,")
        page.draw(Symbol(data[3:], level, int(module), int(mask), x, y + by_height))
        return
    letters, height, width = re.fullmatch(r"A(\w)N,(\d+),(\d+)", how).groups()  # type: ignore[union-attr]
    least_height, least_width, step = ZPL_LETTERS[letters]
    times = int(height) // least_height
    assert (int(height), int(width)) == (times * least_height, times * least_width)
    page.texts.append(Text(data, x, y, times * step * len(data), int(height)))


def read_tspl(stream: bytes, dots_per_mm: float, *, blind: bool = False) -> list[Page]:
    """Every page; the printer knows its own resolution."""
    at, size, stored = 0, (0, 0), {}
    pages: list[Page] = []
    page: Page | None = None
    while at < len(stream):
        command, binary, at = _line(stream, at)
        name, _, rest = command.partition(" ")
        words = [word.strip('"') for word in rest.split(",")]
        if name == "SIZE":
            across, down = (float(word.removesuffix(" mm")) for word in words)
            size = round(down * dots_per_mm), round(across * dots_per_mm)
        elif name == "DOWNLOAD":
            stored[words[0]] = read_bmp(binary)
        elif name == "CLS":
            page = Page(np.zeros(size, bool), blind)
        elif name == "PRINT":
            assert words == ["1", "1"]
            assert page is not None
            pages.append(page)
            page = None
        elif name in ("GAP", "DIRECTION", "REFERENCE"):
            assert not pages
        else:
            assert page is not None
            _draw(page, name, words, binary, stored)
    assert page is None
    return pages


def _line(stream: bytes, at: int) -> tuple[str, bytes, int]:
    """One command, the bytes that belong to it, and where the next begins."""
    found = re.compile(rb"BITMAP \d+,\d+,(\d+),(\d+),0,|DOWNLOAD \"[^\"]+\",(\d+),").match(stream, at)
    if found is None:
        end = stream.index(b"\r\n", at)
        return stream[at:end].decode("ascii"), b"", end + 2
    across, down, length = found.groups()
    count = int(length) if length else int(across) * int(down)
    end = found.end() + count
    assert stream[end : end + 2] == b"\r\n"
    return found.group()[:-1].decode("ascii"), stream[found.end() : end], end + 2


def _draw(page: Page, name: str, words: list[str], binary: bytes, stored: dict[str, Dots]) -> None:
    x, y = int(words[0]), int(words[1])
    if name == "BITMAP":
        rows = np.frombuffer(binary, np.uint8).reshape(int(words[3]), int(words[2]))
        picture = np.unpackbits(rows, axis=1) == 0
        page.ink(fitting(picture, page.dots.shape[1] - x), x, y)
    elif name == "PUTBMP":
        page.ink(stored[words[2]], x, y)
    elif name == "QRCODE":
        level, module, mode, turn, model, mask, text = words[2:]
        assert (mode, turn, model) == ("A", "0", "M2")
        page.draw(Symbol(text, level, int(module), int(mask.removeprefix("S")), x, y))
    else:
        assert name == "TEXT", name
        letters, turn, across, down, text = words[2:]
        assert turn == "0"
        height, width = TSPL_LETTERS[letters]
        page.texts.append(Text(text, x, y, int(across) * width * len(text), int(down) * height))


def read_bmp(data: bytes) -> Dots:
    """A BMP of one bit, by Pillow; 0 is black."""
    import io

    from PIL import Image

    return ~np.array(Image.open(io.BytesIO(data)).convert("1"))
