"""Whatever file a cooperative has of its sign, the same drawing comes out, or a refusal that says why."""

import io
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw

from labels.art import Art, art_of
from tests.labels.pictures import logo, photograph, see_through
from trace.errors import Invalid
from trace.services.label_logos import BOX, logo_of


def file_of(picture: Image.Image, kind: str = "PNG", **how: Any) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind, **how)
    return file.getvalue()


def deep(picture: Image.Image, ink: int, ground: int) -> Image.Image:
    """In 16 bits of grey."""
    light = np.asarray(picture.convert("L"), np.uint32)
    return Image.fromarray((ink + light * (ground - ink) // 255).astype(np.uint16))


def turned(picture: Image.Image) -> bytes:
    """On its side, as a phone saves it, with the word that it must be turned upright."""
    exif = Image.Exif()
    exif[0x0112] = 6
    return file_of(picture.rotate(90), "JPEG", quality=95, exif=exif)


FILES = {
    "PNG": file_of(logo("black")),
    "white on nothing": file_of(see_through("white")),
    "black on nothing": file_of(see_through("black")),
    "white on nothing in a palette": file_of(see_through("white").quantize(32)),
    "white on nothing as WebP": file_of(see_through("white"), "WEBP", lossless=True),
    "grey with a hole": file_of(see_through("white").convert("LA")),
    "one colour that counts as nothing": file_of(logo("black").convert("L"), transparency=255),
    "a palette": file_of(logo("#b71c1c").quantize(4)),
    "one bit": file_of(logo("black").convert("1")),
    "CMYK": file_of(logo("black").convert("CMYK"), "JPEG", quality=90),
    "16 bits": file_of(deep(logo("black"), 0, 65_535)),
    "16 bits, all of them light": file_of(deep(logo("black"), 30_000, 65_535)),
    "16 bits, all of them dark": file_of(deep(logo("black"), 300, 40_000)),
    "16 bits and a colour that counts as nothing": file_of(
        deep(logo("black"), 0, 65_535), transparency=65_535
    ),
    "a phone held sideways": turned(logo("black")),
    "huge": file_of(logo("black").resize((6_000, 6_000)).convert("P"), compress_level=1),
}


def alike(one: Art, other: Art) -> float:
    """Share of equal dots, at one size."""
    return float((one.dots() == other.sized(one.width, one.height)).mean())


@pytest.mark.parametrize("given", FILES.values(), ids=FILES)
def test_any_file_of_a_sign_becomes_the_same_drawing(given: bytes) -> None:
    art = logo_of(given)
    assert not art.is_halftone
    assert alike(art, art_of(logo("black"), *BOX)) > 0.96


def test_a_photograph_keeps_its_tones() -> None:
    art = logo_of(file_of(photograph(), "JPEG", quality=90))
    assert art.is_halftone
    assert (art.width, art.height) == BOX
    assert 0.2 < art.dots().mean() < 0.8


@pytest.mark.parametrize("side", [2, 3, 7, 16])
@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P", "L", "1"])
def test_a_tiny_picture_is_drawn(mode: str, side: int) -> None:
    picture = Image.new("RGB", (side, side), "white")
    ImageDraw.Draw(picture).rectangle([0, 0, side // 2 - 1, side], fill="black")
    dots = logo_of(file_of(picture.convert(mode))).dots()
    assert dots.all(), "the dark half, its margin cut off"


@pytest.mark.parametrize(
    "picture",
    [
        Image.new("RGBA", (80, 80), (255, 255, 255, 0)),
        Image.new("RGBA", (80, 80), (255, 255, 255, 255)),
        Image.new("LA", (80, 80), (0, 0)),
        Image.new("P", (80, 80)),
        Image.new("L", (1, 1)),
    ],
    ids=["nothing", "white paper", "black nothing", "one palette colour", "one pixel"],
)
def test_a_picture_without_a_drawing_is_refused_by_its_field(picture: Image.Image) -> None:
    with pytest.raises(Invalid) as refused:
        logo_of(file_of(picture))
    assert [(one.field, one.key) for one in refused.value.problems] == [("logo", "print.blank")]
