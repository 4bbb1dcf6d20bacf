"""Any picture becomes clean one-bit art, or is refused."""

import io
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from labels.art import Art, art_of, packed
from labels.errors import BadJob, BlankPicture
from tests.labels.pictures import logo, photograph, see_through

BOX = 96  # dots: 12 mm at 203 dpi


def as_jpeg(picture: Image.Image, quality: int) -> Image.Image:
    file = io.BytesIO()
    picture.convert("RGB").save(file, "JPEG", quality=quality)
    return Image.open(io.BytesIO(file.getvalue()))


LOGOS = {
    "black on white": logo("black"),
    "grey on grey": logo("#888", "#ddd"),
    "pale yellow on white": logo("#ffeb3b"),
    "white on red": logo("white", "#b71c1c"),
    "red on green of the same brightness": logo("#c62828", "#2e7d32"),
    "see-through": see_through(),
    "white on nothing": see_through("white"),
    "black on nothing": see_through("black"),
    "yellow on nothing": see_through("#ffeb3b"),
    "white on nothing that is white too": see_through("white", hidden="white"),
    "white on a hole in the palette": see_through("white").convert("P"),
    "CMYK": logo().convert("CMYK"),
    "grey and alpha": see_through("white").convert("LA"),
    "palette": logo().quantize(4),
    "one bit": logo("black").convert("1"),
    "a poor JPEG": as_jpeg(logo(), 35),
    "larger than the art": logo(size=2400),
    "smaller than the art": logo(size=60),
}


def alike(one: Art, other: Art) -> float:
    """Share of equal dots, at one size."""
    return float((one.dots() == other.sized(one.width, one.height)).mean())


@pytest.mark.parametrize("picture", LOGOS.values(), ids=LOGOS)
def test_a_logo_of_any_make_becomes_the_same_drawing(picture: Image.Image) -> None:
    art = art_of(picture, BOX, BOX)
    assert not art.is_halftone
    # sixty pixels draw the ring two pixels thick instead of one and a half dots: another drawing
    assert alike(art, art_of(logo("black"), BOX, BOX)) > (0.97 if picture.width > BOX else 0.85)


def test_a_white_disc_with_dark_letters_keeps_both() -> None:
    """On paper the disc would be lost; on black it is ink and its letters are paper."""
    disc = Image.new("RGBA", (600, 600), (0, 0, 0, 0))
    pen = ImageDraw.Draw(disc)
    pen.ellipse([60, 60, 540, 540], fill="white")
    pen.rectangle([200, 260, 400, 340], fill="#0d47a1")
    dots = art_of(disc, BOX, BOX).dots()
    assert dots[20, 48], "the disc"
    assert not dots[48, 40:56].any(), "the letters in it"
    assert not dots[2, 2], "nothing around it"


def test_a_photograph_that_was_cut_out_stands_on_paper() -> None:
    cut = photograph().point(lambda tone: 140 + tone * 0.45).convert("RGBA")
    hole = Image.new("L", cut.size, 0)
    ImageDraw.Draw(hole).ellipse([60, 30, 340, 270], fill=255)
    cut.putalpha(hole)
    art = art_of(cut, BOX, BOX)
    assert art.is_halftone
    assert not art.dots()[:6, :6].any(), "no black field around it"
    assert 0.05 < art.dots()[30:42, 40:56].mean() < 0.95


@pytest.mark.parametrize("side", range(1, 13))
def test_a_tiny_picture_is_drawn_or_refused(side: int) -> None:
    for shown in (255, 0):
        picture = Image.new("RGBA", (side, side), (255, 255, 255, shown))
        picture.paste((200, 30, 30, 255), (0, 0, (side + 1) // 2, side))
        if side == 1:
            with pytest.raises(BlankPicture):
                art_of(picture, BOX, BOX)
            continue
        dots = art_of(picture, BOX, BOX).dots()
        assert dots[dots.shape[0] // 2, :8].all()


def test_a_logo_survives_five_millimetres_at_203_dpi() -> None:
    dots = art_of(logo(), 40, 40).dots()
    height, width = dots.shape
    assert (width, height) == (30, 40)
    ring = dots[:30]
    assert ring[15, :3].any(), "the ring's left side"
    assert ring[15, -3:].any(), "its right side"
    assert not ring[15, 3:8].any(), "white between ring and fruit"
    assert ring[12:19, 12:18].all(), "the fruit"
    letters = dots[32:].any(axis=0)
    starts = np.flatnonzero(np.diff(np.concatenate(([False], letters)).astype(int)) == 1)
    assert len(starts) == 3, "three letters, apart from one another"


def test_margins_are_cut_off_even_with_dust_in_them() -> None:
    dusty = logo()
    ImageDraw.Draw(dusty).point([(3, 3), (590, 5), (8, 592)], fill="black")
    art = art_of(dusty, BOX, BOX)
    dots = art.dots()
    assert (art.width, art.height) == (72, 96)
    assert all(edge.any() for edge in (dots[0], dots[-1], dots[:, 0], dots[:, -1]))


@pytest.mark.parametrize(("across", "down"), [(300, 100), (100, 300), (200, 200)])
def test_the_aspect_is_kept_and_the_box_is_filled_one_way(across: int, down: int) -> None:
    picture = Image.new("L", (across + 40, down + 40), 255)
    ImageDraw.Draw(picture).rectangle([20, 20, 19 + across, 19 + down], outline=0, width=12)
    art = art_of(picture, 90, 60)
    assert art.width / art.height == pytest.approx(across / down, rel=0.05)
    assert art.width == 90 or art.height == 60


def test_specks_go_and_small_strokes_stay() -> None:
    picture = Image.new("L", (400, 400), 255)
    pen = ImageDraw.Draw(picture)
    pen.rectangle([20, 20, 380, 120], fill=0)
    pen.rectangle([200, 200, 203, 203], fill=0)  # a speck: one dot at 96 dots
    pen.line([20, 300, 380, 300], fill=0, width=5)  # a stroke of a dot and a quarter
    pen.rectangle([20, 370, 380, 380], fill=0)
    dots = art_of(picture, 96, 96).dots()
    assert not dots[44:54, 40:60].any()
    assert dots[72:79].any(axis=0).mean() > 0.95


def test_a_photograph_is_dithered_and_keeps_its_tones() -> None:
    art = art_of(photograph(), BOX, BOX)
    assert art.is_halftone
    assert (art.width, art.height) == (96, 72)
    grey = np.asarray(photograph().resize((12, 9), Image.Resampling.BOX), float)
    ink = art.dots().reshape(9, 8, 12, 8).mean(axis=(1, 3))
    assert np.corrcoef(ink.ravel(), -grey.ravel())[0, 1] > 0.95


@pytest.mark.parametrize("shade", [0, 128, 255])
def test_a_picture_of_one_shade_is_refused(shade: int) -> None:
    with pytest.raises(BlankPicture) as refusal:
        art_of(Image.new("L", (300, 300), shade), BOX, BOX)
    assert refusal.value.key == "print.blank"


def test_white_paper_as_a_camera_sees_it_is_refused() -> None:
    paper = 245 + np.random.default_rng(3).normal(0, 4, (300, 300))
    with pytest.raises(BlankPicture):
        art_of(Image.fromarray(np.clip(paper, 0, 255).astype(np.uint8)), BOX, BOX)


def test_nothing_but_a_speck_is_refused() -> None:
    picture = Image.new("L", (900, 900), 255)
    ImageDraw.Draw(picture).point([(450, 450)], fill=0)
    with pytest.raises(BlankPicture):
        art_of(picture, BOX, BOX)


@pytest.mark.parametrize("name", LOGOS)
def test_the_same_picture_gives_the_same_dots(name: str) -> None:
    assert art_of(LOGOS[name], 64, 64) == art_of(LOGOS[name].copy(), 64, 64)


@settings(max_examples=30)
@given(st.integers(8, 70), st.integers(8, 70), st.booleans(), st.integers(0, 99))
def test_art_goes_through_json_and_back(width: int, height: int, is_halftone: bool, seed: int) -> None:
    dots = np.random.default_rng(seed).random((height, width)) < 0.5
    art = packed(dots, is_halftone=is_halftone)
    assert Art.from_data(json.loads(json.dumps(art.to_data()))) == art
    assert np.array_equal(art.dots(), dots)


GOOD = packed(np.eye(10, dtype=bool)).to_data()


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        {},
        GOOD | {"width": 9},
        GOOD | {"width": True},
        GOOD | {"height": 481},
        GOOD | {"height": 7},
        GOOD | {"bits": "AAA"},
        GOOD | {"bits": "ế"},
        GOOD | {"bits": 5},
        GOOD | {"halftone": 1},
        GOOD | {"more": 1},
    ],
)
def test_data_that_are_no_art_are_refused(data: object) -> None:
    if data == GOOD | {"width": 9}:  # still two bytes a row: the last column is gone, nothing else
        assert Art.from_data(data).dots().shape == (10, 9)
        return
    with pytest.raises(BadJob) as refusal:
        Art.from_data(data)
    assert refusal.value.params["field"] == "logo"


def test_bits_beyond_the_last_column_never_print() -> None:
    full = {"width": 9, "height": 8, "halftone": False, "bits": "/////////////////////w=="}
    art = Art.from_data(full)
    assert art == packed(np.ones((8, 9), bool))


def test_at_half_size_a_drawing_is_still_itself_and_a_halftone_keeps_its_greys() -> None:
    drawing, half = art_of(logo(), 192, 192), art_of(logo(), 96, 96)
    assert (half.dots() == drawing.sized(half.width, half.height)).mean() > 0.97
    tones = art_of(photograph(), 96, 96)
    assert tones.sized(48, 36).mean() == pytest.approx(tones.dots().mean(), abs=0.02)
