"""What crosses the border between a carrier and us: frozen values.

``Party`` is the only place for a person's data. It is made from a request, handed to one call and
forgotten: nothing that comes back from a carrier has a field for it. Money is integer đồng, weight is
grams, every time is aware UTC.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Meaning = Literal[
    "booked",  # the carrier knows of it and has not taken it yet
    "picked_up",
    "in_transit",
    "out_for_delivery",
    "waiting",  # at a post office near the buyer: nobody at home, or the buyer comes for it
    "delivered",
    "returning",
    "returned",
    "cancelled",
    "unmapped",  # a code nobody knows yet: kept and shown, never guessed
]
SecretMode = Literal["header", "body", "both"]
"""Where a push carries the secret."""


@dataclass(frozen=True, slots=True)
class CarrierKeys:
    """Where a carrier is reached; ``options`` answer what its references leave open."""

    base_url: str
    options: tuple[tuple[str, str], ...] = ()

    def option(self, name: str, default: str) -> str:
        """What the operator chose, or the documented default."""
        return dict(self.options).get(name, default)


@dataclass(frozen=True, slots=True)
class Login:
    """A cooperative's own account at the carrier."""

    username: str = field(repr=False)
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Pass:
    """A token; ``expires_at`` is None where nobody says when it ends."""

    token: str = field(repr=False)
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Party:
    """Who sends or receives; of a receiver it is a buyer's data, and never written down."""

    name: str = field(repr=False)
    phone: str = field(repr=False)
    address: str = field(repr=False)

    def words(self) -> tuple[str, ...]:
        """What must not be told to anybody but the carrier."""
        return tuple(one for one in (self.name, self.phone, self.address) if one)


@dataclass(frozen=True, slots=True)
class Parcel:
    """What is in it; ``cod_vnd`` is what the carrier collects for us on delivery."""

    content: str
    weight_g: int
    pieces: int
    goods_vnd: int
    cod_vnd: int = 0


@dataclass(frozen=True, slots=True)
class Booking:
    """A shipment to be booked under our own ``number``, by the carrier's service ``service``."""

    number: str
    sender: Party
    receiver: Party
    parcel: Parcel
    service: str


@dataclass(frozen=True, slots=True)
class Quote:
    """What one service would cost, and how long it says it takes."""

    service: str
    name: str
    fee_vnd: int
    takes: str = ""


@dataclass(frozen=True, slots=True)
class Booked:
    """The carrier's own number of a shipment, and its fee where it said one."""

    ext_number: str
    fee_vnd: int | None = None


@dataclass(frozen=True, slots=True)
class CarrierEvent:
    """That a shipment had a state at a time: its numbers there and here, and the carrier's code.

    ``number`` may be empty where the carrier does not repeat ours.
    """

    ext_number: str
    number: str
    code: str
    at: datetime
