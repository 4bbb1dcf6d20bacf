"""The secret that a carrier's pushes carry: sealed for the account's organisation, its place learned."""

from datetime import datetime
from typing import Annotated

from pydantic import StringConstraints
from sqlalchemy import select
from sqlmodel import Session, col

from marketplaces.carriers.values import SecretMode
from trace.records.carrier import AccountState, CarrierAccount
from trace.services.admission import Act, Actor
from trace.services.carrier_accounts import sealed_for, unsealed, working_account
from trace.services.intake import Given, line


class HookIn(Given):
    """The secret of the pushes; empty leaves the one that is there. ``mode`` is empty while not known."""

    secret: Annotated[str, line(128)] = ""
    mode: Annotated[str, StringConstraints(pattern="^(header|body|both)?$")] = ""


def set_hook(session: Session, actor: Actor, carrier: str, given: HookIn) -> None:
    """Keep the secret that was entered at the carrier, too, and where its pushes carry it.

    Raises:
        Refused: there is no account.
    """
    account = working_account(session, actor, Act.MANAGE_CARRIER, carrier)
    if given.secret:
        account.hook_sealed = sealed_for(account, "hook", given.secret)
    account.hook_mode = given.mode


def account_of_mark(session: Session, carrier: str, mark: str) -> CarrierAccount | None:
    """The working account whose pushes come to this address."""
    rule = (
        col(CarrierAccount.carrier) == carrier,
        col(CarrierAccount.hook_mark) == mark,
        col(CarrierAccount.state) != AccountState.DISABLED,
    )
    found: CarrierAccount | None = session.execute(select(CarrierAccount).where(*rule)).scalar_one_or_none()
    return found


def hook_secret(account: CarrierAccount) -> str:
    """The secret of its pushes; empty while none was entered."""
    return unsealed(account, "hook", account.hook_sealed) if account.hook_sealed else ""


def note_push(session: Session, account_id: int, mode: SecretMode, now: datetime) -> None:
    """A good push came; the first one shows where the secret stands."""
    account = session.get_one(CarrierAccount, account_id, with_for_update=True)
    account.pushed_at = now
    account.hook_mode = account.hook_mode or mode
