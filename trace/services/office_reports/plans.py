"""Reports as the office sets them up: what stands in them, when, for whom."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Final, Literal, Self

from pydantic import Field, model_validator
from sqlalchemy import delete, select
from sqlmodel import Session, col

from trace.errors import FieldProblem, Invalid, NotFound, Refused
from trace.records.mail import AddressState, MailAddress
from trace.records.report import Report, ReportReader, ReportState, Rhythm, Span
from trace.services.admission import Act, Actor, scope_of
from trace.services.intake import Given, line
from trace.services.office_reports import views
from trace.services.office_reports.rhythm import next_due
from trace.services.office_reports.views import View
from trace.services.public_id import new_public_id
from trace.standards.fault import Fault

MOST: Final = 100


class ReportIn(Given):
    """A report as the office fills it in; ``readers`` are the public ids of addresses."""

    title: Annotated[str, line(120, 3)]
    span: Span
    rhythm: Rhythm
    day: Annotated[int, Field(ge=1, le=28)] = 1
    hour: Annotated[int, Field(ge=0, le=23)] = 7
    language: Literal["vi", "en"] = "vi"
    as_xlsx: bool = False
    as_pdf: bool = False
    signed_only: bool = False
    readers: tuple[Annotated[str, line(16, 1)], ...] = ()

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.rhythm is Rhythm.WEEK and self.day > 7:
            raise Fault("report.weekday", expected="1-7", got=self.day)
        if not (self.as_xlsx or self.as_pdf):
            raise Fault("report.no_form", expected="XLSX, PDF", got="")
        if self.signed_only and not self.as_pdf:
            raise Fault("report.no_pdf", expected="PDF", got="XLSX")
        return self


def add_report(session: Session, actor: Actor, given: ReportIn, view: View, now: datetime) -> Report:
    """Set up a report with its first view.

    Raises:
        Invalid: a figure or cut there is not, or a reader who is unknown.
        Refused: ``report.many``.
    """
    if len(reports(session, actor)) >= MOST:
        raise Refused("report.many", expected=MOST)
    row = Report(
        public_id=new_public_id(),
        views=views.written([views.checked(view)]),
        created_at=now,
        created_by=actor.account_id,
        next_due_at=_due(given, now),
        **given.model_dump(exclude={"readers"}),
    )
    session.add(row)
    session.flush()
    _set_readers(session, row, given.readers)
    return row


def change_report(session: Session, actor: Actor, public_id: str, given: ReportIn, now: datetime) -> Report:
    """Set it up anew; what is due next follows from the new rhythm.

    Raises:
        NotFound: no such report.
        Invalid: a reader who is unknown.
    """
    row = find(session, actor, public_id)
    for name, value in given.model_dump(exclude={"readers"}).items():
        setattr(row, name, value)
    row.next_due_at = _due(given, now)
    _set_readers(session, row, given.readers)
    return row


def add_view(session: Session, actor: Actor, public_id: str, view: View) -> Report:
    """One figure more.

    Raises:
        NotFound: no such report.
        Invalid: a figure or cut there is not.
        Refused: ``report.views``: it has as many as it may have.
    """
    row = find(session, actor, public_id)
    there = views.read_views(row.views)
    if len(there) >= views.MOST:
        raise Refused("report.views.many", expected=views.MOST)
    row.views = views.written([*there, views.checked(view)])
    return row


def remove_view(session: Session, actor: Actor, public_id: str, place: int) -> Report:
    """One figure less.

    Raises:
        NotFound: no such report, or no such view.
        Refused: ``report.last_view``.
    """
    row = find(session, actor, public_id)
    there = views.read_views(row.views)
    if not 0 <= place < len(there):
        raise NotFound()
    if len(there) == 1:
        raise Refused("report.last_view")
    row.views = views.written(there[:place] + there[place + 1 :])
    return row


def set_state(session: Session, actor: Actor, public_id: str, state: ReportState, now: datetime) -> Report:
    """Pause, go on with, or end a report; going on begins with the next due time.

    Raises:
        NotFound: no such report.
    """
    row = find(session, actor, public_id)
    row.state = state
    row.next_due_at = next_due(Rhythm(row.rhythm), row.day, row.hour, now)
    return row


def reports(session: Session, actor: Actor) -> Sequence[Report]:
    """Every report that has not ended, by its title."""
    scope_of(actor, Act.MANAGE_REPORTS)
    question = select(Report).where(col(Report.state) != ReportState.ENDED)
    return session.execute(question.order_by(col(Report.title), col(Report.id))).scalars().all()


def find(session: Session, actor: Actor, public_id: str) -> Report:
    """One report that has not ended; read to be written it is locked by the writer's transaction.

    Raises:
        NotFound: there is none.
    """
    scope_of(actor, Act.MANAGE_REPORTS)
    question = select(Report).where(
        col(Report.public_id) == public_id, col(Report.state) != ReportState.ENDED
    )
    row: Report | None = session.execute(question).scalar_one_or_none()
    if row is None:
        raise NotFound()
    return row


def readers(session: Session, report_id: int) -> Sequence[MailAddress]:
    """Who is named in a report, confirmed or not."""
    question = (
        select(MailAddress)
        .join(ReportReader, col(ReportReader.address_id) == col(MailAddress.id))
        .where(col(ReportReader.report_id) == report_id)
    )
    return session.execute(question.order_by(col(MailAddress.id))).scalars().all()


def _due(given: ReportIn, now: datetime) -> datetime:
    return next_due(given.rhythm, given.day, given.hour, now)


def _set_readers(session: Session, row: Report, public_ids: Sequence[str]) -> None:
    named = set(public_ids)
    known = (AddressState.ASKED, AddressState.CONFIRMED)
    question = select(MailAddress).where(
        col(MailAddress.public_id).in_(named), col(MailAddress.state).in_(known)
    )
    found = session.execute(question).scalars().all()
    if len(found) < len(named):
        raise Invalid([FieldProblem("readers", "report.reader", None, {})])
    session.execute(delete(ReportReader).where(col(ReportReader.report_id) == row.id))
    session.add_all(ReportReader(report_id=row.id, address_id=one.id) for one in found)
    session.flush()
