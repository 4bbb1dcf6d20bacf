"""``/htx/giay-tem``: the label stock there is, drawn to scale, and stock a cooperative measures itself."""

from collections.abc import Mapping
from typing import Any

from flask import flash, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response as AnyResponse

from labels.stock import STOCKS, Stock
from labels.svg import sheet_svg
from trace.db import reading
from trace.errors import Invalid, NongsanError, NotFound
from trace.records.label_stock import LabelStock, StockForm, StockShape
from trace.services import label_stock_changes, label_stocks
from trace.services.admission import Act, fetch
from trace.services.intake import read
from trace.services.label_stock_given import StockIn
from trace.web.door import Door
from trace.web.form_state import FormState, blank, typed
from trace.web.once import leads_to, once
from trace.web.refusals import problem_text
from trace.web.registry_forms import Box, Item, Page, bare, refused, say, words
from trace.web.visitor import actor, face_language, now, settings

door = Door("label_stock", __name__, url_prefix="/htx/giay-tem")
Answer = str | AnyResponse | tuple[Any, int]
LENGTHS = (
    "label_width_um",
    "label_height_um",
    "pitch_x_um",
    "pitch_y_um",
    "left_um",
    "top_um",
    "page_width_um",
    "page_height_um",
)
FIELDS = ("name", "form", "shape", "columns", "rows", *LENGTHS, "request_id")
USUAL = {
    "form": StockForm.SHEET,
    "shape": StockShape.RECTANGLE,
    "page_width_um": "210",
    "page_height_um": "297",
}
NEEDED = ("label_width_um", "label_height_um")


@door.page("", Act.MANAGE_PRINTING)
def index() -> str:
    """One's own stock first, then what ships with the program."""
    with reading() as session:
        own = [(row.name, label_stocks.as_stock(row)) for row in label_stocks.own_stocks(session, actor())]
    built_in = [(say(f"stock.{name}"), stock) for name, stock in STOCKS.items()]
    items = [*(_item(*one, is_own=True) for one in own), *(_item(*one) for one in built_in)]
    return render_template("cooperative/gear/stocks.html", items=items)


def _item(title: str, stock: Stock, *, is_own: bool = False) -> Item:
    tag = ("info", "check", say("label_stock.own")) if is_own else None
    return Item(title, (in_short(stock),), url_for("label_stock.show", stock=stock.name), tag)


def in_short(stock: Stock) -> str:
    """Grid and size of a label: ``5 × 13 tem, 38,1 × 21,2 mm``."""
    figures = {"a": stock.label_width_mm, "b": stock.label_height_mm, "n": stock.columns, "m": stock.rows}
    return say(f"label_stock.short.{stock.form}", **figures)


def stock_options(session: Any) -> list[tuple[str, str]]:
    """Every stock there is to choose from, one's own first."""
    own = [(row.public_id, row.name) for row in label_stocks.own_stocks(session, actor())]
    return [*own, *((name, say(f"stock.{name}")) for name in STOCKS)]


def typed_mm(length_um: int) -> str:
    """Millimetres as people type them into a field: no thousands apart, a comma in Vietnamese."""
    bare = f"{length_um / 1000:.3f}".rstrip("0").rstrip(".")
    return bare.replace(".", ",") if face_language() == "vi" else bare


def drawn(stock: Stock, title: str) -> Markup:
    """The page to scale; the title is read out."""
    return Markup(sheet_svg(stock, 1, stock.cells, title))  # noqa: S704 - drawn here, the title escaped


@door.page("/moi", Act.MANAGE_PRINTING)
def new() -> str:
    """An empty form."""
    return _new(
        blank(form=StockForm.SHEET, shape=StockShape.RECTANGLE, page_width_um="210", page_height_um="297")
    )


def _new(state: FormState, _places: Any = ()) -> str:
    return _form(state, say("label_stock.new"), url_for("label_stock.add"), url_for("label_stock.index"))


@door.page("/moi", Act.MANAGE_PRINTING, methods=["POST"])
def add() -> Answer:
    """Take stock into use."""
    values = typed(FIELDS)
    try:
        given = read(StockIn, bare(values))
        with once() as session:
            row = label_stocks.add_stock(session, actor(), given, now())
            answer = leads_to("label_stock.show", stock=row.public_id)
    except NongsanError as error:
        return refused(error, values, _new)
    flash(say("label_stock.saved", name=row.name), "ok")
    return answer


@door.page("/hinh", Act.MANAGE_PRINTING)
def drawing() -> Answer:
    """What is typed, drawn while it is typed: the page, or what does not fit."""
    values = {name: request.args[name] for name in FIELDS if name in request.args}
    return _drawing(values)


def _drawing(values: Mapping[str, str]) -> str:
    given = {**bare(values), "name": values.get("name", "").strip()[:60].ljust(2, "–")}
    try:
        stock = label_stocks.checked(read(StockIn, given))
    except Invalid as wrong:
        first = wrong.problems[0]
        field = say(f"label_stock.{first.field}") if first.field in FIELDS else first.field
        return render_template(
            "cooperative/gear/drawing.html", wrong=(field, problem_text(first, face_language()))
        )
    return render_template(
        "cooperative/gear/drawing.html", stock=stock, picture=drawn(stock, in_short(stock)), short=in_short
    )


@door.page("/<stock>", Act.MANAGE_PRINTING)
def show(stock: str) -> str:
    """One stock with its figures, to scale."""
    with reading() as session:
        found = label_stocks.stock_named(session, actor(), stock)
        row = None if stock in STOCKS else _row(session, stock)
    title = row.name if row else say(f"stock.{stock}")
    picture = drawn(found, f"{title}: {in_short(found)}")
    return render_template(
        "cooperative/gear/stock.html", stock=found, row=row, title=title, picture=picture, short=in_short
    )


def _row(session: Any, stock: str) -> LabelStock:
    return fetch(session, actor(), Act.MANAGE_PRINTING, LabelStock, public_id=stock)


@door.page("/<stock>/sua", Act.MANAGE_PRINTING)
def edit(stock: str) -> str:
    """The form with what is stored."""
    with reading() as session:
        row = _row(session, stock)
    lengths = {name: typed_mm(getattr(row, name)) for name in LENGTHS}
    return _edit(
        stock,
        blank(name=row.name, form=row.form, shape=row.shape, columns=row.columns, rows=row.rows, **lengths),
    )


def _edit(stock: str, state: FormState) -> str:
    back = url_for("label_stock.show", stock=stock)
    return _form(state, say("label_stock.edit"), url_for("label_stock.save", stock=stock), back)


@door.page("/<stock>/sua", Act.MANAGE_PRINTING, methods=["POST"])
def save(stock: str) -> Answer:
    """Other figures: a row of their own from now on."""
    values = typed(FIELDS)
    try:
        with reading() as session:
            _row(session, stock)
        given = read(StockIn, bare(values))
        with once() as session:
            row, lost = label_stock_changes.change_stock(
                session, actor(), stock, given, settings().public_url, now()
            )
            answer = leads_to("label_stock.show", stock=row.public_id)
    except NotFound:
        raise
    except NongsanError as error:
        return refused(error, values, lambda state, _places: _edit(stock, state))
    flash(say("label_stock.saved", name=row.name), "ok")
    if lost:
        flash(say("label_stock.lost", names=lost), "warn")
    return answer


@door.page("/<stock>/bo", Act.MANAGE_PRINTING, methods=["POST"])
def retire(stock: str) -> Answer:
    """Out of the lists."""
    with once() as session:
        row = label_stock_changes.retire_stock(session, actor(), stock, now())
        answer = leads_to("label_stock.index")
    flash(say("label_gear.gone", name=row.name), "ok")
    return answer


def _form(state: FormState, title: str, action: str, back: str) -> str:
    page = Page(title, action, back, _boxes(), state)
    return render_template("cooperative/gear/stock_form.html", page=page, drawing=_start(state))


def _start(state: FormState) -> Markup | None:
    filled = all(state.get(name) for name in (*NEEDED, "columns"))
    if not filled:
        return None
    return Markup(_drawing({name: state.get(name) for name in FIELDS}))  # noqa: S704 - a template's own output


def _boxes() -> tuple[Box, ...]:
    def length(name: str) -> Box:
        hint = "" if name in NEEDED else f"label_stock.{name}.hint"
        return Box(name, f"label_stock.{name}", "length", name in NEEDED, hint, "mm", most=12)

    return (
        Box("name", "label_stock.name", hint="label_stock.name.hint", most=60),
        Box("form", "label_stock.form", "choices", options=words(StockForm, "label_stock.form")),
        Box("shape", "label_stock.shape", "choices", options=words(StockShape, "label_stock.shape")),
        Box("columns", "label_stock.columns", "number", most=3),
        Box("rows", "label_stock.rows", "number", False, "label_stock.rows.hint", most=3),
        *(length(name) for name in LENGTHS),
    )
