"""``/htx/gian-hang/<shop>/bat-dau``: the rest of connecting: match the goods, look at the orders, begin."""

from collections.abc import Mapping
from dataclasses import replace

from flask import flash, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from trace.db import reading
from trace.errors import Invalid, Refused
from trace.records.shop import ShopState
from trace.services import matching, order_preview, shop_pages, shops
from trace.services.admission import Act
from trace.services.intake import read
from trace.services.matching import Match
from trace.texts.catalogs import t
from trace.texts.formats import kilograms
from trace.web.door import Door
from trace.web.form_state import FormState, blank, kept
from trace.web.market_calls import capabilities_of
from trace.web.once import leads_to, once
from trace.web.visitor import actor, face_language, now, settings

door = Door("shop_setup", __name__, url_prefix="/htx/gian-hang")

ONE = "/<int(max=9007199254740991):shop_id>"
LOOK_AGAIN_S = 3
MOST_DIGITS = 16
FIELDS = {"product": "product", "unit_g": "unit"}
Answer = str | AnyResponse | tuple[str, int]


@door.page(f"{ONE}/bat-dau", Act.MANAGE_SHOP)
def show(shop_id: int) -> str:
    """How far the connecting is, and the next step."""
    return _show(shop_id, blank())


def _show(shop_id: int, form: FormState) -> str:
    with reading() as session:
        page = shop_pages.shop_page(session, actor(), shop_id, now())
        look = order_preview.last_look(session, page.shop.id)
    again_s = LOOK_AGAIN_S if look.is_at_work and not form.refusal else 0
    step = _step(page, look)
    return render_template(
        "cooperative/shops/setup.html", page=page, look=look, form=form, again_s=again_s, step=step
    )


def _step(page: shop_pages.ShopPage, look: order_preview.Looked) -> int:
    """The step that is to be done now, of six; 7 when all are done."""
    if page.shop.state == ShopState.CONNECTED:
        return 7
    if look.figures is not None:
        return 6
    return 5 if look.state or page.mapped == len(page.shelf) else 4


@door.page(f"{ONE}/xem-truoc", Act.MANAGE_SHOP, methods=["POST"])
def look(shop_id: int) -> AnyResponse:
    """Have the first orders looked at."""
    with once() as session:
        order_preview.ask(session, actor(), shop_id, now())
        return leads_to("shop_setup.show", shop_id=shop_id)


@door.page(f"{ONE}/bat-dau", Act.MANAGE_SHOP, methods=["POST"])
def begin(shop_id: int) -> Answer:
    """Read and send from now on."""
    with reading() as session:
        own = shop_pages.shop_page(session, actor(), shop_id, now()).shop
    shops.refuse_by_file(own)
    has_queue = capabilities_of(own.marketplace).event_queue
    try:
        with once() as session:
            every_s = settings().sync_every_s
            shop = shops.begin(session, actor(), shop_id, every_s, now(), has_event_queue=has_queue)
            shops.sync_now(session, actor(), shop_id, now())
            answer = leads_to("shops.show", shop_id=shop_id)
    except Refused as error:
        return _show(shop_id, kept(error, {})), error.status
    flash(t(face_language(), "shop.begun", shop=shop.name), "ok")
    return answer


@door.page(f"{ONE}/ghep", Act.MANAGE_SHOP)
def match(shop_id: int) -> str:
    """Every listing without a product, and what it seems to be."""
    return _match(shop_id, blank())


def _match(shop_id: int, form: FormState) -> str:
    with reading() as session:
        page = matching.match_page(session, actor(), shop_id)
    return render_template("cooperative/shops/match.html", page=page, form=form, kilograms=kilograms)


@door.page(f"{ONE}/ghep", Act.MANAGE_SHOP, methods=["POST"])
def match_all(shop_id: int) -> Answer:
    """Match those that were chosen."""
    values = {name: value for name, value in request.form.items() if name.startswith(("product-", "unit-"))}
    try:
        matches = _matches(values)
        with once() as session:
            shop = matching.match_all(session, actor(), shop_id, matches, now())
            following = "shop_setup.show" if shop.state == ShopState.PENDING else "shops.show"
            answer = leads_to(following, shop_id=shop_id)
    except (Invalid, Refused) as error:
        return _match(shop_id, kept(error, values)), error.status
    flash(t(face_language(), "shop.matched", n=len(matches)), "ok")
    return answer


def _matches(values: Mapping[str, str]) -> list[Match]:
    """The rows for which a product was chosen.

    Raises:
        Invalid: a weight is no weight; every such row is named.
    """
    found, problems = [], []
    for name, product in values.items():
        kind, _, number = name.partition("-")
        if kind != "product" or not product or not number.isdecimal() or len(number) > MOST_DIGITS:
            continue
        try:
            given = read(shop_pages.MapIn, {"product": product, "unit_g": values.get(f"unit-{number}", "")})
            found.append(Match(int(number), given.product, given.unit_g))
        except Invalid as error:
            problems += [replace(one, field=f"{FIELDS[one.field]}-{number}") for one in error.problems]
    if problems:
        raise Invalid(problems)
    return found
