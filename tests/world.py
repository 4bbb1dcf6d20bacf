"""Builders for tests: a cooperative, its people, land and goods, in one line each."""

import itertools
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from flask.testing import FlaskClient
from sqlmodel import Session

from tests.units import THANH_HA
from trace.db import transaction
from trace.records.account import Account, Role
from trace.records.company_prefix import CompanyPrefix, PrefixKind
from trace.records.household import Household
from trace.records.lot import Lot, LotKind, LotState
from trace.records.organisation import Organisation, OrgKind
from trace.records.plot import GrowingArea, Plot
from trace.records.product import Product, ProductImage, ProposalState
from trace.records.product_gtin import ProductGtin
from trace.services import accounts, harvest_figures, login_sessions
from trace.services.admission import Actor, actor_of
from trace.services.public_id import new_public_id
from trace.standards.search_key import fold_vi

PASSWORD = "vải chín đỏ cả một góc vườn"
_numbers = itertools.count(1)


def add(session: Session, row: Any) -> Any:
    session.add(row)
    session.flush()
    return row


def make_org(
    session: Session, now: datetime, kind: OrgKind = OrgKind.COOPERATIVE, **given: Any
) -> Organisation:
    n = next(_numbers)
    name = given.pop("name", f"HTX vải thiều {n}")
    values = {"public_id": new_public_id(), "kind": kind, "name": name, "search_key": fold_vi(name)}
    return add(session, Organisation(**{**values, "commune_code": THANH_HA, "created_at": now, **given}))


def make_account(session: Session, now: datetime, role: Role, **given: Any) -> Account:
    n = next(_numbers)
    new = accounts.NewAccount(
        login=given.pop("login", f"nguoi-dung-{n}"),
        name=f"Người dùng {n}",
        password=PASSWORD,
        role=role,
        **given,
    )
    return accounts.add_account(session, None, new, now)


def make_household(session: Session, now: datetime, org: Organisation, **given: Any) -> Household:
    n = next(_numbers)
    name = given.pop("name", f"Hộ số {n}")
    values = {"org_id": org.id, "code": f"TH-{n:04}", "name": name, "search_key": fold_vi(name)}
    return add(session, Household(**{**values, "commune_code": org.commune_code, "created_at": now, **given}))


def make_growing_area(session: Session, now: datetime, org: Organisation, **given: Any) -> GrowingArea:
    n = next(_numbers)
    values = {
        "org_id": org.id,
        "code": f"VN-HDOR-{n:04}",
        "market": "CN",
        "crop": "lychee",
        "area_m2": 100_000,
    }
    values |= {"commune_code": org.commune_code, "created_at": now}
    return add(session, GrowingArea(**{**values, **given}))


def make_plot(session: Session, now: datetime, household: Household, **given: Any) -> Plot:
    n = next(_numbers)
    name = given.pop("name", f"Vườn {n}")
    values = {"org_id": household.org_id, "household_id": household.id, "code": f"V-{n:04}", "name": name}
    values |= {"search_key": fold_vi(name), "crop": "lychee", "variety": "thieu", "area_m2": 3_600}
    values |= {"commune_code": household.commune_code, "created_at": now}
    return add(session, Plot(**{**values, **given}))


def make_product(session: Session, now: datetime, org: Organisation, **given: Any) -> Product:
    n = next(_numbers)
    name = given.pop("name", "Vải thiều Thanh Hà")
    values = {"org_id": org.id, "public_id": new_public_id(), "sku": f"VT-{n}", "name": name}
    values |= {"search_key": fold_vi(name), "crop": "lychee", "variety": "thieu", "unit_g": 1_000}
    values |= {"standards": "TCCS 01:2026/HTX", "shelf_life_days": 7, "created_at": now}
    row = add(session, Product(**{**values, **given}))
    if row.gtin is not None:
        add(session, ProductGtin(gtin=row.gtin, product_id=row.id, given_at=now))
    return row


def make_prefix(
    session: Session, now: datetime, org: Organisation, digits: str, **given: Any
) -> CompanyPrefix:
    values = {"org_id": org.id, "kind": PrefixKind.PREFIX, "digits": digits, "paper": "GCP 1"}
    values |= {"valid_from": date(2020, 1, 1), "state": ProposalState.ACCEPTED, "proposed_at": now}
    return add(session, CompanyPrefix(**{**values, **given}))


def add_picture(session: Session, now: datetime, product: Product) -> ProductImage:
    """A picture of one pixel's worth: without one no lot goes out where the rules are loaded."""
    row = ProductImage(
        product_id=product.id,
        sha256=f"{next(_numbers):064x}",
        media_type="image/jpeg",
        width=1,
        height=1,
        data=b"anh",
        created_at=now,
    )
    return add(session, row)


def make_lot(
    session: Session, now: datetime, plot: Plot, product: Product | None = None, **given: Any
) -> Lot:
    n = next(_numbers)
    code = given.pop("code", f"VT-0612-{n:02}")
    values = {"public_id": new_public_id(), "org_id": plot.org_id, "code": code, "search_key": fold_vi(code)}
    values |= {
        "kind": LotKind.HARVEST,
        "state": LotState.RELEASED,
        "crop": plot.crop,
        "variety": plot.variety,
    }
    values |= {"product_id": product.id if product else None, "weight_g": 500_000, "plot_id": plot.id}
    values |= {
        "household_id": plot.household_id,
        "harvested_on": date(2026, 6, 11),
        "packed_on": date(2026, 6, 12),
    }
    values |= {"commune_code": plot.commune_code, "request_id": f"r-{n}", "created_at": now}
    lot = add(session, Lot(**{**values, **given}))
    harvest_figures.add(session, harvest_figures.entry(lot))
    return lot


@dataclass
class Coop:
    """One cooperative with everything a lot needs."""

    org: Organisation
    manager: Account
    staff: Account
    household: Household
    plot: Plot
    product: Product
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def boss(self) -> Actor:
        return actor_of(self.manager)

    @property
    def hand(self) -> Actor:
        return actor_of(self.staff)


def make_coop(session: Session, now: datetime, **given: Any) -> Coop:
    org = make_org(session, now, **given)
    manager = make_account(session, now, Role.COOP_MANAGER, org_id=org.id)
    staff = make_account(session, now, Role.COOP_STAFF, org_id=org.id)
    household = make_household(session, now, org)
    plot = make_plot(session, now, household)
    return Coop(org, manager, staff, household, plot, make_product(session, now, org))


def make_office(session: Session, now: datetime) -> Account:
    return make_account(session, now, Role.OFFICE)


def sign_in(client: FlaskClient, account: Account) -> FlaskClient:
    """Put a live session of the account into the client's cookies."""
    from datetime import UTC

    with transaction() as session:
        secret = login_sessions.open_session(
            session, account, "test", datetime.now(UTC), 1, has_shown_factor=True
        )
    client.set_cookie("session", secret)
    return client
