"""OCOP ratings: decisions of the office, and the reports of cooperatives that lead to them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from pydantic import Field
from sqlalchemy import select
from sqlmodel import Session, col

from trace.errors import FieldProblem, Invalid, NotFound, Refused
from trace.records.organisation import Organisation
from trace.records.product import OcopLevel, OcopProposal, OcopRating, Product, ProposalState
from trace.records.rules import OcopRule
from trace.services.admission import Act, Actor, fetch, lock, scope_of, visible
from trace.services.intake import Day, DecimalComma, Given, line, said
from trace.services.logging_acts import append_leaf
from trace.services.registering import add_unique
from trace.services.rules import all_rules, ocop_rule
from trace.standards import ocop
from trace.standards.local_time import local_day


class RatingIn(Given):
    """A decision: stars and score must agree by the rule of its day."""

    product: Annotated[str, line(16, 1)]
    stars: Annotated[int, Field(ge=1, le=5)]
    score: Annotated[Annotated[float, Field(ge=0, le=100)], DecimalComma]
    decision_number: Annotated[str, line(64, 2)]
    level: OcopLevel = OcopLevel.UNKNOWN
    issuer: Annotated[str, line(160)] = ""
    decided_on: Day


@dataclass(frozen=True)
class RatedProduct:
    """A rating with the names a list shows."""

    rating: OcopRating
    product: Product
    organisation: Organisation


def rate_product(session: Session, actor: Actor, given: RatingIn, now: datetime) -> OcopRating:
    """Store a decision; it holds for the months that the rule of its day says (36 since 2023).

    Raises:
        NotFound: no such product.
        Invalid: the day is to come, the score belongs to other stars, or the decision is there already.
    """
    product = fetch(session, actor, Act.RATE_PRODUCT, Product, public_id=given.product)
    rule = _checked_rule(session, given, now)
    row = OcopRating(
        product_id=product.id,
        valid_to=ocop.valid_to(given.decided_on, rule.validity_months),
        recorded_by=actor.account_id,
        created_at=now,
        **given.model_dump(exclude={"product"}),
    )
    add_unique(session, row, "decision_number", given.decision_number)
    record = {"product": product.public_id, "stars": row.stars, "decision": row.decision_number}
    append_leaf(session, "ocop_rated", {**record, "by": actor.account_id}, now)
    return row


def take_back_rating(session: Session, actor: Actor, rating_id: int, now: datetime) -> None:
    """Take a decision out that a file brought in by mistake; the log keeps that it was there.

    Raises:
        NotFound: there is none.
    """
    scope_of(actor, Act.RATE_PRODUCT)
    row = session.get(OcopRating, rating_id)
    if row is None:
        raise NotFound()
    product = session.get_one(Product, row.product_id)
    record = {"product": product.public_id, "stars": row.stars, "decision": row.decision_number}
    session.delete(row)
    session.flush()
    append_leaf(session, "ocop_rating_taken_back", {**record, "by": actor.account_id}, now)


def propose_rating(session: Session, actor: Actor, given: RatingIn, now: datetime) -> OcopProposal:
    """Report a decision the cooperative holds; the office accepts or declines it."""
    product = fetch(session, actor, Act.PROPOSE_RATING, Product, public_id=given.product)
    _checked_rule(session, given, now)
    row = OcopProposal(
        org_id=product.org_id,
        product_id=product.id,
        proposed_by=actor.account_id,
        proposed_at=now,
        **given.model_dump(exclude={"product"}),
    )
    return add_unique(session, row, "decision_number", given.decision_number)


def take_back_proposal(session: Session, actor: Actor, proposal_id: int) -> None:
    """Take a report out that was sent by mistake, as long as the office has not settled it.

    Raises:
        NotFound: there is none within reach.
        Refused: ``ocop.settled``.
    """
    row = fetch(session, actor, Act.PROPOSE_RATING, OcopProposal, id=proposal_id)
    lock(session, row)
    if row.state != ProposalState.WAITING:
        raise Refused("ocop.settled", number=row.decision_number)
    session.delete(row)
    session.flush()


def accept_proposal(session: Session, actor: Actor, proposal_id: int, now: datetime) -> OcopRating:
    """Turn a report into a rating."""
    proposal = _waiting(session, actor, proposal_id)
    product = session.get_one(Product, proposal.product_id)
    names = ("stars", "score", "decision_number", "level", "issuer", "decided_on")
    values = {name: getattr(proposal, name) for name in names}
    rating = rate_product(session, actor, RatingIn(product=product.public_id, **values), now)
    _settle(session, actor, proposal, ProposalState.ACCEPTED, "", now)
    return rating


def decline_proposal(
    session: Session, actor: Actor, proposal_id: int, reason: str, now: datetime
) -> OcopProposal:
    """Turn a report down and say why."""
    proposal = _waiting(session, actor, proposal_id)
    _settle(session, actor, proposal, ProposalState.DECLINED, said(reason), now)
    return proposal


def rating_on(session: Session, product_id: int, day: date) -> OcopRating | None:
    """The rating that held on a day, the newest decision first."""
    question = (
        select(OcopRating)
        .where(
            col(OcopRating.product_id) == product_id,
            col(OcopRating.decided_on) <= day,
            col(OcopRating.valid_to) >= day,
        )
        .order_by(col(OcopRating.decided_on).desc(), col(OcopRating.id).desc())
        .limit(1)
    )
    found: OcopRating | None = session.execute(question).scalar_one_or_none()
    return found


def ratings(session: Session, actor: Actor) -> list[RatedProduct]:
    """All ratings, those that end soonest first; the office asks."""
    scope_of(actor, Act.RATE_PRODUCT)
    question = (
        select(OcopRating, Product, Organisation)
        .join(Product, col(Product.id) == col(OcopRating.product_id))
        .join(Organisation, col(Organisation.id) == col(Product.org_id))
        .order_by(col(OcopRating.valid_to), col(OcopRating.id))
    )
    return [RatedProduct(*row) for row in session.execute(question)]


def in_force(rated: Sequence[RatedProduct], today: date) -> tuple[int, int]:
    """Products with a decision in force today, as the figures count them, and products that ever had one."""
    held = (one for one in rated if one.rating.decided_on <= today <= one.rating.valid_to)
    return len({one.product.id for one in held}), len({one.product.id for one in rated})


def is_replaced(one: RatedProduct, rated: Sequence[RatedProduct], today: date) -> bool:
    """Whether a later decision of its product has begun."""
    return any(
        other.product.id == one.product.id and one.rating.decided_on < other.rating.decided_on <= today
        for other in rated
    )


def ratings_of(session: Session, actor: Actor, product: Product) -> Sequence[OcopRating]:
    """A product's ratings, the newest first."""
    visible(actor, Act.VIEW_FARM, Product)
    question = select(OcopRating).where(col(OcopRating.product_id) == product.id)
    return session.execute(question.order_by(col(OcopRating.decided_on).desc())).scalars().all()


def proposals(session: Session, actor: Actor, *, waiting_only: bool = True) -> Sequence[OcopProposal]:
    """Reports in the actor's reach, the oldest first."""
    act = Act.RATE_PRODUCT if actor.org_id is None else Act.PROPOSE_RATING
    question = select(OcopProposal).where(visible(actor, act, OcopProposal)).order_by(col(OcopProposal.id))
    if waiting_only:
        question = question.where(col(OcopProposal.state) == ProposalState.WAITING)
    return session.execute(question).scalars().all()


def waiting_reports(session: Session, actor: Actor) -> list[tuple[OcopProposal, Product, Organisation]]:
    """Reports the office has not settled, the oldest first, with product and cooperative."""
    scope_of(actor, Act.RATE_PRODUCT)
    question = (
        select(OcopProposal, Product, Organisation)
        .join(Product, col(Product.id) == col(OcopProposal.product_id))
        .join(Organisation, col(Organisation.id) == col(OcopProposal.org_id))
        .where(col(OcopProposal.state) == ProposalState.WAITING)
        .order_by(col(OcopProposal.id))
    )
    return [(row[0], row[1], row[2]) for row in session.execute(question)]


def proposals_of(session: Session, actor: Actor, product: Product) -> Sequence[OcopProposal]:
    """What was reported for a product and not accepted, the newest first."""
    visible(actor, Act.VIEW_FARM, Product)
    question = select(OcopProposal).where(
        col(OcopProposal.product_id) == product.id, col(OcopProposal.state) != ProposalState.ACCEPTED
    )
    return session.execute(question.order_by(col(OcopProposal.id).desc())).scalars().all()


def _checked_rule(session: Session, given: RatingIn, now: datetime) -> OcopRule:
    return checked_rule(all_rules(session, OcopRule), given, now)


def checked_rule(rules: Sequence[OcopRule], given: RatingIn, now: datetime) -> OcopRule:
    """The rule of a decision's day, by which its stars and score agree.

    Raises:
        Invalid: the day is to come, or the score belongs to other stars.
        Refused: no rule covers the day.
    """
    if given.decided_on > local_day(now):
        today = {"value": given.decided_on, "date": local_day(now)}
        raise Invalid([FieldProblem("decided_on", "imp.date.future", given.decided_on, today)])
    rule = ocop_rule(rules, given.decided_on)
    by_score = ocop.stars(given.score, bands(rule))
    if by_score != given.stars:
        shape = {"stars": given.stars, "score": given.score, "expected": by_score}
        raise Invalid([FieldProblem("stars", "ocop.stars_differ", given.stars, shape)])
    return rule


def bands(rule: OcopRule) -> tuple[ocop.Band, ...]:
    """The rule's score bands; one and two stars as in 2023."""
    return (
        *ocop.BANDS_2023[:2],
        ocop.Band(3, rule.three_stars_from),
        ocop.Band(4, rule.four_stars_from),
        ocop.Band(5, rule.five_stars_from),
    )


def _waiting(session: Session, actor: Actor, proposal_id: int) -> OcopProposal:
    scope_of(actor, Act.RATE_PRODUCT)
    proposal = session.get(OcopProposal, proposal_id, with_for_update=True)
    if proposal is None:
        raise NotFound()
    if proposal.state != ProposalState.WAITING:
        raise Refused("ocop.settled", number=proposal.decision_number)
    return proposal


def _settle(
    session: Session, actor: Actor, proposal: OcopProposal, state: ProposalState, reason: str, now: datetime
) -> None:
    proposal.state, proposal.reason = state, reason
    proposal.settled_by, proposal.settled_at = actor.account_id, now
    session.flush()
