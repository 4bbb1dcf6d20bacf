"""The simulated marketplaces: shops, shelves and ninety days of orders, told through their control doors."""

import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import requests

from trace.commands.demo_season.applications import APPLICATIONS, SECRET
from trace.commands.demo_season.cast import Cast
from trace.commands.demo_season.days import at
from trace.commands.demo_season.goods import SHOPS, Offer, ShopPlan

WEEKDAYS = (0.95, 0.9, 0.9, 1.0, 1.1, 1.3, 1.2)
"""Monday to Sunday: people order at the weekend."""
HOURS = (7, 8, 9, 10, 11, 12, 12, 13, 15, 17, 19, 20, 20, 21, 21, 22)
ORDERS_A_CALL = 400
PATIENCE_S = 60
LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
WORDS = {
    "new": ("UNPAID", "READY_TO_SHIP", "READY_TO_SHIP", "PROCESSED"),
    "sent": ("PROCESSED", "SHIPPED", "CANCELLED"),
    "arriving": ("SHIPPED", "COMPLETED", "CANCELLED"),
    "settled": ("COMPLETED", "CANCELLED", "ESCROW_REVIEW"),
}
"""Shopee's own words. The last is one that no table knows: such an order is shown and never counted."""
PLAIN = {
    "UNPAID": "unpaid",
    "CANCELLED": "cancelled",
    "COMPLETED": "completed",
    "ESCROW_REVIEW": "completed",
}
"""What the other simulators are told; every other word is an order placed."""
Order = dict[str, Any]


class Market:
    """The control door of one simulated marketplace on this port."""

    def __init__(self, port: int, name: str = "shopee", web: str = "http://127.0.0.1") -> None:
        self.name = name
        self._back = f"{web}/htx/gian-hang/tro-ve"
        self._door = f"http://127.0.0.1:{port}/control/{name}"

    def ask(self, deed: str, **given: Any) -> Any:
        """Do something; raises ``requests.HTTPError`` where the simulator cannot."""
        answer = requests.post(self._door, json={"do": deed, **given}, timeout=PATIENCE_S)
        answer.raise_for_status()
        return answer.json()

    def seed(self, plan: ShopPlan) -> Any:
        """A shop with its shelf; its keys and tokens."""
        listings = [
            {
                "sku": offer.sku,
                "name": offer.name,
                "price_vnd": offer.price_vnd,
                "stock": 300,
                "weight_g": offer.weight_g,
            }
            for offer in plan.offers
        ]
        app = {"id": APPLICATIONS[self.name].app_id, "secret": SECRET, "redirect": self._back}
        return self.ask("seed", shop=plan.number, name=plan.name, app=app, listings=listings)


def open_shops(cast: Cast, port: int, web: str) -> dict[str, Any]:
    """Seed every shop whose cooperative is told of, and sell; keys and tokens by the shop's number.

    Who agrees at one of them is sent back to ``web``, our public address.
    """
    told = {}
    for plan in SHOPS:
        if plan.coop not in cast.coops:
            continue
        market = Market(port, plan.marketplace, web)
        told[plan.number] = market.seed(plan)
        orders = [order if plan.marketplace == "shopee" else _plain(order) for order in orders_of(cast, plan)]
        for start in range(0, len(orders), ORDERS_A_CALL):
            placed = market.ask("order", shop=plan.number, orders=orders[start : start + ORDERS_A_CALL])
            for order, made in zip(orders[start:], placed["orders"], strict=False):
                order["order"] = made["order"]
        _take_back(cast, market, orders)
    return told


def orders_of(cast: Cast, plan: ShopPlan) -> Iterator[Order]:
    """What the shop sold in the days that are told, the oldest day first; in Shopee's words."""
    dice = cast.dice
    for ago in range(cast.size.order_days, -1, -1):
        day = cast.days.ago(ago)
        for offer in plan.offers:
            for _ in range(_how_many(dice, _wanted(cast, offer, day))):
                created = at(day, dice.choice(HOURS), dice.randrange(60))
                if created < cast.days.now:
                    yield _order(cast, plan, offer, created)


def _plain(order: Order) -> Order:
    """As every simulator understands it; the marketplace numbers it itself."""
    del order["order"]
    return {**order, "status": PLAIN.get(order["status"], "placed")}


def _wanted(cast: Cast, offer: Offer, day: date) -> float:
    """Pieces to expect; fresh lychee is on the shelf from 20 May to 5 July only."""
    if offer.fresh and not (5, 20) <= (day.month, day.day) <= (7, 5):
        return 0.0
    return offer.a_day * cast.size.orders * WEEKDAYS[day.weekday()]


def _how_many(dice: random.Random, mean: float) -> int:
    """Chance arrivals: as many as fit into a day when each comes after a random wait."""
    count, waited = 0, dice.expovariate(1.0)
    while waited < mean:
        count, waited = count + 1, waited + dice.expovariate(1.0)
    return count


def _order(cast: Cast, plan: ShopPlan, offer: Offer, created: datetime) -> Order:
    dice = cast.dice
    lines = [{"listing": offer.sku, "quantity": dice.choice((1, 1, 1, 2, 2, 3))}]
    other = dice.choice(plan.offers)
    if other is not offer and not other.fresh and dice.random() < 0.15:
        lines.append({"listing": other.sku, "quantity": 1})
    age = cast.days.now - created
    settled = min(age, timedelta(hours=dice.uniform(20, 110)))
    number = f"{created:%y%m%d}{''.join(dice.choices(LETTERS, k=8))}"
    return {
        "order": number,
        "at": int(created.timestamp()),
        "updated_at": int((created + settled).timestamp()),
        "status": _status(dice, age),
        "lines": lines,
    }


def _status(dice: random.Random, age: timedelta) -> str:
    """What usually has become of an order after so long."""
    if age < timedelta(hours=12):
        return dice.choice(WORDS["new"])
    if age < timedelta(days=3):
        return dice.choices(WORDS["sent"], (45, 48, 7))[0]
    if age < timedelta(days=7):
        return dice.choices(WORDS["arriving"], (30, 62, 8))[0]
    return dice.choices(WORDS["settled"], (915, 84, 1))[0]


def _take_back(cast: Cast, market: Market, orders: list[Order]) -> None:
    """Some completed orders come back: one in thirty whole, one in sixty a single piece of several."""
    for order in orders:
        if order["status"].upper() != "COMPLETED":
            continue
        back = {
            "order": order["order"],
            "at": min(order["updated_at"] + 3_600, int(cast.days.now.timestamp())),
        }
        chance = cast.dice.random()
        first = order["lines"][0]
        if chance < 1 / 30:
            market.ask("return", **back)
        elif chance < 1 / 20 and first["quantity"] > 1:
            market.ask("return", **back, lines=[{"listing": first["listing"], "quantity": 1}])
