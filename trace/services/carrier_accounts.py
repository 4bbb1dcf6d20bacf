"""An organisation's account at a carrier: its login and its token, sealed for it."""

import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

from pydantic import AfterValidator, StringConstraints
from sqlalchemy import select, update
from sqlmodel import Session, col

from marketplaces.carriers.values import CarrierKeys, Login, Party, Pass
from marketplaces.interface import MarketplaceError
from trace.errors import NotFound, Refused
from trace.keyring import current_keyring
from trace.records.carrier import AccountState, CarrierAccount
from trace.services import admission, phones
from trace.services.admission import Act, Actor
from trace.services.intake import Given, line
from trace.services.logging_acts import append_leaf
from trace.services.lot_states import lock_org
from trace.settings import Settings

RENEW_AT = 0.8
"""The share of its life after which a token is renewed."""
MARK_BYTES = 12


class LoginIn(Given):
    """Name and password at the carrier, or a token made in its portal instead."""

    username: Annotated[str, line(64)] = ""
    password: Annotated[str, StringConstraints(max_length=128)] = ""
    token: Annotated[str, line(4_000)] = ""


class SenderIn(Given):
    """Where the parcels come from: the organisation itself."""

    sender_name: Annotated[str, line(120, 2)]
    sender_phone: Annotated[str, AfterValidator(phones.typed)]
    sender_address: Annotated[str, line(240, 8)]


@dataclass(frozen=True)
class Access:
    """What a caller holds for its calls."""

    account_id: int
    carrier: str
    token: Pass
    login: Login | None
    version: int
    is_due: bool


def carrier_keys(settings: Settings, carrier: str) -> CarrierKeys:
    """Where the carrier is reached.

    Raises:
        MarketplaceError: the settings do not name it.
    """
    found = settings.carriers.get(carrier)
    if found is None:
        message = f"the settings name no {carrier} ([carriers.{carrier}])"
        raise MarketplaceError(message, permanent=True, kind="setup")
    return CarrierKeys(found.base_url, tuple(sorted(found.options.items())))


def check_named(settings: Settings, carrier: str) -> None:
    """Whether this installation sends by the carrier at all.

    Raises:
        Refused: the settings do not name it.
    """
    if carrier not in settings.carriers:
        raise Refused("carrier.not_set", setting=f"[carriers.{carrier}]")


def own_account(session: Session, actor: Actor, act: Act, carrier: str) -> CarrierAccount | None:
    """The actor's organisation's account at the carrier, if it has one."""
    admission.scope_of(actor, act)
    rule = (
        col(CarrierAccount.org_id) == admission.own_org(actor),
        col(CarrierAccount.carrier) == carrier,
    )
    found: CarrierAccount | None = session.execute(select(CarrierAccount).where(*rule)).scalar_one_or_none()
    return found


def working_account(session: Session, actor: Actor, act: Act, carrier: str) -> CarrierAccount:
    """The same, where its token is to be trusted.

    Raises:
        Refused: there is none, it was disconnected, or somebody has to sign in.
    """
    found = own_account(session, actor, act, carrier)
    if found is None or found.state == AccountState.DISABLED:
        raise Refused("carrier.no_account")
    if found.state == AccountState.NEEDS_LOGIN:
        raise Refused("carrier.relogin")
    return found


def connect(
    session: Session,
    actor: Actor,
    carrier: str,
    login: Login | None,
    token: Pass,
    sender: SenderIn,
    now: datetime,
) -> CarrierAccount:
    """Keep an account that was tried, over the one the organisation had there."""
    admission.scope_of(actor, Act.MANAGE_CARRIER)
    lock_org(session, admission.own_org(actor))  # of two who connect at once the second finds the account
    account = own_account(session, actor, Act.MANAGE_CARRIER, carrier)
    if account is None:
        account = CarrierAccount(
            org_id=admission.own_org(actor),
            carrier=carrier,
            token_at=now,
            version=0,
            hook_mark=secrets.token_urlsafe(MARK_BYTES),
            created_at=now,
            created_by=actor.account_id,
            **sender.model_dump(),
        )
    for name, value in sender.model_dump().items():
        setattr(account, name, value)
    account.login_sealed = sealed_for(account, "login", _written(login)) if login else None
    _keep_token(account, token, now)
    account.state, account.last_error = AccountState.CONNECTED, ""
    session.add(account)
    session.flush()
    body = {"carrier": carrier, "org": account.org_id, "by": actor.account_id}
    append_leaf(session, "carrier_connected", body, now)
    return account


def disconnect(session: Session, actor: Actor, carrier: str, now: datetime) -> None:
    """Forget login, token and secret; shipments stay, and their states no longer come.

    Raises:
        NotFound: there is no account.
    """
    account = own_account(session, actor, Act.MANAGE_CARRIER, carrier)
    if account is None:
        raise NotFound()
    rest(account)
    body = {"carrier": carrier, "org": account.org_id, "by": actor.account_id}
    append_leaf(session, "carrier_disconnected", body, now)


def rest(account: CarrierAccount) -> None:
    """Nothing sealed is left of it."""
    account.state = AccountState.DISABLED
    account.login_sealed = account.token_sealed = account.hook_sealed = None
    account.hook_mode = ""


def access(session: Session, account_id: int, now: datetime) -> Access:
    """What calls of the account are made with.

    Raises:
        NotFound: nobody is connected.
    """
    account = session.get(CarrierAccount, account_id)
    if account is None or account.token_sealed is None:
        raise NotFound()
    token = Pass(unsealed(account, "token", account.token_sealed), account.token_expires_at)
    login = None
    if account.login_sealed is not None:
        login = Login(**json.loads(unsealed(account, "login", account.login_sealed)))
    return Access(account.id, account.carrier, token, login, account.version, _is_due(account, now))


def _is_due(account: CarrierAccount, now: datetime) -> bool:
    if account.token_expires_at is None or account.login_sealed is None:
        return False
    life = account.token_expires_at - account.token_at
    return now >= account.token_at + timedelta(seconds=life.total_seconds() * RENEW_AT)


def swap_token(session: Session, held: Access, token: Pass, now: datetime) -> bool:
    """Put a new token in the place of the one held; False when another was faster."""
    account = session.get_one(CarrierAccount, held.account_id, with_for_update=True)
    if account.version != held.version or account.state == AccountState.DISABLED:
        return False
    _keep_token(account, token, now)
    account.state, account.last_error = AccountState.CONNECTED, ""
    return True


def need_login(session: Session, account_id: int, reason: str) -> None:
    """The carrier takes neither token nor login any more: somebody has to sign in."""
    rule = (col(CarrierAccount.id) == account_id, col(CarrierAccount.state) == AccountState.CONNECTED)
    says = {"state": AccountState.NEEDS_LOGIN.value, "last_error": reason[:400]}
    session.execute(update(CarrierAccount).where(*rule).values(**says))


def sender_of(account: CarrierAccount) -> Party:
    """The organisation as the carrier sees it."""
    return Party(account.sender_name, account.sender_phone, account.sender_address)


def _keep_token(account: CarrierAccount, token: Pass, now: datetime) -> None:
    account.token_sealed = sealed_for(account, "token", token.token)
    account.token_expires_at, account.token_at = token.expires_at, now
    account.version += 1


def _written(login: Login) -> str:
    return json.dumps({"username": login.username, "password": login.password})


def sealed_for(account: CarrierAccount, which: str, plain: str) -> bytes:
    """Sealed with the organisation bound in."""
    return current_keyring().seal(plain.encode(), carrier_place(account, which))


def unsealed(account: CarrierAccount, which: str, sealed: bytes) -> str:
    """What was sealed for this very organisation and carrier."""
    return current_keyring().unseal(sealed, carrier_place(account, which)).decode()


def carrier_place(account: CarrierAccount, which: str) -> str:
    """Where a sealed value belongs: copied to another organisation's row it does not open."""
    return f"carrier/{account.carrier}/{account.org_id}/{which}"
