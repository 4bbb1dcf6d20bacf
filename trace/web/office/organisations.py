"""``/so/don-vi``: organisations, found without marks, added and changed, also from a file."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from flask import flash, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from trace.db import reading
from trace.errors import NongsanError, NotFound
from trace.records.organisation import Organisation, OrgKind
from trace.services import organisation_ending, organisations
from trace.services.admission import Act
from trace.services.intake import read
from trace.services.places import PlaceOption
from trace.web import import_pages
from trace.web.desk import Desk
from trace.web.door import Door
from trace.web.form_state import FormState, blank, kept, typed
from trace.web.once import leads_to, once
from trace.web.registry_forms import Box, Item, Page, bare, refused, say, start_places, with_place, words
from trace.web.visitor import actor, now

door = Door("organisations", __name__, url_prefix="/so/don-vi")
files = Door("organisation_imports", __name__, url_prefix="/so/don-vi/nhap")
import_pages.hang(Desk(files, "office", {"organisations": "organisations.index"}), Act.MANAGE_ORGS)

FIELDS = ("kind", "name", "name_en", "tax_code", "gln", "phone", "place", "place_text", "request_id")
BASE = "office/base.html"
Answer = AnyResponse | tuple[Any, int]


@door.page("", Act.MANAGE_ORGS)
def index() -> str:
    """Organisations by name."""
    query = request.args.get("q", "")
    with reading() as session:
        rows = organisations.organisations(session, actor(), query)
    items = [
        Item(
            one.name,
            (say(f"org.{one.kind}"), one.tax_code or "", "" if one.is_active else say("registry.org.ended")),
            url_for("organisations.edit", public_id=one.public_id),
        )
        for one in rows
    ]
    return render_template(
        "cooperative/registry/list.html",
        base=BASE,
        title=say("registry.orgs.title", n=len(rows)),
        items=items,
        empty=say("registry.none_found", query=query) if query else say("registry.orgs.none"),
        query=query,
        more=None,
        links=[(url_for("organisation_imports.index"), say("registry.import"))],
        add=(url_for("organisations.new"), say("registry.org.new")),
    )


def _form(
    state: FormState,
    places: Sequence[PlaceOption],
    title: str,
    action: str,
    row: Organisation | None = None,
) -> str:
    boxes = (
        Box("kind", "registry.org.kind", "select", options=words(OrgKind, "org")),
        Box("name", "registry.org.name"),
        Box("name_en", "registry.product.name_en", required=False),
        Box("tax_code", "registry.tax_code", required=False, most=16),
        Box("gln", "registry.gln", "number", required=False, most=20),
        Box("phone", "registry.org.phone", "tel", required=False, hint="registry.org.phone.hint", most=20),
        Box("place", "registry.commune", "place"),
    )
    page = Page(title, action, url_for("organisations.index"), boxes, state, places=places)
    return render_template("office/organisation.html", base=BASE, page=page, row=row)


@door.page("/moi", Act.MANAGE_ORGS)
def new() -> str:
    """An empty form."""
    return _new(blank(), ())


def _new(state: FormState, places: Sequence[PlaceOption]) -> str:
    return _form(state, places, say("registry.org.new"), url_for("organisations.add"))


@door.page("/moi", Act.MANAGE_ORGS, methods=["POST"])
def add() -> Answer:
    """Register an organisation."""
    values = typed(FIELDS)
    try:
        with once() as session:
            given = read(organisations.OrganisationIn, bare(with_place(session, values)))
            row = organisations.add_organisation(session, actor(), given, now())
            answer = leads_to("organisations.index", q=row.name)
    except NongsanError as error:
        return refused(error, values, _new)
    flash(say("registry.saved", name=row.name), "ok")
    return answer


@door.page("/<public_id>", Act.MANAGE_ORGS)
def edit(public_id: str) -> str:
    """The form with what is stored."""
    return _stored(public_id, blank())


def _stored(public_id: str, state: FormState) -> str:
    """What is stored, with what was wrong in another form of the page."""
    with reading() as session:
        row = organisations.organisation(session, public_id)
        places = start_places(session, row.commune_code)
    state.values.update(blank(**{name: getattr(row, name, None) for name in FIELDS}).values)
    return _edit(row, state, places)


def _edit(row: Organisation, state: FormState, places: Sequence[PlaceOption]) -> str:
    action = url_for("organisations.save", public_id=row.public_id)
    return _form(state, places, say("registry.org.edit"), action, row)


def _again(public_id: str, state: FormState, places: Sequence[PlaceOption]) -> str:
    with reading() as session:
        return _edit(organisations.organisation(session, public_id), state, places)


@door.page("/<public_id>", Act.MANAGE_ORGS, methods=["POST"])
def save(public_id: str) -> Answer:
    """Change an organisation."""
    values = typed(FIELDS)
    try:
        with once() as session:
            organisations.organisation(session, public_id)
            given = read(organisations.OrganisationIn, bare(with_place(session, values)))
            row = organisations.edit_organisation(session, actor(), public_id, given, now())
            answer = leads_to("organisations.index", q=row.name)
    except NotFound:
        raise
    except NongsanError as error:
        return refused(error, values, partial(_again, public_id))
    flash(say("registry.saved", name=row.name), "ok")
    return answer


@door.page("/<public_id>/ngung", Act.MANAGE_ORGS, methods=["POST"])
def end(public_id: str) -> Answer:
    """Switch an organisation off."""
    values = typed(("reason",))
    try:
        with once() as session:
            row = organisation_ending.end_organisation(
                session, actor(), public_id, values.get("reason", ""), now()
            )
            answer = leads_to("organisations.edit", public_id=public_id)
    except NotFound:
        raise
    except NongsanError as error:
        return _stored(public_id, kept(error, values)), error.status
    flash(say("registry.org.ended.now", name=row.name), "warn")
    return answer


@door.page("/<public_id>/lai", Act.MANAGE_ORGS, methods=["POST"])
def resume(public_id: str) -> Answer:
    """Switch an organisation on again."""
    with once() as session:
        row = organisation_ending.resume_organisation(session, actor(), public_id, now())
        answer = leads_to("organisations.edit", public_id=public_id)
    flash(say("registry.org.resumed", name=row.name), "ok")
    return answer
