"""Pictures for shops: within every limit, upright, sRGB, nothing but pixels, the same bytes each time."""

import io
import random
from pathlib import Path

import pytest
from PIL import Image, ImageCms

from marketplaces.directory import names, shipped
from trace.errors import Invalid
from trace.services.listing_pictures import PictureLimits, limits_of, prepare
from trace.settings import Settings
from trace.settings_outside import MarketplaceSettings


def photograph(width: int = 900, height: int = 600, **saved: object) -> bytes:
    """Noise, which compresses worst."""
    noise = random.Random(7).randbytes(width * height * 3)
    out = io.BytesIO()
    Image.frombytes("RGB", (width, height), noise).save(out, "JPEG", quality=95, **saved)
    return out.getvalue()


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


@pytest.mark.parametrize(
    ("had", "limits", "sides"),
    [
        ((900, 600), PictureLimits(), (900, 600)),
        ((900, 600), PictureLimits(least_side=330, most_side=5_000), (900, 600)),
        ((900, 600), PictureLimits(most_side=450), (450, 300)),
        ((300, 200), PictureLimits(least_side=330, most_side=5_000), (495, 330)),
        ((600, 330), PictureLimits(least_side=330), (600, 330)),
    ],
)
def test_a_picture_is_brought_within_the_sides_and_no_further(
    had: tuple[int, int], limits: PictureLimits, sides: tuple[int, int]
) -> None:
    made = prepare(photograph(*had), limits)
    assert ((made.width, made.height), opened(made.data).size) == (sides, sides)
    assert made.enlarged_from == (had if sides > had else None)


def test_no_file_is_heavier_than_the_shop_takes() -> None:
    made = prepare(photograph(), PictureLimits(heaviest=60_000, least_side=100))
    assert len(made.data) <= 60_000
    assert made.enlarged_from is None


def test_what_cannot_fit_is_refused_with_its_figures() -> None:
    with pytest.raises(Invalid) as thin:
        prepare(photograph(1_200, 60), PictureLimits(least_side=330, most_side=1_000))
    with pytest.raises(Invalid) as heavy:
        prepare(photograph(), PictureLimits(heaviest=9_000, least_side=500))
    assert [error.value.problems[0].key for error in (thin, heavy)] == ["image.narrow", "image.too_heavy"]
    assert heavy.value.problems[0].params["width"] == 900


def test_a_picture_is_upright_in_srgb_and_carries_nothing_but_pixels() -> None:
    turned = Image.Exif()
    turned[0x0112], turned[0x010F] = 6, "Máy ảnh của tôi"
    made = opened(prepare(photograph(exif=turned, icc_profile=swapped_profile()), PictureLimits()).data)
    assert (made.format, made.mode, made.size) == ("JPEG", "RGB", (600, 900))
    assert (dict(made.getexif()), set(made.info) & {"icc_profile", "exif", "comment"}) == ({}, set())


def swapped_profile() -> bytes:
    """sRGB with red and green changed places: a space whose colours no one can take for sRGB's."""
    usual = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return usual.replace(b"rXYZ", b"?XYZ", 1).replace(b"gXYZ", b"rXYZ", 1).replace(b"?XYZ", b"gXYZ", 1)


@pytest.mark.parametrize(("profile", "is_red"), [(b"", True), (b"broken", True), (swapped_profile(), False)])
def test_the_colours_of_another_space_are_translated_not_only_renamed(profile: bytes, is_red: bool) -> None:
    out = io.BytesIO()
    Image.new("RGB", (40, 40), (200, 40, 40)).save(out, "PNG", icc_profile=profile or None)
    red, green, _blue = opened(prepare(out.getvalue(), PictureLimits()).data).getpixel((20, 20))
    assert (red > green) == is_red


def test_the_same_picture_under_the_same_limits_gives_the_same_bytes() -> None:
    limits = PictureLimits(heaviest=80_000, least_side=330, most_side=700)
    given = photograph()
    assert prepare(given, limits).sha256 == prepare(given, limits).sha256
    assert prepare(given, limits).sha256 != prepare(given, PictureLimits()).sha256


def settings_with(market: str, folder: Path, **options: str) -> Settings:
    told = MarketplaceSettings(base_url="http://localhost", app_id="1", app_secret="x", options=options)
    return Settings(instance=folder, public_url="http://localhost", marketplaces={market: told})


@pytest.mark.parametrize("market", [name for name in names() if shipped(name).takes_new])
def test_the_operator_answers_what_the_references_leave_open_and_nothing_else(
    market: str, tmp_path: Path
) -> None:
    can = shipped(market)
    asked = {"most_pictures": "3", "picture_bytes": "7777", "picture_least_side": "11"}
    found = limits_of(settings_with(market, tmp_path, **asked), market, can)
    assert found.most == (can.most_pictures or 3)
    assert found.heaviest == (can.picture_bytes or 7_777)
    assert found.least_side == (can.picture_least_side or 11)
    assert found.most_side == can.picture_most_side
    assert found.count <= 8
