"""What a manager says of an offer in a form: its price and how many pieces there are."""

from typing import Annotated

from pydantic import BeforeValidator, Field

from trace.services.listing_offers import MOST_PRICE_VND, MOST_STOCK
from trace.standards import quantity


def count(value: object) -> object:
    """A whole number as people write it; what is no text is left as it is."""
    return quantity.count(value) if isinstance(value, str) else value


def _money(value: object) -> object:
    return quantity.money_vnd(value) if isinstance(value, str) else value


def _maybe_count(value: object) -> object:
    return None if value == "" else count(value)


Price = Annotated[int, BeforeValidator(_money), Field(gt=0, le=MOST_PRICE_VND)]
"""Đồng for one piece."""
MaybeStock = Annotated[Annotated[int, Field(ge=0, le=MOST_STOCK)] | None, BeforeValidator(_maybe_count)]
"""Pieces, or nothing where the lots say it."""
