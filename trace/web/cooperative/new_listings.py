"""``/htx/gian-hang/dang-moi``: put a product on sale: which one and where, on which shelf, how."""

from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from marketplaces.by_file import is_by_file
from marketplaces.interface import MarketplaceError
from trace.db import reading
from trace.errors import Invalid, Refused
from trace.records.shop import Shop
from trace.services import market_categories, new_listing_pages, new_listings, schedules, shops
from trace.services.admission import Act
from trace.services.intake import read
from trace.services.listing_pictures import limits_of, prepare
from trace.services.listing_text import Face
from trace.services.market_access import limit_of
from trace.services.new_listing_pages import Market
from trace.services.new_listings import Chosen, Needs, NewListingIn
from trace.services.product_images import images_of
from trace.texts.catalogs import t
from trace.texts.formats import kilograms
from trace.web.door import Door
from trace.web.form_state import FormState, blank, kept, typed
from trace.web.market_calls import capabilities_of
from trace.web.once import leads_to, once, stop_repeated
from trace.web.visitor import actor, face_language, now, settings

door = Door("new_listings", __name__, url_prefix="/htx/gian-hang")

ONE = "/<int(max=9007199254740991):shop_id>"
GOODS = f"{ONE}/dang-moi/<product>"
FIELDS = ("title", "sku", "unit_g", "price_vnd", "stock", "follows_lots", "category")
Answer = str | AnyResponse | tuple[str, int]


@dataclass(frozen=True)
class Place:
    """A shop, and whether new listings can be made there; to one kept by files they go in its file."""

    shop: Shop
    is_open: bool
    by_file: bool = False


@door.page("/dang-moi", Act.MANAGE_SHOP)
def choose() -> str | AnyResponse:
    """Which product, and in which shop."""
    product, shop = request.args.get("san-pham", ""), request.args.get("gian", "")
    if product and shop.isascii() and shop.isdigit() and len(shop) < 16:
        return redirect(url_for("new_listings.shelves", shop_id=int(shop), product=product), 303)
    with reading() as session:
        offered = new_listing_pages.choices(session, actor())
        places = [_place(one) for one in new_listing_pages.connected(session, actor())]
    return render_template(
        "cooperative/shops/new_choose.html", offered=offered, places=places, chosen=product
    )


def _place(shop: Shop) -> Place:
    if is_by_file(shop.marketplace):
        return Place(shop, is_open=False, by_file=True)
    try:
        can = capabilities_of(shop.marketplace)
    except MarketplaceError:
        return Place(shop, is_open=False)
    return Place(shop, is_open=can.takes_new and not can.is_closed)


@door.page(f"{GOODS}/ke", Act.MANAGE_SHOP)
def shelves(shop_id: int, product: str) -> str | AnyResponse:
    """The marketplace's shelf, found without marks; straight on where it wants none."""
    text = request.args.get("q", "")
    with reading() as session:
        goods = new_listing_pages.fetch_goods(session, actor(), shop_id, product)
        if not _market(goods.shop).can.needs_category:
            return redirect(url_for("new_listings.form", shop_id=shop_id, product=product), 303)
        page = new_listing_pages.shelves_page(session, goods, text)
    return render_template("cooperative/shops/new_shelf.html", page=page, query=text)


@door.page(f"{GOODS}/ke", Act.MANAGE_SHOP, methods=["POST"])
def read_shelves(shop_id: int, product: str) -> AnyResponse:
    """Have the marketplace's shelves read anew."""
    with once() as session:
        goods = new_listing_pages.fetch_goods(session, actor(), shop_id, product)
        number = str(goods.shop.id)
        schedules.run_now(session, market_categories.READ, number, now(), shop_id=goods.shop.id)
        answer = leads_to("new_listings.shelves", shop_id=shop_id, product=product)
    flash(t(face_language(), "newlist.shelves.queued"), "ok")
    return answer


@door.page(GOODS, Act.MANAGE_SHOP)
def form(shop_id: int, product: str) -> Answer:
    """Name, weight, price, stock, pictures, and the text as buyers will read it."""
    return _form(shop_id, product, blank(category=request.args.get("ke")), None)


def _form(shop_id: int, product: str, state: FormState, ticked: list[str] | None) -> str:
    with reading() as session:
        goods = new_listing_pages.fetch_goods(session, actor(), shop_id, product)
        asked, market = state.get("category"), _market(goods.shop)
        page = new_listing_pages.ask_page(session, goods, asked, market, now())
    chosen = ticked if ticked is not None else [str(one.id) for one in page.images[: page.limits.count]]
    return render_template(
        "cooperative/shops/new_form.html", page=page, form=state, chosen=chosen, kilograms=kilograms
    )


def _market(shop: Shop) -> Market:
    """What is known of the shop's marketplace.

    Raises:
        Refused: no listing can be made there from here.
    """
    try:
        can, name = capabilities_of(shop.marketplace), shop.marketplace
    except MarketplaceError:
        raise Refused("newlist.not_here", shop=shop.name) from None
    if not can.takes_new or can.is_closed:
        raise Refused("newlist.not_here", shop=shop.name)
    longest = limit_of(settings(), name, can, "longest_description")
    return Market(can, limits_of(settings(), name, can), Face(settings().public_url, longest))


@door.page(GOODS, Act.MANAGE_SHOP, methods=["POST"])
def ask(shop_id: int, product: str) -> Answer:
    """Have it put on sale; its pictures are prepared before the transaction opens."""
    stop_repeated()
    values, ticked = typed(FIELDS), request.form.getlist("pictures")
    try:
        given = read(NewListingIn, values)
        with reading() as session:
            goods = new_listing_pages.fetch_goods(session, actor(), shop_id, product)
            market = _market(goods.shop)
            images = [one for one in images_of(session, goods.product.id) if str(one.id) in ticked]
        made = [Chosen(one.id, prepare(one.data, market.limits)) for one in images[: market.limits.count]]
        needs = Needs(market.can.needs_category, market.can.needs_picture)
        with once() as session:
            row = new_listings.ask(session, actor(), shop_id, product, given, made, needs, now())
            shops.sync_now(session, actor(), shop_id, now())
            answer = leads_to("new_listings.show", shop_id=shop_id, new_id=row.id)
    except (Invalid, Refused) as error:
        return _form(shop_id, product, kept(error, values), ticked), error.status
    flash(t(face_language(), "newlist.queued"), "ok")
    return answer


@door.page(f"{ONE}/dang-moi/so/<int(max=9007199254740991):new_id>", Act.MANAGE_SHOP)
def show(shop_id: int, new_id: int) -> str:
    """How far it is, what the marketplace said, and what to do."""
    with reading() as session:
        page = new_listing_pages.new_page(session, actor(), shop_id, new_id)
    return render_template("cooperative/shops/new_show.html", page=page, kilograms=kilograms)
