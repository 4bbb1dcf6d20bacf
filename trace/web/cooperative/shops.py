"""``/htx/gian-hang``: how the shops do, and one shop: its shelf, what failed, its last runs."""

from flask import flash, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from marketplaces import directory
from marketplaces.by_file import is_by_file
from trace.db import reading
from trace.errors import Invalid, Refused
from trace.records.shop import Shop
from trace.services import bad_records, exchanging, listing_offers, listings, shop_pages, shops
from trace.services.admission import Act, Actor
from trace.services.file_exchange import fetching
from trace.services.intake import read
from trace.services.sync_health import sync_health
from trace.standards.local_time import local_day
from trace.texts.catalogs import t
from trace.texts.formats import kilograms
from trace.web.door import Door
from trace.web.form_state import FormState, blank, kept, typed
from trace.web.once import leads_to, once
from trace.web.visitor import actor, face_language, now, settings

door = Door("shops", __name__, url_prefix="/htx/gian-hang")

ONE = "/<int(max=9007199254740991):shop_id>"
LISTING = f"{ONE}/hang/<int(max=9007199254740991):listing_id>"
Answer = str | AnyResponse | tuple[str, int]


@door.page("", Act.VIEW_SHOP)
def index() -> str:
    """Every shop's health, the worst first."""
    with reading() as session:
        health = sync_health(session, actor(), now())
    return render_template("cooperative/shops/index.html", health=health)


@door.page(ONE, Act.VIEW_SHOP)
def show(shop_id: int) -> str:
    """One shop."""
    return _show(shop_id, FormState())


def _show(shop_id: int, form: FormState) -> str:
    with reading() as session:
        page = shop_pages.shop_page(session, actor(), shop_id, now())
        server = fetching.standing(session, page.shop, settings())
    told = {"push_state": shop_pages.push_state, "server": server}
    return render_template("cooperative/shops/show.html", page=page, form=form, **told)


@door.page(f"{ONE}/dong-bo", Act.MANAGE_SHOP, methods=["POST"])
def sync_now(shop_id: int) -> Answer:
    """Have it synchronised at once."""
    try:
        with once() as session:
            shops.sync_now(session, actor(), shop_id, now())
            answer = _back(shop_id)
    except Refused as error:
        return _show(shop_id, kept(error, {})), error.status
    flash(t(face_language(), "shops.sync.queued"), "ok")
    return answer


@door.page(f"{ONE}/doc-lai", Act.MANAGE_SHOP, methods=["POST"])
def read_shelf(shop_id: int) -> AnyResponse:
    """Have the shelf read again: new listings, and those that were gone."""
    with once() as session:
        shops.read_shelf_now(session, actor(), shop_id, now())
        answer = _back(shop_id)
    flash(t(face_language(), "shops.shelf.queued"), "ok")
    return answer


@door.page(f"{ONE}/lam-lai", Act.MANAGE_SHOP, methods=["POST"])
def replay(shop_id: int) -> AnyResponse:
    """Try bad records again: the one named, or all."""
    order = request.form.get("order", "").replace("\0", "\ufffd")
    with once() as session:
        count = bad_records.replay(session, actor(), shop_id, now(), order or None)
        shops.sync_now(session, actor(), shop_id, now())
        answer = _back(shop_id)
    flash(t(face_language(), "shops.replay.queued", n=count), "ok")
    return answer


@door.page(f"{ONE}/doi", Act.MANAGE_SHOP, methods=["POST"])
def change(shop_id: int) -> Answer:
    """Another name, another buffer."""
    values = typed(("name", "buffer_units"))
    try:
        given = read(shop_pages.ShopIn, values)
        with once() as session:
            shop_pages.change_shop(session, actor(), shop_id, given)
            answer = _back(shop_id)
    except (Invalid, Refused) as error:
        return _show(shop_id, kept(error, values)), error.status
    flash(t(face_language(), "shops.changed"), "ok")
    return answer


@door.page(f"{ONE}/ngung", Act.MANAGE_SHOP, methods=["POST"])
def stop(shop_id: int) -> AnyResponse:
    """Disconnect."""
    with once() as session:
        shop = shops.stop(session, actor(), shop_id, now())
        answer = _back(shop_id)
    flash(t(face_language(), "shops.stopped", shop=shop.name), "ok")
    return answer


@door.page(LISTING, Act.MANAGE_SHOP)
def listing(shop_id: int, listing_id: int) -> str:
    """Map one listing, and say what it shall show."""
    return _listing(shop_id, listing_id, blank())


def _listing(shop_id: int, listing_id: int, form: FormState) -> str:
    with reading() as session:
        page = shop_pages.listing_page(session, actor(), shop_id, listing_id, now())
        tag = exchanging.tag_of(session, page.listing, _currency(page.shop), local_day(now()))
    return render_template(
        "cooperative/shops/listing.html",
        page=page,
        tag=tag,
        by_file=is_by_file(page.shop.marketplace),
        form=form,
        kilograms=kilograms,
        state=shop_pages.push_state(page.listing),
    )


def _currency(shop: Shop) -> str:
    """The one its prices are set in; shops kept by files have no adapter and count in đồng."""
    known = shop.marketplace in directory.names()
    return directory.shipped(shop.marketplace).currency if known else exchanging.HOME


@door.page(f"{LISTING}/ghep", Act.MANAGE_SHOP, methods=["POST"])
def map_listing(shop_id: int, listing_id: int) -> Answer:
    """Say which product it is."""
    values = typed(("product", "unit_g"))
    try:
        given = read(shop_pages.MapIn, values)
        with once() as session:
            listings.map_listing(session, actor(), shop_id, listing_id, given.product, given.unit_g, now())
            answer = leads_to("shops.listing", shop_id=shop_id, listing_id=listing_id)
    except (Invalid, Refused) as error:
        return _listing(shop_id, listing_id, kept(error, values)), error.status
    flash(t(face_language(), "shops.mapped"), "ok")
    return answer


@door.page(f"{LISTING}/bo-ghep", Act.MANAGE_SHOP, methods=["POST"])
def unmap(shop_id: int, listing_id: int) -> AnyResponse:
    """It is none of our products after all."""
    with once() as session:
        listings.map_listing(session, actor(), shop_id, listing_id, "", None, now())
        answer = _back(shop_id)
    flash(t(face_language(), "shops.unmapped"), "ok")
    return answer


@door.page(f"{LISTING}/dang", Act.MANAGE_SHOP, methods=["POST"])
def publish(shop_id: int, listing_id: int) -> Answer:
    """Set price, stock and whether it is on sale; sent with the next synchronisation, which is now."""
    values = typed(("price_vnd", "stock", "on_sale", "with_content", "follows_lots"))
    try:
        given = read(shop_pages.WishIn, values)
        answer, key = _publish(actor(), shop_id, listing_id, given)
    except (Invalid, Refused) as error:
        return _listing(shop_id, listing_id, kept(error, values)), error.status
    flash(t(face_language(), key), "ok")
    return answer


def _publish(who: Actor, shop_id: int, listing_id: int, given: shop_pages.WishIn) -> tuple[AnyResponse, str]:
    wish = listing_offers.Wish(**given.model_dump())
    with once() as session:
        listing_offers.wish(session, who, shop_id, listing_id, wish, now())
        is_sent = shops.sync_soon(session, who, shop_id, now())
        return _back(shop_id), "shops.publish.queued" if is_sent else "file.wish.kept"


def _back(shop_id: int) -> AnyResponse:
    return leads_to("shops.show", shop_id=shop_id)
