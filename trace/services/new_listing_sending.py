"""Bringing a new listing to its shop, once: what is due, what was sent, what became of it.

That a call goes out is written down before it goes. Whoever finds it written down does not know what came
of it and looks on the shelf first; not before a quarter of an hour has passed without it showing there is it
sent again, three times at most. Whatever stands on the shelf under the seller's code is taken over.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import or_, select
from sqlmodel import Session, col

from marketplaces.interface import Capabilities
from marketplaces.values import Offer, OfferResult, Picture
from trace.records.new_listing import NewListing, NewListingState
from trace.records.product import Product
from trace.records.shop import Listing, Shop
from trace.services import new_listings
from trace.services.certificates import claims_on
from trace.services.exchanging import HOME, price_abroad
from trace.services.listing_offers import MOST_STOCK, Wish, set_wish
from trace.services.listing_stock import ended_products
from trace.services.listing_text import Face, listing_text
from trace.services.listings import set_product
from trace.standards.local_time import local_day

DOUBT = timedelta(minutes=15)
"""Longer than any call of ours lives, its pictures and its repetitions together."""
MOST_TRIES = 3
UNDERWAY = (NewListingState.WAITING, NewListingState.SENDING, NewListingState.MADE)


@dataclass(frozen=True)
class DueNew:
    """One listing to make."""

    id: int
    offer: Offer


def is_anything_underway(session: Session, shop_id: int) -> bool:
    """Whether the shelf is to be looked at for a new listing."""
    rule = (col(NewListing.shop_id) == shop_id, col(NewListing.state).in_(UNDERWAY))
    return session.execute(select(col(NewListing.id)).where(*rule).limit(1)).first() is not None


def take_over(session: Session, shop_id: int, now: datetime) -> int:
    """Manage what stands on the shelf under an asked code, whoever put it there; how many."""
    taken = 0
    for row in new_listings.open_of(session, shop_id):
        listing = _on_shelf(session, row)
        if listing is None:
            continue
        if listing.product_id not in {None, row.product_id}:
            _stop(row, "newlist.another", now)
            continue
        set_product(session, listing, row.product_id, row.unit_g, now)
        if row.state != NewListingState.REFUSED:  # else a person made it there since, at another price
            _manage(listing, row, now)
        row.state, row.listing_id, row.reason, row.reason_key = NewListingState.DONE, listing.id, "", ""
        row.ticket, row.updated_at = "", now
        taken += 1
    session.flush()
    return taken


def _manage(listing: Listing, row: NewListing, now: datetime) -> None:
    """As it was asked for; the texts of a listing that is not of our making are left as they are."""
    is_ours = row.tries > 0
    listing.title = row.title if is_ours else listing.title
    wish = Wish(row.price_vnd, row.stock, True, with_content=is_ours, follows_lots=row.follows_lots)
    set_wish(listing, wish, now)


def _on_shelf(session: Session, row: NewListing) -> Listing | None:
    known = [col(Listing.ext_sku) == row.sku]
    if row.ext_listing_id:
        number = col(Listing.ext_listing_id)
        known += [number == row.ext_listing_id, number.startswith(f"{row.ext_listing_id}/", autoescape=True)]
    rule = (col(Listing.shop_id) == row.shop_id, col(Listing.is_missing).is_(False), or_(*known))
    found = session.execute(select(Listing).where(*rule).order_by(col(Listing.id)).limit(1))
    listing: Listing | None = found.scalar_one_or_none()
    return listing


def due_ids(session: Session, shop_id: int, now: datetime) -> Sequence[int]:
    """Askings to send now: those never sent, and those in doubt for long enough."""
    doubted = (col(NewListing.state) == NewListingState.SENDING) & (col(NewListing.asked_at) <= now - DOUBT)
    rule = (
        col(NewListing.shop_id) == shop_id,
        or_(col(NewListing.state) == NewListingState.WAITING, doubted),
    )
    ordered = select(col(NewListing.id)).where(*rule).order_by(col(NewListing.id))
    return session.execute(ordered).scalars().all()


def begin(session: Session, new_id: int, face: Face, can: Capabilities, now: datetime) -> DueNew | None:
    """Write down that it goes out, and say what; None where it is not to go out after all."""
    row = session.get_one(NewListing, new_id, with_for_update=True, populate_existing=True)
    shop, product = session.get_one(Shop, row.shop_id), session.get_one(Product, row.product_id)
    if row.state not in {NewListingState.WAITING, NewListingState.SENDING}:
        return None
    stock = new_listings.stock_sum(session, shop, product.id, row, now).published
    if obstacle := _obstacle(session, row, product, stock, now):
        _stop(row, obstacle, now)
        return None
    offer = _offer(session, row, product, face, can, local_day(now))
    if face.currency != HOME and offer.price_minor is None:
        _stop(row, "newlist.no_rate", now)
        return None
    row.state, row.asked_at, row.updated_at = NewListingState.SENDING, now, now
    row.tries += 0 if row.ticket else 1
    session.flush()
    return DueNew(row.id, replace(offer, stock=min(stock, MOST_STOCK)))


def _obstacle(session: Session, row: NewListing, product: Product, stock: int, now: datetime) -> str:
    """Why nothing is sent; empty when it is. A request that is being looked at is only followed."""
    if row.ticket:
        return ""
    if not product.is_active or ended_products(session, [product.id], local_day(now)):
        return "newlist.ended"
    if row.tries >= MOST_TRIES:
        return "newlist.no_answer"
    return "" if stock else "newlist.sold_out"


def _stop(row: NewListing, key: str, now: datetime) -> None:
    row.state, row.reason_key, row.reason, row.updated_at = NewListingState.REFUSED, key, "", now


def _offer(
    session: Session, row: NewListing, product: Product, face: Face, can: Capabilities, day: date
) -> Offer:
    claims = claims_on(session, product.org_id, day, day, product_id=product.id)
    pictures = new_listings.pictures_of(session, row.id)
    addresses = tuple(picture_address(face.public_url, one.sha256) for one in pictures)
    files = tuple(Picture(f"{one.sha256[:16]}.jpg", one.data) for one in pictures)
    return Offer(
        sku=row.sku,
        name=row.title,
        description=listing_text(product, claims, face),
        price_vnd=row.price_vnd,
        price_minor=price_abroad(session, row.price_vnd, face.currency, day),
        stock=0,
        on_sale=True,
        weight_g=row.unit_g,
        category_id=row.category_id,
        image_ids=addresses if can.pictures_by_address else (),
        pictures=() if can.pictures_by_address else files,
        ticket=row.ticket,
    )


def picture_address(public_url: str, sha256: str) -> str:
    """Where a marketplace fetches a picture of a new listing."""
    return f"{public_url}/anh-hang/{sha256}.jpg"


def record_result(session: Session, due: DueNew, result: OfferResult, now: datetime) -> str:
    """Write down what became of it; the state it has now."""
    row = session.get_one(NewListing, due.id, with_for_update=True, populate_existing=True)
    row.reason, row.reason_key, row.updated_at = result.reason[:600], "", now
    if result.outcome in {"done", "unchanged"}:
        row.state, row.ext_listing_id, row.reason = NewListingState.MADE, result.ext_listing_id[:64], ""
    elif result.outcome in {"refused", "missing"}:
        row.state, row.ticket = NewListingState.REFUSED, ""
    else:
        row.ticket = (result.ticket or row.ticket)[:80]
    session.flush()
    return row.state
