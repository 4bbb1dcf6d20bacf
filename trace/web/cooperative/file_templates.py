"""``…/mau-dang``: the blank template of a shop's seller centre, and what goes into which column."""

from flask import flash, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from trace.db import reading
from trace.errors import Invalid, Refused
from trace.records.file_exchange import Direction, FileLayout
from trace.services.admission import Act
from trace.services.file_exchange import opening, templates
from trace.services.file_exchange.headings import GoodsField
from trace.services.file_exchange.layouts import headings_of, layout_of, uploaded_layout
from trace.services.file_exchange.templates import NUMBERS, Column, TemplateChoices
from trace.texts.catalogs import t
from trace.web.cooperative.file_reports import uploaded
from trace.web.door import Door
from trace.web.form_state import FormState, blank, kept
from trace.web.once import leads_to, once
from trace.web.visitor import actor, face_language, now

ONE = "/htx/gian-hang/<int(max=9007199254740991):shop_id>/mau-dang"
LONGEST_FIXED = 200
Answer = str | AnyResponse | tuple[str, int]

door = Door("file_templates", __name__, url_prefix=ONE)


@door.page("", Act.MANAGE_SHOP)
def show(shop_id: int) -> str:
    """The template in use."""
    return _show(shop_id, blank())


def _show(shop_id: int, form: FormState) -> str:
    with reading() as session:
        shop = opening.own_shop(session, actor(), Act.MANAGE_SHOP, shop_id)
        layout = layout_of(session, shop.id, Direction.TEMPLATE)
    told = {"columns": _columns(layout), "fields": [field.value for field in GoodsField]}
    if layout is not None:
        told |= {"choices": templates.template_choices(layout), "row": templates.head_row(layout)}
    return render_template("cooperative/files/template.html", shop=shop, layout=layout, form=form, **told)


def _columns(layout: FileLayout | None) -> list[tuple[int, str, Column]]:
    if layout is None:
        return []
    known = templates.columns_of(layout)
    headings = enumerate(headings_of(layout))
    return [(place, heading, known.get(place, Column())) for place, heading in headings if heading]


@door.page("/tep", Act.MANAGE_SHOP, methods=["POST"])
def upload(shop_id: int) -> Answer:
    """Read a blank template and keep it."""
    try:
        with reading() as session:
            opening.open_own_shop(session, actor(), shop_id)
        with uploaded() as (path, name):
            given = templates.read_blank(path, name)
        is_new = request.form.get("is_new") == "1"
        with once() as session:
            shop = opening.held_shop(session, actor(), shop_id)
            who = actor().account_id
            templates.keep_blank(session, shop.id, given, is_new=is_new, account_id=who, now=now())
            answer = leads_to("file_templates.show", shop_id=shop_id)
    except Refused as error:
        return _show(shop_id, kept(error, {})), 422
    return answer


@door.page("", Act.MANAGE_SHOP, methods=["POST"])
def save(shop_id: int) -> Answer:
    """Keep what goes where."""
    try:
        with once() as session:
            shop = opening.held_shop(session, actor(), shop_id)
            layout = uploaded_layout(session, shop.id, Direction.TEMPLATE)
            columns = _sent(len(headings_of(layout)))
            templates.confirm_template(layout, columns, _choices(), actor().account_id, now())
            answer = leads_to("file_exports.index", shop_id=shop_id)
    except (Invalid, Refused) as error:
        return _show(shop_id, kept(error, dict(request.form))), error.status
    flash(t(face_language(), "file.template.saved"), "ok")
    return answer


def _sent(width: int) -> dict[int, Column]:
    known = {field.value for field in GoodsField}
    number = request.form.get("number", "")
    found = {}
    for place in range(width):
        field = request.form.get(f"column-{place}", "")
        fixed = request.form.get(f"fixed-{place}", "").replace("\0", "").strip()[:LONGEST_FIXED]
        if field in known or fixed:
            is_known = field in known
            found[place] = Column(
                field if is_known else "",
                "" if is_known else fixed,
                number if number in NUMBERS else NUMBERS[0],
                _whole(request.form.get(f"most-{place}", "")),
            )
    return found


def _whole(said: str) -> int:
    return int(said) if said.isascii() and said.isdecimal() and len(said) < 6 else 0


def _choices() -> TemplateChoices:
    words = [request.form.get(name, "").replace("\0", "").strip()[:40] for name in ("on_word", "off_word")]
    return TemplateChoices(_whole(request.form.get("first_row", "")), *words)
