"""``/htx/chung-nhan``: certificates, what they cover and until when."""

from typing import Any

from flask import flash, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from trace.db import reading
from trace.errors import NongsanError
from trace.records.certificate import Certificate, Scheme
from trace.services import certificates, plots, products, sites
from trace.services.admission import Act
from trace.services.intake import read
from trace.standards.local_time import local_day
from trace.texts.formats import days_between
from trace.web.door import Door
from trace.web.form_state import FormState, blank, typed
from trace.web.once import leads_to, once
from trace.web.registry_forms import Box, Item, Page, refused, say, with_days, words
from trace.web.visitor import actor, face_language, now

door = Door("certificates", __name__, url_prefix="/htx/chung-nhan")

FIELDS = ("scheme", "number", "issuer", "valid_from", "valid_to", "request_id")
MOST_PLOTS = 200


@door.page("", Act.VIEW_FARM)
def index() -> str:
    """The papers with their days of validity."""
    with reading() as session:
        rows = certificates.certificates(session, actor())
        items = [_item(one, certificates.scope_of_certificate(session, one.id)) for one in rows]
    return render_template(
        "cooperative/registry/certificates.html",
        items=items,
        waiting=[one for one in rows if one.confirmed_at is None],
        title=say("registry.papers.title", n=len(rows)),
    )


def _item(one: Certificate, scope: Any) -> Item:
    covers = say("registry.paper.covers", n=len(scope)) if scope else say("registry.paper.covers_all")
    days = days_between(face_language(), one.valid_from, one.valid_to)
    tag = ("", "clock", say("registry.paper.waiting"))
    if one.confirmed_at is not None:
        tag = ("ok", "cert", say("registry.paper.confirmed"))
    if one.valid_to < local_day(now()):
        tag = ("bad", "clock", say("registry.paper.expired", date=one.valid_to))
    return Item(f"{say(f'scheme.{one.scheme}')} {one.number}", (days, one.issuer, covers), tag=tag)


def _form(state: FormState, _places: Any = ()) -> str:
    with reading() as session:
        land, _ = plots.plots(session, actor(), limit=MOST_PLOTS)
        areas = sites.growing_areas(session, actor())
        goods, _ = products.products(session, actor())
    boxes = (
        Box("scheme", "registry.scheme", "select", options=words(Scheme, "scheme")),
        Box("number", "registry.paper.number", hint="registry.paper.number.hint", most=64),
        Box("issuer", "registry.issuer", required=False, most=160),
        Box("valid_from", "registry.valid_from", "date"),
        Box("valid_to", "registry.valid_to", "date"),
    )
    page = Page(
        say("registry.paper.new"), url_for("certificates.add"), url_for("certificates.index"), boxes, state
    )
    ticked = {name: set(request.form.getlist(name)) for name in ("plot_ids", "growing_area_ids", "products")}
    return render_template(
        "cooperative/registry/certificate.html",
        page=page,
        plots=land,
        areas=areas,
        goods=goods,
        ticked=ticked,
    )


@door.page("/moi", Act.MANAGE_REGISTRY)
def new() -> str:
    """An empty form."""
    return _form(blank())


@door.page("/moi", Act.MANAGE_REGISTRY, methods=["POST"])
def add() -> AnyResponse | tuple[Any, int]:
    """Propose a certificate."""
    values = typed(FIELDS)
    ticked = {name: request.form.getlist(name)[:500] for name in ("plot_ids", "growing_area_ids", "products")}
    sent: dict[str, Any] = {name: value for name, value in values.items() if name != "request_id"}
    try:
        with once() as session:
            given = read(certificates.CertificateIn, {**with_days(sent, "valid_from", "valid_to"), **ticked})
            row = certificates.add_certificate(session, actor(), given, now())
            answer = leads_to("certificates.index")
    except NongsanError as error:
        return refused(error, values, _form)
    flash(say("registry.saved", name=row.number), "ok")
    return answer


@door.page("/<int:certificate_id>/bo", Act.MANAGE_REGISTRY, methods=["POST"])
def remove(certificate_id: int) -> AnyResponse:
    """Take back a paper that is not confirmed."""
    with once() as session:
        certificates.remove_certificate(session, actor(), certificate_id)
        answer = leads_to("certificates.index")
    flash(say("registry.paper.removed"), "ok")
    return answer
