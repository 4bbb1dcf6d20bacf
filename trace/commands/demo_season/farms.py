"""Registering: organisations, accounts, households with their consent, land and papers."""

from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from tempfile import NamedTemporaryFile

from sqlmodel import Session

from trace.commands.demo_season.accounts import ACCOUNTS, AccountPlan, new_password
from trace.commands.demo_season.cast import OFFICE, Cast, Coop, Farm
from trace.commands.demo_season.days import at
from trace.commands.demo_season.people import mobile, office_phone
from trace.commands.demo_season.shelf import plan_shelf
from trace.records.account import Role
from trace.records.certificate import Scheme
from trace.records.household import HowSaid, Purpose
from trace.records.organisation import OrgKind
from trace.services import (
    accounts,
    certificates,
    households,
    organisations,
    plots,
    sites,
    training_proposals,
)
from trace.services.admission import Actor, actor_of
from trace.services.importing import runs
from trace.standards.local_time import local_day

TRAINED_COOPS = 5
AGREED = (Purpose.REGISTRY, Purpose.CONTACT, Purpose.STATISTICS)


def plan_registering(cast: Cast) -> None:
    """Put the winter's paperwork on the agenda: a cooperative a day, accounts when all are there."""
    first = cast.days.season(1, 6)
    for place, coop in enumerate(cast.coops.values()):
        _plan_coop(cast, coop, first + timedelta(days=place))
    signing_up = at(first + timedelta(days=len(cast.coops)), 9)
    for place, plan in enumerate(ACCOUNTS):
        cast.agenda.add(signing_up + timedelta(minutes=place), partial(_account, cast, plan))


def _plan_coop(cast: Cast, coop: Coop, day: date) -> None:
    cast.agenda.add(at(day, 8), partial(_found, coop))
    cast.agenda.add(at(day, 9), partial(_sites, coop))
    for place, farm in enumerate(coop.farms):
        cast.agenda.add(at(day, 10) + timedelta(minutes=7 * place), partial(_farm, coop, farm))
    spring = cast.days.season(3, 2) + timedelta(days=coop.number)
    cast.agenda.add(at(spring, 9), partial(_papers, cast, coop))
    if coop.number <= TRAINED_COOPS:
        cast.agenda.add(at(spring, 16), partial(_training, coop))
    plan_shelf(cast, coop, spring)


def _found(coop: Coop, session: Session, now: datetime) -> None:
    given = organisations.OrganisationIn(
        kind=OrgKind.COOPERATIVE,
        name=coop.plan.name,
        name_en=coop.plan.name_en,
        phone=office_phone(coop.number),
        commune=coop.plan.commune,
        old_commune=coop.plan.old_commune,
    )
    row = organisations.add_organisation(session, OFFICE, given, now)
    coop.org_id, coop.public_id = row.id, row.public_id
    coop.manager = Actor(None, Role.COOP_MANAGER, row.id)
    coop.hand = Actor(None, Role.COOP_STAFF, row.id)


def _sites(coop: Coop, session: Session, now: datetime) -> None:
    """A growing area under an invented number, and a packing house where goods are packed."""
    if coop.plan.crop == "lychee":
        area = sites.GrowingAreaIn(
            code=f"VN-HDOR-9{coop.number:03d}",
            market="CN",
            name=f"Vùng trồng {coop.short_name}",
            crop="lychee",
            area_m2=coop.area_m2 * 11 // 10,
        )
        coop.area_id = sites.add_growing_area(session, coop.manager, area, now).id
    if coop.goods:
        code = f"VN-HDPH-9{coop.number:02d}"
        house = sites.PackingHouseIn(code=code, market="CN", name=f"Nhà đóng gói {coop.short_name}")
        coop.house_id = sites.add_packing_house(session, coop.manager, house, now).id


def _farm(coop: Coop, farm: Farm, session: Session, now: datetime) -> None:
    """A household, what it agrees to, and its plot.

    Every third agrees to be named in public, every second to be helped by the digital team.
    """
    code = f"{coop.plan.code}-{farm.number:03d}"
    given = households.HouseholdIn(code=code, name=farm.name, phone=mobile(farm.number))
    row = households.add_household(session, coop.hand, given, now)
    farm.household_id = row.id
    named = (Purpose.PUBLIC_NAME,) if farm.number % 3 == 1 else ()
    for purpose in (*AGREED, *named):
        households.give_consent(session, coop.hand, row.id, households.ConsentIn(purpose=purpose), now)
    if farm.number % 2 == 1:
        said = households.ConsentIn(purpose=Purpose.HELP, how=HowSaid.SPOKEN, said_on=local_day(now))
        households.give_consent(session, coop.hand, row.id, said, now)
    land = plots.PlotIn(
        household_id=row.id,
        code=f"{code}-1",
        name=farm.place,
        crop=coop.plan.crop,
        variety=coop.plan.variety,
        area_m2=farm.area_m2,
        growing_area_id=coop.area_id,
        old_commune=coop.plan.old_commune,
        commune=coop.plan.commune,
    )
    farm.plot_id = plots.add_plot(session, coop.hand, land, now).id


def _training(coop: Coop, session: Session, now: datetime) -> None:
    """Two thirds of the households were trained: the cooperative brings the list, the office confirms it."""
    day = f"{now - timedelta(days=9):%d/%m/%Y}"
    rows = [f"{coop.plan.code}-{farm.number:03d},{farm.name},{day}" for farm in coop.farms if farm.number % 3]
    with NamedTemporaryFile("w", suffix=".csv", encoding="utf-8") as file:
        file.write("\n".join(["Mã hộ,Họ tên chủ hộ,Ngày tập huấn", *rows, ""]))
        file.flush()
        order = runs.ImportOrder("farms", Path(file.name), "tap-huan.csv")
        runs.import_file(session, coop.manager, order, now)
    office = Actor(None, Role.OFFICE)
    for row, _ in training_proposals.waiting(session, office):
        training_proposals.confirm(session, office, row.id, now)


def _papers(cast: Cast, coop: Coop, session: Session, now: datetime) -> None:
    """VietGAP for all but some; the protected name for thiều; one paper ends within three months."""
    today = cast.days.today
    if coop.has_vietgap:
        left = 60 if coop.number == 3 else 400 + 9 * coop.number
        until = today + timedelta(days=left)
        number = f"VietGAP-TT-00-00-{coop.number:02d}"
        _confirmed(cast, coop, Scheme.VIETGAP, number, "Tổ chức chứng nhận mẫu", until, session, now)
    if coop.plan.variety == "thieu":
        until = date(2037, 5, 24)
        number, issuer = f"CDĐL-TH-{coop.number:03d}", "Hội Vải thiều mẫu"
        _confirmed(cast, coop, Scheme.GI, number, issuer, until, session, now)


def _confirmed(
    cast: Cast,
    coop: Coop,
    scheme: Scheme,
    number: str,
    issuer: str,
    until: date,
    session: Session,
    now: datetime,
) -> None:
    given = certificates.CertificateIn(
        scheme=scheme,
        number=number,
        issuer=issuer,
        valid_from=cast.days.season(1, 1) - timedelta(days=300),
        valid_to=until,
        growing_area_ids=(coop.area_id,) if coop.area_id else (),
    )
    row = certificates.add_certificate(session, coop.manager, given, now)
    certificates.confirm_certificate(session, cast.office, row.id, now)


def _account(cast: Cast, plan: AccountPlan, session: Session, now: datetime) -> None:
    coop = cast.coops.get(plan.coop)
    password = cast.passwords[plan.login] = new_password()
    farmer = coop is not None and plan.role is Role.FARMER
    new = accounts.NewAccount(
        plan.login,
        plan.name,
        password,
        plan.role,
        org_id=coop.org_id if coop else None,
        household_id=coop.farms[0].household_id if coop and farmer else None,
        commune_code=plan.commune or None,
    )
    actor = actor_of(accounts.add_account(session, None, new, now))
    if plan.login == "co-quan":
        cast.office = actor
    elif plan.role is Role.ADMIN:
        cast.admin = actor
    elif coop is not None and plan.role is Role.COOP_MANAGER:
        coop.manager = actor
    elif coop is not None and plan.role is Role.COOP_STAFF:
        coop.hand = actor
