"""Whose GTIN it is: company prefixes that cooperatives propose and the office accepts with GS1's paper."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Annotated

from pydantic import BeforeValidator
from sqlalchemy import ColumnElement, or_, select
from sqlmodel import Session, col

from trace.errors import FieldProblem, Invalid, NotFound, Refused
from trace.records.company_prefix import CompanyPrefix, PrefixKind
from trace.records.organisation import Organisation
from trace.records.product import ProposalState
from trace.services.admission import Act, Actor, fetch, own_org, scope_of, visible
from trace.services.intake import Day, Given, line, said
from trace.services.logging_acts import append_leaf
from trace.services.organisations import organisation
from trace.services.registering import empty_is_none
from trace.standards import company_prefix
from trace.standards.fault import Fault


class PrefixIn(Given):
    """A prefix, or one GTIN let out singly, as it stands on GS1's paper."""

    kind: PrefixKind = PrefixKind.PREFIX
    digits: Annotated[str, line(20, 4)]
    paper: Annotated[str, line(120, 2)]
    valid_from: Day
    valid_to: Annotated[Day | None, BeforeValidator(empty_is_none)] = None


def propose_prefix(session: Session, actor: Actor, given: PrefixIn, now: datetime) -> CompanyPrefix:
    """Tell the office of a prefix of the actor's organisation; nothing may be numbered by it yet.

    Raises:
        Invalid: no prefix, for use inside a company only, wrong days, or told already.
    """
    visible(actor, Act.MANAGE_REGISTRY, CompanyPrefix)
    return _keep(session, actor, own_org(actor), given, now)


def add_prefix(session: Session, actor: Actor, org: str, given: PrefixIn, now: datetime) -> CompanyPrefix:
    """The office writes down a prefix it has seen the paper of.

    Raises:
        Invalid: as ``propose_prefix``.
        NotFound: no such organisation.
        Refused: the digits are another organisation's in those days.
    """
    scope_of(actor, Act.CONFIRM_PAPERS)
    row = _keep(session, actor, organisation(session, org).id, given, now)
    return accept_prefix(session, actor, row.id, now)


def accept_prefix(session: Session, actor: Actor, prefix_id: int, now: datetime) -> CompanyPrefix:
    """The office has seen GS1's paper: from now on the organisation may give these numbers.

    Raises:
        NotFound: no such proposal.
        Refused: it is settled, or the digits are another organisation's in those days.
    """
    row = _waiting(session, actor, prefix_id)
    other = session.execute(select(Organisation).join(CompanyPrefix).where(_clashes(row))).scalars().first()
    if other is not None:
        raise Refused("prefix.anothers", digits=row.digits, org=other.name)
    return _settle(session, actor, row, ProposalState.ACCEPTED, "", now)


def decline_prefix(
    session: Session, actor: Actor, prefix_id: int, reason: str, now: datetime
) -> CompanyPrefix:
    """Turn a proposal down and say why."""
    row = _waiting(session, actor, prefix_id)
    return _settle(session, actor, row, ProposalState.DECLINED, said(reason), now)


def end_prefix(
    session: Session, actor: Actor, prefix_id: int, last_day: date, now: datetime
) -> CompanyPrefix:
    """The licence ran out: no new number after ``last_day``; what has one keeps answering.

    Raises:
        NotFound: no such accepted prefix.
        Invalid: the last day is before the first.
    """
    scope_of(actor, Act.CONFIRM_PAPERS)
    row = session.get(CompanyPrefix, prefix_id, with_for_update=True)
    if row is None or row.state != ProposalState.ACCEPTED:
        raise NotFound()
    _check_days(row.valid_from, last_day)
    row.valid_to = last_day
    session.flush()
    _log(session, actor, "prefix_ended", row, now)
    return row


def take_back(session: Session, actor: Actor, prefix_id: int) -> None:
    """Withdraw a proposal the office has not settled.

    Raises:
        Refused: it is settled.
    """
    row = fetch(session, actor, Act.MANAGE_REGISTRY, CompanyPrefix, id=prefix_id)
    if row.state != ProposalState.WAITING:
        raise Refused("prefix.settled", digits=row.digits)
    session.delete(row)


def prefixes(session: Session, actor: Actor) -> Sequence[CompanyPrefix]:
    """Those in the actor's reach, the newest first."""
    question = select(CompanyPrefix).where(visible(actor, Act.VIEW_FARM, CompanyPrefix))
    return session.execute(question.order_by(col(CompanyPrefix.id).desc())).scalars().all()


def all_prefixes(session: Session, actor: Actor) -> list[tuple[CompanyPrefix, Organisation]]:
    """Those that wait, then the accepted ones by their digits; the office asks."""
    scope_of(actor, Act.CONFIRM_PAPERS)
    question = (
        select(CompanyPrefix, Organisation)
        .join(Organisation, col(Organisation.id) == col(CompanyPrefix.org_id))
        .where(col(CompanyPrefix.state) != ProposalState.DECLINED)
        .order_by(col(CompanyPrefix.state).desc(), col(CompanyPrefix.digits), col(CompanyPrefix.id))
    )
    return [(row[0], row[1]) for row in session.execute(question)]


def owns(session: Session, org_id: int, gtin: str, day: date) -> bool:
    """Whether an accepted prefix of the organisation covers the GTIN (14 digits) on this day."""
    return _covered(owned_digits(session, {org_id}, day).get(org_id, ()), gtin)


def owned_digits(session: Session, orgs: Collection[int], day: date) -> Mapping[int, Sequence[str]]:
    """The digits of the prefixes of organisations that are accepted and hold on this day."""
    question = select(col(CompanyPrefix.org_id), col(CompanyPrefix.digits)).where(
        col(CompanyPrefix.org_id).in_(orgs),
        col(CompanyPrefix.state) == ProposalState.ACCEPTED,
        col(CompanyPrefix.valid_from) <= day,
        or_(col(CompanyPrefix.valid_to).is_(None), col(CompanyPrefix.valid_to) >= day),
    )
    found: dict[int, list[str]] = {}
    for org_id, digits in session.execute(question):
        found.setdefault(org_id, []).append(digits)
    return found


def require_owned(session: Session, org_id: int, gtin: str | None, day: date) -> None:
    """That the organisation may give this number.

    Raises:
        Invalid: ``product.gtin_not_owned``.
    """
    if gtin is not None and not owns(session, org_id, gtin, day):
        raise _unowned(gtin)


def refuse_unowned(digits: Sequence[str], gtin: str) -> None:
    """Refuse a number that none of an organisation's digits cover, as ``require_owned`` does."""
    if not _covered(digits, gtin):
        raise _unowned(gtin)


def _covered(digits: Sequence[str], gtin: str) -> bool:
    return any(company_prefix.covers(one, gtin) for one in digits)


def _unowned(gtin: str) -> Invalid:
    return Invalid([FieldProblem("gtin", "product.gtin_not_owned", gtin)])


def _keep(session: Session, actor: Actor, org_id: int, given: PrefixIn, now: datetime) -> CompanyPrefix:
    _check_days(given.valid_from, given.valid_to)
    digits = _digits(given)
    told = select(col(CompanyPrefix.id)).where(
        col(CompanyPrefix.org_id) == org_id,
        col(CompanyPrefix.digits) == digits,
        col(CompanyPrefix.state) != ProposalState.DECLINED,
        or_(col(CompanyPrefix.valid_to).is_(None), col(CompanyPrefix.valid_to) >= given.valid_from),
    )
    if session.execute(told).first():
        raise Invalid([FieldProblem("digits", "field.taken", given.digits)])
    row = CompanyPrefix(
        org_id=org_id,
        proposed_by=actor.account_id,
        proposed_at=now,
        **{**given.model_dump(), "digits": digits},
    )
    session.add(row)
    session.flush()
    return row


def _digits(given: PrefixIn) -> str:
    try:
        if given.kind is PrefixKind.SINGLE:
            return company_prefix.single(given.digits)
        return company_prefix.validate(given.digits)
    except Fault as fault:
        raise Invalid([FieldProblem("digits", fault.key, given.digits, fault.params)]) from None


def _check_days(first: date, last: date | None) -> None:
    if last is not None and last < first:
        raise Invalid([FieldProblem("valid_to", "certificate.days", last, {"date": first})])


def _clashes(row: CompanyPrefix) -> ColumnElement[bool]:
    """Accepted digits of others that cover these, or that these cover, on a common day."""
    digits = col(CompanyPrefix.digits)
    shorter = digits.in_([row.digits[:length] for length in range(4, len(row.digits) + 1)])
    there = (
        or_(shorter, digits.startswith(row.digits, autoescape=True))
        & (col(CompanyPrefix.org_id) != row.org_id)
        & (col(CompanyPrefix.state) == ProposalState.ACCEPTED)
        & or_(col(CompanyPrefix.valid_to).is_(None), col(CompanyPrefix.valid_to) >= row.valid_from)
    )
    return there if row.valid_to is None else there & (col(CompanyPrefix.valid_from) <= row.valid_to)


def _waiting(session: Session, actor: Actor, prefix_id: int) -> CompanyPrefix:
    """The proposal; every row is held, so that of two that clash only one is accepted."""
    scope_of(actor, Act.CONFIRM_PAPERS)
    held = select(CompanyPrefix).order_by(col(CompanyPrefix.id)).with_for_update()
    rows: Sequence[CompanyPrefix] = session.execute(held).scalars().all()
    row = next((one for one in rows if one.id == prefix_id), None)
    if row is None:
        raise NotFound()
    if row.state != ProposalState.WAITING:
        raise Refused("prefix.settled", digits=row.digits)
    return row


def _settle(
    session: Session, actor: Actor, row: CompanyPrefix, state: ProposalState, reason: str, now: datetime
) -> CompanyPrefix:
    row.state, row.reason, row.settled_by, row.settled_at = state, reason, actor.account_id, now
    session.flush()
    _log(session, actor, f"prefix_{state}", row, now)
    return row


def _log(session: Session, actor: Actor, kind: str, row: CompanyPrefix, now: datetime) -> None:
    append_leaf(session, kind, {"prefix": row.id, "digits": row.digits, "by": actor.account_id}, now)
