"""Pictures as a shop takes them: so many, so heavy, so large, made from the product's own.

The marketplace's references say the limits, or the operator does; where nobody says, the picture goes out as
we keep it. The same picture under the same limits gives the same bytes.
"""

import hashlib
from dataclasses import dataclass

from marketplaces.interface import Capabilities
from trace.services.image_child import FIT
from trace.services.market_access import limit_of
from trace.services.product_images import MAX_PICTURES, run_child
from trace.settings import Settings


@dataclass(frozen=True)
class PictureLimits:
    """What one marketplace takes; 0 where nobody says."""

    most: int = 0
    heaviest: int = 0
    least_side: int = 0
    most_side: int = 0

    @property
    def count(self) -> int:
        """How many pictures a new listing may have, never more than a product has."""
        return min(self.most or MAX_PICTURES, MAX_PICTURES)


@dataclass(frozen=True)
class Prepared:
    """A picture ready to go out; ``enlarged_from`` are the sides it had where it was too small, else none."""

    width: int
    height: int
    data: bytes
    enlarged_from: tuple[int, int] | None = None

    @property
    def sha256(self) -> str:
        """Its fingerprint: its name at the marketplace and in its public address."""
        return hashlib.sha256(self.data).hexdigest()


def limits_of(settings: Settings, marketplace: str, can: Capabilities) -> PictureLimits:
    """The limits in force here."""
    names = ("most_pictures", "picture_bytes", "picture_least_side", "picture_most_side")
    return PictureLimits(*(limit_of(settings, marketplace, can, name) for name in names))


def prepare(picture: bytes, limits: PictureLimits) -> Prepared:
    """A picture brought within the limits: upright, sRGB, JPEG, nothing kept but pixels.

    Calls a process of its own, so before any transaction opens.

    Raises:
        Invalid: ``image.narrow`` (so long and thin that the least side breaks the most), ``image.too_heavy``
            (not light enough even at the least side), or as ``product_images.reencode``.
    """
    asked = (limits.least_side, limits.most_side, limits.heaviest)
    answer, data = run_child(picture, FIT, *map(str, asked))
    had = (int(answer["was"][0]), int(answer["was"][1]))
    is_enlarged = answer["width"] > had[0] or answer["height"] > had[1]
    return Prepared(answer["width"], answer["height"], data, had if is_enlarged else None)
