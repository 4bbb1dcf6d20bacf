"""What an order costs the sync, however many there are; what one marketplace that hangs costs the others."""

import logging
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

import structlog
from sqlmodel import select

from marketplaces import memory
from marketplaces.http import Patience
from marketplaces.pace import Pace
from marketplaces.values import Listing
from tests import world
from tests.bench.ruler import Limit
from tests.databases import migrated
from tests.jobs.market import Market, credentials, market_server, settings_for, stocked
from tests.marketplaces.stalls import MARKETS
from trace.db import open_database, reading, transaction, use_database
from trace.jobs.desk import Desk
from trace.jobs.work import THREADS, run_one
from trace.keyring import Keyring, use_keyring
from trace.records.job import Job, JobState
from trace.records.shop import Shop
from trace.services import schedules, shops
from trace.services.shops import NewShop
from trace.settings import Settings
from trace.settings_outside import MarketplaceSettings

SIZES = (1_000, 10_000, 100_000)
LATER = 500
"""Orders of a last reading, over all that are there by then."""
FLAT = 1.2
MARKET_NAMES = ("alibaba", "lazada", "sendo", "shopee", "tiki", "lazada", "shopee", "tiktok")
"""Eight shops; the last one's marketplace hangs."""
CALL_S = 0.15
"""What every call at a simulated marketplace takes."""
HANG_S = 8.0
"""What a marketplace that hangs takes: longer than the others need for everything."""
HUNG_RATIO = 1.1
ROUNDS = 3
BASE = "memory:bench"
QUIET = {"sleep": lambda _s: None, "pace": Pace(100_000.0, 100_000)}


@contextmanager
def _installation() -> Iterator[Path]:
    """A fresh database in use, and nothing said."""
    said = structlog.get_config()
    with tempfile.TemporaryDirectory(prefix="nongsan-bench-") as name:
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
        url = f"sqlite:///{Path(name) / 'bench.sqlite3'}"
        migrated(url)
        database = open_database(url)
        use_database(database)
        use_keyring(Keyring(bytes(32)))
        try:
            yield Path(name)
        finally:
            use_database(None)
            use_keyring(None)
            database.close()
            structlog.configure(**said)


class Season:
    """A shop of the marketplace in memory, whose orders are read by the real job."""

    def __init__(self, folder: Path) -> None:
        self.now = datetime.now(UTC)
        told = MarketplaceSettings(base_url=f"{BASE}-{folder.name}", app_id="7", app_secret="x")
        settings = Settings(instance=folder, marketplaces={"memory": told})
        self.desk = Desk(settings, "bench", now=lambda: self.now, **QUIET)
        self.market = memory.world(told.base_url)
        goods = [Listing(f"L{n}", f"S{n}", f"Hàng {n}", 50_000 + n, 9_000_000, "on_sale") for n in range(20)]
        self.market.listings = {("7", one.ext_listing_id): one for one in goods}
        pair = self.market.open_shop("7", self.now)
        with transaction() as session:
            coop = world.make_coop(session, self.now)
            self.shop = shops.connect(session, coop.boss, NewShop("memory", "Gian", pair), 300, self.now).id

    def order(self, count: int, span: timedelta) -> None:
        """So many orders, spread evenly over the last days."""
        for place in range(count):
            at = self.now - span * (place + 1) / (count + 1)
            self.market.place("7", [(f"L{place % 20}", 1 + place % 3)], at)

    def read(self) -> float:
        """CPU seconds of one synchronisation."""
        with transaction() as session:
            number = schedules.run_now(session, "sync_shop", str(self.shop), self.now, shop_id=self.shop)
        begun = time.process_time()
        assert run_one(self.desk, number) == "done"
        return time.process_time() - begun


def _costs(size: int) -> tuple[float, float]:
    """CPU an order of the first reading of so many, and of a later one over them all."""
    with _installation() as folder:
        season = Season(folder)
        season.order(size, timedelta(days=60))
        first = season.read() / size
        later = []
        for _ in range(ROUNDS):
            season.now += timedelta(minutes=40)
            season.order(LATER, timedelta(minutes=30))
            later.append(season.read() / LATER)
        return first, median(later)


def dearer_with_many() -> float:
    """How much dearer an order is at the dearest size than at the smallest, in either kind of reading."""
    costs = [_costs(size) for size in SIZES]
    base = costs[0]
    return max(cost[kind] / base[kind] for cost in costs for kind in range(2))


class Fair:
    """Eight shops at simulated marketplaces, and the workers of one process."""

    def __init__(self, root: str, folder: Path) -> None:
        self.markets = {name: Market(root, MARKETS[name]) for name in set(MARKET_NAMES)}
        told = {name: settings_for(one, folder).marketplaces[name] for name, one in self.markets.items()}
        settings = Settings(instance=folder, public_url="http://localhost", marketplaces=told)
        self.desk = Desk(settings, "bench", threads=THREADS, patience=Patience(attempts=1), **QUIET)
        now = datetime.now(UTC)
        for market in self.markets.values():
            market.control("reset")
        with transaction() as session:
            coop = world.make_coop(session, now)
            for name in MARKET_NAMES:
                seeded = stocked(self.markets[name])
                new = NewShop(name, name, credentials(seeded, now))
                shops.connect(session, coop.boss, new, 300, now)

    def finish_s(self, hanging: str = "") -> float:
        """Seconds until every shop whose marketplace does not hang was synchronised."""
        for name, market in self.markets.items():
            kind, seconds = ("hang", HANG_S) if name == hanging else ("slow", CALL_S)
            market.control("fault", kind=kind, share=1.0, seconds=seconds)
        jobs = self._due()
        begun = datetime.now(UTC)
        threads = [threading.Thread(target=self._work, daemon=True) for _ in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        with reading() as session:
            ends = [session.get_one(Job, number) for number, name in jobs.items() if name != hanging]
            assert {job.state for job in ends} == {JobState.DONE}
            return max((job.finished_at - begun).total_seconds() for job in ends if job.finished_at)

    def _due(self) -> dict[int, str]:
        now = datetime.now(UTC)
        with transaction() as session:
            rows = session.exec(select(Shop)).all()
            return {
                schedules.run_now(session, "sync_shop", str(shop.id), now, shop_id=shop.id): shop.marketplace
                for shop in rows
            }

    def _work(self) -> None:
        """Take jobs until none is due."""
        while run_one(self.desk) is not None:
            pass


def slower_beside_one_that_hangs() -> float:
    """How much longer seven shops take while the eighth one's marketplace hangs."""
    ratios = []
    with market_server() as market:
        for _ in range(ROUNDS):
            times = []
            for hanging in ("", MARKET_NAMES[-1]):
                with _installation() as folder:
                    times.append(Fair(market.root, folder).finish_s(hanging))
            ratios.append(times[1] / times[0])
    return median(ratios)


def bars() -> list[Limit]:
    """Flat within a fifth; undisturbed within a tenth."""
    return [
        Limit("order among 100,000 beside 1,000", "times the CPU", dearer_with_many, FLAT),
        Limit("seven shops beside one that hangs", "times as long", slower_beside_one_that_hangs, HUNG_RATIO),
    ]
