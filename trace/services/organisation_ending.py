"""An organisation that ends: its people can no longer sign in and its shops rest; what it printed stands.

Stamps, lots and figures stay as they are: goods sold before are as true as on the day they were sold.
"""

from datetime import datetime

from sqlalchemy import delete, select, update
from sqlmodel import Session, col

from trace.errors import Refused
from trace.records.account import Account, ApiToken, LoginSession
from trace.records.carrier import CarrierAccount
from trace.records.organisation import Organisation, OrgKind
from trace.records.shop import Shop, ShopState
from trace.services import carrier_accounts, schedules
from trace.services.admission import Act, Actor, lock, scope_of
from trace.services.intake import said
from trace.services.logging_acts import append_leaf
from trace.services.organisations import organisation
from trace.services.typed_texts import keep_text


def end_organisation(
    session: Session, actor: Actor, public_id: str, reason: str, now: datetime
) -> Organisation:
    """Switch an organisation off; one that is off already is given back as it is.

    Raises:
        NotFound: no such organisation.
        Invalid: no reason, or one of more than 400 letters.
        Refused: ``registry.org.is_office``: the office itself is not ended from here.
    """
    row = _given(session, actor, public_id)
    reason = said(reason)
    if row.kind == OrgKind.OFFICE:
        raise Refused("registry.org.is_office", name=row.name)
    if row.is_active:
        row.is_active = False
        _sign_out(session, row, now)
        _rest_shops(session, row)
        text = keep_text(session, actor, "organisation_ended", reason, now)
        body = {"organisation": row.public_id, "text": text, "by": actor.account_id}
        append_leaf(session, "organisation_ended", body, now)
    return row


def resume_organisation(session: Session, actor: Actor, public_id: str, now: datetime) -> Organisation:
    """Switch an organisation on again; people sign in anew, and its shops are connected by them anew.

    Raises:
        NotFound: no such organisation.
    """
    row = _given(session, actor, public_id)
    if not row.is_active:
        row.is_active = True
        body = {"organisation": row.public_id, "by": actor.account_id}
        append_leaf(session, "organisation_resumed", body, now)
    return row


def _given(session: Session, actor: Actor, public_id: str) -> Organisation:
    scope_of(actor, Act.MANAGE_ORGS)
    row = organisation(session, public_id)
    lock(session, row)
    return row


def _sign_out(session: Session, row: Organisation, now: datetime) -> None:
    people = select(col(Account.id)).where(col(Account.org_id) == row.id)
    session.execute(delete(LoginSession).where(col(LoginSession.account_id).in_(people)))
    live = col(ApiToken.account_id).in_(people) & col(ApiToken.revoked_at).is_(None)
    session.execute(update(ApiToken).where(live).values(revoked_at=now))


def _rest_shops(session: Session, row: Organisation) -> None:
    for shop in session.execute(select(Shop).where(col(Shop.org_id) == row.id)).scalars().all():
        shop.state = ShopState.DISABLED
        schedules.enable_shop(session, shop.id, enabled=False)
    for account in session.execute(
        select(CarrierAccount).where(col(CarrierAccount.org_id) == row.id)
    ).scalars():
        carrier_accounts.rest(account)
