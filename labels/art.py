"""Any picture as clean one-bit art: a logo that a thermal printer draws sharply.

A drawing (flat colours) is cut at its own threshold (Otsu, 1979), a photograph is dithered by
error diffusion. The same picture gives the same dots on every machine.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageFilter

from labels.errors import BadJob, BlankPicture

Bits = NDArray[np.bool_]  # rows x columns, True is ink
Grey = NDArray[np.float64]  # 0 is black, 255 is white
LEAST_SIDE, MOST_SIDE = 8, 480  # dots
LOGO_DOTS = 240  # either side of the box a logo is best kept in: 15 mm at two dots for each printed one
PAPER = "white"
LEAST_RANGE = 32  # grey levels between darkest and lightest: below that nothing can be seen
FINER = 4  # a drawing is cut this many times finer than it is kept, so that thin strokes count
COVERED = 0.42  # a dot is inked from this share on: under a half, because thin strokes must not break
DUST_PIXELS = 2  # ink with fewer inked pixels around it, itself counted, is no part of the drawing
SPECK_DOTS = 3  # ink that touches fewer dots than this is dirt
LIGHTER = 0.8  # exponent on a photograph's darkness: printed dots are rounder than squares and spread


@dataclass(frozen=True)
class Art:
    """A picture in dots; ``bits`` are its rows packed into bytes, 1 is ink, the last byte filled with 0.

    A halftone loses its tones when it is resized dot by dot, so ``is_halftone`` is kept with it.
    """

    width: int
    height: int
    bits: bytes
    is_halftone: bool = False

    def dots(self) -> Bits:
        """Rows x columns, True is ink."""
        rows = np.frombuffer(self.bits, np.uint8).reshape(self.height, -1)
        return np.unpackbits(rows, axis=1, count=self.width).astype(bool)

    def sized(self, width: int, height: int) -> Bits:
        """The dots at another size, in the manner of their kind."""
        dots = self.dots()
        if (width, height) == (self.width, self.height):
            return dots
        grey = _resized(np.where(dots, 0.0, 255.0), width, height, Image.Resampling.BOX)
        return _diffused(grey) if self.is_halftone else grey <= 255 * (1 - COVERED)

    def to_data(self) -> dict[str, Any]:
        """As plain JSON data."""
        bits = base64.b64encode(self.bits).decode("ascii")
        return {"width": self.width, "height": self.height, "halftone": self.is_halftone, "bits": bits}

    @classmethod
    def from_data(cls, data: Any) -> Art:
        """What :meth:`to_data` gave.

        :raises BadJob: the data hold no such picture, by the field ``logo``.
        """
        if not isinstance(data, dict) or set(data) != {"width", "height", "halftone", "bits"}:
            raise BadJob("logo", type(data).__name__, "width, height, halftone, bits")
        width, height = data["width"], data["height"]
        if not _is_side(width) or not _is_side(height):
            raise BadJob("logo", f"{width} x {height}"[:40], f"{MOST_SIDE} x {MOST_SIDE}")
        if not isinstance(data["halftone"], bool) or not isinstance(data["bits"], str):
            raise BadJob("logo", "bits", "base64")
        return packed(_unpacked(data["bits"], width, height), is_halftone=data["halftone"])


def _is_side(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and LEAST_SIDE <= value <= MOST_SIDE


def _unpacked(text: str, width: int, height: int) -> Bits:
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise BadJob("logo", "bits", "base64") from None
    if len(raw) != height * -(-width // 8):
        raise BadJob("logo", f"{len(raw)} B", f"{height * -(-width // 8)} B")
    rows = np.frombuffer(raw, np.uint8).reshape(height, -1)
    return np.unpackbits(rows, axis=1, count=width).astype(bool)


def packed(dots: Bits, *, is_halftone: bool = False) -> Art:
    """Dots as art."""
    height, width = dots.shape
    return Art(width, height, np.packbits(dots, axis=1).tobytes(), is_halftone)


def art_of(picture: Image.Image, width: int, height: int) -> Art:
    """The picture as art that fills a box of ``width`` x ``height`` dots one way or the other.

    Margins are cut off. A drawing with nothing behind it is laid on black or white, whichever its
    outline stands out from; a light drawing on a dark ground is turned round. Give a drawing two
    dots for every one it will be printed with.

    :raises BlankPicture: nothing stands out from its ground.
    :raises BadJob: the box is smaller or larger than art may be.
    """
    for side in (width, height):
        if not _is_side(side):
            raise BadJob("logo", f"{width} x {height}", f"{MOST_SIDE} x {MOST_SIDE}")
    clear = picture.convert("RGBA")
    ground = _ground(clear)
    grey = _stretched(_contrasting(_flat(clear, ground)))
    if _is_drawing(grey):
        return _fitted(_drawing(grey, width, height))
    if ground != PAPER:  # a photograph that was cut out stands on paper, not in a black field
        grey = _stretched(_contrasting(_flat(clear, PAPER)))
    return packed(_photograph(grey, width, height), is_halftone=True)


def _ground(clear: Image.Image) -> str:
    """What the outline stands out from: black where it is light, paper where it is dark or there is none."""
    alpha = clear.getchannel("A")
    # as much as each pixel is denser than the least dense beside it, it belongs to the outline
    outline = ImageChops.subtract(alpha, alpha.filter(ImageFilter.MinFilter(3)))
    weights = np.asarray(outline, np.float64)
    light = float((weights * np.asarray(clear.convert("L"), np.float64)).sum())
    return "black" if light > 127.5 * weights.sum() else PAPER


def _flat(clear: Image.Image, ground: str) -> Grey:
    """On its ground, the channel of grey, red, green and blue whose two halves differ most."""
    colours = Image.new("RGB", clear.size, ground)
    colours.paste(clear, mask=clear.getchannel("A"))
    channels = [np.asarray(one, np.float64) for one in (colours.convert("L"), *colours.split())]
    return max(channels, key=_otsu_spread)


def _otsu_spread(grey: Grey) -> float:
    return _otsu(grey)[1]


def _range(grey: Grey) -> float:
    """Darkest to lightest, single noisy pixels smoothed away where there are enough of them."""
    across, down = (max(side // 3, min(side, LEAST_SIDE)) for side in grey.shape[::-1])
    smooth = _resized(grey, across, down, Image.Resampling.BOX)
    return float(smooth.max() - smooth.min())


def _contrasting(grey: Grey) -> Grey:
    if _range(grey) < LEAST_RANGE:
        raise BlankPicture()
    return grey


def _stretched(grey: Grey) -> Grey:
    """Auto-contrast: the darkest half per cent black, the lightest white."""
    low, high = np.percentile(grey, (0.5, 99.5))
    if high - low < LEAST_RANGE:  # a small sign on a large sheet
        low, high = grey.min(), grey.max()
    stretched: Grey = np.clip((grey - low) * 255 / (high - low), 0, 255)
    return stretched


def _is_drawing(grey: Grey) -> bool:
    """Whether a few flat tones make most of what is not ground."""
    counts = np.bincount((grey.ravel() // 8).astype(np.intp), minlength=32)
    ground = int(counts.argmax())
    beside = slice(max(0, ground - 1), ground + 2)
    others = counts.copy()
    others[beside] = 0
    flat = np.sort(others)[-4:].sum()
    return bool(flat >= 0.6 * others.sum())


def _otsu(grey: Grey) -> tuple[float, float]:
    """The threshold that parts dark from light best, and how far it parts them (between-class variance)."""
    counts = np.bincount(np.rint(grey).astype(np.intp).ravel(), minlength=256)[:256].astype(float)
    levels = np.arange(256)
    dark, total = np.cumsum(counts), counts.sum()
    sums = np.cumsum(counts * levels)
    light = total - dark
    with np.errstate(divide="ignore", invalid="ignore"):
        apart = sums / dark - (sums[-1] - sums) / light
        spread = np.nan_to_num(dark * light * apart**2 / total**2)
    # levels between two flat tones part them equally well: the middle one is the threshold
    best = np.flatnonzero(spread >= spread.max() - 1e-9)
    return float(best.mean()) + 0.5, float(spread.max())


def _drawing(grey: Grey, width: int, height: int) -> Bits:
    """Cut finely, trimmed, brought to size, cleaned."""
    rim = np.concatenate((grey[0], grey[-1], grey[:, 0], grey[:, -1]))
    if np.median(rim) < 128:
        grey = 255 - grey
    ink = grey < _otsu(grey)[0]
    grey = _cropped(grey, ink)
    across, down = _within(grey.shape, width, height)
    fine = _resized(grey, across * FINER, down * FINER, Image.Resampling.LANCZOS)
    cut = np.where(fine < _otsu(fine)[0], 0.0, 255.0)
    dots = _resized(cut, across, down, Image.Resampling.BOX) <= 255 * (1 - COVERED)
    return _unspecked(dots)


def _photograph(grey: Grey, width: int, height: int) -> Bits:
    across, down = _within(grey.shape, width, height)
    small = _resized(grey, across, down, Image.Resampling.LANCZOS)
    return _diffused(255 * (small / 255) ** LIGHTER)


def _cropped(grey: Grey, ink: Bits) -> Grey:
    """Without its empty margins; dust in them does not count."""
    around = np.pad(ink, 1)
    height, width = ink.shape
    beside = sum(
        around[1 + down : 1 + down + height, 1 + right : 1 + right + width].astype(np.uint8)
        for down in (-1, 0, 1)
        for right in (-1, 0, 1)
    )
    ink = ink & (beside > DUST_PIXELS) if (ink & (beside > DUST_PIXELS)).any() else ink
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    return grey[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _within(shape: tuple[int, ...], width: int, height: int) -> tuple[int, int]:
    """Columns and rows of the largest picture of this shape in the box."""
    scale = min(width / shape[1], height / shape[0])
    return max(1, round(shape[1] * scale)), max(1, round(shape[0] * scale))


def _fitted(dots: Bits) -> Art:
    """Art without the margins that cleaning left.

    :raises BlankPicture: nothing but specks was there.
    """
    if not dots.any():
        raise BlankPicture()
    rows, columns = np.flatnonzero(dots.any(axis=1)), np.flatnonzero(dots.any(axis=0))
    dots = dots[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    room = [(0, max(0, LEAST_SIDE - side)) for side in dots.shape]
    return packed(np.pad(dots, room))


def _resized(grey: Grey, width: int, height: int, how: Image.Resampling) -> Grey:
    image = Image.fromarray(grey.astype(np.float32)).resize((width, height), how)
    return np.clip(np.asarray(image, np.float64), 0, 255)


def _diffused(grey: Grey) -> Bits:
    """Error diffusion (Floyd and Steinberg, 1976)."""
    image = Image.fromarray(np.rint(grey).astype(np.uint8))
    return ~np.asarray(image.convert("1", dither=Image.Dither.FLOYDSTEINBERG))


def _unspecked(dots: Bits) -> Bits:
    """Without ink that touches too few dots; corners count as touching."""
    clean, seen = dots.copy(), np.zeros(dots.shape, bool)
    for start in zip(*np.nonzero(dots), strict=True):
        if not seen[start]:
            together = _touching(dots, seen, start)
            if len(together) < SPECK_DOTS:
                rows, columns = zip(*together, strict=True)
                clean[rows, columns] = False
    return clean


def _touching(dots: Bits, seen: Bits, start: tuple[Any, ...]) -> list[tuple[int, int]]:
    """Every dot that hangs together with the first one."""
    found, waiting = [], [(int(start[0]), int(start[1]))]
    seen[start] = True
    while waiting:
        row, column = waiting.pop()
        found.append((row, column))
        for r in range(max(0, row - 1), min(dots.shape[0], row + 2)):
            for c in range(max(0, column - 1), min(dots.shape[1], column + 2)):
                if dots[r, c] and not seen[r, c]:
                    seen[r, c] = True
                    waiting.append((r, c))
    return found
