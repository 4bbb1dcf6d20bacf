"""ViettelPost behind the Carrier Protocol; the rooms beside this file do the work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from marketplaces.carriers.interface import CarrierCapabilities
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
from marketplaces.carriers.viettelpost import pushes, shipments, tokens
from marketplaces.carriers.viettelpost.gateway import Gateway
from marketplaces.carriers.viettelpost.statuses import meaning_of
from marketplaces.http import Client
from marketplaces.interface import Clock
from marketplaces.reading import strict

RATE_PER_S = 2.0
"""ViettelPost names no limit: a pace of ours."""


@strict("ViettelPost")
class ViettelPost:
    """One account at ViettelPost."""

    def __init__(self, http: Client, keys: CarrierKeys, token: Pass | None, clock: Clock) -> None:
        self._gateway = Gateway(http, keys, token, clock)
        self.capabilities = CarrierCapabilities(RATE_PER_S, tracks=bool(self._gateway.choices.lookup))

    def login(self, login: Login) -> Pass:
        """A long-lived token for the account."""
        return tokens.login(self._gateway, login)

    def portal_token(self, text: str) -> Pass:
        """Its end is read in it, where it says one."""
        return tokens.pass_of(text)

    def quote(self, sender: Party, receiver: Party, parcel: Parcel) -> list[Quote]:
        """The services that would take it."""
        return shipments.quote(self._gateway, sender, receiver, parcel)

    def book(self, booking: Booking) -> Booked:
        """Book it, once, under our number."""
        return shipments.book(self._gateway, booking)

    def cancel(self, ext_number: str, reason: str) -> None:
        """Before it was picked up."""
        shipments.cancel(self._gateway, ext_number, reason)

    def track(self, number: str) -> CarrierEvent | None:
        """The newest state, where the operator has seen that it can be asked."""
        return shipments.track(self._gateway, number)

    def print_link(self, ext_numbers: Sequence[str], until: datetime) -> str:
        """Where a hundred labels at most can be printed."""
        return shipments.print_link(self._gateway, ext_numbers, until)

    def verify_push(
        self, secret: str, mode: SecretMode | None, headers: Mapping[str, str], body: bytes
    ) -> SecretMode | None:
        """By the account's secret, in a header or in the body."""
        return pushes.verify(secret, mode, headers, body)

    def read_push(self, body: bytes) -> CarrierEvent:
        """Which shipment had which state when."""
        return pushes.read(body)

    def meaning(self, code: str) -> Meaning:
        """What a code means to us."""
        return meaning_of(code)
