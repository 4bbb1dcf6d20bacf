"""Reports of problems before whoever answers them: the cooperative whose stamp it is, and the office."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import func, select
from sqlmodel import Session, col

from trace.errors import NotFound, Refused
from trace.keyring import current_keyring
from trace.records.account import Account
from trace.records.lot import Lot
from trace.records.mail import AddressState, MailAddress
from trace.records.organisation import Organisation
from trace.records.problem_report import ProblemPhoto, ProblemReport
from trace.records.product import Product
from trace.services.admission import Act, Actor, fetch, lock, may, visible
from trace.services.intake import said
from trace.services.mailing import outbox
from trace.services.mailing.letters import Letter
from trace.services.problem_reports import contact_place
from trace.standards.local_time import local_day
from trace.texts.catalogs import t

MOST_ANSWERED: Final = 2_000
A_PAGE: Final = 50


@dataclass(frozen=True)
class Told:
    """A report with the names of what it is about, who answered, and whether there is a picture.

    ``contact`` is how to reach who reported: for those who may answer, until it is forgotten.
    """

    row: ProblemReport
    coop: str
    lot: str
    lot_public_id: str
    product: str
    by: str
    has_photo: bool
    contact: str = ""


def reports(session: Session, actor: Actor, *, answered: bool, before: int | None = None) -> Sequence[Told]:
    """A page of what waits for an answer, longest first, or of what was answered, newest first.

    Raises:
        NotAllowed: the role sees none.
    """
    number = col(ProblemReport.id)
    question = _asked(actor).where(
        col(ProblemReport.answered_at).is_not(None) if answered else col(ProblemReport.answered_at).is_(None)
    )
    if before is not None:
        question = question.where(number < before if answered else number > before)
    ordered = question.order_by(number.desc() if answered else number).limit(A_PAGE)
    return [_told(row) for row in session.execute(ordered)]


def count_open(session: Session, actor: Actor) -> int:
    """How many wait for an answer within the actor's reach."""
    rule = visible(actor, Act.SEE_PROBLEMS, ProblemReport), col(ProblemReport.answered_at).is_(None)
    return int(session.execute(select(func.count()).select_from(ProblemReport).where(*rule)).scalar_one())


def report(session: Session, actor: Actor, public_id: str) -> Told:
    """One report.

    Raises:
        NotAllowed, NotFound: not within the actor's reach.
    """
    fetch(session, actor, Act.SEE_PROBLEMS, ProblemReport, public_id=public_id)
    found = _told(session.execute(_asked(actor).where(col(ProblemReport.public_id) == public_id)).one())
    sealed = found.row.contact_sealed
    if sealed is None or not may(actor, Act.ANSWER_PROBLEMS):
        return found
    contact = current_keyring().unseal(sealed, contact_place(found.row)).decode()
    return Told(**{**vars(found), "contact": contact})


def photo(session: Session, actor: Actor, public_id: str) -> bytes:
    """The picture of a report.

    Raises:
        NotAllowed, NotFound: not within the actor's reach, or there is none.
    """
    row = fetch(session, actor, Act.SEE_PROBLEMS, ProblemReport, public_id=public_id)
    found = session.get(ProblemPhoto, row.id)
    if found is None:
        raise NotFound()
    return found.data


def answer(session: Session, actor: Actor, public_id: str, text: str, now: datetime) -> ProblemReport:
    """Answer a report, once; whoever has its number reads the answer.

    Raises:
        NotAllowed, NotFound: not within the actor's reach.
        Invalid: nothing said, or more than 2,000 letters.
        Refused: ``problem.answered``: somebody answered already.
    """
    row = fetch(session, actor, Act.ANSWER_PROBLEMS, ProblemReport, public_id=public_id)
    words = said(text, MOST_ANSWERED, "answer")
    lock(session, row)
    if row.answered_at is not None:
        raise Refused("problem.answered", day=local_day(row.answered_at))
    row.answer, row.answered_at, row.answered_by = words, now, actor.account_id
    session.flush()
    return row


def forget_contact(session: Session, actor: Actor, public_id: str) -> ProblemReport:
    """Empty how to reach whoever reported, as they may ask for at any time; done again it stays so.

    Raises:
        NotAllowed, NotFound: not within the actor's reach.
    """
    row = fetch(session, actor, Act.ANSWER_PROBLEMS, ProblemReport, public_id=public_id)
    row.contact_sealed = None
    session.flush()
    return row


def write_of(session: Session, row: ProblemReport, days: int, now: datetime) -> int:
    """Mail about a new report, to be answered within ``days``: to the cooperative and to the office; how
    many. How to reach who reported stands in none.
    """
    told = _told(session.execute(_joined().where(col(ProblemReport.id) == row.id)).one())
    rule = col(MailAddress.state) == AddressState.CONFIRMED
    theirs = col(MailAddress.org_id) == row.org_id
    offices = col(MailAddress.org_id).is_(None) & col(MailAddress.gets_alarms).is_(True)
    readers = session.execute(
        select(MailAddress).where(rule, (theirs | offices) if row.org_id else offices)
    ).scalars()
    return sum(outbox.queue_mail(session, one, _letter(one.language, told, days), now) for one in readers)


def _letter(lang: str, told: Told, days: int) -> Letter:
    row = told.row
    names = {
        "report": row.public_id,
        "product": told.product or "–",
        "lot": told.lot or "–",
        "place": row.place or "–",
        "text": row.text[:400],
        "day": local_day(row.reported_at + timedelta(days=days)),
    }
    return Letter(
        f"problem/{row.public_id}",
        t(lang, "mail.problem.subject", **names),
        t(lang, "mail.problem.text", **names),
    )


def _asked(actor: Actor) -> Any:
    return _joined().where(visible(actor, Act.SEE_PROBLEMS, ProblemReport))


def _joined() -> Any:
    pictured = select(col(ProblemPhoto.report_id)).where(col(ProblemPhoto.report_id) == col(ProblemReport.id))
    question: Any = (
        select(
            ProblemReport,
            col(Organisation.name),
            col(Lot.code),
            col(Lot.public_id),
            col(Product.name),
            col(Account.name),
            pictured.exists(),
        )
        .outerjoin(Organisation, col(Organisation.id) == col(ProblemReport.org_id))
        .outerjoin(Lot, col(Lot.id) == col(ProblemReport.lot_id))
        .outerjoin(Product, col(Product.id) == col(ProblemReport.product_id))
        .outerjoin(Account, col(Account.id) == col(ProblemReport.answered_by))
    )
    return question


def _told(found: Sequence[Any]) -> Told:
    row, *names, has_photo = found
    coop, lot, lot_public_id, product, by = (name or "" for name in names)
    return Told(row, coop, lot, lot_public_id, product, by, bool(has_photo))
