"""The community digital team registers a household of its commune for a cooperative there.

Every act after that goes the ordinary way; ``households.require_help`` lets the team write for nobody else.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Annotated

from sqlalchemy import exists, select
from sqlmodel import Session, col

from trace.errors import FieldProblem, Invalid
from trace.records.account import Account
from trace.records.household import Consent, Household, HowSaid, Purpose
from trace.records.organisation import Organisation, OrgKind
from trace.services.admission import Act, Actor, scope_of
from trace.services.households import (
    ConsentIn,
    HouseholdIn,
    by,
    consents,
    give_consent,
    new_household,
    stay_inside,
)
from trace.services.intake import Day, line
from trace.services.logging_acts import append_leaf

KINDS = (OrgKind.COOPERATIVE, OrgKind.ENTERPRISE)


class HelpedHouseholdIn(HouseholdIn):
    """A household as the team gives it: whose cooperative's, and how it agreed to be helped."""

    org: Annotated[str, line(16, 1)]
    how: HowSaid
    said_on: Day


def organisations_near(session: Session, actor: Actor) -> Sequence[Organisation]:
    """Those that lie in the team's commune or have a household there.

    Raises:
        NotAllowed: not the digital team.
    """
    scope_of(actor, Act.HELP_HOUSEHOLD)
    here = exists().where(
        col(Household.org_id) == col(Organisation.id), col(Household.commune_code) == actor.commune_code
    )
    near = (col(Organisation.commune_code) == actor.commune_code) | here
    rules = near, col(Organisation.is_active), col(Organisation.kind).in_(KINDS)
    question = select(Organisation).where(*rules).order_by(col(Organisation.name), col(Organisation.id))
    return session.execute(question.limit(200)).scalars().all()


def add_household(session: Session, actor: Actor, given: HelpedHouseholdIn, now: datetime) -> Household:
    """Register a household of the team's commune, which agreed to be helped.

    Raises:
        NotAllowed: not the digital team.
        Invalid: no cooperative of this commune; a place elsewhere; as ``households.add_household``.
    """
    org = next((one for one in organisations_near(session, actor) if one.public_id == given.org), None)
    if org is None:
        raise Invalid([FieldProblem("org", "helped.org", given.org)])
    plain = given.model_dump(include=set(HouseholdIn.model_fields))
    plain["commune"] = given.commune or (actor.commune_code if given.old_commune is None else None)
    row = new_household(session, org.id, HouseholdIn(**plain), now)
    stay_inside(actor, {"commune_code": row.commune_code})
    row.helped_by = actor.account_id
    append_leaf(session, "household_added", {"household": row.id, **by(actor)}, now)
    consent = ConsentIn(purpose=Purpose.HELP, how=given.how, said_on=given.said_on)
    give_consent(session, actor, row.id, consent, now)
    return row


def standing_help(session: Session, actor: Actor, household_id: int) -> Consent | None:
    """The consent under which the team writes for a household now."""
    given = consents(session, actor, household_id)
    return next((one for one in given if one.purpose == Purpose.HELP and one.withdrawn_at is None), None)


def writers(session: Session, accounts: Iterable[int | None]) -> dict[int, str]:
    """The names behind accounts, for "written by ... for the household"."""
    wanted = {number for number in accounts if number is not None}
    if not wanted:
        return {}
    question = select(col(Account.id), col(Account.name)).where(col(Account.id).in_(wanted))
    return {int(number): str(name) for number, name in session.execute(question)}
