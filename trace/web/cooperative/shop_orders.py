"""``/htx/gian-hang/<shop>/don``: a shop's orders, and the lots their pieces came from."""

from flask import flash, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from trace.db import reading
from trace.errors import Invalid, Refused
from trace.services import allocation_pages, reallocating
from trace.services.admission import Act
from trace.services.intake import Given, MaybeRow, read
from trace.texts.catalogs import t
from trace.web.door import Door
from trace.web.form_state import FormState, blank, kept, typed
from trace.web.once import leads_to, once
from trace.web.visitor import actor, face_language, now

door = Door("shop_orders", __name__, url_prefix="/htx/gian-hang")

ONE = "/<int(max=9007199254740991):shop_id>/don"
ORDER = f"{ONE}/<int(max=9007199254740991):order_id>"
Answer = str | AnyResponse | tuple[str, int]


class PageIn(Given):
    """Where a page of orders begins."""

    before: MaybeRow = None


@door.page(ONE, Act.VIEW_SHOP)
def index(shop_id: int) -> str:
    """Orders, newest first."""
    try:
        wanted = read(PageIn, {"before": request.args.get("before", "")})
    except Invalid:
        wanted = PageIn()
    with reading() as session:
        page = allocation_pages.order_list(session, actor(), shop_id, wanted.before)
    return render_template("cooperative/shops/orders.html", page=page)


@door.page(ORDER, Act.VIEW_SHOP)
def show(shop_id: int, order_id: int) -> str:
    """One order, line by line."""
    return _show(shop_id, order_id, blank())


def _show(shop_id: int, order_id: int, form: FormState) -> str:
    with reading() as session:
        page = allocation_pages.order_page(session, actor(), shop_id, order_id, now())
    return render_template("cooperative/shops/order.html", page=page, form=form)


@door.page(f"{ORDER}/lo", Act.ALLOCATE, methods=["POST"])
def choose(shop_id: int, order_id: int) -> Answer:
    """Say which lot pieces came from."""
    values = typed(("share", "lot", "pieces"))
    try:
        given = read(reallocating.ShareIn, values)
        with once() as session:
            reallocating.move_share(session, actor(), shop_id, order_id, given, now())
            answer = leads_to("shop_orders.show", shop_id=shop_id, order_id=order_id)
    except (Invalid, Refused) as error:
        return _show(shop_id, order_id, kept(error, values)), error.status
    flash(t(face_language(), "allocation.chosen"), "ok")
    return answer
