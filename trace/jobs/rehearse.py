"""A dry run: the same reading, counting and sending, with changes held back and nothing written."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from marketplaces.interface import Marketplace, MarketplaceError
from marketplaces.values import Order, Page
from marketplaces.wire import Rehearsal
from trace.db import reading, transaction
from trace.errors import Refused
from trace.jobs.desk import Calls, Desk
from trace.jobs.pull_orders import plan, record_page
from trace.jobs.push_listings import shop_face
from trace.records.market_order import MarketOrder
from trace.records.shop import Shop
from trace.services import listing_offers, shop_tokens
from trace.services.listing_offers import DueOffer
from trace.services.listing_text import Face
from trace.services.selling import Tally


class _TakeBackError(Exception):
    """Leaves a transaction without keeping anything of it."""


@dataclass
class Rehearsed:
    """What a run would have done."""

    shop: str
    since: str = ""
    until: str = ""
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    failed: int = 0
    orders: list[dict[str, Any]] = field(default_factory=list)
    offers: list[dict[str, Any]] = field(default_factory=list)
    held_calls: list[str] = field(default_factory=list)
    calls: int = 0


def rehearse(desk: Desk, shop: Shop) -> Rehearsed:
    """Read what a run would read, apply it and take it back, and hold every change back.

    Raises:
        Refused: the shop's tokens are due for renewal, which is a change by itself.
        MarketplaceError: the marketplace does not answer.
    """
    with reading() as session:
        tokens = shop_tokens.read_tokens(session, shop.id)
    if desk.now() >= tokens.credentials.access_expires_at:
        raise Refused("shop.tokens_due", shop=shop.name)
    calls, held = Calls(), Rehearsal(desk.transport())
    adapter = desk.open(shop.marketplace, tokens.credentials, calls, transport=held)
    told = Rehearsed(f"{shop.marketplace}/{shop.ext_shop_id}")
    reach = timedelta(days=desk.settings.sync_first_days)
    windows = list(plan(shop.orders_cursor, desk.now(), adapter.capabilities, reach))
    told.since, told.until = windows[0].since.isoformat(), windows[-1].until.isoformat()
    pages = [page for window in windows for page in adapter.orders(window)]
    due = _apply_and_take_back(desk, shop, pages, told, shop_face(desk, shop.marketplace, adapter))
    for one, result in zip(due, _publish(adapter, due), strict=True):
        told.offers.append({"listing": one.offer.listing_id, "outcome": result, **_shown(one)})
    told.held_calls = [f"{call.method} {call.url}" for call in held.held]
    told.calls = calls.made
    return told


def _publish(adapter: Marketplace, due: list[DueOffer]) -> list[str]:
    try:
        return [result.outcome for result in adapter.publish([one.offer for one in due])] if due else []
    except MarketplaceError as error:
        done = [result.outcome for result in error.results]
        return [*done, *["unknown"] * (len(due) - len(done))]


def _shown(one: DueOffer) -> dict[str, Any]:
    offer = one.offer
    return {"sku": offer.sku, "price_vnd": offer.price_vnd, "stock": offer.stock, "on_sale": offer.on_sale}


def _apply_and_take_back(
    desk: Desk, shop: Shop, pages: list[Page], told: Rehearsed, face: Face
) -> list[DueOffer]:
    due: list[DueOffer] = []
    try:
        with transaction() as session:
            for page in pages:
                before = _known(session, shop.id, page.orders)
                tally = record_page(session, shop.id, page, desk.now())
                _add(told, page, tally, before)
            listing_offers.pause_ended(session, shop.id, desk.now())
            due = listing_offers.offers_due(session, shop.id, face, desk.now())
            raise _TakeBackError
    except _TakeBackError:
        return due


def _known(session: Session, shop_id: int, orders: tuple[Order, ...]) -> dict[str, str]:
    numbers = {order.ext_order_id for order in orders}
    rule = (col(MarketOrder.shop_id) == shop_id, col(MarketOrder.ext_order_id).in_(numbers))
    question = select(col(MarketOrder.ext_order_id), col(MarketOrder.status)).where(*rule)
    return {row.ext_order_id: row.status for row in session.execute(question)}


def _add(told: Rehearsed, page: Page, tally: Tally, before: dict[str, str]) -> None:
    told.new += tally.new
    told.changed += tally.changed
    told.unchanged += tally.unchanged
    told.failed += len(tally.bad)
    told.orders += [
        {"order": order.ext_order_id, "was": before.get(order.ext_order_id), "status": order.status}
        for order in page.orders
        if before.get(order.ext_order_id) != order.status
    ]
