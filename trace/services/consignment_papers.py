"""Treatments and papers of a consignment: written down while it is a draft, taken back, never edited."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field
from sqlalchemy import select
from sqlmodel import Session, col

from trace.errors import FieldProblem, Invalid, NotFound
from trace.records.consignment import Consignment, ConsignmentPaper, PaperKind, Treatment, TreatmentKind
from trace.services.admission import Actor
from trace.services.consigning import held_draft
from trace.services.intake import Count, Day, DecimalComma, Given, line
from trace.services.registering import empty_is_none
from trace.standards.local_time import local_day

MaybeDose = Annotated[Annotated[float, Field(gt=0, le=100_000, allow_inf_nan=False)] | None, DecimalComma]
MaybeDay = Annotated[date | None, BeforeValidator(empty_is_none)]


class TreatmentIn(Given):
    """A treatment as its paper says; the dose in the unit of its kind."""

    kind: TreatmentKind
    facility: Annotated[str, line(160, 2)]
    treated_on: Day
    dose: MaybeDose = None
    minutes: Count = None
    document: Annotated[str, line(64, 1)]


class PaperIn(Given):
    """A paper by number and day, or what says that a mark is there."""

    kind: PaperKind
    number: Annotated[str, line(64, 1)]
    issuer: Annotated[str, line(160)] = ""
    issued_on: Day
    valid_to: MaybeDay = None


def add_treatment(
    session: Session, actor: Actor, public_id: str, given: TreatmentIn, now: datetime
) -> Treatment:
    """Write down a treatment of the whole consignment.

    Raises:
        NotFound, Refused: not the actor's draft.
        Invalid: the day is to come.
    """
    one = held_draft(session, actor, public_id)
    _past("treated_on", given.treated_on, now)
    row = Treatment(
        consignment_id=one.id, recorded_at=now, recorded_by=actor.account_id, **given.model_dump()
    )
    session.add(row)
    session.flush()
    return row


def add_paper(
    session: Session, actor: Actor, public_id: str, given: PaperIn, now: datetime
) -> ConsignmentPaper:
    """Write down a paper that goes with the goods.

    Raises:
        NotFound, Refused: not the actor's draft.
        Invalid: the day is to come, or the last day is before it.
    """
    one = held_draft(session, actor, public_id)
    _past("issued_on", given.issued_on, now)
    if given.valid_to is not None and given.valid_to < given.issued_on:
        days = {"date": given.issued_on}
        raise Invalid([FieldProblem("valid_to", "certificate.days", given.valid_to, days)])
    row = ConsignmentPaper(
        consignment_id=one.id, recorded_at=now, recorded_by=actor.account_id, **given.model_dump()
    )
    session.add(row)
    session.flush()
    return row


def remove_record(
    session: Session,
    actor: Actor,
    public_id: str,
    what: Literal["treatment", "paper"],
    row_id: int,
    now: datetime,
) -> None:
    """A treatment or paper was written down wrongly: it counts no more, and stays for the record.

    Raises:
        NotFound, Refused: not of the actor's draft.
    """
    one = held_draft(session, actor, public_id)
    rows: Sequence[Treatment | ConsignmentPaper]
    rows = treatments_of(session, one) if what == "treatment" else papers_of(session, one)
    row = next((row for row in rows if row.id == row_id), None)
    if row is None:
        raise NotFound()
    row.removed_at = now
    session.flush()


def treatments_of(session: Session, one: Consignment) -> Sequence[Treatment]:
    """Treatments that count."""
    mine = (col(Treatment.consignment_id) == one.id, col(Treatment.removed_at).is_(None))
    return session.execute(select(Treatment).where(*mine).order_by(col(Treatment.id))).scalars().all()


def papers_of(session: Session, one: Consignment) -> Sequence[ConsignmentPaper]:
    """Papers that count."""
    mine = (col(ConsignmentPaper.consignment_id) == one.id, col(ConsignmentPaper.removed_at).is_(None))
    question = select(ConsignmentPaper).where(*mine).order_by(col(ConsignmentPaper.id))
    return session.execute(question).scalars().all()


def _past(field: str, day: date, now: datetime) -> None:
    if day > local_day(now):
        span: dict[str, object] = {"min": "", "max": local_day(now), "unit": ""}
        raise Invalid([FieldProblem(field, "consignment.day_to_come", day, span)])
