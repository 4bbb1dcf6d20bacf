"""Putting a product on sale in a shop where it does not stand yet: what the manager asks for.

The asking is a row; a job brings it to the marketplace (``new_listing_sending``). A shop knows the thing by
the seller's code (SKU), so that two askings of one code are one, and a listing that stands there under the
code is taken over instead of made again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import delete, select
from sqlmodel import Session, col

from trace.errors import FieldProblem, Invalid, NotFound, Refused
from trace.records.new_listing import NewListing, NewListingPicture, NewListingState
from trace.records.product import Product
from trace.records.shop import Listing, Shop, ShopState
from trace.services import admission, market_categories
from trace.services.admission import Act, Actor
from trace.services.intake import Given, Weight, line
from trace.services.listing_offers import Wish, check_bounds
from trace.services.listing_pictures import Prepared
from trace.services.listing_stock import StockSum, ended_products, lots_sum
from trace.services.offer_fields import MaybeStock, Price
from trace.standards.local_time import local_day

OPEN = (NewListingState.WAITING, NewListingState.SENDING, NewListingState.MADE, NewListingState.REFUSED)


class NewListingIn(Given):
    """What a new listing shall be; ``sku`` has no blank inside, ``unit_g`` is what one piece weighs."""

    title: Annotated[str, line(240, 2)]
    sku: Annotated[str, line(50, 1), Field(pattern=r"^\S+$")]
    unit_g: Weight
    price_vnd: Price
    stock: MaybeStock = None
    follows_lots: bool = False
    category: Annotated[str, line(64)] = ""


@dataclass(frozen=True)
class Chosen:
    """A picture as the shop takes it, and the product's picture it was made from."""

    image_id: int
    made: Prepared


@dataclass(frozen=True)
class Needs:
    """What this marketplace wants of a new listing."""

    category: bool
    picture: bool


def ask(
    session: Session,
    actor: Actor,
    shop_id: int,
    product: str,
    given: NewListingIn,
    pictures: Sequence[Chosen],
    needs: Needs,
    now: datetime,
) -> NewListing:
    """Ask for a listing; asked for again, it takes the place of the asking that did not go out yet.

    Raises:
        NotFound: no such shop or product, or another tenant's.
        Invalid: a figure out of bounds, no shelf, or no picture where the marketplace wants one.
        Refused: ``shop.not_connected``, ``shop.lots_ended``, ``newlist.no_stock``; ``newlist.on_its_way``
            (it may have gone out already), ``newlist.there`` (it is done and stands in the shop).
    """
    shop = admission.fetch(session, actor, Act.MANAGE_SHOP, Shop, id=shop_id)
    goods = admission.fetch(session, actor, Act.MANAGE_SHOP, Product, public_id=product)
    if shop.state != ShopState.CONNECTED:
        raise Refused("shop.not_connected", shop=shop.name)
    _refuse_unfit(session, shop, goods, given, now)
    _refuse_lacking(session, shop, given, pictures, needs)
    admission.lock(session, shop)
    columns = {**_columns(given), "product_id": goods.id, "updated_at": now}
    row = _row_for(session, shop, given.sku) or NewListing(shop_id=shop.id, created_at=now, **columns)
    for name, value in columns.items():
        setattr(row, name, value)
    row.state, row.reason, row.reason_key = NewListingState.WAITING, "", ""
    row.ticket, row.ext_listing_id, row.tries, row.asked_at = "", "", 0, None
    session.add(row)
    session.flush()
    _hang(session, row, pictures)
    return row


def _refuse_unfit(session: Session, shop: Shop, product: Product, given: NewListingIn, now: datetime) -> None:
    check_bounds(Wish(given.price_vnd, given.stock, on_sale=True, follows_lots=given.follows_lots))
    if ended_products(session, [product.id], local_day(now)):
        raise Refused("shop.lots_ended", listing=given.title, product=product.name)
    sum_ = stock_sum(session, shop, product.id, given, now)
    if not sum_.published:
        raise Refused("newlist.no_stock", product=product.name, buffer=sum_.buffer)


def _refuse_lacking(
    session: Session, shop: Shop, given: NewListingIn, pictures: Sequence[Chosen], needs: Needs
) -> None:
    problems = []
    if needs.category and market_categories.find(session, shop.marketplace, given.category) is None:
        problems.append(FieldProblem("category", "newlist.no_category", given.category))
    if needs.picture and not pictures:
        problems.append(FieldProblem("pictures", "newlist.no_picture", ""))
    if problems:
        raise Invalid(problems)


def _columns(given: NewListingIn) -> dict[str, Any]:
    asked = given.model_dump()
    return {"category_id": asked.pop("category"), **asked}


def _row_for(session: Session, shop: Shop, sku: str) -> NewListing | None:
    rule = (col(NewListing.shop_id) == shop.id, col(NewListing.sku) == sku)
    row: NewListing | None = session.execute(
        select(NewListing).where(*rule).with_for_update()
    ).scalar_one_or_none()
    if row is None:
        return None
    if row.state in {NewListingState.SENDING, NewListingState.MADE}:
        raise Refused("newlist.on_its_way", sku=sku, shop=shop.name)
    listing = session.get(Listing, row.listing_id) if row.listing_id else None
    if row.state == NewListingState.DONE and listing is not None and not listing.is_missing:
        raise Refused("newlist.there", sku=sku, shop=shop.name)
    return row


def _hang(session: Session, row: NewListing, pictures: Sequence[Chosen]) -> None:
    session.execute(delete(NewListingPicture).where(col(NewListingPicture.new_listing_id) == row.id))
    for position, (image_id, made) in enumerate((one.image_id, one.made) for one in pictures):
        had = made.enlarged_from or (None, None)
        picture = NewListingPicture(
            new_listing_id=row.id,
            image_id=image_id,
            position=position,
            sha256=made.sha256,
            width=made.width,
            height=made.height,
            had_width=had[0],
            had_height=had[1],
            data=made.data,
        )
        session.add(picture)
    session.flush()


def stock_sum(
    session: Session, shop: Shop, product_id: int, asked: NewListingIn | NewListing, now: datetime
) -> StockSum:
    """How many pieces a listing that is not there yet would offer."""
    if asked.follows_lots:
        return lots_sum(session, shop, product_id, asked.unit_g, now)
    return StockSum(asked.stock or 0, 0, shop.buffer_units)


def pictures_of(session: Session, new_listing_id: int) -> Sequence[NewListingPicture]:
    """In their order."""
    rule = col(NewListingPicture.new_listing_id) == new_listing_id
    ordered = select(NewListingPicture).where(rule).order_by(col(NewListingPicture.position))
    return session.execute(ordered).scalars().all()


def fetch_new(session: Session, actor: Actor, shop_id: int, new_id: int) -> NewListing:
    """One asking of a shop inside the actor's scope.

    Raises:
        NotFound: no such shop or asking, or another tenant's.
    """
    shop = admission.fetch(session, actor, Act.MANAGE_SHOP, Shop, id=shop_id)
    row = session.get(NewListing, new_id)
    if row is None or row.shop_id != shop.id:
        raise NotFound()
    return row


def open_of(session: Session, shop_id: int) -> Sequence[NewListing]:
    """What is on its way to the shop or was refused there, the newest first."""
    rule = (col(NewListing.shop_id) == shop_id, col(NewListing.state).in_(OPEN))
    ordered = select(NewListing).where(*rule).order_by(col(NewListing.id).desc())
    return session.execute(ordered).scalars().all()


def public_picture(session: Session, sha256: str) -> bytes:
    """A picture of a listing that was asked for, for marketplaces that fetch it by its address.

    Raises:
        NotFound: no listing has it.
    """
    question = select(col(NewListingPicture.data)).where(col(NewListingPicture.sha256) == sha256).limit(1)
    found: bytes | None = session.execute(question).scalar_one_or_none()
    if found is None:
        raise NotFound()
    return found
