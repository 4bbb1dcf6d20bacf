"""Pictures drawn for the tests: logos of several makes, and a photograph that is none."""

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from labels.fonts import BOLD, face


def logo(ink: str = "#1b5e20", ground: str = "white", size: int = 600) -> Image.Image:
    """A ring with a fruit in it and three letters below, wide margins all round."""
    picture = Image.new("RGB", (size, size), ground)
    pen = ImageDraw.Draw(picture)
    one = size // 30
    pen.ellipse([6 * one, 3 * one, 24 * one, 21 * one], outline=ink, width=one)
    pen.ellipse([11 * one, 9 * one, 19 * one, 17 * one], fill=ink)
    pen.line([15 * one, 9 * one, 19 * one, 5 * one], fill=ink, width=one)
    font = ImageFont.truetype(str(face(BOLD).path), 6 * one)
    pen.text((15 * one, 27 * one), "HTX", font=font, fill=ink, anchor="ms")
    return picture


def see_through(ink: str = "#1b5e20", hidden: str = "black") -> Image.Image:
    """The logo with nothing behind it; its colour below the nothing is black, as many programs save it."""
    drawn = Image.fromarray(255 - np.array(logo("black").convert("L")))
    picture = Image.new("RGB", (600, 600), hidden)
    picture.paste(ink, mask=drawn.point(lambda density: 255 if density else 0))
    picture.putalpha(drawn)
    return picture


def photograph() -> Image.Image:
    """Soft tones everywhere: three round fruits with light and shadow, noise as of a small sensor."""
    across, down = np.meshgrid(np.linspace(0, 1, 400), np.linspace(0, 1, 300))
    tones = 90 + 90 * down + 30 * np.sin(9 * across)
    for x, y, r in ((0.3, 0.5, 0.2), (0.6, 0.4, 0.16), (0.7, 0.7, 0.2)):
        away = np.hypot(across - x, (down - y) * 0.75) / r
        tones = np.where(
            away < 1, 40 + 170 * np.clip(1 - np.hypot(across - x + r / 3, down - y) / r, 0, 1), tones
        )
    tones = tones + np.random.default_rng(7).normal(0, 6, tones.shape)
    return Image.fromarray(np.clip(tones, 0, 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(1))
