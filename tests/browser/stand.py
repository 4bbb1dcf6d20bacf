"""One machine's whole installation in a folder and a process of its own:

``python -m tests.browser.stand FOLDER new | coop | season | whole``: a clean installation with one account,
a cooperative about to begin, a small demonstration, or the whole one.
It tells its addresses and accounts in ``FOLDER/stand.json`` and ends when its input is closed. A process of
its own, because database and keys in use are one a process.
"""

import json
import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flask import Flask
from sqlalchemy import select
from sqlmodel import Session, col

from marketplaces.simulators.app import create_app as create_simulators
from tests import world
from tests.browser.rest import fill_the_rest
from tests.browser.spares import spares_of
from trace.app import create_app
from trace.commands import demo_season
from trace.commands.demo_season.accounts import ACCOUNTS, read_accounts
from trace.commands.demo_season.folder import STAMPS_FILE
from trace.commands.demo_season.pictures import draw
from trace.commands.demo_season.telling import read_stamps
from trace.commands.founding import found_instance
from trace.commands.servers import Server, free_port
from trace.db import transaction
from trace.jobs import work
from trace.records.account import Account as AccountRow
from trace.records.account import Role
from trace.records.household import Purpose
from trace.records.organisation import OrgKind
from trace.services import accounts, households, organisations, plots, product_images, products
from trace.services.admission import Actor
from trace.settings import Settings
from trace.settings_outside import MarketplaceSettings

APP = {"app_id": "2001887", "app_secret": "a-key-of-the-simulator-for-tests-alone"}
COMMUNE, OLD_COMMUNE = "10813", "10867"
OFFICE = Actor(None, Role.OFFICE)
BOUND = {Role.COOP_MANAGER, Role.COOP_STAFF, Role.PACKING_HOUSE, Role.FARMER}
LOCAL = {Role.COMMUNE_OFFICER, Role.DIGITAL_TEAM}
QUIET_S = 86_400
SIZES = {
    "season": demo_season.Size(coops=7, households=2, order_days=12, orders=0.2, scans=2),
    "whole": demo_season.Size(),
}
FIRST = {plan.role: plan for plan in reversed(ACCOUNTS)}.values()
ORGANISATION = organisations.OrganisationIn(
    kind=OrgKind.COOPERATIVE,
    name="HTX vải thiều Bờ Vườn",
    phone="0220 371 1111",
    commune=COMMUNE,
    old_commune=OLD_COMMUNE,
)
LAND = {
    "code": "BV-001-1",
    "name": "Thửa Đồng Trước",
    "crop": "lychee",
    "variety": "thieu",
    "area_m2": "18000",
    "old_commune": OLD_COMMUNE,
    "commune": COMMUNE,
}
GOOD = products.ProductIn(
    sku="VT-1KG",
    name="Vải thiều Thanh Hà hộp 1 kg",
    name_en="Thanh Ha lychee, 1 kg",
    crop="lychee",
    variety="thieu",
    unit_g="1",
    shelf_life_days=7,
    standards="TCCS 01:2024/BV",
)
Account = dict[str, str]
"""Login and password."""
TOLD = "stand.json"


def own_ports() -> int:
    """Where this process looks for ports: what it finds free is bound later, when another might have it."""
    return 21_000 + os.getpid() % 400 * 20


def settings_in(folder: Path, simulators_port: int) -> Settings:
    """Free ports on loopback; shops are read only when somebody asks."""
    port = free_port("127.0.0.1", simulators_port + 1)
    shopee = MarketplaceSettings(base_url=f"http://127.0.0.1:{simulators_port}/shopee", **APP)
    return Settings(
        instance=folder,
        port=port,
        public_url=f"http://127.0.0.1:{port}",
        marketplaces={"shopee": shopee},
        sync_every_s=QUIET_S,
        sync_first_days=2,
        second_factor="offered",  # its people sign in by their passwords
    )


def begin(settings: Settings) -> dict[str, Account]:
    """What stands before a walk begins: the office, a cooperative, its people, land, a product."""
    found_instance(settings)
    picture = product_images.reencode(draw("lychee"))
    with transaction() as session:
        now = datetime.now(UTC) - timedelta(days=1)
        org = organisations.add_organisation(session, OFFICE, ORGANISATION, now)
        manager = Actor(None, Role.COOP_MANAGER, org.id)
        household_id = _farm(session, manager, now)
        good = products.add_product(session, manager, GOOD, now)
        product_images.add_image(session, manager, good.public_id, picture, now)
        return {role.value: _account(session, role, org.id, household_id, now) for role in Role}


def begin_anew(settings: Settings) -> dict[str, Account]:
    """What an administrator leaves on a clean installation: a cooperative's name, its manager's account."""
    found_instance(settings)
    with transaction() as session:
        now = datetime.now(UTC)
        bare = ORGANISATION.model_copy(update={"phone": None})
        org = organisations.add_organisation(session, OFFICE, bare, now)
        return {"coop_manager": _account(session, Role.COOP_MANAGER, org.id, 0, now)}


def _account(session: Session, role: Role, org_id: int, household_id: int, now: datetime) -> Account:
    login = role.value.replace("_", "-")
    new = accounts.NewAccount(
        login,
        f"Người dùng {login}",
        world.PASSWORD,
        role,
        org_id=org_id if role in BOUND else None,
        household_id=household_id if role is Role.FARMER else None,
        commune_code=COMMUNE if role in LOCAL else None,
    )
    accounts.add_account(session, None, new, now)
    return {"login": login, "password": world.PASSWORD}


def _farm(session: Session, manager: Actor, now: datetime) -> int:
    given = households.HouseholdIn(code="BV-001", name="Nguyễn Văn Vườn", phone="0912 345 678")
    household = households.add_household(session, manager, given, now)
    consent = households.ConsentIn(purpose=Purpose.REGISTRY)
    households.give_consent(session, manager, household.id, consent, now)
    land = plots.PlotIn(household_id=household.id, **LAND)
    plots.add_plot(session, manager, land, now)
    return int(household.id)


def show_season(settings: Settings, simulators_port: int, size: demo_season.Size) -> dict[str, Account]:
    """The demonstration with all its roles, and a packing house at work for its first cooperative."""
    found_instance(settings, is_demo=True)
    demo_season.ensure(settings, simulators_port, size)
    passwords = read_accounts(settings.instance)
    people = {plan.role.value: {"login": plan.login, "password": passwords[plan.login]} for plan in FIRST}
    people["second_manager"] = {"login": "htx2", "password": passwords["htx2"]}
    with transaction() as session:
        manager = session.execute(select(AccountRow).where(col(AccountRow.login) == "htx1")).scalar_one()
        now = datetime.now(UTC)
        fill_the_rest(session, now, manager)
        people["packing_house"] = _account(session, Role.PACKING_HOUSE, manager.org_id or 0, 0, now)
    return people


def stamps_of(settings: Settings) -> list[tuple[str, str]]:
    """State and code of every sample stamp of the demonstration."""
    return read_stamps(settings.instance) if (settings.instance / STAMPS_FILE).exists() else []


def rules_of(app: Flask) -> list[tuple[str, str, str]]:
    """Every page that a person reads with GET: rule, endpoint, and what one must be allowed to pass."""
    policy, programs = app.extensions["policy"], app.extensions["program_doors"]
    return [
        (rule.rule, rule.endpoint, str(policy[rule.endpoint]))
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and rule.endpoint.split(".")[0] not in programs
    ]


def main() -> None:
    """Found, fill, serve; say where; end with the input."""
    folder, kind = Path(sys.argv[1]), sys.argv[2]
    simulators_port = free_port("127.0.0.1", own_ports())
    settings = settings_in(folder, simulators_port)
    if kind in SIZES:
        settings = demo_season.settings_for(settings, simulators_port)
        demo_season.prepare(settings)
    simulators = Server(
        create_simulators(settings.instance / "simulators.sqlite3"), "127.0.0.1", simulators_port
    )
    simulators.start()
    if kind in SIZES:
        people = show_season(settings, simulators_port, SIZES[kind])
    else:
        people = begin_anew(settings) if kind == "new" else begin(settings)
    app = create_app(settings)
    runner = work.start(settings, threads=1)
    web = Server(app, "127.0.0.1", settings.port)
    web.start()
    told = {"web": settings.public_url, "simulators": f"http://127.0.0.1:{simulators_port}", "people": people}
    told |= {"rules": rules_of(app), "stamps": stamps_of(settings), "app": APP}
    told["spares"] = spares_of(settings) if kind in SIZES else {}
    draft = folder / "stand.tmp"
    draft.write_text(json.dumps(told), encoding="utf-8")
    draft.rename(folder / TOLD)
    sys.stdin.read()
    runner.stop(2)
    web.stop()
    simulators.stop()


if __name__ == "__main__":
    main()
