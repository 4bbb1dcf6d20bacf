"""The simulated carrier: an account for each cooperative that sells, so that its people can send parcels."""

import secrets

import requests
from sqlalchemy import select
from sqlmodel import col

from marketplaces.carriers.values import Login
from trace.commands.demo_season.cast import Cast, Coop
from trace.commands.demo_season.goods import SHOPS
from trace.commands.terminal import now
from trace.db import reading, transaction
from trace.jobs import work
from trace.jobs.desk import Desk
from trace.records.carrier import AccountState, CarrierAccount
from trace.services import carrier_accounts, carrier_secrets
from trace.services.carrier_accounts import SenderIn
from trace.services.carrier_secrets import HookIn
from trace.services.intake import read
from trace.settings import Settings
from trace.settings_outside import CarrierSettings

CARRIER = "viettelpost"
PHONE = "02203811001"
PATIENCE_S = 60


def carriers(simulator_port: int) -> dict[str, CarrierSettings]:
    """The simulator in the carrier's place."""
    return {CARRIER: CarrierSettings(base_url=f"http://127.0.0.1:{simulator_port}/{CARRIER}")}


def connect_carriers(cast: Cast, settings: Settings, simulator_port: int) -> None:
    """Sign in as a manager does.

    Raises:
        requests.HTTPError, MarketplaceError: the simulator refuses.
    """
    desk = work.new_desk(settings)
    for plan in SHOPS:
        if plan.is_connected and plan.coop in cast.coops:
            _connect(desk, cast.coops[plan.coop], f"http://127.0.0.1:{simulator_port}")


def _connect(desk: Desk, coop: Coop, simulators: str) -> None:
    login = Login(f"htx-{coop.plan.code.lower()}", secrets.token_urlsafe(12))
    _seed(simulators, login, {})
    token = desk.open_carrier(CARRIER, None).login(login)
    sender = read(
        SenderIn,
        {
            "sender_name": coop.plan.name,
            "sender_phone": PHONE,
            "sender_address": "Thôn 1, xã Thanh Hà, thành phố Hải Phòng",
        },
    )
    with transaction() as session:
        carrier_accounts.connect(session, coop.manager, CARRIER, login, token, sender, desk.now())
        hook = HookIn(secret=secrets.token_urlsafe(18))
        carrier_secrets.set_hook(session, coop.manager, CARRIER, hook)


def have_called_back(settings: Settings, simulator_port: int) -> None:
    """Tell the simulator where this start of the demonstration is called back."""
    with reading() as session:
        working = col(CarrierAccount.state) == AccountState.CONNECTED
        for account in session.execute(select(CarrierAccount).where(working)).scalars():
            login = carrier_accounts.access(session, account.id, now()).login
            hook = {"secret": carrier_secrets.hook_secret(account), "mode": "header"}
            hook["url"] = f"{settings.public_url}/hooks/{account.carrier}/{account.hook_mark}"
            if login is not None:
                _seed(f"http://127.0.0.1:{simulator_port}", login, hook)


def _seed(simulators: str, login: Login, hook: dict[str, str]) -> None:
    ask = {"do": "seed", "username": login.username, "password": login.password, "hook": hook}
    answer = requests.post(f"{simulators}/control/{CARRIER}", json=ask, timeout=PATIENCE_S)
    answer.raise_for_status()
