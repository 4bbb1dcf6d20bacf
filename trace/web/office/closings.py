"""``/so/chot-thang``: months closed once; what was frozen beside today's figures, and what changed since."""

from typing import Any

from flask import Response, abort, flash, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from trace.db import reading
from trace.errors import NotFound, Refused
from trace.services.admission import Act
from trace.services.figures import words
from trace.services.figures.asking import Dimension
from trace.services.figures.catalogue import BY_NAME
from trace.services.figures.tables import WORDS
from trace.services.month_closing import closing_jobs, showing, tables
from trace.services.month_closing.freezing import FROZEN_BY
from trace.services.month_closing.kept import read_value
from trace.services.month_closing.months import days_of, months_before
from trace.services.month_closing.showing import Told
from trace.services.tables import Table
from trace.standards.local_time import local_day
from trace.texts import formats
from trace.texts.catalogs import t
from trace.web.door import Door
from trace.web.once import leads_to, once
from trace.web.tables import as_csv, as_json, as_xlsx
from trace.web.visitor import actor, face_language, now

door = Door("closings", __name__, url_prefix="/so/chot-thang")

OFFERED = 12
"""Months back that the page offers to close; the command closes any."""
FORMS = {"csv": as_csv, "xlsx": as_xlsx}


@door.page("", Act.CLOSE_MONTH)
def index() -> str:
    """Closed months, and those that are over and open."""
    with reading() as session:
        closed = showing.months(session, actor())
        asked = {one.month: one for one in closing_jobs.asked(session)}
    known = {one.closing.month for one in closed}
    offered = [one for one in months_before(local_day(now()), OFFERED) if one not in known]
    return _drawn("index", closed=closed, asked=asked, offered=offered)


@door.page("", Act.CLOSE_MONTH, methods=["POST"])
def close() -> AnyResponse:
    """Have a month closed; a job does it."""
    month = request.form.get("thang", "")
    with once() as session:
        is_new = closing_jobs.ask(session, actor(), month, now())
        answer = leads_to("closings.index") if is_new else leads_to("closings.show", month=month)
    flash(t(face_language(), "closing.asked" if is_new else "closing.was_closed", month=_named(month)), "ok")
    return answer


@door.page("/<month>", Act.CLOSE_MONTH)
def show(month: str) -> str:
    """A closed month: every figure as frozen and as of today."""
    with reading() as session:
        closing = showing.closing(session, actor(), month)
        lines = showing.lines(session, actor(), closing, now())
        of = next(one for one in showing.months(session, actor()) if one.closing.month == month)
    return _drawn("month", month=of, lines=lines)


@door.page("/<month>.<form>", Act.CLOSE_MONTH)
def show_file(month: str, form: str) -> Response:
    """The same as a file."""
    with reading() as session:
        closing = showing.closing(session, actor(), month)
        lines = showing.lines(session, actor(), closing, now())
    title = t(face_language(), "closing.title.one", month=_named(month))
    return _file(form, tables.overview(lines, face_language(), title), f"chot-{month}")


@door.page("/<month>/thay-doi.<form>", Act.CLOSE_MONTH)
def revisions_file(month: str, form: str) -> Response:
    """Every revision of the month as a file."""
    with reading() as session:
        closing = showing.closing(session, actor(), month)
        lines = showing.lines(session, actor(), closing, now())
    title = t(face_language(), "closing.title.revisions", month=_named(month))
    return _file(form, tables.revisions(lines, face_language(), title), f"chot-{month}-thay-doi")


@door.page("/<month>/<measure>", Act.CLOSE_MONTH)
def one(month: str, measure: str) -> str:
    """One frozen figure: its parts, and each revision with the rows that make it."""
    by = _cut(measure)
    with reading() as session:
        closing = showing.closing(session, actor(), month)
        line = showing.line(session, actor(), closing, measure, now())
        parts = showing.parts(session, closing, measure, by) if by else []
        told = {
            revision.number: showing.changed_rows(session, line.measure, closing, revision)
            for revision in line.revisions
        }
    table = tables.by_part(line.measure, by, parts, line, face_language()) if by else None
    shown: dict[str, Any] = {
        "cuts": [one for one in FROZEN_BY if one in line.measure.dimensions],
        "told": told,
        "by": by,
    }
    shown |= {"cell": _cell, "groups": _groups, "last_day": days_of(month)[1]}
    return _drawn("figure", closing=closing, line=line, table=table, **shown)


@door.page("/<month>/<measure>.<form>", Act.CLOSE_MONTH)
def one_file(month: str, measure: str, form: str) -> Response:
    """The frozen parts as a file; of a figure that has none, the whole."""
    by = _cut(measure)
    with reading() as session:
        closing = showing.closing(session, actor(), month)
        line = showing.line(session, actor(), closing, measure, now())
        parts = showing.parts(session, closing, measure, by) if by else []
    lang = face_language()
    made = tables.by_part(line.measure, by or Dimension.SEASON, parts, line, lang)
    return _file(form, made, f"chot-{month}-{measure}")


def _cut(measure: str) -> Dimension | None:
    """The cut the address names, else the first that was kept of the figure."""
    found = BY_NAME.get(measure)
    if found is None:
        raise NotFound()
    known = [one for one in FROZEN_BY if one in found.dimensions]
    said = request.args.get("nhom")
    if said and said not in known:
        raise Refused("closing.cut", got=said[:20], expected=", ".join(known) or "–")
    return Dimension(said) if said else next(iter(known), None)


def _groups(told: list[Told]) -> list[tuple[str, str, list[Told]]]:
    """Changed rows of one kind together, each kind with those first that can still be shown."""
    found: dict[tuple[str, str], list[Told]] = {}
    for one in told:
        found.setdefault((one.change.side, one.kind), []).append(one)
    return [(*kind, sorted(rows, key=lambda row: not row.cells)) for kind, rows in found.items()]


def _named(month: str) -> str:
    """What people call the month."""
    return formats.month(face_language(), days_of(month)[0])


def _cell(kind: str, value: Any) -> Any:
    lang = face_language()
    return words.known(lang, f"{kind}.{value}", value) if kind in WORDS else value


def _file(form: str, made: Table, name: str) -> Response:
    if form == "json":
        return as_json(made)
    if form not in FORMS:
        abort(404)
    return FORMS[form](made, name)


def _drawn(view: str, **shown: Any) -> str:
    tools: dict[str, Any] = {"difference": tables.difference, "notes": tables.notes, "named": _named}
    tools |= {"words": words, "lang": face_language(), "read_value": read_value}
    return render_template(f"office/closings/{view}.html", **tools, **shown)
