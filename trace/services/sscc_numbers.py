"""SSCCs for boxes and pallets: taken one after the other under a company prefix of the organisation.

The counter is kept by the digits of the prefix, its row is locked, and it moves in the transaction that
makes the boxes: no two boxes get one number, whoever holds the prefix by then. Extension digit 0.
"""

from collections.abc import Iterator
from datetime import date

from sqlalchemy import func, or_, select
from sqlmodel import Session, col

from trace.records.company_prefix import CompanyPrefix, PrefixKind
from trace.records.logistic_unit import LogisticUnit, SsccCounter
from trace.records.product import ProposalState
from trace.standards import sscc


def take_ssccs(session: Session, org_id: int, count: int, day: date) -> list[str | None]:
    """So many numbers nobody had; None for each that no prefix of the organisation has room for."""
    taken: list[str | None] = []
    for digits in _prefixes(session, org_id, day):
        if len(taken) < count:
            taken += _taken(session, digits, count - len(taken))
    return taken + [None] * (count - len(taken))


def _prefixes(session: Session, org_id: int, day: date) -> list[str]:
    """Accepted prefixes that hold on the day, the one with most room first; not single GTINs."""
    question = select(col(CompanyPrefix.digits)).where(
        col(CompanyPrefix.org_id) == org_id,
        col(CompanyPrefix.kind) == PrefixKind.PREFIX,
        col(CompanyPrefix.state) == ProposalState.ACCEPTED,
        col(CompanyPrefix.valid_from) <= day,
        or_(col(CompanyPrefix.valid_to).is_(None), col(CompanyPrefix.valid_to) >= day),
    )
    found = set(session.execute(question).scalars())
    return sorted(found, key=lambda digits: (len(digits), digits))


def _taken(session: Session, digits: str, count: int) -> Iterator[str]:
    counter = session.get(SsccCounter, digits, with_for_update=True, populate_existing=True)
    if counter is None:
        counter = SsccCounter(digits=digits)
        session.add(counter)
    first = max(counter.next_serial, _after_others(session, digits))
    end = min(first + count, sscc.room(digits))
    counter.next_serial = max(first, end)
    session.flush()
    yield from (sscc.made(digits, serial) for serial in range(first, end))


def _after_others(session: Session, digits: str) -> int:
    """Behind numbers given under a longer or shorter prefix that begins alike: they share their digits."""
    alike = col(LogisticUnit.sscc).startswith(f"0{digits}")
    last = session.execute(select(func.max(col(LogisticUnit.sscc))).where(alike)).scalar()
    return 0 if last is None else sscc.serial_of(digits, last) + 1
