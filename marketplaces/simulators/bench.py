"""One simulated marketplace: its shops, listings, orders, tokens and clock, in neutral form."""

from __future__ import annotations

import secrets
import time
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, field
from typing import TypeVar

from marketplaces.simulators.calls import Calls
from marketplaces.simulators.faults import Faults
from marketplaces.simulators.store import Body, Store

T = TypeVar("T")


@dataclass(slots=True)
class App:
    """An application registered at the marketplace; ``redirect`` is where its sellers are sent back to."""

    id: str
    secret: str
    push_secret: str = ""
    redirect: str = ""


@dataclass(slots=True)
class Shop:
    """A seller's shop and the tokens given out last."""

    id: str
    name: str
    app: str
    access: str = ""
    refresh: str = ""


@dataclass(slots=True)
class Item:
    """A listing; ``models`` are its variants as ``{"id", "sku", "price_vnd", "stock"}``."""

    id: str
    shop: str
    sku: str
    name: str
    price_vnd: int
    stock: int
    description: str = ""
    weight_g: int = 0
    category: str = ""
    status: str = ""
    images: list[str] = field(default_factory=list)
    models: list[Body] = field(default_factory=list)
    updated_at: int = 0


@dataclass(slots=True)
class Line:
    """A line of an order; ``price_vnd`` is what the buyer pays for one, 0 inside a bundle."""

    id: str
    listing: str
    sku: str
    name: str
    quantity: int
    price_vnd: int
    original_vnd: int
    model: str = ""
    cancelled: int = 0
    returned: int = 0


@dataclass(slots=True)
class Sale:
    """An order; times are epoch seconds, ``status`` is the marketplace's own word."""

    id: str
    shop: str
    status: str
    created_at: int
    updated_at: int
    lines: list[Line]


@dataclass(slots=True)
class Token:
    """An access token, a refresh token or a code, for one shop and one application."""

    id: str
    kind: str
    shop: str
    app: str
    expires_at: int
    dead: bool = False


class Bench:
    """The state of marketplace ``market`` in a store; each method is one transaction."""

    def __init__(self, market: str, store: Store) -> None:
        self.market = market
        self.faults = Faults()
        self.calls = Calls()
        self._store = store

    def work(self) -> AbstractContextManager[None]:
        """Several methods as one transaction."""
        return self._store.work()

    def now(self) -> int:
        """Epoch seconds by the marketplace's own clock."""
        return int(time.time()) + int(
            (self._store.get(self.market, "setting", "clock") or {"offset": 0})["offset"]
        )

    def set_clock(self, offset_s: int) -> None:
        """Put the clock ahead (or behind) of the machine's."""
        self._store.put(self.market, "setting", "clock", {"offset": offset_s})

    def number(self, name: str, first: int) -> int:
        """The next number of a series."""
        return self._store.number(self.market, name, first)

    def reset(self) -> None:
        """As if nothing had ever been."""
        self._store.forget(self.market)
        self.faults.clear()
        self.calls.clear()

    def app(self, name: str) -> App | None:
        """An application by its id."""
        return _as(App, self._store.get(self.market, "app", name))

    def apps(self) -> list[App]:
        """Every application."""
        return [App(**body) for body in self._store.every(self.market, "app")]

    def shop(self, name: str) -> Shop | None:
        """A shop by its id."""
        return _as(Shop, self._store.get(self.market, "shop", name))

    def shops(self) -> list[Shop]:
        """Every shop."""
        return [Shop(**body) for body in self._store.every(self.market, "shop")]

    def item(self, name: str) -> Item | None:
        """A listing by its id."""
        return _as(Item, self._store.get(self.market, "item", name))

    def items(self, shop: str) -> list[Item]:
        """A shop's listings, least recently changed first."""
        return [Item(**body) for body in self._store.every(self.market, "item", shop)]

    def sale(self, name: str) -> Sale | None:
        """An order by its id."""
        body = self._store.get(self.market, "sale", name)
        return _sale(body) if body else None

    def sales(self, shop: str | None = None) -> list[Sale]:
        """Orders, least recently changed first."""
        return [_sale(body) for body in self._store.every(self.market, "sale", shop)]

    def sale_keys(self, shop: str, since: int, until: int) -> list[tuple[str, int]]:
        """Ids and times of the orders changed in a span, newest first."""
        return self._store.keys(self.market, "sale", shop, since, until)

    def token(self, name: str) -> Token | None:
        """A token or code by its text."""
        return _as(Token, self._store.get(self.market, "token", name))

    def note(self, kind: str, name: str) -> Body | None:
        """A document of the dialect's own (a request, a queue), or None."""
        return self._store.get(self.market, f"note/{kind}", name)

    def notes(self, kind: str, shop: str | None = None) -> list[Body]:
        """The dialect's own documents of one kind, in the order they were kept with."""
        return self._store.every(self.market, f"note/{kind}", shop)

    def note_keys(self, kind: str, shop: str, since: int, until: int) -> list[tuple[str, int]]:
        """Names and places of a shop's own documents in a span, both ends included, the last first."""
        return self._store.keys(self.market, f"note/{kind}", shop, since, until)

    def keep(self, kind: str, name: str, body: Body, shop: str = "", at: int = 0) -> None:
        """Write or replace one of them; ``at`` is its place in the order."""
        self._store.put(self.market, f"note/{kind}", name, body, shop, at)

    def save(self, *things: App | Shop | Item | Sale | Token) -> None:
        """Write or replace."""
        with self.work():
            for thing in things:
                kind = type(thing).__name__.lower()
                at = thing.updated_at if isinstance(thing, Item | Sale) else 0
                self._store.put(self.market, kind, thing.id, asdict(thing), getattr(thing, "shop", ""), at)

    def mint(self, kind: str, shop: str, app: str, life_s: int, text: str = "") -> Token:
        """A new token of random text (or the given one)."""
        token = Token(text or secrets.token_hex(16), kind, shop, app, self.now() + life_s)
        self.save(token)
        return token


def _as(kind: type[T], body: Body | None) -> T | None:
    return kind(**body) if body else None


def _sale(body: Body) -> Sale:
    return Sale(**{**body, "lines": [Line(**line) for line in body["lines"]]})
