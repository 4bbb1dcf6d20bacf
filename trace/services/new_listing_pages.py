"""What the pages that put a product on sale show: where it may go, what it will say, how it stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import Session, col

from marketplaces.interface import Capabilities
from trace.errors import NotFound
from trace.records.new_listing import MarketCategory, NewListing, NewListingPicture, NewListingState
from trace.records.product import Product, ProductImage
from trace.records.shop import Listing, Shop, ShopState
from trace.services import admission, market_categories, new_listings, product_images, shops
from trace.services.admission import Act, Actor
from trace.services.certificates import claims_on
from trace.services.listing_pictures import PictureLimits
from trace.services.listing_stock import StockSum, has_lots, lots_sum
from trace.services.listing_text import Face, listing_text
from trace.services.listings import own_products
from trace.standards.local_time import local_day


@dataclass(frozen=True)
class Choice:
    """A product one may put on sale, and how many pictures it has."""

    product: Product
    pictures: int


def choices(session: Session, actor: Actor) -> list[Choice]:
    """The cooperative's products, by name."""
    rows = own_products(session, actor)
    counted = select(col(ProductImage.product_id), func.count()).group_by(col(ProductImage.product_id))
    ids = [one.id for one in rows]
    found = session.execute(counted.where(col(ProductImage.product_id).in_(ids)))
    pictures = {product: int(count) for product, count in found}
    return [Choice(one, pictures.get(one.id, 0)) for one in rows]


def connected(session: Session, actor: Actor) -> Sequence[Shop]:
    """The cooperative's shops, by name; those kept by files too, which take no new listing from here."""
    rule = admission.visible(actor, Act.MANAGE_SHOP, Shop)
    found = select(Shop).where(rule, col(Shop.state) == ShopState.CONNECTED)
    return session.execute(found.order_by(col(Shop.name), col(Shop.id))).scalars().all()


@dataclass(frozen=True)
class Goods:
    """A shop and a product that is to stand there."""

    shop: Shop
    product: Product


def fetch_goods(session: Session, actor: Actor, shop_id: int, product: str) -> Goods:
    """Both, inside the actor's scope.

    Raises:
        NotFound: one of them is absent, or another tenant's.
        Refused: the shop is kept by files.
    """
    shop = admission.fetch(session, actor, Act.MANAGE_SHOP, Shop, id=shop_id)
    shops.refuse_by_file(shop)
    goods = admission.fetch(session, actor, Act.MANAGE_SHOP, Product, public_id=product)
    if shop.org_id != goods.org_id:
        raise NotFound()
    return Goods(shop, goods)


@dataclass(frozen=True)
class ShelvesPage:
    """The marketplace's shelves that fit what was typed; ``read_at`` is empty when none were read yet."""

    goods: Goods
    found: Sequence[MarketCategory]
    total: int
    read_at: datetime | None


def shelves_page(session: Session, goods: Goods, text: str) -> ShelvesPage:
    """Search the shelves."""
    market = goods.shop.marketplace
    found, total = market_categories.search(session, market, text)
    return ShelvesPage(goods, found, total, market_categories.read_at(session, market))


@dataclass(frozen=True)
class AskPage:
    """The form: the product, its pictures, its text in this shop as of today, what the lots have."""

    goods: Goods
    images: Sequence[ProductImage]
    limits: PictureLimits
    text: str
    category: MarketCategory | None
    needs_category: bool
    by_lots: StockSum | None
    earlier: NewListing | None
    stands_there: Listing | None


@dataclass(frozen=True)
class Market:
    """What is known of the marketplace: what it allows, what pictures it takes, where our pages are."""

    can: Capabilities
    limits: PictureLimits
    face: Face


def ask_page(session: Session, goods: Goods, category: str, market: Market, now: datetime) -> AskPage:
    """The form of one product in one shop; ``category`` is the shelf chosen, or empty."""
    own, today = goods.product, local_day(now)
    claims = claims_on(session, own.org_id, today, today, product_id=own.id)
    earlier = _earlier(session, goods)
    known = market_categories.find(
        session, goods.shop.marketplace, category or (earlier.category_id if earlier else "")
    )
    is_lotted = has_lots(session, own.id)
    return AskPage(
        goods=goods,
        images=product_images.images_of(session, own.id),
        limits=market.limits,
        text=listing_text(own, claims, market.face),
        category=known,
        needs_category=market.can.needs_category,
        by_lots=lots_sum(session, goods.shop, own.id, own.unit_g, now) if is_lotted else None,
        earlier=earlier,
        stands_there=_standing(session, goods),
    )


def _earlier(session: Session, goods: Goods) -> NewListing | None:
    """What was asked for before and may be asked for again."""
    rule = (col(NewListing.shop_id) == goods.shop.id, col(NewListing.product_id) == goods.product.id)
    again = (NewListingState.WAITING, NewListingState.REFUSED)
    found = select(NewListing).where(*rule, col(NewListing.state).in_(again))
    last: NewListing | None = session.execute(
        found.order_by(col(NewListing.id).desc()).limit(1)
    ).scalar_one_or_none()
    return last


def _standing(session: Session, goods: Goods) -> Listing | None:
    """A listing of the product that is there already."""
    rule = (
        col(Listing.shop_id) == goods.shop.id,
        col(Listing.is_missing).is_(False),
        col(Listing.ext_sku) == goods.product.sku,
    )
    found: Listing | None = session.execute(select(Listing).where(*rule).limit(1)).scalar_one_or_none()
    return found


@dataclass(frozen=True)
class NewPage:
    """One asking and how it stands."""

    shop: Shop
    row: NewListing
    product: Product
    pictures: Sequence[NewListingPicture]


def new_page(session: Session, actor: Actor, shop_id: int, new_id: int) -> NewPage:
    """One asking.

    Raises:
        NotFound: absent, or another cooperative's.
    """
    row = new_listings.fetch_new(session, actor, shop_id, new_id)
    shop, product = session.get_one(Shop, row.shop_id), session.get_one(Product, row.product_id)
    return NewPage(shop, row, product, new_listings.pictures_of(session, row.id))
