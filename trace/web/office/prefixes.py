"""``/so/ma-gs1``: whose GS1 numbers are whose, proposed by cooperatives or written down by the office."""

from typing import Any

from flask import flash, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from trace.db import reading
from trace.errors import NongsanError
from trace.records.company_prefix import PrefixKind
from trace.services import company_prefixes, organisations
from trace.services.admission import Act
from trace.services.intake import read
from trace.standards.local_time import local_day
from trace.web.cooperative.prefixes import FIELDS, boxes
from trace.web.door import Door
from trace.web.form_state import FormState, blank, typed
from trace.web.once import leads_to, once
from trace.web.registry_forms import Box, Page, bare, refused, say, with_days
from trace.web.visitor import actor, now

door = Door("office_prefixes", __name__, url_prefix="/so/ma-gs1")

Answer = AnyResponse | tuple[Any, int]


@door.page("", Act.CONFIRM_PAPERS)
def index() -> str:
    """Proposals first, then what holds, and a form."""
    return _index(blank(kind=PrefixKind.PREFIX))


def _index(state: FormState, _places: Any = ()) -> str:
    with reading() as session:
        rows = company_prefixes.all_prefixes(session, actor())
        orgs = organisations.organisations(session, actor())
    whose = Box("org", "registry.org.name", "select", options=[(one.public_id, one.name) for one in orgs])
    page = Page(
        say("registry.prefixes"), url_for("office_prefixes.add"), url_for("office_ocop.index"),
        (whose, *boxes()), state, "registry.prefix.add",
    )  # fmt: skip
    return render_template("office/registry/prefixes.html", rows=rows, page=page, today=local_day(now()))


@door.page("", Act.CONFIRM_PAPERS, methods=["POST"])
def add() -> Answer:
    """Write down a prefix whose paper was seen."""
    values = typed(("org", *FIELDS))
    try:
        said = with_days(bare(values), "valid_from", "valid_to")
        given = read(company_prefixes.PrefixIn, {n: v for n, v in said.items() if n != "org"})
        with once() as session:
            row = company_prefixes.add_prefix(session, actor(), values.get("org", ""), given, now())
            answer = leads_to("office_prefixes.index")
    except NongsanError as error:
        return refused(error, values, _index)
    flash(say("registry.prefix.added", digits=row.digits), "ok")
    return answer


@door.page("/<int:prefix_id>", Act.CONFIRM_PAPERS, methods=["POST"])
def settle(prefix_id: int) -> AnyResponse:
    """Accept a proposal, decline it, or end what holds as of today."""
    what = request.form.get("what", "")
    with once() as session:
        if what == "accept":
            company_prefixes.accept_prefix(session, actor(), prefix_id, now())
        elif what == "end":
            company_prefixes.end_prefix(session, actor(), prefix_id, local_day(now()), now())
        else:
            reason = request.form.get("reason", "")
            company_prefixes.decline_prefix(session, actor(), prefix_id, reason, now())
        answer = leads_to("office_prefixes.index")
    flash(say("registry.prefix.settled"), "ok")
    return answer
