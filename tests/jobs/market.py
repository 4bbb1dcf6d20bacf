"""A simulated marketplace on loopback, a shop of ours there, and jobs run by a clock the test moves.

Shopee where nothing else is said: what the engine does is the same at every marketplace.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import requests
from sqlalchemy import select
from sqlmodel import col
from werkzeug.serving import WSGIRequestHandler, make_server

from marketplaces import directory
from marketplaces.http import Patience
from marketplaces.pace import Pace
from marketplaces.simulators.alibaba import DONG_A_DOLLAR
from marketplaces.simulators.app import create_app
from marketplaces.values import Credentials
from tests import world
from tests.marketplaces.stalls import MARKETS
from tests.marketplaces.stalls import Market as Spec
from trace.db import reading, transaction
from trace.jobs.desk import Desk
from trace.jobs.work import run_one
from trace.records.exchange_rate import ExchangeRate
from trace.records.job import Job
from trace.records.market_order import MarketOrder
from trace.records.shop import Listing, Shop, ShopState
from trace.records.sums import SalesDay
from trace.services import exchange_rates, recounting, schedules, shops
from trace.settings import Settings
from trace.settings_outside import MarketplaceSettings

SHOPEE = MARKETS["shopee"]
APP_ID, SECRET = SHOPEE.app_id, SHOPEE.secret
LISTINGS = [
    {
        "sku": "VAI-1KG",
        "name": "Vải thiều Thanh Hà 1 kg",
        "price_vnd": 55_000,
        "stock": 500,
        "id": "81000001",
    },
    {"sku": "VAI-5KG", "name": "Vải thiều thùng 5 kg", "price_vnd": 250_000, "stock": 90, "id": "81000002"},
]


@dataclass
class Market:
    """The simulator behind ``base_url``; ``control`` is its back door."""

    root: str
    spec: Spec = SHOPEE

    @property
    def base_url(self) -> str:
        return self.spec.keys(self.root).base_url

    def control(self, do: str, **ask: Any) -> Any:
        answer = requests.post(f"{self.root}/control/{self.spec.name}", json={"do": do, **ask}, timeout=120)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def order(self, **ask: Any) -> str:
        ask.setdefault("lines", [{"listing": "VAI-1KG", "quantity": 2}])
        return self.control("order", **ask)["orders"][0]["order"]

    def truth(self) -> dict[tuple[str, str], tuple[int, int, int, int]]:
        rows = requests.get(f"{self.root}/control/{self.spec.name}/truth", timeout=120).json()
        names = ("orders", "transactions", "quantity", "revenue_vnd")
        return {(row["listing"], row["day"]): tuple(row[name] for name in names) for row in rows}

    def calls(self, part: str) -> list[dict[str, str]]:
        """The queries of the calls whose path contains ``part``, oldest first."""
        rows = requests.get(f"{self.root}/control/{self.spec.name}/calls", timeout=60).json()
        return [row["query"] for row in rows if part in row["path"]]


class Quiet(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Nothing: a failing test shall show its own words."""


@contextmanager
def market_server(path: Path | None = None) -> Iterator[Market]:
    server = make_server("127.0.0.1", 0, create_app(path), threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield Market(f"http://127.0.0.1:{server.server_port}")
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def settings_for(market: Market, folder: Path, **more: Any) -> Settings:
    keys = market.spec.keys(market.root)
    told = MarketplaceSettings(
        base_url=keys.base_url,
        app_id=keys.app_id,
        app_secret=keys.app_secret,
        auth_url=keys.auth_url,
        options=dict(keys.options),
    )
    given = {"instance": folder, "public_url": "http://localhost", "marketplaces": {market.spec.name: told}}
    return Settings(**{**given, **more})


@dataclass
class Stand:
    """A connected shop and a desk to run its jobs at; ``ahead`` moves our clock and theirs."""

    market: Market
    desk: Desk
    coop: world.Coop
    shop: Shop
    ahead: timedelta = field(default_factory=timedelta)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def travel(self, **span: float) -> None:
        self.ahead += timedelta(**span)
        self.market.control("clock", offset_s=int(self.ahead.total_seconds()))

    def due(self, kind: str = "sync_shop") -> int:
        """Queue one job of the shop, whatever its pause."""
        with transaction() as session:
            session.get(Shop, self.shop.id).paused_until = None
            return schedules.run_now(session, kind, str(self.shop.id), self.now(), shop_id=self.shop.id)

    def run(self, kind: str = "sync_shop") -> Job:
        """Run one job of the shop to its end."""
        number = self.due(kind)
        run_one(self.desk, number)
        with reading() as session:
            return session.get(Job, number)

    def again(self) -> Shop:
        with reading() as session:
            return session.get(Shop, self.shop.id)

    def agree_if_asked(self) -> bool:
        """As the seller does when the shop asks for a new sign-in; whether it did."""
        if self.again().state != ShopState.NEEDS_LOGIN:
            return False
        told = self.market.control("seed", shop=self.shop.ext_shop_id)
        with transaction() as session:
            pair = credentials(told, self.now())
            new = shops.NewShop(self.market.spec.name, self.shop.name, pair)
            shops.connect(session, self.coop.boss, new, 300, self.now())
        return True


def stocked(market: Market) -> Any:
    """The cooperative's shop there, with its listings; numbers of listings are said at Shopee alone."""
    spec = market.spec
    shelf = LISTINGS if spec is SHOPEE else [{k: v for k, v in one.items() if k != "id"} for one in LISTINGS]
    app = {"id": spec.app_id, "secret": spec.secret}
    return market.control("seed", name="HTX Vải Thanh Hà", app=app, listings=shelf)


def open_stand(market: Market, folder: Path, ahead: timedelta = timedelta()) -> Stand:
    """Seed the marketplace and connect the shop."""
    now = datetime.now(UTC) + ahead
    told = stocked(market)
    desk = Desk(
        settings_for(market, folder),
        "test",
        sleep=lambda _s: None,
        patience=Patience(attempts=6, first_s=0.0, most_s=0.0),
        pace=Pace(10_000.0, 1_000),
    )
    with transaction() as session:
        coop = world.make_coop(session, now)
        if directory.shipped(market.spec.name).currency == "USD":
            session.add(one_rate(now))
        pair = credentials(told, now)
        shop = shops.connect(
            session, coop.boss, shops.NewShop(market.spec.name, told["name"], pair), 300, now
        )
    stand = Stand(market, desk, coop, shop, ahead)
    desk.now = stand.now
    return stand


def one_rate(now: datetime) -> ExchangeRate:
    """The simulator's own rate, for every day a test may reach."""
    year = timedelta(days=365)
    return ExchangeRate(
        currency="USD",
        day=(now - year).date(),
        last_day=(now + year).date(),
        dong_e4=DONG_A_DOLLAR * 10_000,
        source="tỷ giá thử",
        entered_at=now,
    )


def credentials(told: Any, now: datetime) -> Credentials:
    tokens = told["tokens"]
    return Credentials(
        access_token=tokens["access"],
        refresh_token=tokens["refresh"],
        access_expires_at=now + timedelta(seconds=tokens["expires_in"]),
        refresh_expires_at=now + timedelta(days=30),
        ext_shop_id=told["shop"],
    )


def figures() -> dict[tuple[str, str], tuple[int, int, int, int]]:
    """Our day figures in the form of the marketplace's truth, which knows listings and not their SKUs."""
    with reading() as session:
        rows = session.execute(
            select(SalesDay, Listing).join(Listing, col(Listing.id) == col(SalesDay.listing_id))
        ).all()
        return {
            (listing.ext_listing_id.partition("/")[0], row.day.isoformat()): (
                row.orders,
                row.transactions,
                row.quantity,
                row.revenue_vnd,
            )
            for row, listing in rows
        }


def orders() -> dict[str, MarketOrder]:
    with reading() as session:
        return {row.ext_order_id: row for row in session.execute(select(MarketOrder)).scalars()}


def figures_follow_facts() -> bool:
    with reading() as session:
        is_priced_right = exchange_rates.settle(session, check=True) == 0
        return is_priced_right and recounting.recount(session, check=True) == []
