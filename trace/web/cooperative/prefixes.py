"""``/htx/ma-gs1``: the GS1 numbers a cooperative may give its goods, told to the office."""

from typing import Any

from flask import flash, render_template, url_for
from werkzeug.wrappers import Response as AnyResponse

from trace.db import reading
from trace.errors import NongsanError
from trace.records.company_prefix import PrefixKind
from trace.services import company_prefixes
from trace.services.admission import Act
from trace.services.intake import read
from trace.web.door import Door
from trace.web.form_state import FormState, blank, typed
from trace.web.once import leads_to, once
from trace.web.registry_forms import Box, Page, bare, refused, say, with_days, words
from trace.web.visitor import actor, now

door = Door("prefixes", __name__, url_prefix="/htx/ma-gs1")

FIELDS = ("kind", "digits", "paper", "valid_from", "valid_to", "request_id")
Answer = AnyResponse | tuple[Any, int]


def boxes() -> tuple[Box, ...]:
    """The fields of a prefix, the same for whoever writes it down."""
    return (
        Box("kind", "registry.prefix.kind", "choices", options=words(PrefixKind, "registry.prefix.kind")),
        Box("digits", "registry.prefix.digits", "number", hint="registry.prefix.digits.hint", most=20),
        Box("paper", "registry.prefix.paper", hint="registry.prefix.paper.hint", most=120),
        Box("valid_from", "registry.valid_from", "date"),
        Box("valid_to", "registry.valid_to", "date", required=False, hint="registry.prefix.open"),
    )


@door.page("", Act.VIEW_FARM)
def index() -> str:
    """What was told, what the office said, and a form."""
    return _index(blank(kind=PrefixKind.PREFIX))


def _index(state: FormState, _places: Any = ()) -> str:
    with reading() as session:
        rows = company_prefixes.prefixes(session, actor())
    page = Page(
        say("registry.prefixes"), url_for("prefixes.add"), url_for("products.index"), boxes(), state,
        "registry.prefix.propose",
    )  # fmt: skip
    return render_template("cooperative/registry/prefixes.html", rows=rows, page=page)


@door.page("", Act.MANAGE_REGISTRY, methods=["POST"])
def add() -> Answer:
    """Tell the office."""
    values = typed(FIELDS)
    try:
        given = read(company_prefixes.PrefixIn, with_days(bare(values), "valid_from", "valid_to"))
        with once() as session:
            row = company_prefixes.propose_prefix(session, actor(), given, now())
            answer = leads_to("prefixes.index")
    except NongsanError as error:
        return refused(error, values, _index)
    flash(say("registry.prefix.proposed", digits=row.digits), "ok")
    return answer


@door.page("/<int:prefix_id>/bo", Act.MANAGE_REGISTRY, methods=["POST"])
def take_back(prefix_id: int) -> AnyResponse:
    """Withdraw what the office has not settled."""
    with once() as session:
        company_prefixes.take_back(session, actor(), prefix_id)
        answer = leads_to("prefixes.index")
    flash(say("registry.prefix.taken_back"), "ok")
    return answer
