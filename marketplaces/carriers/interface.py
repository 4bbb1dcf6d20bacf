"""The shape every carrier has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from marketplaces.carriers.values import (
    Booked,
    Booking,
    CarrierEvent,
    CarrierKeys,
    Login,
    Meaning,
    Parcel,
    Party,
    Pass,
    Quote,
    SecretMode,
)
from marketplaces.interface import Clock

if TYPE_CHECKING:
    from marketplaces.http import Client


@dataclass(frozen=True, slots=True)
class CarrierCapabilities:
    """What a carrier allows, said beforehand. Without ``tracks`` its states come by pushes alone."""

    rate_per_s: float
    tracks: bool


class Carrier(Protocol):
    """One account at one carrier. Every method may raise ``MarketplaceError`` and nothing else.

    No message of an error names what a ``Party`` holds, whatever the carrier wrote.
    """

    capabilities: CarrierCapabilities

    def login(self, login: Login) -> Pass:
        """A token for the account."""

    def portal_token(self, text: str) -> Pass:
        """A token that somebody made in the carrier's portal. Nobody is called."""

    def quote(self, sender: Party, receiver: Party, parcel: Parcel) -> list[Quote]:
        """The services that would take it, as the carrier orders them."""

    def book(self, booking: Booking) -> Booked:
        """Book it, once. An error of kind ``uncertain`` says that it may be booked all the same."""

    def cancel(self, ext_number: str, reason: str) -> None:
        """Ask that it is not carried; asking twice is asking once."""

    def track(self, number: str) -> CarrierEvent | None:
        """The newest state by our number or the carrier's; None when it says that it knows none.

        None is no proof that nothing was booked: see each carrier.
        """

    def print_link(self, ext_numbers: Sequence[str], until: datetime) -> str:
        """An address where the labels can be printed until then."""

    def verify_push(
        self, secret: str, mode: SecretMode | None, headers: Mapping[str, str], body: bytes
    ) -> SecretMode | None:
        """Where this push carried the account's secret; None when not as ``mode`` wants it.

        Without a mode any place will do: that is how the mode is learned.
        """

    def read_push(self, body: bytes) -> CarrierEvent:
        """What a verified push says."""

    def meaning(self, code: str) -> Meaning:
        """What a code of the carrier means to us."""


class CarrierAdapter(Protocol):
    """How every carrier is built."""

    def __call__(self, http: Client, keys: CarrierKeys, token: Pass | None, clock: Clock) -> Carrier:
        """``token`` is None until somebody has logged in."""
