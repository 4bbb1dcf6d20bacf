"""``/so/bao-cao``: reports the office has made and mailed at set times, and what became of each."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from flask import Response, flash, render_template, request
from sqlmodel import Session
from werkzeug.wrappers import Response as AnyResponse

from trace.db import reading
from trace.errors import NongsanError, NotFound
from trace.records.mail import Mail, MailAddress, MailState
from trace.records.report import Report, ReportRun, ReportState
from trace.services.admission import Act
from trace.services.figures.catalogue import BY_NAME
from trace.services.mailing import addresses, outbox
from trace.services.office_reports import certificates, contents, plans, runs, views
from trace.services.office_reports.views import View
from trace.web.door import Door
from trace.web.form_state import FormState, blank, kept
from trace.web.office import report_form
from trace.web.once import leads_to, once
from trace.web.registry_forms import say
from trace.web.visitor import actor, face_language, now, settings

door = Door("office_reports", __name__, url_prefix="/so/bao-cao")

Answer = AnyResponse | str | tuple[str, int]
STATES = {"dung": ReportState.PAUSED, "tiep": ReportState.ACTIVE, "xoa": ReportState.ENDED}


@door.page("", Act.MANAGE_REPORTS)
def index() -> str:
    """Every report with its next and last run, and the mail somebody should look at."""
    with reading() as session:
        rows = plans.reports(session, actor())
        agreed = {row.id: _agreed(session, row) for row in rows}
        last = runs.last_runs(session, actor())
        looks = outbox.to_look_at(session, actor())
        seal = certificates.certificate(session)
    return _drawn("index", rows=rows, agreed=agreed, last=last, looks=looks, seal=seal)


@door.page("/moi", Act.MANAGE_REPORTS)
def new() -> str:
    """The form, filled with the view that an indicator's page handed on."""
    chosen = report_form.view_in() if request.args.get("measure") else None
    state = blank(title=_name_of(chosen) if chosen else "", span="week", rhythm="week", hour=7, day=1)
    state.values |= {"as_xlsx": "1", "language": face_language()}
    return _new_form(state, chosen)


def _new_form(state: FormState, chosen: View | None) -> str:
    with reading() as session:
        people = addresses.addresses(session, actor())
        known = plans.reports(session, actor()) if chosen else ()
        narrowed = contents.narrowed(session, chosen, face_language()) if chosen else ""
    view = report_form.kept_view(chosen) if chosen else {"measure": report_form.ALL, "by": ""}
    return _drawn("new", form=state, people=people, known=known, chosen=view, narrowed=narrowed)


@door.page("/moi", Act.MANAGE_REPORTS, methods=["POST"])
def add() -> Answer:
    """Set up a report."""
    values = report_form.said()
    chosen: View | None = None
    try:
        chosen = views.checked(report_form.view_in())
        given = report_form.report_in(values)
        with once() as session:
            row = plans.add_report(session, actor(), given, chosen, now())
            answer = leads_to("office_reports.show", public_id=row.public_id)
    except NongsanError as error:
        return _new_form(kept(error, values), chosen), error.status
    flash(say("report.saved"), "ok")
    return answer


@door.page("/<public_id>", Act.MANAGE_REPORTS)
def show(public_id: str) -> str:
    """One report: contents, times, readers, runs."""
    return _shown(public_id, None)


def _shown(public_id: str, state: FormState | None) -> str:
    with reading() as session:
        row = plans.find(session, actor(), public_id)
        people = addresses.addresses(session, actor())
        readers = [one.public_id for one in plans.readers(session, row.id)]
        past = runs.runs_of(session, actor(), row.id)
        mails = outbox.mails_of(session, actor(), [one.about for one in past])
        files = {one.about: outbox.files_of(session, one.about) for one in past}
        inside = [(_name_of(one), _cut_of(session, one)) for one in views.read_views(row.views)]
    form = state or report_form.filled(row, readers)
    counts = {one.about: _counted(one, mails) for one in past}
    return _drawn(
        "show", row=row, people=people, past=past, files=files, inside=inside, form=form, counts=counts
    )


@door.page("/<public_id>", Act.MANAGE_REPORTS, methods=["POST"])
def change(public_id: str) -> Answer:
    """Set it up anew."""
    values = report_form.said()
    try:
        given = report_form.report_in(values)
        with once() as session:
            plans.change_report(session, actor(), public_id, given, now())
            answer = leads_to("office_reports.show", public_id=public_id)
    except NotFound:
        raise
    except NongsanError as error:
        return _shown(public_id, kept(error, values)), error.status
    flash(say("report.saved"), "ok")
    return answer


@door.page("/<public_id>/chi-tieu", Act.MANAGE_REPORTS, methods=["POST"])
def add_view(public_id: str) -> AnyResponse:
    """One figure more."""
    chosen = report_form.view_in()
    with once() as session:
        plans.add_view(session, actor(), public_id, chosen)
        answer = leads_to("office_reports.show", public_id=public_id)
    flash(say("report.saved"), "ok")
    return answer


@door.page("/<public_id>/bo-chi-tieu", Act.MANAGE_REPORTS, methods=["POST"])
def remove_view(public_id: str) -> AnyResponse:
    """One figure less."""
    with once() as session:
        plans.remove_view(session, actor(), public_id, request.form.get("place", -1, type=int))
        answer = leads_to("office_reports.show", public_id=public_id)
    flash(say("report.saved"), "ok")
    return answer


@door.page("/<public_id>/lap-thu", Act.MANAGE_REPORTS, methods=["POST"])
def make_now(public_id: str) -> AnyResponse:
    """Have it made for looking at."""
    with once() as session:
        runs.make_now(session, actor(), public_id, now())
        answer = leads_to("office_reports.show", public_id=public_id)
    flash(say("report.tried"), "info")
    return answer


@door.page("/<public_id>/trang-thai", Act.MANAGE_REPORTS, methods=["POST"])
def set_state(public_id: str) -> AnyResponse:
    """Pause, go on, or delete."""
    state = STATES.get(request.form.get("what", ""))
    if state is None:
        raise NotFound()
    with once() as session:
        plans.set_state(session, actor(), public_id, state, now())
        is_gone = state is ReportState.ENDED
        answer = (
            leads_to("office_reports.index")
            if is_gone
            else leads_to("office_reports.show", public_id=public_id)
        )
    flash(say("report.ended" if is_gone else "report.saved"), "ok")
    return answer


@door.page("/tep/<run_id>/<name>", Act.MANAGE_REPORTS)
def file(run_id: str, name: str) -> Response:
    """A file as it was mailed."""
    with reading() as session:
        found = runs.file_of(session, actor(), run_id, name)
    answer = Response(found.content, content_type=found.media_type)
    answer.headers["Content-Disposition"] = f'attachment; filename="{found.name}"'
    return answer


@door.page("/thu/<mail_id>/gui-lai", Act.MANAGE_REPORTS, methods=["POST"])
def send_again(mail_id: str) -> AnyResponse:
    """A person has looked: the mail goes out once more."""
    with once() as session:
        outbox.send_again(session, actor(), mail_id, now())
        answer = leads_to("office_reports.index")
    flash(say("report.again.done"), "ok")
    return answer


def _agreed(session: Session, report: Report) -> int:
    return sum(one.state == "confirmed" for one in plans.readers(session, report.id))


def _name_of(view: View) -> str:
    if view.measure in views.WHOLE:
        return say("form1034.title" if view.measure else "figures.title")
    return say(f"measure.{view.measure}") if view.measure in BY_NAME else view.measure


def _cut_of(session: Session, view: View) -> str:
    by = f"{say('report.field.by')}: {say(f'figures.by.{view.by.value}')}" if view.by else ""
    return f"{by}{contents.narrowed(session, view, face_language())}"


def _counted(run: ReportRun, mails: Sequence[tuple[Mail, MailAddress]]) -> dict[str, int]:
    states = Counter(mail.state for mail, _ in mails if mail.about == run.about)
    waiting = states[MailState.WAITING] + states[MailState.HANDING]
    bad = states[MailState.FAILED] + states[MailState.UNKNOWN]
    return {"sent": states[MailState.SENT], "open": waiting, "bad": bad, "all": sum(states.values())}


def _drawn(page: str, **shown: Any) -> str:
    is_on = settings().mail is not None
    choices = report_form.options()
    return render_template(f"office/reports/{page}.html", is_on=is_on, options=choices, **shown)
