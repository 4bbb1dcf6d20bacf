"""What people give when they send a parcel."""

from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from marketplaces.carriers.values import Parcel
from trace.services import phones
from trace.services.intake import Given, MaybeRow, Weight, line
from trace.standards import quantity

MOST_VND = 1_000_000_000


def _count(value: object) -> object:
    return quantity.count(value) if isinstance(value, str) and value.strip() else value


def _dong(value: object) -> object:
    """Money as people type it; nothing is no money."""
    if isinstance(value, str):
        return quantity.count(value) if value.strip(" 0.") else 0
    return value


Dong = Annotated[int, BeforeValidator(_dong), Field(ge=0, le=MOST_VND)]


class ParcelIn(Given):
    """What is sent, by which service of the carrier."""

    content: Annotated[str, line(120, 2)]
    weight_g: Weight
    pieces: Annotated[int, BeforeValidator(_count), Field(ge=1, le=1_000)] = 1
    goods_vnd: Dong = 0
    cod_vnd: Dong = 0
    service: Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[A-Za-z0-9_-]{0,16}$")] = ""

    def parcel(self) -> Parcel:
        """As the carrier is told."""
        return Parcel(self.content, self.weight_g, self.pieces, self.goods_vnd, self.cod_vnd)


class SubjectIn(Given):
    """Of which lot, or for which order of which shop; ``once_more`` sends a second parcel for an order."""

    lot: Annotated[str, line(16)] = ""
    shop: MaybeRow = None
    order: MaybeRow = None
    once_more: Annotated[str, StringConstraints(pattern="^1?$")] = ""


class ReceiverIn(Given):
    """Whom it is for. Lives for one call."""

    receiver_name: Annotated[str, line(120, 2)]
    receiver_phone: Annotated[str, AfterValidator(phones.typed)]
    receiver_address: Annotated[str, line(240, 8)]


class ConclusionIn(Given):
    """What somebody saw at the carrier: its number, or that it knows of no such parcel."""

    what: Annotated[str, StringConstraints(pattern="^(booked|not_booked)$")]
    ext_number: Annotated[
        str, StringConstraints(strip_whitespace=True, pattern=r"^([A-Za-z0-9._-]{4,64})?$")
    ] = ""
