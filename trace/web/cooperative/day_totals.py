"""``…/tong-ngay``: a day's totals as a person read them, with a picture of where they read them."""

from flask import Response, flash, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from trace.db import reading
from trace.errors import Invalid, Refused
from trace.records.file_exchange import DayTotal
from trace.services import product_images
from trace.services.admission import Act
from trace.services.file_exchange import day_totals, opening
from trace.services.intake import read
from trace.texts.catalogs import t
from trace.web.door import Door
from trace.web.form_state import FormState, blank, kept, typed
from trace.web.once import leads_to, once, stop_repeated
from trace.web.registry_forms import with_days
from trace.web.visitor import actor, face_language, now

ONE = "/htx/gian-hang/<int(max=9007199254740991):shop_id>/tong-ngay"
FIELDS = ("day", "orders", "transactions", "quantity", "revenue_vnd")

door = Door("day_totals", __name__, url_prefix=ONE)


@door.page("", Act.VIEW_SHOP)
def index(shop_id: int) -> str:
    """What was entered, and the form."""
    return _index(shop_id, blank())


def _index(shop_id: int, form: FormState) -> str:
    with reading() as session:
        shop = opening.own_shop(session, actor(), Act.VIEW_SHOP, shop_id)
        entries = day_totals.listed_with_authors(session, shop.id)
    return render_template("cooperative/files/totals.html", shop=shop, entries=entries, form=form)


@door.page("", Act.MANAGE_SHOP, methods=["POST"])
def enter(shop_id: int) -> str | AnyResponse | tuple[str, int]:
    """Write a day down; the picture is decoded and made anew first, so that nothing but pixels is kept."""
    stop_repeated()
    values = typed(FIELDS)
    sent = request.files.get("image")
    try:
        with reading() as session:
            opening.open_own_shop(session, actor(), shop_id)
        given = read(day_totals.TotalsIn, with_days(values, "day"))
        picture = product_images.reencode(sent.read() if sent else b"")
        with once() as session:
            shop = opening.open_own_shop(session, actor(), shop_id)
            day_totals.enter(session, shop, given, picture, actor().account_id, now())
            answer = leads_to("day_totals.index", shop_id=shop_id)
    except (Invalid, Refused) as error:
        return _index(shop_id, kept(error, values)), error.status
    flash(t(face_language(), "file.total.kept", day=given.day), "ok")
    return answer


@door.page("/<int(max=9007199254740991):total_id>.jpg", Act.VIEW_SHOP)
def picture(shop_id: int, total_id: int) -> Response:
    """The picture of one entry."""
    with reading() as session:
        shop = opening.own_shop(session, actor(), Act.VIEW_SHOP, shop_id)
        data = opening.row_of(session, shop.id, DayTotal, total_id).picture
    answer = Response(data, content_type="image/jpeg")
    answer.headers["Cache-Control"] = "private, max-age=3600"
    return answer
