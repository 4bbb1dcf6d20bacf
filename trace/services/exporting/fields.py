"""The neutral tables of a chain and their fields. Names stay once given; see docs/exporting.md."""

from collections.abc import Mapping
from typing import Final

VERSION: Final = "1.0"
"""Of the tables. A field more raises the second figure, a field less or of another meaning the first."""

_AT = ("commune_code", "commune", "province")

TABLES: Final[Mapping[str, tuple[str, ...]]] = {
    "lots": (
        *("of", "lot", "id", "code", "kind", "state", "organisation", "product", "gtin", "crop", "variety"),
        *("harvested", "packed", "best_before", *_AT, "weight_g", "in_g", "loss_g", "part_g", "step"),
        "partner",
    ),
    "links": ("of", "from", "to", "weight_g"),
    "households": ("of", "organisation", "household", *_AT, "lots", "weight_g", "part_g"),
    "places": (
        *("of", "lot", "kind", "code", "growing_area", *_AT, "crop", "harvested", "packed", "weight_g"),
        "part_g",
    ),
    "stages": ("of", "lot", "product_id", "act", "biz_step", "time", "place", "event"),
    "stamps": ("of", "lot", "key", "first", "last", "count", "activated", "lookup"),
}
"""Table to fields, in their order. Weights are whole grams, days ISO 8601, times with their offset."""
