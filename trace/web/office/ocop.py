"""``/so/ocop``: ratings, also from a file, what cooperatives report, papers that wait to be confirmed."""

from typing import Any

from flask import flash, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from trace.db import reading
from trace.errors import NongsanError
from trace.records.product import OcopLevel
from trace.services import certificates, ocop, products
from trace.services.admission import Act
from trace.services.intake import read
from trace.services.ocop_ending import endings
from trace.standards.local_time import local_day
from trace.web import import_pages
from trace.web.desk import Desk
from trace.web.door import Door
from trace.web.form_state import FormState, blank, typed
from trace.web.once import leads_to, once
from trace.web.registry_forms import Box, Page, bare, refused, say, with_days
from trace.web.visitor import actor, now, settings

door = Door("office_ocop", __name__, url_prefix="/so/ocop")
files = Door("office_ocop_imports", __name__, url_prefix="/so/ocop/nhap")
import_pages.hang(Desk(files, "office", {"ratings": "office_ocop.index"}), Act.RATE_PRODUCT)

FIELDS = (*("product", "stars", "score", "decision_number", "level", "issuer", "decided_on", "request_id"),)
Answer = AnyResponse | tuple[Any, int]


@door.page("", Act.RATE_PRODUCT)
def index() -> str:
    """Ratings, those that end soonest first; reports and papers that wait."""
    with reading() as session:
        rated = ocop.ratings(session, actor())
        waiting = ocop.waiting_reports(session, actor())
        papers = certificates.waiting_papers(session, actor())
        today = local_day(now())
        ending = endings(session, actor(), today, settings().ocop_reminder_days)
    valid, products_rated = ocop.in_force(rated, today)
    return render_template(
        "office/registry/ocop.html",
        rated=rated,
        waiting=waiting,
        papers=papers,
        ending=ending,
        today=today,
        valid=valid,
        products_rated=products_rated,
        replaced={one.rating.id for one in rated if ocop.is_replaced(one, rated, today)},
    )


@door.page("/moi", Act.RATE_PRODUCT)
def new() -> str:
    """Choose a product by name, then its decision."""
    return _form(blank(product=request.args.get("san-pham", "")))


def _form(state: FormState, _places: Any = ()) -> str:
    query = request.values.get("q", "")
    with reading() as session:
        found, _ = products.products(session, actor(), query, limit=200)
    options = [(one.public_id, f"{one.name} · {one.sku}") for one in found]
    boxes = (
        Box("product", "menu.htx.products", "select", options=options),
        Box("stars", "registry.ocop.stars", "select", options=[(str(n), "★" * n) for n in (3, 4, 5)]),
        Box("score", "registry.ocop.score", "number", most=6),
        Box("decision_number", "registry.ocop.decision", most=64),
        Box("level", "registry.ocop.level", "select", required=False, options=_levels()),
        Box("issuer", "registry.ocop.issuer", required=False),
        Box("decided_on", "registry.ocop.decided_on", "date"),
    )
    page = Page(
        say("registry.ocop.new"), url_for("office_ocop.add"), url_for("office_ocop.index"), boxes, state
    )
    return render_template("office/registry/rate.html", base="office/base.html", page=page, query=query)


def _levels() -> list[tuple[str, str]]:
    return [(one.value, say(f"ocop.level.{one.value or 'unknown'}")) for one in OcopLevel]


@door.page("/moi", Act.RATE_PRODUCT, methods=["POST"])
def add() -> Answer:
    """Store a decision."""
    values = typed(FIELDS)
    try:
        given = read(ocop.RatingIn, with_days(bare(values), "decided_on"))
        with once() as session:
            row = ocop.rate_product(session, actor(), given, now())
            answer = leads_to("office_ocop.index")
    except NongsanError as error:
        return refused(error, values, _form)
    flash(say("registry.ocop.saved", n=row.stars, date=row.valid_to), "ok")
    return answer


@door.page("/de-nghi/<int:proposal_id>", Act.RATE_PRODUCT, methods=["POST"])
def settle(proposal_id: int) -> AnyResponse:
    """Accept or decline a report."""
    with once() as session:
        if request.form.get("what") == "accept":
            ocop.accept_proposal(session, actor(), proposal_id, now())
        else:
            ocop.decline_proposal(session, actor(), proposal_id, request.form.get("reason", ""), now())
        answer = leads_to("office_ocop.index")
    flash(say("registry.ocop.settled"), "ok")
    return answer


@door.page("/giay/<int:certificate_id>", Act.CONFIRM_PAPERS, methods=["POST"])
def confirm(certificate_id: int) -> AnyResponse:
    """The office has seen a paper."""
    with once() as session:
        row = certificates.confirm_certificate(session, actor(), certificate_id, now())
        answer = leads_to("office_ocop.index")
    flash(say("registry.paper.confirmed_now", number=row.number), "ok")
    return answer
