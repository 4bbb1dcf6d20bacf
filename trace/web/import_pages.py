"""What ``/htx`` and ``/so`` share of importing: a spreadsheet, checked first, then its good rows in."""

from collections.abc import Sequence
from functools import partial, update_wrapper
from typing import Any

from flask import Response, flash, request
from werkzeug.wrappers import Response as AnyResponse

from trace.db import reading
from trace.errors import Conflict, NotFound, Refused
from trace.records.import_run import ImportUpload
from trace.services.admission import Act
from trace.services.importing import uploads
from trace.services.importing.books import template, template_csv
from trace.services.importing.error_files import FORMS, Wanted, problem_line
from trace.services.importing.picks import picks
from trace.services.importing.problems import RowProblem
from trace.services.importing.report import Report
from trace.services.importing.runs import NOUNS, ImportOrder, import_file, run_under
from trace.services.tables import XLSX
from trace.web import import_runs
from trace.web.desk import Desk
from trace.web.once import leads_to, once, stop_repeated
from trace.web.refusals import said
from trace.web.registry_forms import say
from trace.web.visitor import actor, face_language, now, settings

MOST_ROWS = 20_000
"""Rows the browser may send at once; larger files go by the command line."""
LISTED = 100
CSV = "text/csv; charset=utf-8"


def index(desk: Desk) -> str:
    """What can be imported, templates, the upload."""
    return _index(desk, None)


def _index(desk: Desk, refusal: Refused | None) -> str:
    nouns = desk.nouns
    chosen = request.values.get("loai", nouns[0])
    told = said(refusal, face_language()) if refusal else None
    noun = chosen if chosen in nouns else nouns[0]
    limits = {"most": MOST_ROWS, "mb": settings().upload_mb}
    return desk.page("import", nouns=nouns, noun=noun, refusal=told, **limits)


def template_file(desk: Desk, noun: str) -> Response:
    """The empty workbook, with what there is to choose from."""
    with_org = NOUNS[desk.asked(noun)].owned and actor().org_id is None
    with reading() as session:
        offered = picks(session, actor(), noun)
    book = template(noun, face_language(), with_org=with_org, picks=offered)
    return _download(book, f"nongsan-{noun}.xlsx")


def template_csv_file(desk: Desk, noun: str) -> Response:
    """The same headings as CSV."""
    with_org = NOUNS[desk.asked(noun)].owned and actor().org_id is None
    return _download(template_csv(noun, face_language(), with_org=with_org), f"nongsan-{noun}.csv")


def upload(desk: Desk) -> AnyResponse | tuple[str, int]:
    """Take a file in and look at it once."""
    stop_repeated()
    sent = request.files.get("file")
    data = sent.read() if sent else b""
    name = (sent.filename if sent else "") or "?"
    row = uploads.sealed(actor(), desk.asked(request.form.get("loai", "")), name, data, now())
    try:
        _checked(row)
        with once() as session:
            uploads.keep(session, row, now())
            return leads_to(f"{desk.door.name}.check", token=row.token)
    except Refused as refusal:
        return _index(desk, refusal), refusal.status if isinstance(refusal, Conflict) else 422


def _checked(row: ImportUpload) -> Report:
    with uploads.as_file(row) as path, reading() as session:
        order = ImportOrder(row.noun, path, row.file_name, "", True, settings().sao_m2, MOST_ROWS)
        return import_file(session, actor(), order, now()).report


def _kept(desk: Desk, token: str) -> ImportUpload:
    with reading() as session:
        row = uploads.upload(session, actor(), token)
    desk.asked(row.noun)
    return row


def check(desk: Desk, token: str) -> str:
    """What the check found; before its good rows are written, and after."""
    row = _kept(desk, token)
    report = _checked(row)
    with reading() as session:
        written = run_under(session, actor(), row.noun, token)
    return desk.page(
        "import_check",
        row=row,
        report=report,
        written=written,
        problems=_lines(report, report.problems),
        warnings=_lines(report, report.warnings),
        hidden=max(0, len(report.problems) - LISTED),
        as_csv=len(report.layouts) == 1,
    )


def _lines(report: Report, problems: Sequence[RowProblem]) -> list[str]:
    several = len(report.layouts) > 1
    return [problem_line(one, face_language(), with_sheet=several) for one in problems[:LISTED]]


def errors(desk: Desk, token: str, form: str) -> Response:
    """The file back with an error column: all rows, or with ``?dong=sai`` those to mend."""
    if form not in FORMS:
        raise NotFound()
    row = _kept(desk, token)
    report = _checked(row)
    only_bad = request.args.get("dong") == "sai"
    with uploads.as_file(row) as path:
        made = FORMS[form](Wanted(path, row.file_name, report, face_language(), only_bad))
    return _download(made, f"nongsan-can-sua.{form}")


def write(desk: Desk, token: str) -> AnyResponse:
    """Write the good rows; pressing twice writes once."""
    row = _kept(desk, token)
    with uploads.as_file(row) as path, once() as session:
        order = ImportOrder(row.noun, path, row.file_name, token, False, settings().sao_m2, MOST_ROWS)
        outcome = import_file(session, actor(), order, now())
        check_page = f"{desk.door.name}.check", {"token": token}
        after = check_page if outcome.report.bad else (desk.after[row.noun], {})
        answer = leads_to(after[0], **after[1])
    figures = {"n": outcome.report.checked, "m": outcome.report.good, "left": outcome.report.bad}
    flash(say("imp.done.repeated" if outcome.repeated else "imp.done", **figures), "ok")
    return answer


def _download(book: bytes, name: str) -> Response:
    answer = Response(book, content_type=CSV if name.endswith(".csv") else XLSX)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def hang(desk: Desk, act: Act) -> None:
    """Hang the pages into the desk's door; ``act`` is what bringing its nouns in stands under."""

    def of(view: Any) -> Any:
        return update_wrapper(partial(view, desk), view)

    desk.door.page("", act)(of(index))
    desk.door.page("/da-nhap", act)(of(import_runs.runs))
    desk.door.page("/da-nhap/<int:import_id>", act)(of(import_runs.run))
    desk.door.page("/da-nhap/<int:import_id>", act, methods=["POST"])(of(import_runs.undo))
    desk.door.page("/mau/<noun>.xlsx", act)(of(template_file))
    desk.door.page("/mau/<noun>.csv", act)(of(template_csv_file))
    desk.door.page("", act, methods=["POST"])(of(upload))
    desk.door.page("/<token>", act)(of(check))
    desk.door.page("/<token>/loi.<form>", act)(of(errors))
    desk.door.page("/<token>", act, methods=["POST"])(of(write))
