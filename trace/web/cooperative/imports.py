"""``/htx/nhap``: a spreadsheet, checked first, then its good rows in."""

from collections.abc import Sequence

from flask import Response, flash, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from trace.db import reading
from trace.errors import NotFound, Refused
from trace.records.import_run import ImportUpload
from trace.services.admission import Act
from trace.services.importing import uploads
from trace.services.importing.books import error_book, problem_line, template
from trace.services.importing.problems import RowProblem
from trace.services.importing.report import Report
from trace.services.importing.runs import NOUNS, ImportOrder, import_file
from trace.services.tables import XLSX
from trace.web.door import Door
from trace.web.once import leads_to, once, stop_repeated
from trace.web.refusals import said
from trace.web.registry_forms import say
from trace.web.visitor import actor, face_language, now, settings

door = Door("imports", __name__, url_prefix="/htx/nhap")

MOST_ROWS = 20_000
"""Rows the browser may send at once; larger files go by the command line."""
LISTED = 100
AFTER = {"farms": "farms.index", "products": "products.index"}


@door.page("", Act.IMPORT_REGISTRY)
def index() -> str:
    """What can be imported, templates, the upload."""
    return _index(None)


def _index(refusal: Refused | None) -> str:
    chosen = request.values.get("loai", "farms")
    told = said(refusal, face_language()) if refusal else None
    noun = chosen if chosen in NOUNS else "farms"
    limits = {"most": MOST_ROWS, "mb": settings().upload_mb}
    return render_template(
        "cooperative/registry/import.html", nouns=list(NOUNS), noun=noun, refusal=told, **limits
    )


@door.page("/mau/<noun>.xlsx", Act.IMPORT_REGISTRY)
def template_file(noun: str) -> Response:
    """The empty workbook."""
    if noun not in NOUNS:
        raise NotFound()
    book = template(noun, face_language(), with_org=actor().org_id is None)
    return _download(book, f"nongsan-{noun}.xlsx")


@door.page("", Act.IMPORT_REGISTRY, methods=["POST"])
def upload() -> AnyResponse | tuple[str, int]:
    """Take a file in and look at it once."""
    stop_repeated()
    sent = request.files.get("file")
    data = sent.read() if sent else b""
    name = (sent.filename if sent else "") or "?"
    row = uploads.sealed(actor(), request.form.get("loai", ""), name, data, now())
    try:
        _checked(row)
        with once() as session:
            uploads.keep(session, row, now())
            return leads_to("imports.check", token=row.token)
    except Refused as refusal:
        return _index(refusal), 422


def _checked(row: ImportUpload) -> Report:
    with uploads.as_file(row) as path, reading() as session:
        order = ImportOrder(row.noun, path, row.file_name, "", True, settings().sao_m2, MOST_ROWS)
        return import_file(session, actor(), order, now()).report


def _kept(token: str) -> ImportUpload:
    with reading() as session:
        return uploads.upload(session, actor(), token)


@door.page("/<token>", Act.IMPORT_REGISTRY)
def check(token: str) -> str:
    """What the check found; nothing is written yet."""
    row = _kept(token)
    report = _checked(row)
    return render_template(
        "cooperative/registry/import_check.html",
        row=row,
        report=report,
        problems=_lines(report.problems),
        warnings=_lines(report.warnings),
        hidden=max(0, len(report.problems) - LISTED),
    )


def _lines(problems: Sequence[RowProblem]) -> list[str]:
    return [problem_line(one, face_language()) for one in problems[:LISTED]]


@door.page("/<token>/loi.xlsx", Act.IMPORT_REGISTRY)
def errors(token: str) -> Response:
    """The file back with an error column."""
    row = _kept(token)
    report = _checked(row)
    with uploads.as_file(row) as path:
        book = error_book(path, row.file_name, report, face_language())
    return _download(book, "nongsan-can-sua.xlsx")


@door.page("/<token>", Act.IMPORT_REGISTRY, methods=["POST"])
def write(token: str) -> AnyResponse:
    """Write the good rows; pressing twice writes once."""
    row = _kept(token)
    with uploads.as_file(row) as path, once() as session:
        order = ImportOrder(row.noun, path, row.file_name, token, False, settings().sao_m2, MOST_ROWS)
        outcome = import_file(session, actor(), order, now())
        after = ("imports.check", {"token": token}) if outcome.report.bad else (AFTER[row.noun], {})
        answer = leads_to(after[0], **after[1])
    figures = {"n": outcome.report.checked, "m": outcome.report.good, "left": outcome.report.bad}
    flash(say("imp.done.repeated" if outcome.repeated else "imp.done", **figures), "ok")
    return answer


def _download(book: bytes, name: str) -> Response:
    answer = Response(book, content_type=XLSX)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
