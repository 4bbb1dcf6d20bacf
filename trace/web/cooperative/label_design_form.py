"""``/htx/mau-tem/moi``, ``/sua``: choosing the lines of a design, their order, its sign, its square."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask import flash, render_template, request
from markupsafe import Markup
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from labels.art import Art
from labels.design import LEAST_DOTS, LEVELS, MOST_DOTS
from labels.rows import CHOICES, USUAL
from trace.db import reading
from trace.errors import Invalid, NongsanError, NotFound
from trace.records.label_design import LabelDesign
from trace.records.product import Product
from trace.services import label_defaults, label_designs, label_stocks
from trace.services.admission import Act, fetch
from trace.services.intake import read
from trace.services.label_design_given import DesignIn, designed
from trace.services.label_logos import logo_of
from trace.web.cooperative.label_designs import FIRST_STOCK, picture_of, row_title
from trace.web.cooperative.label_stock import stock_options
from trace.web.door import Door
from trace.web.form_state import FormState, blank, kept
from trace.web.once import leads_to, once
from trace.web.refusals import problem_text
from trace.web.registry_forms import say, words
from trace.web.visitor import actor, face_language, now, settings

door = Door("label_design_form", __name__, url_prefix="/htx/mau-tem")
Answer = str | AnyResponse | tuple[Any, int]
FIELDS = ("name", "product", "kind", "level", "dots", "serial_digits", "best_of_8", "has_gi")
Sent = MultiDict[str, str]


@dataclass(frozen=True)
class Lines:
    """Every line a kind of label can carry in the order shown, and those that are ticked."""

    order: tuple[str, ...]
    ticked: frozenset[str]

    @property
    def rows(self) -> list[str]:
        """The ticked ones, top to bottom."""
        return [name for name in self.order if name in self.ticked]

    def moved(self, move: str) -> "Lines":
        """One line up or down: ``up:place``, ``down:lot``; what is no such move changes nothing."""
        way, _, name = move.partition(":")
        if name not in self.order or way not in {"up", "down"}:
            return self
        at = self.order.index(name)
        to = max(0, at - 1) if way == "up" else min(len(self.order) - 1, at + 1)
        rest = [one for one in self.order if one != name]
        return Lines((*rest[:to], name, *rest[to:]), self.ticked)


def lines_of(kind: str, rows: Iterable[str], order: Iterable[str] = ()) -> Lines:
    """The ticked rows first where no order is given, then what else this kind may carry."""
    known = [row.name for row in CHOICES[kind]]
    wanted = [name for name in dict.fromkeys((*order, *rows)) if name in known]
    ticked = frozenset(rows) & frozenset(known)
    return Lines((*wanted, *(name for name in known if name not in wanted)), ticked)


def _kind(value: str | None) -> str:
    return value if value in CHOICES else "stamp"


def _sent(given: Sent) -> tuple[FormState, Lines]:
    values = {name: given[name] for name in FIELDS if name in given}
    kind = _kind(values.get("kind"))
    return FormState({**values, "kind": kind}), lines_of(kind, given.getlist("rows"), given.getlist("order"))


def _given(state: FormState, lines: Lines) -> DesignIn:
    return read(
        DesignIn,
        {**{name: state.values[name] for name in FIELDS if name in state.values}, "rows": lines.rows},
    )


@door.page("/moi", Act.MANAGE_PRINTING)
def new() -> str:
    """A form with the usual lines of the kind that is asked for."""
    kind = _kind(request.args.get("kind"))
    state = blank(kind=kind, level="M", serial_digits=6)
    return _form(None, state, lines_of(kind, USUAL[kind]), None)


@door.page("/moi", Act.MANAGE_PRINTING, methods=["POST"])
def add() -> Answer:
    """A line moved and the form again; or a design, as its first version."""
    state, lines = _sent(request.form)
    if request.form.get("move"):
        return _form(None, state, lines.moved(request.form["move"]), None)
    try:
        given, logo = _given(state, lines), _uploaded(None)
        with once() as session:
            row = label_designs.add_design(session, actor(), given, logo, now())
            answer = leads_to("label_designs.show", design=row.public_id)
    except NotFound as error:
        return _again(None, error, {**state.values, "product": ""}, lines, None)
    except NongsanError as error:
        return _again(None, error, state.values, lines, None)
    return _said_saved(row, answer)


@door.page("/<design>/sua", Act.MANAGE_PRINTING)
def edit(design: str) -> str:
    """The newest version."""
    with reading() as session:
        row = _row(session, design)
        newest = label_designs.design_at(session, row, row.version)
    state = blank(
        name=row.name,
        kind=newest.kind,
        level=newest.level,
        dots=newest.dots,
        serial_digits=newest.serial_digits,
        best_of_8="1" if newest.best_of_8 else None,
        has_gi="1" if newest.has_gi else None,
    )
    return _form(row, state, lines_of(newest.kind, newest.rows), newest.logo)


@door.page("/<design>/sua", Act.MANAGE_PRINTING, methods=["POST"])
def save(design: str) -> Answer:
    """A line moved and the form again; or another version from now on."""
    with reading() as session:
        row = _row(session, design)
        newest = label_designs.design_at(session, row, row.version)
    state, lines = _sent(MultiDict([*request.form.items(multi=True), ("kind", newest.kind)]))
    state.values["kind"] = newest.kind
    lines = lines_of(newest.kind, lines.rows, lines.order)
    if request.form.get("move"):
        return _form(row, state, lines.moved(request.form["move"]), newest.logo)
    try:
        state.values.pop("product", None)
        given, logo = _given(state, lines), _uploaded(newest.logo)
        with once() as session:
            row = label_defaults.new_version(
                session, actor(), design, given, logo, settings().public_url, now()
            )
            answer = leads_to("label_designs.show", design=row.public_id)
    except NongsanError as error:
        return _again(row, error, state.values, lines, newest.logo)
    return _said_saved(row, answer)


def _row(session: Any, design: str) -> LabelDesign:
    return fetch(session, actor(), Act.MANAGE_PRINTING, LabelDesign, public_id=design)


def _uploaded(present: Art | None) -> Art | None:
    """The sign from now on: a new picture, the present one, or none."""
    sent = request.files.get("logo")
    data = sent.read() if sent else b""
    if data:
        return logo_of(data)
    return None if request.form.get("drop_logo") else present


def _said_saved(row: LabelDesign, answer: AnyResponse) -> AnyResponse:
    flash(say("label_design.saved", name=row.name, n=row.version), "ok")
    return answer


def _again(
    row: LabelDesign | None, error: NongsanError, values: dict[str, str], lines: Lines, logo: Art | None
) -> Answer:
    return _form(row, kept(error, values), lines, logo), error.status


def _form(row: LabelDesign | None, state: FormState, lines: Lines, logo: Art | None) -> str:
    kind = state.get("kind")
    with reading() as session:
        stocks = stock_options(session)
        products = [(one.public_id, one.name) for one in label_designs.products_offered(session, actor())]
    stock = request.values.get("stock") or FIRST_STOCK[kind]
    picture = _trial(state, lines, logo, stock, row.product_id if row else None)
    return render_template(
        "cooperative/gear/design_form.html",
        row=row,
        state=state,
        kind=kind,
        kinds=words(CHOICES, "label_design.kind"),
        lines=[(name, row_title(name), name in lines.ticked) for name in lines.order],
        products=[("", say("label_design.any")), *products],
        levels=words(LEVELS, "label_design.level"),
        dots=[("", say("label_design.dots.fit")), *_dots()],
        digits=[(str(n), str(n)) for n in range(4, 12)],
        stocks=stocks,
        stock=stock,
        has_logo=logo is not None,
        drawing=picture,
    )


def _dots() -> list[tuple[str, str]]:
    return [(str(n), say("label_design.dots.n", n=n)) for n in range(LEAST_DOTS, MOST_DOTS + 1)]


@door.page("/hinh", Act.MANAGE_PRINTING)
def drawing() -> str:
    """What is chosen, drawn while it is chosen; ``design`` names the one whose sign is kept."""
    state, lines = _sent(request.args)
    logo, product_id = None, None
    with reading() as session:
        if name := request.args.get("design"):
            row = _row(session, name)
            logo, product_id = label_designs.design_at(session, row, row.version).logo, row.product_id
        elif state.get("product"):
            product = fetch(session, actor(), Act.MANAGE_PRINTING, Product, public_id=state.get("product"))
            product_id = product.id
    kept_logo = None if request.args.get("drop_logo") else logo
    stock = request.args.get("stock") or FIRST_STOCK[state.get("kind")]
    return _trial(state, lines, kept_logo, stock, product_id)


def _trial(
    state: FormState, lines: Lines, logo: Art | None, stock_name: str, product_id: int | None
) -> Markup:
    """The stamp, or what is in its way."""
    cannot: tuple[str, str] | None
    try:
        design = designed(_given(FormState({**state.values, "name": "––", "product": ""}), lines), logo)
    except Invalid as wrong:
        lang = face_language()
        told = "; ".join(problem_text(problem, lang) for problem in wrong.problems)
        picture, cannot = None, (say("label_design.not_yet"), told)
    else:
        with reading() as session:
            stock = label_stocks.stock_named(session, actor(), stock_name)
            picture, cannot = picture_of(session, design, stock, product_id)
    drawn = render_template("cooperative/gear/stamp.html", picture=picture, cannot=cannot)
    return Markup(drawn)  # noqa: S704 - a template's own output
