"""Runs of reports: planned once for a due time, made once by a job, kept with what became of them."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import exists, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from trace.errors import NotFound
from trace.records.job import Job, JobState
from trace.records.mail import MailFile
from trace.records.report import Report, ReportRun, ReportState, Rhythm, RunState
from trace.services import schedules
from trace.services.admission import Act, Actor, scope_of
from trace.services.mailing import outbox
from trace.services.mailing.letters import Enclosed, Letter
from trace.services.office_reports import plans
from trace.services.office_reports.contents import Content
from trace.services.office_reports.rhythm import next_due
from trace.services.public_id import new_public_id
from trace.standards.search_key import fold_vi
from trace.texts.catalogs import t

KIND: Final = "make_report"
SHOWN: Final = 30
ORPHANED: Final = timedelta(minutes=2)


def plan_due(session: Session, now: datetime) -> int:
    """Have every report that is due made, once for its due time; how many. Of missed ones, the last."""
    due = select(Report).where(col(Report.state) == ReportState.ACTIVE, col(Report.next_due_at) <= now)
    planned = 0
    for report in session.execute(due.with_for_update(skip_locked=True)).scalars().all():
        due_at, following = report.next_due_at, _after(report, report.next_due_at)
        while following <= now:
            due_at, following = following, _after(report, following)
        planned += _plan(session, report, due_at, now) is not None
        report.next_due_at = following
    return planned


def _after(report: Report, moment: datetime) -> datetime:
    return next_due(Rhythm(report.rhythm), report.day, report.hour, moment)


def make_now(session: Session, actor: Actor, public_id: str, now: datetime) -> ReportRun:
    """Have a report made for looking at; it is sent to nobody.

    Raises:
        NotFound: no such report.
    """
    report = plans.find(session, actor, public_id)
    run_id = _plan(session, report, now, now, is_trial=True)
    return session.get_one(ReportRun, run_id)


def _plan(
    session: Session, report: Report, due_at: datetime, now: datetime, *, is_trial: bool = False
) -> int | None:
    values = {
        "public_id": new_public_id(),
        "report_id": report.id,
        "due_at": due_at,
        "is_trial": is_trial,
        "state": RunState.MAKING.value,
        "problem": "",
        "note": "",
    }
    dialect: Any = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    adding = dialect.insert(ReportRun).values(**values).on_conflict_do_nothing()
    run_id: int | None = session.execute(adding.returning(col(ReportRun.id))).scalar()
    if run_id is not None:
        schedules.add_job(session, KIND, str(values["public_id"]), now)
    return run_id


def to_make(session: Session, public_id: str) -> tuple[ReportRun, Report] | None:
    """A run that is still to be made, with its report; nothing where it was made, or failed."""
    question = select(ReportRun, Report).join(Report, col(Report.id) == col(ReportRun.report_id))
    rule = (col(ReportRun.public_id) == public_id, col(ReportRun.state) == RunState.MAKING)
    found = session.execute(question.where(*rule)).first()
    return (found[0], found[1]) if found else None


def note_made(
    session: Session, run_id: int, content: Content, files: Sequence[Enclosed], note: str, now: datetime
) -> int:
    """Keep the files and write to every reader who has confirmed; how many. A trial is written to nobody."""
    run = session.get_one(ReportRun, run_id, with_for_update=True)
    if run.state != RunState.MAKING:
        return 0
    run.state, run.note, run.made_at = RunState.MADE, note, now
    for file in files:
        session.add(
            MailFile(
                about=run.about,
                name=file.name,
                media_type=file.media_type,
                content=file.content,
                created_at=now,
            )
        )
    if run.is_trial:
        return 0
    letter = letter_of(run, content)
    readers = plans.readers(session, run.report_id)
    written = [outbox.queue_mail(session, one, letter, now) for one in readers]
    if not any(written):
        run.problem = "report.no_readers"
    return sum(written)


def letter_of(run: ReportRun, content: Content) -> Letter:
    """What the mail says by itself: the headlines, how fresh they are, what readers should know."""
    lang = content.language
    lines = [t(lang, "report.mail.lead", title=content.title, period=content.period), ""]
    lines += [
        f"- {one.name}: {one.said} ({t(lang, 'figures.fresh')}: {one.fresh})" for one in content.figures
    ]
    lines += ["", t(lang, "report.mail.compared", period=content.compared)]
    lines += ["", t(lang, run.note)] if run.note else []
    subject = t(lang, "report.mail.subject", title=content.title, period=content.period)
    return Letter(run.about, subject, "\n".join(lines))


def note_empty(session: Session, run_id: int, now: datetime) -> None:
    """There was nothing to tell, so nothing is sent."""
    _end(session, run_id, RunState.EMPTY, "report.empty", now)


def note_failed(session: Session, run_id: int, problem: str, now: datetime) -> None:
    """It can not be made; trying again would not help."""
    _end(session, run_id, RunState.FAILED, problem, now)


def fail_orphans(session: Session, now: datetime) -> int:
    """Runs whose job is dead have failed; how many."""
    alive = exists().where(
        col(Job.kind) == KIND,
        col(Job.subject) == col(ReportRun.public_id),
        col(Job.state).in_((JobState.PENDING, JobState.RUNNING)),
    )
    lost = update(ReportRun).where(col(ReportRun.state) == RunState.MAKING, ~alive)
    lost = lost.where(col(ReportRun.due_at) < now - ORPHANED)
    lost = lost.values(state=RunState.FAILED, problem="report.problem.dead", made_at=now)
    return len(session.execute(lost.returning(col(ReportRun.id))).all())


def runs_of(session: Session, actor: Actor, report_id: int) -> Sequence[ReportRun]:
    """The last runs of a report, the newest first."""
    scope_of(actor, Act.MANAGE_REPORTS)
    question = select(ReportRun).where(col(ReportRun.report_id) == report_id)
    return session.execute(question.order_by(col(ReportRun.id).desc()).limit(SHOWN)).scalars().all()


def last_runs(session: Session, actor: Actor) -> dict[int, ReportRun]:
    """The newest run of each report, trials left out."""
    scope_of(actor, Act.MANAGE_REPORTS)
    newest: dict[int, ReportRun] = {}
    for report in plans.reports(session, actor):
        question = select(ReportRun).where(col(ReportRun.report_id) == report.id, ~col(ReportRun.is_trial))
        found = session.execute(question.order_by(col(ReportRun.id).desc()).limit(1)).scalar_one_or_none()
        if found is not None:
            newest[report.id] = found
    return newest


def file_of(session: Session, actor: Actor, run_id: str, name: str) -> MailFile:
    """A file that a run made.

    Raises:
        NotFound: no such run or file, or it was let go.
    """
    scope_of(actor, Act.MANAGE_REPORTS)
    question = select(MailFile).where(col(MailFile.about) == f"report/{run_id}", col(MailFile.name) == name)
    row: MailFile | None = None
    if "\0" not in run_id + name:
        row = session.execute(question).scalar_one_or_none()
    if row is None:
        raise NotFound()
    return row


def file_name(content: Content, ending: str) -> str:
    """The title without marks, and the days: what every server takes."""
    plain = re.sub("[^a-z0-9]+", "-", fold_vi(content.title)).strip("-")[:60].strip("-") or "bao-cao"
    since, until = content.days
    days = since.isoformat() if since == until else f"{since.isoformat()}-{until.isoformat()}"
    return f"{plain}-{days}.{ending}"


def _end(session: Session, run_id: int, state: RunState, problem: str, now: datetime) -> None:
    run = session.get_one(ReportRun, run_id, with_for_update=True)
    if run.state == RunState.MAKING:
        run.state, run.problem, run.made_at = state, problem, now
