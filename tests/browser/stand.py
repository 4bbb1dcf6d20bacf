"""One machine's whole installation in a folder and a process of its own: ``python -m tests.browser.stand FOLDER``.

It tells its addresses and accounts in ``FOLDER/stand.json`` and ends when its input is closed. A process
of its own, because database and keys in use are one a process, and other tests use others.
"""

import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from sqlmodel import Session

from marketplaces.simulators.app import create_app as create_simulators
from tests import world
from trace.app import create_app
from trace.commands.founding import found_instance
from trace.commands.servers import Server, free_port
from trace.db import transaction
from trace.jobs import work
from trace.records.account import Role
from trace.records.household import Purpose
from trace.records.organisation import OrgKind
from trace.services import accounts, households, organisations, plots, products
from trace.services.admission import Actor
from trace.settings import MarketplaceSettings, Settings

APP = {"app_id": "2001887", "app_secret": "a-key-of-the-simulator-for-tests-alone"}
COMMUNE, OLD_COMMUNE = "10813", "10867"
OFFICE = Actor(None, Role.OFFICE)
QUIET_S = 86_400
TOLD = "stand.json"


def settings_in(folder: Path) -> Settings:
    """Free ports on loopback; shops are read only when somebody asks."""
    simulators = free_port("127.0.0.1", 21_000)
    port = free_port("127.0.0.1", simulators + 1)
    shopee = MarketplaceSettings(base_url=f"http://127.0.0.1:{simulators}/shopee", **APP)
    return Settings(
        instance=folder,
        port=port,
        public_url=f"http://127.0.0.1:{port}",
        marketplaces={"shopee": shopee},
        sync_every_s=QUIET_S,
        sync_first_days=2,
    )


def prepare(session: Session, now: datetime) -> dict[str, Any]:
    """What stands before the walk begins: the office, a cooperative, its people, a household, land, a product."""
    given = organisations.OrganisationIn(
        kind=OrgKind.COOPERATIVE,
        name="HTX vải thiều Bờ Vườn",
        phone="0220 371 1111",
        commune=COMMUNE,
        old_commune=OLD_COMMUNE,
    )
    org = organisations.add_organisation(session, OFFICE, given, now)
    people = _people(session, org.id, now)
    manager = Actor(None, Role.COOP_MANAGER, org.id)
    household_id = _farm(session, manager, now)
    farmer = accounts.NewAccount(
        "farmer", "Hộ BV-001", world.PASSWORD, Role.FARMER, org_id=org.id, household_id=household_id
    )
    people["farmer"] = accounts.add_account(session, None, farmer, now).login
    good = products.ProductIn(
        sku="VT-1KG",
        name="Vải thiều Thanh Hà hộp 1 kg",
        name_en="Thanh Ha lychee, 1 kg",
        crop="lychee",
        variety="thieu",
        unit_g="1",
        shelf_life_days=7,
    )
    products.add_product(session, manager, good, now)
    return {"people": people, "password": world.PASSWORD}


def _people(session: Session, org_id: int, now: datetime) -> dict[str, str]:
    bound = {Role.COOP_MANAGER, Role.COOP_STAFF, Role.PACKING_HOUSE}
    local = {Role.COMMUNE_OFFICER, Role.DIGITAL_TEAM}
    made = {}
    for role in Role:
        if role is Role.FARMER:
            continue
        new = accounts.NewAccount(
            role.value.replace("_", "-"),
            f"Người dùng {role.value}",
            world.PASSWORD,
            role,
            org_id=org_id if role in bound else None,
            commune_code=COMMUNE if role in local else None,
        )
        made[role.value] = accounts.add_account(session, None, new, now).login
    return made


def _farm(session: Session, manager: Actor, now: datetime) -> int:
    given = households.HouseholdIn(code="BV-001", name="Nguyễn Văn Vườn", phone="0912 345 678")
    household = households.add_household(session, manager, given, now)
    consent = households.ConsentIn(purpose=Purpose.REGISTRY)
    households.give_consent(session, manager, household.id, consent, now)
    land = plots.PlotIn(
        household_id=household.id,
        code="BV-001-1",
        name="Thửa Đồng Trước",
        crop="lychee",
        variety="thieu",
        area_m2="18000",
        old_commune=OLD_COMMUNE,
        commune=COMMUNE,
    )
    plots.add_plot(session, manager, land, now)
    return int(household.id)


def rules_of(app: Flask) -> list[tuple[str, str, str]]:
    """Every page that is read with GET: rule, endpoint, and what one must be allowed to pass."""
    policy = app.extensions["policy"]
    return [
        (rule.rule, rule.endpoint, str(policy[rule.endpoint]))
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ())
    ]


def main() -> None:
    """Found, prepare, serve; say where; end with the input."""
    folder = Path(sys.argv[1])
    settings = settings_in(folder)
    simulators_port = int(settings.marketplaces["shopee"].base_url.split(":")[2].split("/")[0])
    simulators = Server(create_simulators(folder / "simulators.sqlite3"), "127.0.0.1", simulators_port)
    simulators.start()
    found_instance(settings)
    with transaction() as session:
        told = prepare(session, datetime.now(UTC) - timedelta(days=1))
    app = create_app(settings)
    runner = work.start(settings, threads=1)
    web = Server(app, "127.0.0.1", settings.port)
    web.start()
    told |= {"web": settings.public_url, "simulators": f"http://127.0.0.1:{simulators_port}", "app": APP}
    told["rules"] = rules_of(app)
    draft = folder / "stand.tmp"
    draft.write_text(json.dumps(told), encoding="utf-8")
    draft.rename(folder / TOLD)
    sys.stdin.read()
    runner.stop(2)
    web.stop()
    simulators.stop()


if __name__ == "__main__":
    main()
