"""``/htx/san-pham``: products, their pictures, the OCOP decisions they hold."""

from typing import Any

from flask import Response, flash, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from trace.db import reading
from trace.errors import NongsanError, NotFound
from trace.records.product import Product
from trace.services import company_prefixes, ocop, product_images, products
from trace.services.admission import Act, fetch
from trace.services.export_words import ABROAD
from trace.services.intake import read
from trace.services.product_gtins import former_gtins
from trace.standards.local_time import local_day
from trace.standards.ocop import GROUPS
from trace.texts.formats import weight
from trace.web.door import Door
from trace.web.form_state import FormState, blank, kept, typed
from trace.web.once import leads_to, once, stop_repeated
from trace.web.registry_forms import Box, Item, Page, bare, crop_options, refused, say, with_days
from trace.web.visitor import actor, face_language, now

door = Door("products", __name__, url_prefix="/htx/san-pham")

FIELDS = (
    "sku", "name", "name_en", "name_zh", "name_ja", "gtin", "crop", "variety", "unit_g", "shelf_life_days",
    "brand", "standards", "description", "ocop_group", "request_id",
)  # fmt: skip
HINT = "registry.product.abroad"
RATING = ("stars", "score", "decision_number", "decided_on", "request_id")
Answer = AnyResponse | tuple[Any, int]


@door.page("", Act.VIEW_FARM)
def index() -> str:
    """Products, found without marks."""
    query = request.args.get("q", "")
    today = local_day(now())
    with reading() as session:
        found, total = products.products(session, actor(), query)
        items = [_item(one, ocop.rating_on(session, one.id, today)) for one in found]
    return render_template(
        "cooperative/registry/list.html",
        title=say("registry.products.title", n=total),
        items=items,
        empty=say("registry.none_found", query=query) if query else say("registry.products.none"),
        query=query,
        more=None,
        links=[
            (url_for("imports.index", loai="products"), say("registry.import")),
            (url_for("prefixes.index"), say("registry.prefixes")),
        ],
        add=(url_for("products.new"), say("registry.product.new")),
    )


def _item(one: Product, rating: Any) -> Item:
    tag = ("ok", "star", say("registry.stars", n=rating.stars)) if rating else None
    lines = (f"{one.sku} · {weight(face_language(), one.unit_g)}", one.gtin or "")
    return Item(one.name, lines, url_for("products.show", public_id=one.public_id), tag)


def _form(state: FormState, title: str, action: str, back: str) -> str:
    groups = [("", "–"), *((str(n), say(f"ocop.group.{name}")) for n, name in enumerate(GROUPS, start=1))]
    boxes = (
        Box("name", "registry.product.name", hint="registry.product.name.hint"),
        Box("sku", "registry.product.sku", most=32),
        Box("unit_g", "registry.product.unit", hint="registry.product.unit.hint", most=24),
        Box("crop", "registry.crop", "select", options=crop_options()),
        Box("variety", "registry.variety", required=False, most=48),
        Box("shelf_life_days", "registry.product.shelf", "number", required=False, most=4),
        Box(
            "gtin",
            "registry.product.gtin",
            "number",
            required=False,
            hint="registry.product.gtin.hint",
            most=20,
        ),
        Box("brand", "registry.product.brand", required=False, most=80),
        Box("standards", "registry.product.standards", required=False, most=240),
        Box("ocop_group", "registry.product.group", "select", required=False, options=groups),
        Box("name_en", "registry.product.name_en", required=False),
        *(Box(f"name_{lang}", f"registry.product.name_{lang}", required=False, hint=HINT) for lang in ABROAD),
        Box("description", "registry.product.description", "long", required=False, most=2000),
    )
    return render_template("cooperative/registry/form.html", page=Page(title, action, back, boxes, state))


@door.page("/moi", Act.MANAGE_REGISTRY)
def new() -> str:
    """An empty form."""
    return _new(blank())


def _new(state: FormState, _places: Any = ()) -> str:
    return _form(state, say("registry.product.new"), url_for("products.add"), url_for("products.index"))


@door.page("/moi", Act.MANAGE_REGISTRY, methods=["POST"])
def add() -> Answer:
    """Register a product."""
    values = typed(FIELDS)
    try:
        with once() as session:
            row = products.add_product(session, actor(), read(products.ProductIn, bare(values)), now())
            answer = leads_to("products.show", public_id=row.public_id)
    except NongsanError as error:
        return refused(error, values, _new)
    flash(say("registry.saved", name=row.name), "ok")
    return answer


@door.page("/<public_id>", Act.VIEW_FARM)
def show(public_id: str) -> str:
    """A product, its pictures and ratings."""
    return _show(public_id, blank(), {})


def _show(public_id: str, rating: FormState, errors: dict[str, str]) -> str:
    with reading() as session:
        row = fetch(session, actor(), Act.VIEW_FARM, Product, public_id=public_id)
        pictures = product_images.images_of(session, row.id)
        rated = ocop.ratings_of(session, actor(), row)
        asked = ocop.proposals_of(session, actor(), row)
        today = local_day(now())
        owned = row.gtin is None or company_prefixes.owns(session, row.org_id, row.gtin, today)
        former = [(one.gtin, local_day(one.left_at)) for one in former_gtins(session, row.id) if one.left_at]
    boxes = (
        Box("stars", "registry.ocop.stars", "select", options=[(str(n), "★" * n) for n in (3, 4, 5)]),
        Box("score", "registry.ocop.score", "number", most=6),
        Box("decision_number", "registry.ocop.decision", most=64),
        Box("decided_on", "registry.ocop.decided_on", "date"),
    )
    action, back = url_for("products.propose", public_id=public_id), url_for("products.index")
    page = Page(row.name, action, back, boxes, rating, "registry.ocop.propose")
    return render_template(
        "cooperative/registry/product.html",
        row=row, pictures=pictures, rated=rated, asked=asked, page=page, errors=errors,
        today=today, owned=owned, former=former,
    )  # fmt: skip


@door.page("/<public_id>/sua", Act.MANAGE_REGISTRY)
def edit(public_id: str) -> str:
    """The form with what is stored."""
    with reading() as session:
        row = fetch(session, actor(), Act.MANAGE_REGISTRY, Product, public_id=public_id)
    stored = {name: getattr(row, name, None) for name in FIELDS}
    return _edit(public_id, blank(**{**stored, "unit_g": f"{row.unit_g} g"}))


def _edit(public_id: str, state: FormState) -> str:
    action = url_for("products.save", public_id=public_id)
    return _form(state, say("registry.product.edit"), action, url_for("products.show", public_id=public_id))


@door.page("/<public_id>/sua", Act.MANAGE_REGISTRY, methods=["POST"])
def save(public_id: str) -> Answer:
    """Change a product."""
    values = typed(FIELDS)
    try:
        with once() as session:
            fetch(session, actor(), Act.MANAGE_REGISTRY, Product, public_id=public_id)
            given = read(products.ProductIn, bare(values))
            row = products.edit_product(session, actor(), public_id, given, now())
            answer = leads_to("products.show", public_id=public_id)
    except NotFound:
        raise
    except NongsanError as error:
        return refused(error, values, lambda state, _places: _edit(public_id, state))
    flash(say("registry.saved", name=row.name), "ok")
    return answer


@door.page("/<public_id>/anh", Act.MANAGE_REGISTRY, methods=["POST"])
def add_picture(public_id: str) -> Answer:
    """Hang a picture onto the product; it is re-encoded before the transaction opens."""
    stop_repeated()
    sent = request.files.get("image")
    try:
        with reading() as session:
            fetch(session, actor(), Act.MANAGE_REGISTRY, Product, public_id=public_id)
        picture = product_images.reencode(sent.read() if sent else b"")
        with once() as session:
            product_images.add_image(session, actor(), public_id, picture, now())
            answer = leads_to("products.show", public_id=public_id)
    except NotFound:
        raise
    except NongsanError as error:
        return _show(public_id, blank(), kept(error, {}).errors), error.status
    flash(say("registry.picture.added"), "ok")
    return answer


@door.page("/<public_id>/anh/<int:image_id>/bo", Act.MANAGE_REGISTRY, methods=["POST"])
def remove_picture(public_id: str, image_id: int) -> AnyResponse:
    """Take a picture off."""
    with once() as session:
        product_images.remove_image(session, actor(), public_id, image_id)
        return leads_to("products.show", public_id=public_id)


@door.page("/<public_id>/anh/<int:image_id>.jpg", Act.VIEW_FARM)
def picture(public_id: str, image_id: int) -> Response:
    """A picture's bytes."""
    with reading() as session:
        row = fetch(session, actor(), Act.VIEW_FARM, Product, public_id=public_id)
        found = [one for one in product_images.images_of(session, row.id) if one.id == image_id]
    if not found:
        raise NotFound()
    answer = Response(found[0].data, content_type=found[0].media_type)
    answer.headers["Cache-Control"] = "private, max-age=86400"
    return answer


@door.page("/<public_id>/ocop", Act.PROPOSE_RATING, methods=["POST"])
def propose(public_id: str) -> Answer:
    """Report an OCOP decision to the office."""
    values = typed(RATING)
    try:
        with once() as session:
            fetch(session, actor(), Act.VIEW_FARM, Product, public_id=public_id)
            given = read(ocop.RatingIn, {**with_days(bare(values), "decided_on"), "product": public_id})
            ocop.propose_rating(session, actor(), given, now())
            answer = leads_to("products.show", public_id=public_id)
    except NotFound:
        raise
    except NongsanError as error:
        return _show(public_id, kept(error, values), {}), error.status
    flash(say("registry.ocop.proposed"), "ok")
    return answer
