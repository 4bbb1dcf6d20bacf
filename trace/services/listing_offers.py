"""What we want the marketplaces to show: price, stock, on sale, and (when asked for) name and description.

``desired``, ``sent`` and ``confirmed`` hold one short hash for each group; equal hashes mean that there is
nothing to send. Only absolute values are sent. A listing the shop does not find is missing, never synced.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlmodel import Session, col

from marketplaces.values import Offer, OfferResult
from trace.errors import FieldProblem, Invalid, Refused
from trace.records.market_order import MarketOrder, MarketOrderLine
from trace.records.product import Product
from trace.records.shop import Listing, Shop
from trace.services.admission import Act, Actor
from trace.services.listings import fetch_listing
from trace.services.order_figures import COUNTED

MOST_PRICE_VND = 1_000_000_000
MOST_STOCK = 1_000_000


@dataclass(frozen=True)
class Wish:
    """What the manager asks for one listing. ``stock`` is what there is to sell now, in its pieces."""

    price_vnd: int
    stock: int
    on_sale: bool
    with_content: bool = False


@dataclass(frozen=True)
class DueOffer:
    """A listing to send, its offer, and the hashes that stand for it."""

    listing_id: int
    offer: Offer
    hashes: Mapping[str, str]


def wish(
    session: Session, actor: Actor, shop_id: int, listing_id: int, asked: Wish, now: datetime
) -> Listing:
    """Set what the shop shall show; the next push sends it.

    Raises:
        Invalid: a price or a stock out of bounds.
        Refused: the listing is not mapped to a product yet.
    """
    listing = fetch_listing(session, actor, Act.MANAGE_SHOP, shop_id, listing_id)
    if listing.product_id is None:
        raise Refused("shop.map_first", listing=listing.ext_name)
    problems = [
        FieldProblem(name, "field.range", got, {"min": least, "max": most, "unit": unit})
        for name, got, least, most, unit in (
            ("price_vnd", asked.price_vnd, 1, MOST_PRICE_VND, "đ"),
            ("stock", asked.stock, 0, MOST_STOCK, ""),
        )
        if not least <= got <= most
    ]
    if problems:
        raise Invalid(problems)
    listing.price_vnd, listing.stock, listing.on_sale = asked.price_vnd, asked.stock, asked.on_sale
    listing.desired = json.dumps({"stock_at": now.isoformat(), "content": asked.with_content})
    listing.sent, listing.last_error, listing.updated_at = "{}", "", now
    session.flush()
    return listing


def pause_products(session: Session, product_ids: Iterable[int], now: datetime) -> int:
    """Take every managed listing of these products off sale (a recall, a hold); how many."""
    rule = (col(Listing.product_id).in_(set(product_ids)), col(Listing.on_sale), col(Listing.desired) != "{}")
    # In the order in which a push writes its results, so that neither waits for the other for ever.
    # Order lines that name a listing do not wait for it: who writes them may come to want our lot.
    ordered = select(col(Listing.id)).where(*rule).order_by(col(Listing.id)).with_for_update(key_share=True)
    ids = session.execute(ordered).scalars().all()
    if ids:
        paused = update(Listing).where(col(Listing.id).in_(ids))
        session.execute(paused.values(on_sale=False, sent="{}", last_error="", updated_at=now))
    return len(ids)


def published_stock(stock: int, sold_since: int, buffer_units: int) -> int:
    """What may be offered: what there was, less what was ordered since, less what is kept back.

    >>> published_stock(100, 30, 5)
    65
    >>> published_stock(3, 2, 5)
    0
    """
    return max(0, stock - sold_since - buffer_units)


def offers_due(session: Session, shop_id: int) -> list[DueOffer]:
    """Listings whose wish is not confirmed yet, leaving out what the shop refused as it stands."""
    shop = session.get_one(Shop, shop_id)
    rule = (
        col(Listing.shop_id) == shop_id,
        col(Listing.desired) != "{}",
        col(Listing.is_missing).is_(False),
    )
    rows = session.execute(
        select(Listing, Product).join(Product, col(Product.id) == col(Listing.product_id)).where(*rule)
    ).all()
    due = [_due(session, shop, listing, product) for listing, product in rows]
    return [one for one, (listing, _) in zip(due, rows, strict=True) if _is_open(listing, one.hashes)]


def _due(session: Session, shop: Shop, listing: Listing, product: Product) -> DueOffer:
    said = json.loads(listing.desired)
    sold = _sold_since(session, listing.id, datetime.fromisoformat(said["stock_at"]))
    number, _, model = listing.ext_listing_id.partition("/")
    offer = Offer(
        sku=listing.ext_sku or product.sku,
        name=product.name if said["content"] else "",
        description=product.description if said["content"] else "",
        price_vnd=listing.price_vnd or 0,
        stock=published_stock(listing.stock or 0, sold, shop.buffer_units),
        on_sale=listing.on_sale,
        weight_g=0,
        listing_id=number,
        model_id=model,
    )
    return DueOffer(listing.id, offer, _hashes(offer))


def _sold_since(session: Session, listing_id: int, since: datetime) -> int:
    pieces = (
        select(func.coalesce(func.sum(col(MarketOrderLine.net_quantity)), 0))
        .join(MarketOrder, col(MarketOrder.id) == col(MarketOrderLine.order_id))
        .where(
            col(MarketOrderLine.listing_id) == listing_id,
            col(MarketOrder.ordered_at) > since,
            col(MarketOrder.status).in_((*COUNTED, "unpaid")),
        )
    )
    return int(session.execute(pieces).scalar_one())


def _hashes(offer: Offer) -> dict[str, str]:
    groups: dict[str, Any] = {
        "content": [offer.name, offer.description],
        "price": offer.price_vnd,
        "stock": offer.stock,
        "status": offer.on_sale,
    }
    return {
        name: hashlib.sha256(json.dumps(value, ensure_ascii=False).encode()).hexdigest()[:16]
        for name, value in groups.items()
    }


def _is_open(listing: Listing, hashes: Mapping[str, str]) -> bool:
    sent = json.loads(listing.sent)
    refused = sent.pop("outcome", "") == "refused" and sent == hashes
    return json.loads(listing.confirmed) != hashes and not refused


def record_results(
    session: Session, due: Iterable[DueOffer], results: Iterable[OfferResult], now: datetime
) -> dict[str, int]:
    """Write down what became of each offer; how many of each outcome."""
    counts: dict[str, int] = {}
    for one, result in zip(due, results, strict=False):
        listing = session.get_one(Listing, one.listing_id)
        counts[result.outcome] = counts.get(result.outcome, 0) + 1
        listing.sent = json.dumps({**one.hashes, "outcome": result.outcome})
        listing.is_missing = result.outcome == "missing"
        listing.last_error = "" if result.outcome in {"done", "unchanged"} else result.reason[:600]
        if result.outcome in {"done", "unchanged"}:
            listing.confirmed = json.dumps(dict(one.hashes))
        listing.updated_at = now
    session.flush()
    return counts
