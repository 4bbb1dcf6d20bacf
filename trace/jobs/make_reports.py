"""Reports of the office: one job looks which are due, another makes one of them.

A run's files and its mails are written in one transaction, after the figures were asked: a worker that dies
before leaves nothing, one that dies after leaves all, and the next finds the run made.
"""

from trace.crashpoint import crashpoint
from trace.db import reading
from trace.errors import Invalid
from trace.jobs.desk import Run
from trace.records.report import Report
from trace.services.leases import TRIES
from trace.services.mailing.letters import Enclosed
from trace.services.office_reports import certificates, paper, runs, sheets, signing
from trace.services.office_reports.certificates import Seal
from trace.services.office_reports.contents import Content, content_of
from trace.services.tables import XLSX
from trace.texts.catalogs import t

PDF = "application/pdf"


def plan_reports(run: Run) -> None:
    """Reports that are due get a job each; where no mail goes out they wait."""
    if run.desk.settings.mail is None:
        run.stats["skipped"] = "mail is off"
    else:
        with run.writing() as session:
            run.add(planned=runs.plan_due(session, run.desk.now()))
    with run.writing() as session:
        run.add(dead=runs.fail_orphans(session, run.desk.now()))


def make_report(run: Run) -> None:
    """Make the files of one run, and write to its readers."""
    with reading() as session:
        found = runs.to_make(session, run.job.subject)
        if found is None:
            return
        row, report = found
        try:
            content = content_of(session, report, row.due_at, run.desk.now())
        except (Invalid, KeyError, ValueError) as error:
            problem, why = "report.problem.figure", f"{type(error).__name__}: {error}"
        else:
            problem, why = "", ""
    if problem:
        with run.writing() as session:
            runs.note_failed(session, row.id, problem, run.desk.now())
        run.stats["failed"] = why[:200]
    elif content.is_empty and not row.is_trial:
        with run.writing() as session:
            runs.note_empty(session, row.id, run.desk.now())
        run.add(empty=1)
    else:
        _keep(run, row.id, report, content)


def _keep(run: Run, run_id: int, report: Report, content: Content) -> None:
    with reading() as session:
        seal = certificates.seal_now(session, run.desk.now()) if report.as_pdf else ""
    if report.signed_only and isinstance(seal, str):
        with run.writing() as session:
            runs.note_failed(session, run_id, "report.problem.unsigned", run.desk.now())
        return
    files, note = _files(run, report, content, seal)
    crashpoint("report made")
    with run.writing() as session:
        run.add(mails=runs.note_made(session, run_id, content, files, note, run.desk.now()))
    crashpoint("report kept")


def _files(run: Run, report: Report, content: Content, seal: Seal | str) -> tuple[list[Enclosed], str]:
    """The files, and the key of what readers should know."""
    made, note = [], ""
    if report.as_pdf:
        document, note = _document(run, content, seal)
        made.append(Enclosed(runs.file_name(content, "pdf"), PDF, document))
    if report.as_xlsx:
        made.append(Enclosed(runs.file_name(content, "xlsx"), XLSX, sheets.xlsx(content)))
    return made, note


def _document(run: Run, content: Content, seal: Seal | str) -> tuple[bytes, str]:
    """Signed where it can be; else it says on its first page that it is not, and why."""
    lang = content.language
    if isinstance(seal, str):
        return paper.pdf(content, t(lang, seal)), seal
    drawn = paper.pdf(content, t(lang, "report.signed", name=seal.subject))
    reason = t(lang, "report.mail.subject", title=content.title, period=content.period)
    try:
        return signing.signed(drawn, seal, reason, run.desk.settings.timestamp_url), ""
    except signing.TimestampMissing:
        if run.job.attempt < TRIES:
            raise  # the job is tried again a little later
    return signing.signed(drawn, seal, reason), "report.no_timestamp"
