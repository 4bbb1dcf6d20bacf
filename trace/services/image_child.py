"""Re-encodes one picture, alone in a process with small limits; see ``product_images``.

Runs by path and imports nothing of ours. Standard input is the file; standard output is one line of
JSON (``{"width", "height"}`` or ``{"fault", ...}``) and then the JPEG.
"""

import io
import json
import resource
import sys
from typing import Any

MAX_PIXELS = 40_000_000
MAX_SIDE = 12_000
OUT_SIDE = 1_600
OUT_BYTES = 300_000
MEMORY = 1 << 30
CPU_S = 20


def main() -> None:
    """Read, check by the header, decode, shrink, write."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        answer, data = _reencoded(sys.stdin.buffer.read())
    except MemoryError:
        answer, data = {"fault": "image.broken"}, b""
    sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n" + data)


def _reencoded(given: bytes) -> tuple[dict[str, Any], bytes]:
    from PIL import Image, ImageOps, UnidentifiedImageError

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
        picture.draft("RGB", (OUT_SIDE, OUT_SIDE))
        upright = ImageOps.exif_transpose(_flat(picture))
        upright.thumbnail((OUT_SIDE, OUT_SIDE))
        return _small_enough(upright)
    except (OSError, ValueError, SyntaxError, EOFError):
        return {"fault": "image.broken"}, b""


def _flat(picture: Any) -> Any:
    """Opaque RGB: what shows through becomes white."""
    from PIL import Image

    orientation = picture.getexif().get(0x0112)
    if picture.mode in {"RGBA", "LA", "PA"} or "transparency" in picture.info:
        with_alpha = picture.convert("RGBA")
        flat = Image.new("RGB", with_alpha.size, "white")
        flat.paste(with_alpha, mask=with_alpha.getchannel("A"))
    else:
        flat = picture.convert("RGB")
    if orientation:
        flat.getexif()[0x0112] = orientation
    return flat


def _small_enough(picture: Any) -> tuple[dict[str, Any], bytes]:
    """The best quality, then the largest size, that stays under the cap; nothing but pixels is kept."""
    bare = picture.copy()
    bare.info = {}
    while True:
        for quality in (85, 75, 65, 55, 45):
            out = io.BytesIO()
            bare.save(out, "JPEG", quality=quality, optimize=True, progressive=True, exif=b"")
            if out.tell() <= OUT_BYTES:
                return {"width": bare.width, "height": bare.height}, out.getvalue()
        bare.thumbnail((bare.width * 3 // 4, bare.height * 3 // 4))


if __name__ == "__main__":
    main()
