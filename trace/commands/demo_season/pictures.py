"""Plain pictures of the goods, drawn here so that no photograph of anybody's is needed."""

import io
import math
from collections.abc import Callable

from PIL import Image, ImageDraw

SIDE = 900
PAPER, TABLE = "#f6f1e4", "#e7dcc3"
LEAF, DARK_LEAF = "#3f7d3a", "#2f6230"

Brush = ImageDraw.ImageDraw
Point = tuple[float, float]


def draw(motif: str) -> bytes:
    """A motif as PNG; raises ``KeyError`` for one there is not."""
    picture = Image.new("RGB", (SIDE, SIDE), PAPER)
    brush = ImageDraw.Draw(picture)
    brush.rectangle((0, SIDE * 0.68, SIDE, SIDE), fill=TABLE)
    MOTIFS[motif](brush)
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def _ball(brush: Brush, at: Point, radius: float, fill: str) -> None:
    brush.ellipse((at[0] - radius, at[1] - radius, at[0] + radius, at[1] + radius), fill=fill)


def _leaf(brush: Brush, foot: Point, angle: float, length: float) -> None:
    turn = math.radians(angle)
    along, across = (math.cos(turn), math.sin(turn)), (-math.sin(turn), math.cos(turn))
    edge = [(t / 20, math.sin(math.pi * t / 20) * 0.2) for t in range(21)]
    outline = [*edge, *((t, -width) for t, width in reversed(edge))]
    points = [
        (
            foot[0] + length * (t * along[0] + w * across[0]),
            foot[1] + length * (t * along[1] + w * across[1]),
        )
        for t, w in outline
    ]
    brush.polygon(points, fill=LEAF)
    tip = (foot[0] + length * along[0], foot[1] + length * along[1])
    brush.line((foot, tip), fill=DARK_LEAF, width=4)


def _fruits(brush: Brush, skin: str, spots: str) -> None:
    """A bunch: round fruits with a pattern of spots, leaves above."""
    brush.line(((450, 90), (450, 330)), fill="#7a5a34", width=14)
    for angle in (200, 235, 305, 340):
        _leaf(brush, (450, 230), angle, 290)
    rows = (((330, 400), (450, 370), (570, 400)), ((270, 530), (390, 520), (510, 520), (630, 530)))
    for at in (*rows[0], *rows[1], (340, 655), (450, 660), (560, 655)):
        _ball(brush, at, 86, spots)
        _ball(brush, at, 82, skin)
        for ring, count in ((28, 6), (56, 12)):
            for step in range(count):
                turn = 2 * math.pi * step / count
                _ball(brush, (at[0] + ring * math.cos(turn), at[1] + ring * math.sin(turn)), 6, spots)


def _lychee(brush: Brush) -> None:
    _fruits(brush, "#b8323c", "#8d2230")


def _guava(brush: Brush) -> None:
    """Large round fruits, smooth, a little crown below."""
    for at in ((450, 330), (310, 560), (590, 560)):
        _leaf(brush, (at[0], at[1] - 130), 320, 150)
        _ball(brush, at, 150, "#86a94a")
        _ball(brush, at, 143, "#9dbf5b")
        _ball(brush, (at[0] - 45, at[1] - 45), 30, "#b3d077")
        _ball(brush, (at[0], at[1] + 118), 16, "#6d7f3a")


def _dried(brush: Brush) -> None:
    """A bowl of brown fruits."""
    for at in ((330, 430), (450, 390), (570, 430), (270, 480), (390, 470), (510, 470), (630, 480)):
        _ball(brush, at, 80, "#7c4a2d")
        _ball(brush, (at[0] - 22, at[1] - 24), 20, "#96603d")
    brush.pieslice((150, 240, 750, 780), 0, 180, fill="#2f5f78")
    brush.rectangle((360, 770, 540, 800), fill="#264e63")


def _carrot(brush: Brush) -> None:
    for shift, tip in ((-190, -150), (0, 0), (190, 150)):
        head = 450 + shift
        for angle in (248, 270, 292):
            _leaf(brush, (head, 300), angle, 210)
        brush.polygon(
            ((head - 74, 310), (head + 74, 310), (450 + tip + 14, 800), (450 + tip - 14, 800)), fill="#e0772b"
        )
        _ball(brush, (head, 312), 74, "#e0772b")
        for step in range(4):
            y = 390 + 85 * step
            brush.line(((head - 40 + 6 * step, y), (head + 4, y + 6)), fill="#bb5f1e", width=6)


def _cake(brush: Brush) -> None:
    """Small square cakes, some still wrapped."""
    for row, count in enumerate((2, 3, 4)):
        for place in range(count):
            left, top = 450 - count * 85 + place * 170, 330 + row * 135
            fill, rim = ("#d9b44a", "#b8932f") if (row + place) % 3 else ("#c33b34", "#962b27")
            brush.rounded_rectangle(
                (left + 10, top, left + 160, top + 120), 14, fill=fill, outline=rim, width=6
            )
            brush.rectangle((left + 55, top + 45, left + 115, top + 75), outline=rim, width=5)


def _jar(brush: Brush, content: str, lid: str) -> None:
    brush.rounded_rectangle((300, 260, 600, 790), 60, fill=content, outline="#6b5a3a", width=6)
    brush.rounded_rectangle((320, 180, 580, 280), 20, fill=lid)
    brush.rounded_rectangle((330, 430, 570, 650), 16, fill="#fbf7ec")
    brush.ellipse((400, 480, 500, 600), fill=content)


def _honey(brush: Brush) -> None:
    _jar(brush, "#d99a2b", "#7a5a34")


def _juice(brush: Brush) -> None:
    _jar(brush, "#e8853a", LEAF)


def _rice(brush: Brush) -> None:
    """A sack with ears of rice."""
    brush.polygon(((270, 800), (630, 800), (660, 380), (570, 300), (330, 300), (240, 380)), fill="#d8c79c")
    brush.rectangle((320, 270, 580, 315), fill="#a88c55")
    for angle in (230, 250, 270, 290, 310):
        turn = math.radians(angle)
        for step in range(9):
            reach = 120 + 22 * step
            _ball(brush, (450 + reach * math.cos(turn), 600 + reach * math.sin(turn)), 13, "#c99a2e")


MOTIFS: dict[str, Callable[[Brush], None]] = {
    "lychee": _lychee,
    "guava": _guava,
    "dried": _dried,
    "carrot": _carrot,
    "cake": _cake,
    "honey": _honey,
    "juice": _juice,
    "rice": _rice,
}
"""Motif -> how it is drawn."""
