"""Connecting the shops as a manager does, and reading their orders with the jobs every shop is read by."""

from datetime import datetime, timedelta
from typing import Any

from marketplaces import directory
from marketplaces.pace import Pace
from marketplaces.simulators.alibaba import DONG_A_DOLLAR
from marketplaces.values import Credentials
from trace.commands.demo_season.cast import Cast, Coop
from trace.commands.demo_season.goods import SHOPS, ShopPlan
from trace.db import reading, transaction
from trace.jobs import work
from trace.jobs.desk import Desk
from trace.records.job import Job, JobState
from trace.services import exchange_rates, listing_offers, listings, schedules, shops
from trace.services.listing_offers import Wish
from trace.services.rate_input import RateIn
from trace.settings import Settings
from trace.standards.exchange import PARTS

REFRESH_LIFE = timedelta(days=30)
SYNC_EVERY_S = 20
"""So often a connected shop is read: an order is in the office's figures within a minute."""
MANAGED_STOCK = 240
RATE_SOURCE = "Bản chạy thử: tỷ giá tự đặt, không của ngân hàng nào"


def enter_rates(cast: Cast, settings: Settings) -> None:
    """A rate for every day that has orders, as the office enters them; it is the simulator's, and says so."""
    last, step = cast.size.order_days + 1, settings.rate_days + 1
    given = [
        RateIn(currency="USD", day=cast.days.ago(ago), dong=DONG_A_DOLLAR * PARTS, source=RATE_SOURCE)
        for ago in sorted({*range(last, -1, -step), 0}, reverse=True)
    ]
    with transaction() as session:
        exchange_rates.declare(session, cast.office, given, settings.rate_days, cast.days.now)


def connect_shops(cast: Cast, settings: Settings, told: dict[str, Any]) -> None:
    """Connect, map the shelf, read the orders; the shop a visitor shall connect is left alone."""
    desk = work.new_desk(settings)
    desk.pace = Pace(1_000.0, 1_000)  # the simulator on this machine need not be spared
    for plan in SHOPS:
        if plan.is_connected and plan.number in told:
            shop_id = _connect(cast.coops[plan.coop], plan, told[plan.number], cast.days.now)
            _run(desk, "read_shelf", shop_id)
            map_shelf(cast.coops[plan.coop], plan, shop_id, cast.days.now)
            _run(desk, "sync_shop", shop_id)


def _connect(coop: Coop, plan: ShopPlan, told: Any, now: datetime) -> int:
    tokens = told["tokens"]
    pair = Credentials(
        access_token=tokens["access"],
        refresh_token=tokens["refresh"],
        access_expires_at=now + timedelta(seconds=tokens["expires_in"]),
        refresh_expires_at=now + REFRESH_LIFE,
        ext_shop_id=told["shop"],
    )
    with transaction() as session:
        has_queue = directory.shipped(plan.marketplace).event_queue
        new = shops.NewShop(plan.marketplace, plan.name, pair, has_queue)
        return shops.connect(session, coop.manager, new, SYNC_EVERY_S, now).id


def map_shelf(coop: Coop, plan: ShopPlan, shop_id: int, now: datetime) -> None:
    """Say which product each listing is, where one fits; the first is kept at a stock of ours."""
    offers = {offer.sku: offer for offer in plan.offers}
    with transaction() as session:
        for number, row in enumerate(listings.shelf_of(session, shop_id).values()):
            offer = offers[row.ext_sku]
            if not offer.product:
                continue
            product = coop.products[offer.product]
            listings.map_listing(session, coop.manager, shop_id, row.id, product, offer.weight_g, now)
            if number == 0:
                wish = Wish(offer.price_vnd, MANAGED_STOCK, on_sale=True)
                listing_offers.wish(session, coop.manager, shop_id, row.id, wish, now)


def _run(desk: Desk, kind: str, shop_id: int) -> None:
    """One job of the shop, to its end.

    Raises:
        RuntimeError: it failed; a demonstration without its orders is not one.
    """
    with transaction() as session:
        number = schedules.run_now(session, kind, str(shop_id), desk.now(), shop_id=shop_id)
    work.run_one(desk, number)
    with reading() as session:
        job = session.get_one(Job, number)
    if job.state != JobState.DONE:
        raise RuntimeError(f"{kind} of shop {shop_id}: {job.state} {job.error}")
