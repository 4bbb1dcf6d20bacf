"""``…/xuat``: changes written into the shop's own template, downloaded, and confirmed as uploaded."""

from flask import Response, flash, render_template, request, send_file
from werkzeug.wrappers import Response as AnyResponse

from trace.db import reading
from trace.errors import Invalid, Refused
from trace.records.file_exchange import Direction
from trace.records.file_export import FileExport
from trace.services import listings
from trace.services.admission import Act
from trace.services.file_exchange import exports, opening
from trace.services.file_exchange.layouts import layout_of
from trace.services.listing_text import Face
from trace.texts.catalogs import t
from trace.web.door import Door
from trace.web.form_state import FormState, blank, kept
from trace.web.once import leads_to, once
from trace.web.visitor import actor, face_language, now, settings

ONE = "/htx/gian-hang/<int(max=9007199254740991):shop_id>/xuat"
EXPORT = "/<int(max=9007199254740991):export_id>"
Answer = str | AnyResponse | tuple[str, int]

door = Door("file_exports", __name__, url_prefix=ONE)


def _face() -> Face:
    return Face(settings().public_url)


@door.page("", Act.VIEW_SHOP)
def index(shop_id: int) -> str:
    """What waits to be exported, and the exports so far."""
    return _index(shop_id, blank())


def _index(shop_id: int, form: FormState) -> str:
    with reading() as session:
        shop = opening.own_shop(session, actor(), Act.VIEW_SHOP, shop_id)
        layout = layout_of(session, shop.id, Direction.TEMPLATE)
        due = exports.due_goods(session, shop.id, _face(), now())
        shelved = {row.product.id for row in listings.list_shelf(session, actor(), shop) if row.product}
        others = [one for one in listings.own_products(session, actor()) if one.id not in shelved]
        told = {"exports": exports.listed_with_people(session, shop.id), "due": due, "others": others}
    is_ready = layout is not None and layout.is_ready
    return render_template("cooperative/files/exports.html", shop=shop, is_ready=is_ready, form=form, **told)


@door.page("", Act.MANAGE_SHOP, methods=["POST"])
def make(shop_id: int) -> Answer:
    """Write the changes out."""
    try:
        with once() as session:
            shop = opening.held_shop(session, actor(), shop_id)
            exports.make(session, shop, _face(), actor().account_id, now())
            answer = leads_to("file_exports.index", shop_id=shop_id)
    except (Invalid, Refused) as error:
        return _index(shop_id, kept(error, {})), error.status
    return answer


@door.page("/hang", Act.MANAGE_SHOP, methods=["POST"])
def add_goods(shop_id: int) -> Answer:
    """Put a product on the shelf."""
    product = request.form.get("product", "")
    with once() as session:
        shop = opening.held_shop(session, actor(), shop_id)
        listing = exports.add_goods(session, actor(), shop, product, now())
        answer = leads_to("shops.listing", shop_id=shop_id, listing_id=listing.id)
        name = listing.ext_name
    flash(t(face_language(), "file.goods.added", product=name), "ok")
    return answer


@door.page(f"{EXPORT}.zip", Act.VIEW_SHOP)
def download(shop_id: int, export_id: int) -> Response:
    """The filled template, pictures by SKU, and the manifest."""
    with reading() as session:
        shop = opening.own_shop(session, actor(), Act.VIEW_SHOP, shop_id)
        export = opening.row_of(session, shop.id, FileExport, export_id)
        data, name = exports.as_zip(session, export), exports.zip_name(export)
    return send_file(data, "application/zip", as_attachment=True, download_name=name, etag=False)


@door.page(f"{EXPORT}/xac-nhan", Act.MANAGE_SHOP, methods=["POST"])
def confirm(shop_id: int, export_id: int) -> Answer:
    """A person says that they uploaded it."""
    try:
        with once() as session:
            shop = opening.held_shop(session, actor(), shop_id)
            export = opening.row_of(session, shop.id, FileExport, export_id)
            exports.confirm(session, export, actor().account_id, now())
            answer = leads_to("file_exports.index", shop_id=shop_id)
    except Refused as error:
        return _index(shop_id, kept(error, {})), error.status
    flash(t(face_language(), "file.export.confirmed"), "ok")
    return answer
