"""Marketplaces to run the same cases against: each stall is one shop and whoever plays its buyers."""

import itertools
import logging
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

import requests
from werkzeug.serving import make_server

from marketplaces.directory import open_shop
from marketplaces.http import CallRecord, Client, Patience
from marketplaces.interface import Clock, Marketplace
from marketplaces.memory import world
from marketplaces.pace import Pace
from marketplaces.simulators.alibaba import DONG_A_DOLLAR
from marketplaces.simulators.app import at_root, create_app
from marketplaces.values import (
    AppKeys,
    Credentials,
    Listing,
    Offer,
    OfferResult,
    Order,
    Page,
    Picture,
    Window,
)
from marketplaces.wire import Timeouts, Transport

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
NUMBERS = itertools.count(1)


def now() -> datetime:
    return datetime.now(UTC)


def last_hour() -> Window:
    return Window(now() - timedelta(hours=1), now() + timedelta(seconds=5))


def box(sku: str = "VAI-1KG", **changes: Any) -> Offer:
    """A box of lychees as a new listing."""
    name = "Vải thiều Thanh Hà, thùng 1 kg"  # TikTok Shop takes no title of less than 25 letters
    offer = Offer(sku, name, "Hái trong ngày", 55_000, 40, on_sale=True, weight_g=1_000)
    return replace(offer, **{"category_id": "100855", "pictures": (Picture("vai.png", PNG),), **changes})


def every(pages: Iterator[Page]) -> dict[str, Order]:
    """The orders of all pages by number; fails when anything could not be read."""
    found: dict[str, Order] = {}
    for page in pages:
        assert page.bad == ()
        found.update((order.ext_order_id, order) for order in page.orders)
    return found


class Stall(Protocol):
    """One shop at one marketplace."""

    credentials: Credentials

    def shop(self, credentials: Credentials | None = None) -> Marketplace: ...
    def order(
        self, listing: str, quantity: int = 1, at: datetime | None = None, status: str = "placed"
    ) -> str: ...
    def change(self, order: str, status: str) -> None: ...
    def expire(self) -> None: ...


def new_box(stall: Stall, sku: str = "VAI-1KG", **changes: Any) -> Offer:
    """A box as a new listing, with its picture as the stall's marketplace takes it."""
    by_address = stall.shop().capabilities.pictures_by_address
    return box(sku, **{"image_ids": ("https://example.vn/vai.jpg",) if by_address else (), **changes})


class MemoryStall:
    """A shop of the marketplace in memory."""

    def __init__(self) -> None:
        self.keys = AppKeys("7", "secret", f"memory:{next(NUMBERS)}")
        self._world = world(self.keys.base_url)
        self._world.page_size = 3
        self.credentials = self._world.open_shop("7", now())

    def shop(self, credentials: Credentials | None = None) -> Marketplace:
        return open_shop("memory", Client(), self.keys, credentials or self.credentials, now)

    def order(
        self, listing: str, quantity: int = 1, at: datetime | None = None, status: str = "placed"
    ) -> str:
        return self._world.place("7", [(listing, quantity)], at or now(), status).ext_order_id

    def change(self, order: str, status: str) -> None:
        self._world.change("7", order, status, now())

    def expire(self) -> None:
        self._world.access["7"] = "another"


@dataclass(frozen=True)
class Market:
    """What a simulated marketplace needs to be told apart from its neighbours.

    ``creates``, ``prices`` and ``renews`` are parts of the paths that make a listing, set its price, and
    renew tokens: faults of the network are aimed at them. With ``own_keys`` each shop there has an
    application of its own.
    """

    name: str
    app_id: str
    secret: str
    base: str
    creates: str
    prices: str
    renews: str
    auth: str = ""
    options: tuple[tuple[str, str], ...] = ()
    own_keys: bool = False

    def app(self, number: int) -> dict[str, str]:
        """The application that the ``number``-th shop of the tests works through."""
        return {"id": f"{self.app_id}{number if self.own_keys else ''}", "secret": self.secret}

    def keys(self, address: str, app_id: str = "") -> AppKeys:
        """Our application there, behind the simulators' address."""
        auth, name = f"{address}{self.auth}" if self.auth else "", app_id or self.app_id
        return AppKeys(name, self.secret, f"{address}{self.base}", auth_url=auth, options=self.options)


MARKETS = {
    one.name: one
    for one in (
        Market(
            *("shopee", "2001887", "shpk-made-up", "/shopee"),
            *("add_item", "update_price", "access_token/get"),
        ),
        Market(
            *("lazada", "100132", "lazada-made-up", "/lazada/rest"),
            *("product/create", "price_quantity", "token/refresh"),
            auth="/lazada/rest",
        ),
        Market(
            *("tiktok", "6h8fm2nq4vk1d", "tiktok-made-up", "/tiktok"),
            *("202309/products", "prices/update", "token/refresh"),
        ),
        Market(
            *("tiki", "759013916", "tiki-made-up", "/tiki"),
            *("v2.1/requests", "updateSku", "oauth2/token"),
            own_keys=True,
        ),
        Market(
            *("sendo", "b1d67039b0bc44fd", "sendo-made-up", "/sendo"),
            *("partner/product", "variant-price", "login"),
            options=(("service_checked", "yes"),),
            own_keys=True,
        ),
        Market(
            *("alibaba", "500000", "alibaba-made-up", "/alibaba/rest"),
            *("product/listing", "edit-price", "token/refresh"),
            auth="/alibaba",
        ),
    )
}
"""Every simulator whose adapter keeps the contract; a new one is one line."""


class InDong:
    """A shop that counts in dollars, seen through one exchange rate as our services see it."""

    def __init__(self, shop: Marketplace) -> None:
        self._shop = shop
        self.capabilities = shop.capabilities

    def __getattr__(self, name: str) -> Any:
        return getattr(self._shop, name)

    def publish(self, offers: Sequence[Offer]) -> list[OfferResult]:
        return self._shop.publish(
            [replace(offer, price_minor=offer.price_vnd * 100 // DONG_A_DOLLAR) for offer in offers]
        )

    def listings(self) -> Iterator[Listing]:
        for one in self._shop.listings():
            yield replace(one, price_vnd=in_dong(one.price_minor), price_minor=None)

    def orders(self, window: Window, progress: str = "") -> Iterator[Page]:
        for page in self._shop.orders(window, progress):
            yield _page_in_dong(page)

    def read_orders(self, numbers: Sequence[str]) -> Page:
        return _page_in_dong(self._shop.read_orders(numbers))


def seen_in_dong(shop: Marketplace) -> Marketplace:
    """The shop as it is, or through the exchange rate where it counts in dollars."""
    return shop if shop.capabilities.currency == "VND" else InDong(shop)


def in_dong(cents: int | None) -> int:
    """What so many cents are at the simulator's rate."""
    return (cents or 0) * DONG_A_DOLLAR // 100


def _page_in_dong(page: Page) -> Page:
    orders = [
        replace(
            order,
            lines=tuple(
                replace(line, unit_price_vnd=in_dong(line.unit_price_minor), unit_price_minor=None)
                for line in order.lines
            ),
        )
        for order in page.orders
    ]
    return replace(page, orders=tuple(orders))


class SimulatedStall:
    """A shop of its own at a simulated marketplace behind ``address``; the control door is ``do``."""

    def __init__(self, address: str, market: Market) -> None:
        self.address, self.market = address, market
        self.records: list[CallRecord] = []
        number = next(NUMBERS)
        seeded = self.do("seed", name=f"HTX {number}", app=market.app(number))
        self.shop_id, tokens = seeded["shop"], seeded["tokens"]
        self.keys = market.keys(address, seeded["app"]["id"])
        life = timedelta(seconds=tokens["expires_in"])
        self.credentials = Credentials(
            tokens["access"], tokens["refresh"], now() + life, now() + timedelta(days=30), self.shop_id
        )

    def do(self, deed: str, **ask: Any) -> dict[str, Any]:
        answer = requests.post(
            f"{self.address}/control/{self.market.name}", json={"do": deed, **ask}, timeout=120
        )
        assert answer.status_code == 200, answer.text
        done: dict[str, Any] = answer.json()
        return done

    def fault(self, kind: str, **ask: Any) -> None:
        self.do("fault", kind=kind, **ask)

    def truth(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = requests.get(
            f"{self.address}/control/{self.market.name}/truth", timeout=120
        ).json()
        return [row for row in rows if row["shop"] == self.shop_id]

    def shop(
        self,
        credentials: Credentials | None = None,
        transport: Transport | None = None,
        clock: Clock = now,
        keys: AppKeys | None = None,
        patience: Patience | None = None,
        read_s: float = 30,
    ) -> Marketplace:
        client = Client(
            transport=transport,
            pace=Pace(10_000, 10_000),
            recorder=self.records.append,
            timeouts=Timeouts(connect_s=30, read_s=read_s, total_s=90),
            patience=patience or Patience(first_s=0.01, most_s=0.05),
        )
        keys, credentials = keys or self.keys, credentials or self.credentials
        return seen_in_dong(open_shop(self.market.name, client, keys, credentials, clock))

    def order(
        self, listing: str, quantity: int = 1, at: datetime | None = None, status: str = "placed"
    ) -> str:
        asked = {"at": at.isoformat()} if at else {}
        lines = [{"listing": listing, "quantity": quantity}]
        told = self.do("order", shop=self.shop_id, lines=lines, status=status, **asked)
        number: str = told["orders"][0]["order"]
        return number

    def orders(self, listing: str, count: int, at: datetime) -> set[str]:
        """Many orders of one unit, a second apart, the newest at ``at``."""
        orders = [
            {"lines": [{"listing": listing}], "at": (at - timedelta(seconds=place)).isoformat()}
            for place in range(count)
        ]
        told = self.do("order", shop=self.shop_id, orders=orders)
        return {order["order"] for order in told["orders"]}

    def change(self, order: str, status: str) -> None:
        self.do("status", order=order, status=status)

    def expire(self) -> None:
        self.do("expire", shop=self.shop_id)


@contextmanager
def serving(path: Path | None = None, alone: str = "") -> Iterator[str]:
    """The simulators on a free loopback port, one of them at the root if named; yields their address."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    app = create_app(path)
    server = make_server("127.0.0.1", 0, at_root(app, alone) if alone else app, threaded=True)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
