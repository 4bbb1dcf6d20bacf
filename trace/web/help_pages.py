"""``/tro-giup``: how things are done, for anybody; the sheet for the wall, for who works here."""

from flask import Response, render_template, url_for

from trace.db import reading
from trace.errors import NotFound
from trace.services import help_sheet, organisations
from trace.services.admission import Act
from trace.web.door import Door, Open
from trace.web.guides import BY_SLUG, GUIDES
from trace.web.visitor import actor, face_language, settings

door = Door("help_pages", __name__)


@door.page("/tro-giup", Open.PUBLIC)
def index() -> str:
    """What there is help about."""
    return render_template("help/index.html", guides=GUIDES, practice=settings().practice_url)


@door.page("/tro-giup/<topic>", Open.PUBLIC)
def show(topic: str) -> str:
    """One thing, step by step.

    Raises:
        NotFound: there is no help about that.
    """
    if topic == "lien-ket":
        return render_template("help/links.html", base=settings().public_url)
    found = BY_SLUG.get(topic)
    if found is None:
        raise NotFound()
    return render_template("help/guide.html", guide=found, practice=settings().practice_url)


@door.page("/htx/to-huong-dan", Act.VIEW_FARM)
def sheet() -> str:
    """The sheet as a page, which a browser prints on one A4."""
    return render_template("help/sheet.html", sheet=_sheet())


@door.page("/htx/to-huong-dan.pdf", Act.VIEW_FARM)
def sheet_file() -> Response:
    """The same as PDF."""
    answer = Response(help_sheet.pdf(_sheet()), content_type="application/pdf")
    answer.headers["Content-Disposition"] = 'attachment; filename="to-huong-dan.pdf"'
    return answer


def _sheet() -> help_sheet.Sheet:
    """What it says for this reader: the organisation's own name and number stand above the office's."""
    who = actor()
    with reading() as session:
        row = organisations.own(session, who) if who.org_id is not None else None
    address = settings().public_url
    return help_sheet.Sheet(
        language=face_language(),
        organisation=row.name if row else "",
        own_phone=(row.phone or "") if row else "",
        office_phone=settings().contact_phone,
        sign_in=f"{address}{url_for('account.sign_in_form')}",
        help=f"{address}{url_for('help_pages.index')}",
    )
