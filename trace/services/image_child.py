"""Re-encodes one picture, alone in a process with small limits; see ``product_images``.

Runs by path and imports nothing of ours. Standard input is the file; standard output is one line of
JSON (``{"width", "height"}`` or ``{"fault", ...}``) and then the picture: a JPEG on white, or with the
argument ``sign`` a PNG in which what shows through still does. ``fit LEAST MOST BYTES`` makes the JPEG keep
to a shop's limits, 0 for none: the shorter side, the longer one, the file. Colours become sRGB.
"""

import io
import json
import resource
import sys
from collections.abc import Callable
from typing import Any

MAX_PIXELS = 40_000_000
MAX_SIDE = 12_000
OUT_SIDE = 1_600
OUT_BYTES = 300_000
SIGN_SIDE = 1_280  # four times the dots that are made of it: finer does not help
SIGN = "sign"
FIT = "fit"
MEMORY = 1 << 30
CPU_S = 20


def main() -> None:
    """Read, check by the header, decode, shrink, write."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        answer, data = _reencoded(sys.stdin.buffer.read(), *_asked(sys.argv[1:]))
    except MemoryError:
        answer, data = {"fault": "image.broken"}, b""
    sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n" + data)


Told = tuple[dict[str, Any], bytes]


def _asked(arguments: list[str]) -> tuple[Callable[[Any], Told], int]:
    """What to make of the picture, and the longest side that is of use for it."""
    if arguments[:1] == [FIT]:
        least, most, heaviest = map(int, arguments[1:])
        return (lambda picture: _fitted(picture, least, most, heaviest)), most or MAX_SIDE
    return (_sign if SIGN in arguments else _photograph), OUT_SIDE


def _reencoded(given: bytes, written: Callable[[Any], Told], of_use: int) -> Told:
    from PIL import Image, UnidentifiedImageError

    Image.MAX_IMAGE_PIXELS = None  # our own limit is lower and is asked before anything is decoded
    try:
        picture = Image.open(io.BytesIO(given), formats=("JPEG", "PNG", "WEBP"))
    except UnidentifiedImageError:
        return {"fault": "image.format"}, b""
    except (OSError, ValueError, SyntaxError):
        return {"fault": "image.broken"}, b""
    width, height = picture.size
    if width * height > MAX_PIXELS or max(width, height) > MAX_SIDE:
        return {"fault": "image.size", "width": width, "height": height}, b""
    try:
        picture.draft("RGB", (of_use, of_use))
        return written(_in_colours(picture))
    except (OSError, ValueError, SyntaxError, EOFError):
        return {"fault": "image.broken"}, b""


def _in_colours(picture: Any) -> Any:
    """Upright RGB of 8 bits, RGBA where something shows through."""
    from PIL import ImageOps

    orientation = picture.getexif().get(0x0112)
    if picture.mode.startswith("I"):  # 16 bits of grey: converting cuts off what is over 255
        clear = picture.info.get("transparency")
        picture = picture.convert("I").point(lambda level: level * (1 / 256)).convert("L")
        picture.info = {} if clear is None else {"transparency": clear >> 8}
    picture = _as_srgb(picture)
    shows_through = picture.mode in {"RGBA", "LA", "PA"} or "transparency" in picture.info
    coloured = picture.convert("RGBA" if shows_through else "RGB")
    if orientation:
        coloured.getexif()[0x0112] = orientation
    return ImageOps.exif_transpose(coloured)


def _as_srgb(picture: Any) -> Any:
    """Telephones photograph in wider colours; a profile that cannot be read is taken for none."""
    from PIL import ImageCms

    profile = picture.info.get("icc_profile")
    if not profile or picture.mode not in {"RGB", "RGBA", "CMYK"}:
        return picture
    try:
        own, usual = ImageCms.ImageCmsProfile(io.BytesIO(profile)), ImageCms.createProfile("sRGB")
        mode = "RGBA" if picture.mode == "RGBA" else "RGB"
        return ImageCms.profileToProfile(picture, own, usual, outputMode=mode)
    except (ImageCms.PyCMSError, OSError, ValueError):
        return picture


def _sign(picture: Any) -> Told:
    """A drawing keeps its edges and its holes."""
    picture.thumbnail((SIGN_SIDE, SIGN_SIDE))
    picture.info = {}
    out = io.BytesIO()
    picture.save(out, "PNG", compress_level=1)
    return {"width": picture.width, "height": picture.height}, out.getvalue()


def _photograph(picture: Any) -> Told:
    """Small enough for our own pages."""
    flat = _opaque(picture)
    flat.thumbnail((OUT_SIDE, OUT_SIDE))
    return _small_enough(flat, OUT_BYTES)


def _fitted(picture: Any, least: int, most: int, heaviest: int) -> Told:
    """As it is where it fits; enlarged to the least side and no further."""
    flat = _opaque(picture)
    if most:
        flat.thumbnail((most, most))
    if min(flat.size) < least:
        by = least / min(flat.size)
        flat = flat.resize((max(least, round(flat.width * by)), max(least, round(flat.height * by))))
        if most and max(flat.size) > most:
            return {"fault": "image.narrow", "width": picture.width, "height": picture.height}, b""
    told, data = _small_enough(flat, heaviest)
    if min(told["width"], told["height"]) < least:
        return {"fault": "image.too_heavy", "width": picture.width, "height": picture.height}, b""
    return {**told, "was": [picture.width, picture.height]}, data


def _opaque(picture: Any) -> Any:
    """What shows through becomes white."""
    from PIL import Image

    if picture.mode != "RGBA":
        return picture
    flat = Image.new("RGB", picture.size, "white")
    flat.paste(picture, mask=picture.getchannel("A"))
    return flat


def _small_enough(picture: Any, heaviest: int) -> Told:
    """The best quality, then the largest size, that stays under the cap; nothing but pixels is kept."""
    bare = picture.copy()
    bare.info = {}
    while True:
        for quality in (85, 75, 65, 55, 45):
            out = io.BytesIO()
            bare.save(out, "JPEG", quality=quality, optimize=True, progressive=True, exif=b"")
            if not heaviest or out.tell() <= heaviest:
                return {"width": bare.width, "height": bare.height}, out.getvalue()
        bare.thumbnail((bare.width * 3 // 4, bare.height * 3 // 4))


if __name__ == "__main__":
    main()
