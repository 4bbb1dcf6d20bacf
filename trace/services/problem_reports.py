"""A report of a problem, as somebody who holds a stamp makes it: filed once, followed by its number.

Nothing here says whether a code is one of ours: who guesses codes learns nothing by reporting them.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Final

from sqlalchemy import select, update
from sqlmodel import Session, col

from trace.errors import NotFound
from trace.keyring import current_keyring
from trace.records.account import Account, Role
from trace.records.lot import Lot
from trace.records.organisation import Organisation
from trace.records.problem_report import ProblemPhoto, ProblemReport
from trace.services.intake import Given, RequestId, line
from trace.services.public_id import new_public_id
from trace.services.scanning import Reader, read_stamp

MOST_SAID: Final = 1_000
NUMBER: Final = 10
"""Letters of a tracking number: fifty random bits."""
_NOBODY: Final = Reader(cookie=bytes(16), is_known=False, network=b"", user_agent=b"", watches=False)
"""Reading the stamp for a report leaves no scan."""


class ProblemIn(Given):
    """What is filled in; ``request_id`` is the form's own mark."""

    text: Annotated[str, line(MOST_SAID, 1)]
    place: Annotated[str, line(200)] = ""
    contact: Annotated[str, line(120)] = ""
    request_id: RequestId


@dataclass(frozen=True)
class Followed:
    """What whoever has the number may know: when it came, by when it is answered, and the answer.

    ``answered_by`` is the cooperative's name, empty where the office answered.
    """

    public_id: str
    reported_at: datetime
    due_at: datetime
    answered_at: datetime | None
    answer: str
    answered_by: str


def file_report(
    session: Session, code: str, given: ProblemIn, photo: bytes | None, lang: str, now: datetime
) -> tuple[ProblemReport, bool]:
    """File a report on a rightly spelled code, and whether it is new: sent again it is the one filed before.

    ``photo`` was brought to our form already (``product_images.reencode``).
    """
    said = (given.request_id, code, given.text, given.place)
    mark = current_keyring().mark(b"problem report", *(one.encode() for one in said)).hex()
    known = by_mark(session, mark)
    if known is not None:
        return known, False
    row = ProblemReport(
        public_id=new_public_id(NUMBER),
        mark=mark,
        state="",
        text=given.text,
        place=given.place,
        language=lang,
        reported_at=now,
    )
    _about(session, row, code, now)
    session.add(row)
    session.flush()
    if given.contact:
        row.contact_sealed = current_keyring().seal(given.contact.encode(), contact_place(row))
    if photo is not None:
        session.add(ProblemPhoto(report_id=row.id, data=photo))
    session.flush()
    return row, True


def by_mark(session: Session, mark: str) -> ProblemReport | None:
    """The report that came with this very sending."""
    found: ProblemReport | None = session.execute(
        select(ProblemReport).where(col(ProblemReport.mark) == mark)
    ).scalar_one_or_none()
    return found


def contact_place(row: ProblemReport) -> str:
    """What a sealed contact is bound to."""
    return f"problem_report/{row.public_id}/contact"


def _about(session: Session, row: ProblemReport, code: str, now: datetime) -> None:
    found = read_stamp(session, code, _NOBODY, now)
    row.state = found.state.value
    info = found.info
    if info is None or info.block_id is None:
        row.code = code
        return
    row.kid, row.serial = found.kid, found.serial
    row.org_id, row.lot_id = info.org_id, info.lot_id
    owner = session.get(Organisation, info.org_id) if info.org_id is not None else None
    row.commune_code = owner.commune_code if owner is not None else None
    lot = session.get(Lot, info.lot_id) if info.lot_id is not None else None
    row.product_id = lot.product_id if lot is not None else None


def follow(session: Session, number: str, days: int) -> Followed:
    """A report by its tracking number; it is to be answered within ``days``.

    Raises:
        NotFound: no report has the number.
    """
    question = (
        select(ProblemReport, col(Account.role), col(Organisation.name))
        .outerjoin(Account, col(Account.id) == col(ProblemReport.answered_by))
        .outerjoin(Organisation, col(Organisation.id) == col(ProblemReport.org_id))
        .where(col(ProblemReport.public_id) == number)
    )
    found = session.execute(question).one_or_none()
    if found is None:
        raise NotFound()
    row, role, coop = found
    return Followed(
        public_id=row.public_id,
        reported_at=row.reported_at,
        due_at=row.reported_at + timedelta(days=days),
        answered_at=row.answered_at,
        answer=row.answer,
        answered_by="" if role in (None, Role.OFFICE) else coop or "",
    )


def forget_contacts(session: Session, before: datetime) -> int:
    """Empty how to reach whoever reported before this; how many."""
    old = (col(ProblemReport.reported_at) < before, col(ProblemReport.contact_sealed).is_not(None))
    return int(
        session.connection().execute(update(ProblemReport).where(*old).values(contact_sealed=None)).rowcount
    )
