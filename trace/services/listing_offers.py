"""What we want the marketplaces to show: price, stock, on sale, and (when asked for) name and text.

``desired``, ``sent`` and ``confirmed`` hold one short hash for each group; equal hashes mean that there is
nothing to send. Only absolute values are sent. A listing the shop does not find is missing, never synced.
Where a shop's prices are in another currency, the price is turned by the rate of the day it is first sent and
keeps that rate until the manager asks for a price again; without a rate all but the price is sent.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select, update
from sqlmodel import Session, col

from marketplaces.money import DECIMALS
from marketplaces.values import Offer, OfferResult
from trace.errors import FieldProblem, Invalid, Refused
from trace.records.exchange_rate import ExchangeRate
from trace.records.product import Product
from trace.records.shop import Listing, Shop
from trace.services.admission import Act, Actor
from trace.services.certificates import claims_on
from trace.services.exchanging import HOME, rate_of
from trace.services.listing_stock import ended_products, stock_sums
from trace.services.listing_text import Face, listing_text
from trace.services.listings import fetch_listing
from trace.standards.exchange import from_dong
from trace.standards.local_time import local_day

MOST_PRICE_VND = 1_000_000_000
MOST_STOCK = 1_000_000


@dataclass(frozen=True)
class Wish:
    """What the manager asks for one listing.

    ``stock`` is what there is to sell now, in its pieces; it may be left out where the lots say it.
    """

    price_vnd: int
    stock: int | None
    on_sale: bool
    with_content: bool = False
    follows_lots: bool = False


@dataclass(frozen=True)
class DueOffer:
    """A listing to send, its offer, the hashes that stand for it, and the rate that made its price."""

    listing_id: int
    offer: Offer
    hashes: Mapping[str, str]
    rate_id: int | None = None


def wish(
    session: Session, actor: Actor, shop_id: int, listing_id: int, asked: Wish, now: datetime
) -> Listing:
    """Set what the shop shall show; the next push sends it.

    Raises:
        Invalid: a price or a stock out of bounds, or no stock where the manager counts.
        Refused: the listing is not mapped to a product yet; ``shop.lots_ended``: it shall be sold, and no
            lot that was let out is good any more.
    """
    listing = fetch_listing(session, actor, Act.MANAGE_SHOP, shop_id, listing_id)
    if listing.product_id is None:
        raise Refused("shop.map_first", listing=listing.ext_name)
    check_bounds(asked)
    if asked.on_sale and ended_products(session, [listing.product_id], local_day(now)):
        name = session.get_one(Product, listing.product_id).name
        raise Refused("shop.lots_ended", listing=listing.ext_name, product=name)
    set_wish(listing, asked, now)
    session.flush()
    return listing


def set_wish(listing: Listing, asked: Wish, now: datetime) -> None:
    """As ``wish``, of what was looked at before."""
    listing.price_vnd, listing.stock, listing.on_sale = asked.price_vnd, asked.stock, asked.on_sale
    listing.follows_lots, listing.price_rate_id = asked.follows_lots, None
    listing.desired = json.dumps({"stock_at": now.isoformat(), "content": asked.with_content})
    listing.sent, listing.last_error, listing.updated_at = "{}", "", now


def check_bounds(asked: Wish) -> None:
    """Whether price and stock can be at all.

    Raises:
        Invalid: one of them is out of bounds, or there is no stock where the manager counts.
    """
    if asked.stock is None and not asked.follows_lots:
        raise Invalid([FieldProblem("stock", "error.empty", "")])
    bounds = (
        ("price_vnd", asked.price_vnd, 1, MOST_PRICE_VND, "đ"),
        ("stock", asked.stock or 0, 0, MOST_STOCK, ""),
    )
    problems = [
        FieldProblem(name, "field.range", got, {"min": least, "max": most, "unit": unit})
        for name, got, least, most, unit in bounds
        if not least <= got <= most
    ]
    if problems:
        raise Invalid(problems)


def pause_ended(session: Session, shop_id: int, now: datetime) -> int:
    """Take off sale what the shop sells of products whose lots are all past their date or recalled."""
    rule = (col(Listing.shop_id) == shop_id, col(Listing.on_sale), col(Listing.desired) != "{}")
    sold = select(col(Listing.product_id)).where(*rule, col(Listing.product_id).is_not(None)).distinct()
    ended = ended_products(session, session.execute(sold).scalars().all(), local_day(now))
    return pause_products(session, ended, now) if ended else 0


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


def offers_due(session: Session, shop_id: int, face: Face, now: datetime) -> list[DueOffer]:
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
    sums = stock_sums(session, shop, [listing for listing, _ in rows], now)
    texts = _texts(session, rows, face, local_day(now))
    tags = _tags(session, [listing for listing, _ in rows], face, local_day(now))
    due = [
        _due(listing, product, sums[listing.id].published, texts.get(listing.id, ""), tags.get(listing.id))
        for listing, product in rows
    ]
    return [one for one, (listing, _) in zip(due, rows, strict=True) if _is_open(listing, one.hashes)]


def _texts(session: Session, rows: Iterable[Any], face: Face, today: date) -> dict[int, str]:
    """The descriptions of listings whose content is ours: other days have other certificates."""
    texts, claims = {}, {}
    for listing, product in rows:
        if json.loads(listing.desired)["content"]:
            if product.id not in claims:
                claims[product.id] = claims_on(session, product.org_id, today, today, product_id=product.id)
            texts[listing.id] = listing_text(product, claims[product.id], face)
    return texts


def _tags(session: Session, shelf: Iterable[Listing], face: Face, today: date) -> dict[int, ExchangeRate]:
    """The rates that price listings in a shop of another currency: the one it was sent with, else today's."""
    if face.currency == HOME:
        return {}
    found = {listing.id: rate_of(session, listing, face.currency, today) for listing in shelf}
    return {number: rate for number, rate in found.items() if rate is not None}


def _due(listing: Listing, product: Product, stock: int, text: str, rate: ExchangeRate | None) -> DueOffer:
    price = listing.price_vnd or 0
    number, _, model = listing.ext_listing_id.partition("/")
    offer = Offer(
        sku=listing.ext_sku or product.sku,
        name=(listing.title or product.name) if text else "",
        description=text,
        price_vnd=price,
        stock=min(stock, MOST_STOCK),
        on_sale=listing.on_sale,
        weight_g=0,
        listing_id=number,
        model_id=model,
        price_minor=from_dong(price, DECIMALS[rate.currency], rate.dong_e4) if rate else None,
    )
    return DueOffer(listing.id, offer, _hashes(offer), rate.id if rate else None)


def _hashes(offer: Offer) -> dict[str, str]:
    groups: dict[str, Any] = {
        "content": [offer.name, offer.description],
        "price": offer.price_vnd if offer.price_minor is None else [offer.price_vnd, offer.price_minor],
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


def note_uploaded(session: Session, hashes: Mapping[int, Mapping[str, str]], now: datetime) -> None:
    """These wishes, by listing, were uploaded by a person: as good as confirmed, for nobody can be asked."""
    for listing_id in sorted(hashes):
        listing = session.get_one(Listing, listing_id)
        listing.sent = json.dumps({**hashes[listing_id], "outcome": "done"})
        listing.confirmed, listing.last_error = json.dumps(dict(hashes[listing_id])), ""
        listing.updated_at = now
    session.flush()


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
            listing.price_minor, listing.price_rate_id = one.offer.price_minor, one.rate_id
            listing.stock = one.offer.stock if listing.follows_lots else listing.stock
            _note_shown(listing, one.offer)
        listing.updated_at = now
    session.flush()
    return counts


def _note_shown(listing: Listing, offer: Offer) -> None:
    """What the shop took is what it shows now; when it was last looked at, and where, stays."""
    if listing.seen_at is not None:
        listing.seen_stock = offer.stock
        listing.seen_price_vnd = offer.price_vnd if offer.price_minor is None else None
