"""The simulated carrier: an account for each cooperative that sells, so that its people can send parcels."""

import secrets

import requests

from marketplaces.carriers.values import Login
from trace.commands.demo_season.cast import Cast, Coop
from trace.commands.demo_season.goods import SHOPS
from trace.db import transaction
from trace.jobs import work
from trace.jobs.desk import Desk
from trace.services import carrier_accounts, carrier_secrets
from trace.services.carrier_accounts import SenderIn
from trace.services.carrier_secrets import HookIn
from trace.services.intake import read
from trace.settings import CarrierSettings, Settings

CARRIER = "viettelpost"
PHONE = "02203811001"
PATIENCE_S = 60


def carriers(simulator_port: int) -> dict[str, CarrierSettings]:
    """The simulator in the carrier's place."""
    return {CARRIER: CarrierSettings(base_url=f"http://127.0.0.1:{simulator_port}/{CARRIER}")}


def connect_carriers(cast: Cast, settings: Settings, simulator_port: int) -> None:
    """Sign in as a manager does, and have the simulator call back.

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
    secret = secrets.token_urlsafe(18)
    with transaction() as session:
        account = carrier_accounts.connect(session, coop.manager, CARRIER, login, token, sender, desk.now())
        carrier_secrets.set_hook(session, coop.manager, CARRIER, HookIn(secret=secret))
        address = f"{desk.settings.public_url}/hooks/{CARRIER}/{account.hook_mark}"
    _seed(simulators, login, {"url": address, "secret": secret, "mode": "header"})


def _seed(simulators: str, login: Login, hook: dict[str, str]) -> None:
    ask = {"do": "seed", "username": login.username, "password": login.password, "hook": hook}
    answer = requests.post(f"{simulators}/control/{CARRIER}", json=ask, timeout=PATIENCE_S)
    answer.raise_for_status()
