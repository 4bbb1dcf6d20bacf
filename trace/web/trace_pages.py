"""What the pages of traces under ``/htx`` and ``/so`` share: the question in the address, page and files.

A stamp's code is a secret of its stamp: asked for one, the page goes on under key and serial, so that no
address in a history or a log has it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response, abort, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from trace.db import reading
from trace.errors import Invalid, NongsanError, NotFound, Refused
from trace.services.intake import read
from trace.services.tables import Table
from trace.services.tracing.graph import Direction
from trace.services.tracing.picture import hidden
from trace.services.tracing.report import Report, trace_lots
from trace.services.tracing.starts import Asked, Start, find_start
from trace.services.tracing.telling import as_values
from trace.web import lot_tree
from trace.web.form_state import FormState, blank, kept
from trace.web.tables import as_csv, as_xlsx
from trace.web.trace_tables import FILES, tables
from trace.web.visitor import actor, face_language

Answer = str | AnyResponse | tuple[str, int]

MOST_ROWS = 300
"""Rows of one table on the page; all of them are in its file."""
LETTERS = 90
"""Letters of one cell on the page: a pool of a hundred lots names them all in the file."""
WAYS = {"nguon": Direction.UP, "di": Direction.DOWN}


@dataclass(frozen=True)
class Found:
    """A trace that was asked for."""

    start: Start
    report: Report


def _way() -> str:
    return "di" if request.args.get("huong") == "di" else "nguon"


def _found(said: str) -> Found:
    with reading() as session:
        start = find_start(session, actor(), read(Asked, {"q": said}).q)
        return Found(start, trace_lots(session, actor(), start.lot_ids, WAYS[_way()]))


def show(face: str, endpoint: str) -> Answer:
    """The page of one audience: the question, and the trace where there is one."""
    said = request.args.get("q", "").strip()
    if not said:
        return _page(face, endpoint, blank(), None)
    try:
        found = _found(said)
    except (Invalid, NotFound, Refused) as error:
        state = kept(error, {"q": said if len(said) <= 80 else said[:80]})
        return _page(face, endpoint, state, None, _choices(error)), error.status
    if found.start.kind == "stamp" and found.start.name != said:
        return redirect(url_for(endpoint, q=found.start.name, huong=_way()))
    # The office has several lots of one code: there the public id stays.
    shown = said if face == "office" and found.start.kind == "lot" else found.start.name
    return _page(face, endpoint, FormState({"q": shown if found.start.kind != "plot" else said}), found)


def _choices(error: NongsanError) -> list[tuple[str, str]]:
    """What was asked for may be one of these: what to ask for, and the same with its owner's name."""
    problems = error.problems if isinstance(error, Invalid) else ()
    named: list[str] = [one for problem in problems for one in problem.params.get("choices", ())]  # type: ignore[attr-defined]
    return [(one.partition(" (")[0], one) for one in named]


def _page(
    face: str,
    endpoint: str,
    form: FormState,
    found: Found | None,
    choices: Sequence[tuple[str, str]] = (),
) -> str:
    lang = face_language()
    made = tables(found.report, lang) if found else {}
    shown: dict[str, Table] = {name: _first_rows(table) for name, table in made.items()}
    picture = lot_tree.both(found.report, found.start.name, lang) if found else None
    whole = {name: len(table.rows) for name, table in made.items()}
    values: dict[str, Any] = {"found": found, "tables": shown, "whole": whole, "picture": picture}
    values |= {"hidden": hidden(found.report) if found else 0, "choices": choices}
    return render_template(f"{face}/tracing.html", form=form, way=_way(), here=endpoint, **values)


def _first_rows(table: Table) -> Table:
    """The first rows, without the columns that are empty in all of them; the file has every column."""
    rows = table.rows[:MOST_ROWS]
    kept = [at for at in range(len(table.columns)) if any(row[at] != "" for row in rows)]
    columns = [table.columns[at] for at in kept]
    return Table(table.title, columns, [[_cut(row[at]) for at in kept] for row in rows], table.notes)


def _cut(cell: Any) -> Any:
    return f"{cell[:LETTERS]}…" if isinstance(cell, str) and len(cell) > LETTERS else cell


def file(form: str) -> AnyResponse:
    """Exactly the trace of the page: the picture, one table as CSV or XLSX, or all of it as JSON."""
    name = request.args.get("bang", "lots")
    if form not in {"csv", "xlsx", "json", "svg"} or name not in FILES:
        abort(404)
    found = _found(request.args.get("q", ""))
    lang = face_language()
    called = f"truy-xuat-{_way()}-{_safe(found.start.name)}"
    if form == "json":
        return _json(found)
    if form == "svg":
        drawn = lot_tree.alone(found.report, found.start.name, lang)
        return _named(Response(drawn, content_type="image/svg+xml; charset=utf-8"), f"{called}.svg")
    made = tables(found.report, lang)
    if name not in made:
        abort(404)
    return {"csv": as_csv, "xlsx": as_xlsx}[form](made[name], f"{called}-{name}")


def _json(found: Found) -> Response:
    return jsonify(as_values(found.start, found.report))


def _safe(name: str) -> str:
    return "".join(sign if sign.isascii() and sign.isalnum() else "-" for sign in name)


def _named(answer: Response, name: str) -> Response:
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
