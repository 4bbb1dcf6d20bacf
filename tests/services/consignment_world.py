"""What tests of consignments share: codes of a market, boxes of a lot, a consignment with all its papers."""

import itertools
from datetime import date, datetime
from typing import Any

from sqlmodel import Session

from tests import world
from tests.services import farm
from trace.records.company_prefix import CompanyPrefix
from trace.records.consignment import Consignment
from trace.records.logistic_unit import LogisticUnit
from trace.records.lot import Lot
from trace.records.plot import GrowingArea, PackingHouse, PlotArea, SiteStatus, SiteStatusChange
from trace.services import consigning, consignment_papers, logistic_units
from trace.services.consigning import ConsignmentIn
from trace.services.consignment_papers import PaperIn, TreatmentIn
from trace.services.logistic_units import UnitsIn

LONG_AGO = date(2026, 1, 1)
_numbers = itertools.count(1)


def standing(session: Session, now: datetime, site: Any, status: str, since: date = LONG_AGO) -> None:
    """A line of a site's history."""
    column = "growing_area_id" if isinstance(site, GrowingArea) else "packing_house_id"
    values: dict[str, Any] = {column: site.id, "status": status, "since": since, "recorded_at": now}
    world.add(session, SiteStatusChange(**values))


def area(session: Session, now: datetime, coop: world.Coop, market: str = "JP", **given: Any) -> GrowingArea:
    """A growing area that stands for the market, with the cooperative's plot in it."""
    row = world.make_growing_area(session, now, coop.org, market=market, **given)
    standing(session, now, row, SiteStatus.ACTIVE)
    world.add(session, PlotArea(plot_id=coop.plot.id, growing_area_id=row.id, since=LONG_AGO))
    return row


def house(
    session: Session, now: datetime, coop: world.Coop, market: str = "JP", **given: Any
) -> PackingHouse:
    """A packing house that stands for the market."""
    values = {"code": f"PH-{market}-{coop.org.id}", "name": "Nhà đóng gói số 1", **given}
    row = PackingHouse(
        org_id=coop.org.id, market=market, commune_code=world.THANH_HA, created_at=now, **values
    )
    world.add(session, row)
    standing(session, now, row, SiteStatus.ACTIVE)
    return row


def lot(session: Session, now: datetime, coop: world.Coop, **given: Any) -> Lot:
    """A released harvest lot of 500 kg, picked on ``farm.DAY`` less one."""
    code = f"XK-{next(_numbers)}"  # no code that packing would give
    return world.make_lot(session, now, coop.plot, coop.product, **{"code": code, **given})


def units_in(goods: Lot, count: int = 2, kg: int = 10, **given: Any) -> UnitsIn:
    values = {"lot": goods.public_id, "count": count, "weight_g": kg * 1000, "packed_on": farm.DAY}
    return UnitsIn(**{**values, "request_id": farm.request_id(), **given})


def boxes(
    session: Session, now: datetime, coop: world.Coop, goods: Lot, count: int = 2, kg: int = 10, **given: Any
) -> list[LogisticUnit]:
    return logistic_units.box_goods(session, coop.hand, units_in(goods, count, kg, **given), now)


def own_prefix(
    session: Session, now: datetime, coop: world.Coop, digits: str = "95212345", **given: Any
) -> CompanyPrefix:
    """A company prefix of the cooperative that the office has accepted."""
    values = {"kind": "prefix", "paper": "GS1 01", "valid_from": LONG_AGO, "state": "accepted", **given}
    return world.add(
        session, CompanyPrefix(org_id=coop.org.id, digits=digits, proposed_at=now, settled_at=now, **values)
    )


def loaded(
    session: Session, now: datetime, coop: world.Coop, goods: Lot, market: str = "VN", **given: Any
) -> Consignment:
    """A draft with two boxes of ten kilograms, for a business known by its name."""
    site, day = given.pop("packing_house_id", None), given.pop("packed_on", farm.DAY)
    values: dict[str, Any] = {"market": market, **given}
    if "receiver" not in values:
        values.setdefault("receiver_name", "Công ty Quả Tươi")
    one = consigning.draft(session, coop.hand, ConsignmentIn(**values), now)
    made = boxes(session, now, coop, goods, packing_house_id=site, packed_on=day)
    consigning.put_in(session, coop.hand, one.public_id, [unit.id for unit in made])
    return one


TREATED = {"kind": "methyl_bromide", "facility": "Xí nghiệp khử trùng", "dose": 32, "minutes": 120}


def treat(session: Session, now: datetime, coop: world.Coop, one: Consignment, **given: Any) -> None:
    values = {**TREATED, "treated_on": farm.DAY, "document": "KT-01", **given}
    consignment_papers.add_treatment(session, coop.hand, one.public_id, TreatmentIn(**values), now)


def paper(
    session: Session, now: datetime, coop: world.Coop, one: Consignment, kind: str, **given: Any
) -> None:
    values = {"kind": kind, "number": f"GT-{kind}", "issued_on": farm.DAY, **given}
    consignment_papers.add_paper(session, coop.hand, one.public_id, PaperIn(**values), now)
