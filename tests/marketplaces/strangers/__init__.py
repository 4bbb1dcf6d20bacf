"""Clients that strangers published, each doing a shop's daily work in its own words.

They know nothing of our adapters and simulators. What they are given is what any user of theirs gives them:
the marketplace's address, the application's key and secret, the shop's tokens.
"""

from abc import ABC, abstractmethod
from pathlib import Path
from typing import ClassVar

from tests.marketplaces.stalls import SimulatedStall


class Refused(Exception):
    """What the client made of the marketplace's no."""


class Stranger(ABC):
    """One public client at one marketplace's own address. What it writes at home goes to ``home``."""

    market: ClassVar[str]
    no: ClassVar[frozenset[str]]
    """The words it has for a wrong secret."""
    price: ClassVar[int] = 61_000
    """A price to set, in đồng or cents."""

    def __init__(self, stall: SimulatedStall, listing: str, secret: str, home: Path) -> None:
        self.stall, self.listing, self.secret, self.home = stall, listing, secret, home
        self.access, self.refresh = stall.credentials.access_token, stall.credentials.refresh_token
        self.begin()

    @abstractmethod
    def begin(self) -> None: ...

    @abstractmethod
    def orders(self) -> set[str]:
        """The numbers of what was sold in the last hour."""

    @abstractmethod
    def pieces(self, order: str) -> int: ...

    @abstractmethod
    def shelf(self) -> tuple[int, int]:
        """Price and stock of the one listing."""

    @abstractmethod
    def set_price(self, price: int) -> None: ...

    @abstractmethod
    def set_stock(self, stock: int) -> None: ...

    @abstractmethod
    def renew(self) -> None:
        """New tokens for the old, to go on with."""
