"""What ``/htx`` and ``/so`` share of importing: a spreadsheet, checked first, then its good rows in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial, update_wrapper
from typing import Any

from flask import Response, flash, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from trace.db import reading
from trace.errors import Conflict, NotFound, Refused
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

MOST_ROWS = 20_000
"""Rows the browser may send at once; larger files go by the command line."""
LISTED = 100


@dataclass(frozen=True)
class Desk:
    """Where files are brought in: its door and face, and where each noun's rows are seen afterwards."""

    door: Door
    face: str
    after: Mapping[str, str]

    def page(self, name: str, **shown: Any) -> str:
        """One of the two pages."""
        base, door = f"{self.face}/base.html", self.door.name
        return render_template(f"cooperative/registry/{name}.html", base=base, door=door, **shown)

    def asked(self, noun: str) -> str:
        """A noun of this desk.

        Raises:
            NotFound: it takes none of that name.
        """
        if noun not in self.after:
            raise NotFound()
        return noun


def index(desk: Desk) -> str:
    """What can be imported, templates, the upload."""
    return _index(desk, None)


def _index(desk: Desk, refusal: Refused | None) -> str:
    nouns = list(desk.after)
    chosen = request.values.get("loai", nouns[0])
    told = said(refusal, face_language()) if refusal else None
    noun = chosen if chosen in nouns else nouns[0]
    limits = {"most": MOST_ROWS, "mb": settings().upload_mb}
    return desk.page("import", nouns=nouns, noun=noun, refusal=told, **limits)


def template_file(desk: Desk, noun: str) -> Response:
    """The empty workbook."""
    with_org = NOUNS[desk.asked(noun)].owned and actor().org_id is None
    return _download(template(noun, face_language(), with_org=with_org), f"nongsan-{noun}.xlsx")


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
    """What the check found; nothing is written yet."""
    row = _kept(desk, token)
    report = _checked(row)
    return desk.page(
        "import_check",
        row=row,
        report=report,
        problems=_lines(report.problems),
        warnings=_lines(report.warnings),
        hidden=max(0, len(report.problems) - LISTED),
    )


def _lines(problems: Sequence[RowProblem]) -> list[str]:
    return [problem_line(one, face_language()) for one in problems[:LISTED]]


def errors(desk: Desk, token: str) -> Response:
    """The file back with an error column."""
    row = _kept(desk, token)
    report = _checked(row)
    with uploads.as_file(row) as path:
        book = error_book(path, row.file_name, report, face_language())
    return _download(book, "nongsan-can-sua.xlsx")


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
    answer = Response(book, content_type=XLSX)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def hang(desk: Desk, act: Act) -> None:
    """Hang the pages into the desk's door; ``act`` is what bringing its nouns in stands under."""

    def of(view: Any) -> Any:
        return update_wrapper(partial(view, desk), view)

    desk.door.page("", act)(of(index))
    desk.door.page("/mau/<noun>.xlsx", act)(of(template_file))
    desk.door.page("", act, methods=["POST"])(of(upload))
    desk.door.page("/<token>", act)(of(check))
    desk.door.page("/<token>/loi.xlsx", act)(of(errors))
    desk.door.page("/<token>", act, methods=["POST"])(of(write))
