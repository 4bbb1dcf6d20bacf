"""Reports of the office: one job looks which are due, another makes one of them.

A run's files and its mails are written in one transaction, after the figures were asked: a worker that dies
before leaves nothing, one that dies after leaves all, and the next finds the run made.
"""

from trace.crashpoint import crashpoint
from trace.db import reading
from trace.errors import Invalid
from trace.jobs.desk import Run
from trace.records.report import Report
from trace.services.mailing.letters import Enclosed
from trace.services.office_reports import runs, sheets
from trace.services.office_reports.contents import Content, content_of
from trace.services.tables import XLSX


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
    files = _files(report, content)
    crashpoint("report made")
    with run.writing() as session:
        run.add(mails=runs.note_made(session, run_id, content, files, "", run.desk.now()))
    crashpoint("report kept")


def _files(report: Report, content: Content) -> list[Enclosed]:
    made = []
    if report.as_xlsx:
        made.append(Enclosed(runs.file_name(content, "xlsx"), XLSX, sheets.xlsx(content)))
    return made
