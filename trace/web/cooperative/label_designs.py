"""``/htx/mau-tem``: designs, how each looks on a real stamp, and where it is the usual one."""

from typing import Any

from flask import flash, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response as AnyResponse

from labels.design import StampDesign
from labels.svg import stamp_svg
from trace.db import reading
from trace.errors import NongsanError, NotFound, Refused
from trace.records.label_design import LabelDesign
from trace.records.product import Product
from trace.services import label_defaults, label_designs, label_stocks
from trace.services.admission import Act, fetch
from trace.services.intake import read
from trace.services.label_defaults import StockChoice
from trace.services.label_design_given import STANDARD
from trace.services.label_design_trial import trial
from trace.web.cooperative.label_stock import stock_options
from trace.web.door import Door
from trace.web.form_state import FormState, blank, kept, typed
from trace.web.once import leads_to, once
from trace.web.refusals import said
from trace.web.registry_forms import Item, say
from trace.web.visitor import actor, face_language, now, settings

door = Door("label_designs", __name__, url_prefix="/htx/mau-tem")
Answer = str | AnyResponse | tuple[Any, int]
FIRST_STOCK = {"stamp": "tomy-145", "fruit": "roll-25x25", "export": "roll-100x70"}


@door.page("", Act.MANAGE_PRINTING)
def index() -> str:
    """One's own first, then the standard, which everybody has."""
    with reading() as session:
        rows = [(row, _standing(session, row)) for row in label_designs.own_designs(session, actor())]
    shared = Item(
        say("label_design.standard"),
        (say("label_design.standard.lead"),),
        url_for("label_designs.show", design=STANDARD),
    )
    own = [Item(row.name, lines, url_for("label_designs.show", design=row.public_id)) for row, lines in rows]
    return render_template("cooperative/gear/designs.html", items=[*own, shared])


def _standing(session: Any, row: LabelDesign) -> tuple[str, ...]:
    design = label_designs.design_at(session, row, row.version)
    product = session.get(Product, row.product_id).name if row.product_id else say("label_design.any")
    usual = [label_stocks.title_of(session, name) for name in label_defaults.defaults_of(session, row)]
    shape = say("label_design.line", kind=say(f"label_design.kind.{design.kind}"), product=product)
    return (shape, say("label_design.usual_on", names=usual) if usual else "")


@door.page("/<design>", Act.MANAGE_PRINTING)
def show(design: str) -> str:
    """One design on one's own stamp, on the stock that is asked for."""
    return _show(design, blank())


def _show(name: str, state: FormState) -> str:
    with reading() as session:
        row = None if name == STANDARD else _row(session, name)
        full, design = label_designs.design_named(session, actor(), name)
        stock = request.values.get("stock") or FIRST_STOCK[design.kind]
        picture, cannot = _picture(session, design, stock, row.product_id if row else None)
        options = stock_options(session)
        product = session.get(Product, row.product_id) if row and row.product_id else None
        usual = (
            [(one, label_stocks.title_of(session, one)) for one in label_defaults.defaults_of(session, row)]
            if row
            else []
        )
    return render_template(
        "cooperative/gear/design.html",
        row=row,
        design=design,
        full=full,
        title=row.name if row else say("label_design.standard"),
        product=product.name if product else say("label_design.any"),
        rows=[row_title(one) for one in design.rows],
        picture=picture,
        cannot=cannot,
        stock=stock,
        options=options,
        usual=usual,
        state=state,
    )


def _row(session: Any, design: str) -> LabelDesign:
    return fetch(session, actor(), Act.MANAGE_PRINTING, LabelDesign, public_id=design)


def _picture(
    session: Any, design: StampDesign, stock_name: str, product_id: int | None
) -> tuple[Markup | None, tuple[str, str] | None]:
    stock = label_stocks.stock_named(session, actor(), stock_name)
    return picture_of(session, design, stock, product_id)


def picture_of(
    session: Any, design: StampDesign, stock: Any, product_id: int | None
) -> tuple[Markup | None, tuple[str, str] | None]:
    """One's own stamp in this design on this stock, or why it cannot be."""
    try:
        job = trial(session, actor(), design, stock, product_id, settings().public_url, now())
    except Refused as refusal:
        return None, said(refusal, face_language())
    return Markup(stamp_svg(job)), None  # noqa: S704 - drawn here, texts escaped


def row_title(name: str) -> str:
    """A row's name for people: ``product:ja`` is the product in Japanese."""
    row, _, lang = name.partition(":")
    title = say(f"label_design.row.{row}")
    return say("label_design.abroad", row=title, tongue=say(f"label_design.lang.{lang}")) if lang else title


@door.page("/<design>/thuong-dung", Act.MANAGE_PRINTING, methods=["POST"])
def choose(design: str) -> Answer:
    """Usual on a stock from now on, where it fits."""
    try:
        stock = read(StockChoice, typed(("stock",))).stock
        with once() as session:
            row = label_defaults.choose_default(session, actor(), design, stock, settings().public_url, now())
            title = label_stocks.title_of(session, stock)
            answer = leads_to("label_designs.show", design=design, stock=stock)
    except NotFound:
        raise
    except NongsanError as error:
        return _show(design, kept(error, {})), error.status
    flash(say("label_design.usual.done", name=row.name, stock=title), "ok")
    return answer


@door.page("/<design>/thuong-dung/bo", Act.MANAGE_PRINTING, methods=["POST"])
def drop(design: str) -> Answer:
    """No longer usual on a stock."""
    with once() as session:
        stock = read(StockChoice, typed(("stock",))).stock
        label_defaults.drop_default(session, actor(), design, stock)
        return leads_to("label_designs.show", design=design)


@door.page("/<design>/bo", Act.MANAGE_PRINTING, methods=["POST"])
def retire(design: str) -> Answer:
    """Out of the lists."""
    with once() as session:
        row = label_defaults.retire_design(session, actor(), design, now())
        answer = leads_to("label_designs.index")
    flash(say("label_gear.gone", name=row.name), "ok")
    return answer
