"""``…/bao-cao``: order reports of a shop kept by files: sent, looked at, taken in; words and held orders."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path

from flask import flash, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from trace.db import reading
from trace.errors import FieldProblem, Invalid, Refused
from trace.records.file_exchange import FileReport, ReportState
from trace.services.admission import Act
from trace.services.file_exchange import cleaning, drops, fetching, learning, opening, report_pages, reports
from trace.standards import quantity
from trace.standards.fault import Fault
from trace.standards.local_time import day_bounds, local_day
from trace.texts.catalogs import t
from trace.web.door import Door
from trace.web.form_state import FormState, blank, kept, typed
from trace.web.once import leads_to, once, stop_repeated
from trace.web.visitor import actor, face_language, now, settings

ONE = "/htx/gian-hang/<int(max=9007199254740991):shop_id>/bao-cao"
REPORT = "/<int(max=9007199254740991):report_id>"
Answer = str | AnyResponse | tuple[str, int]

door = Door("file_reports", __name__, url_prefix=ONE)


@door.page("", Act.VIEW_SHOP)
def index(shop_id: int) -> str:
    """What came, what waits, and the form for a new one."""
    return _index(shop_id, blank())


def _index(shop_id: int, form: FormState) -> str:
    with reading() as session:
        shop = opening.own_shop(session, actor(), Act.VIEW_SHOP, shop_id)
        page = report_pages.reports_page(session, shop)
        server = fetching.standing(session, shop, settings())
        incoming, _ = drops.folders_of(settings().drops, shop.marketplace, shop.id)
    folder = f"{incoming.parent.name}/{incoming.name}"
    told = {"refusal_of": reports.refusal_of, "folder": folder, "dropped": drops.count_waiting(incoming)}
    return render_template("cooperative/files/reports.html", page=page, form=form, server=server, **told)


@contextmanager
def uploaded(name: str = "file") -> Iterator[tuple[Path, str]]:
    """The uploaded file as long as the block lasts, and its name.

    It has no name on disk: a server that is killed leaves nothing of its buyers behind.
    """
    sent = request.files.get(name)
    with tempfile.TemporaryFile() as file:
        if sent is not None:
            sent.save(file)
            file.flush()
        path = Path(f"/proc/{os.getpid()}/fd/{file.fileno()}")
        yield path, cleaning.safe_name((sent.filename if sent else "") or "?")


@door.page("", Act.MANAGE_SHOP, methods=["POST"])
def upload(shop_id: int) -> Answer:
    """Read a report; it counts when somebody has looked at it."""
    stop_repeated()
    values = typed(("as_of", "since", "until"))
    try:
        with reading() as session:
            shop = opening.open_own_shop(session, actor(), shop_id)
            layout = reports.ready_layout(session, shop.id)
        with uploaded() as (path, name):
            arrived = _arrived(path, name, values)
            cleaned = cleaning.clean(path, name, layout)
        with once() as session:
            report = reports.keep(session, layout, arrived, cleaned, actor().account_id, now())
            answer = leads_to("file_reports.show", shop_id=shop_id, report_id=report.id)
    except (Invalid, Refused) as error:
        return _index(shop_id, kept(error, values)), 422
    return answer


def _arrived(path: Path, name: str, values: dict[str, str]) -> reports.Arrived:
    days = {field: _day(field, values.get(field, "")) for field in ("as_of", "since", "until")}
    _refuse_no_period(days["since"], days["until"], values)
    until = days["as_of"]
    as_of: datetime | None = day_bounds(until)[1] - timedelta(seconds=1) if until else None
    return reports.Arrived(reports.digest(path), name, "upload", as_of, days["since"], days["until"])


def _refuse_no_period(since: date | None, until: date | None, values: dict[str, str]) -> None:
    """Raises ``Invalid`` where one of the two days is missing, or they stand the wrong way round."""
    if (since is None) != (until is None):
        raise Invalid([FieldProblem("until" if until is None else "since", "file.period.half")])
    if since and until and since > until:
        raise Invalid([FieldProblem("until", "file.period.turned", values["until"][:20], {"since": since})])


def _day(field: str, said: str) -> date | None:
    try:
        return quantity.day(said, local_day(now())) if said.strip() else None
    except Fault:
        raise Invalid([FieldProblem(field, "field.date", said[:20])]) from None


@door.page(REPORT, Act.VIEW_SHOP)
def show(shop_id: int, report_id: int) -> str:
    """What a report tells, and what taking it does."""
    with reading() as session:
        shop = opening.own_shop(session, actor(), Act.VIEW_SHOP, shop_id)
        report = opening.row_of(session, shop.id, FileReport, report_id)
        page = report_pages.preview(session, shop, report, now())
    return render_template("cooperative/files/report.html", page=page)


@door.page(REPORT, Act.MANAGE_SHOP, methods=["POST"])
def take(shop_id: int, report_id: int) -> Answer:
    """Take it into the figures; pressing twice takes it once."""
    with once() as session:
        shop = opening.held_shop(session, actor(), shop_id)
        report = opening.row_of(session, shop.id, FileReport, report_id)
        reports.take(session, report, actor().account_id, now())
        answer = leads_to("file_reports.show", shop_id=shop_id, report_id=report_id)
        figures = {"rows": report.rows, "held": report.held}
    flash(t(face_language(), "file.taken", **figures), "ok")
    return answer


@door.page(f"{REPORT}/bo", Act.MANAGE_SHOP, methods=["POST"])
def drop(shop_id: int, report_id: int) -> AnyResponse:
    """Leave a report that was only looked at."""
    with once() as session:
        shop = opening.own_shop(session, actor(), Act.MANAGE_SHOP, shop_id)
        report = opening.row_of(session, shop.id, FileReport, report_id)
        if report.state != ReportState.TAKEN:
            session.delete(report)
        return leads_to("file_reports.index", shop_id=shop_id)


@door.page("/tu", Act.MANAGE_SHOP, methods=["POST"])
def learn(shop_id: int) -> Answer:
    """Say what the shop's words for an order's state mean; held orders are told again."""
    said = list(zip(request.form.getlist("word"), request.form.getlist("status"), strict=False))
    try:
        with once() as session:
            shop = opening.held_shop(session, actor(), shop_id)
            told = [(word.replace("\0", ""), status) for word, status in said if status]
            count = learning.learn(session, shop.id, told, actor().account_id, now())
            answer = leads_to("file_reports.index", shop_id=shop_id)
    except (Invalid, Refused) as error:
        return _index(shop_id, kept(error, {})), error.status
    flash(t(face_language(), "file.learned", n=count), "ok")
    return answer
