"""What the demonstration leaves to its visitors, so that every page has something to show."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from labels.rows import USUAL
from tests import world
from tests.services import shipment_world
from tests.web import grounds
from trace.records.account import Account
from trace.records.carrier import CarrierAccount
from trace.records.household import Household
from trace.records.lot import Lot, LotState
from trace.records.organisation import Organisation
from trace.records.plot import Plot
from trace.records.product import Product
from trace.records.shipment import ShipmentState
from trace.records.shop import Shop
from trace.services import label_designs
from trace.services.label_design_given import DesignIn

EXPORT = "Thùng xuất khẩu"


def fill_the_rest(session: Session, now: datetime, manager: Account) -> None:
    """A shop kept by files, one half connected, a new listing, two parcels, a design for export boxes."""
    coop = _coop(session, manager)
    boxes = DesignIn(name=EXPORT, kind="export", rows=USUAL["export"])
    label_designs.add_design(session, coop.boss, boxes, None, now)
    grounds.files(session, now, coop, "7001")
    half = Shop(org_id=coop.org.id, marketplace="shopee", ext_shop_id="7002", name="Gian mới", created_at=now)
    world.add(session, half)
    connected = _one(session, Shop, col(Shop.org_id) == coop.org.id, col(Shop.state) == "connected")
    grounds.new_listing(session, now, coop, connected)
    account = _one(session, CarrierAccount, col(CarrierAccount.org_id) == coop.org.id)
    lot = _one(session, Lot, col(Lot.org_id) == coop.org.id, col(Lot.state) == LotState.RELEASED)
    for state, number in ((ShipmentState.REFUSED, ""), (ShipmentState.DELIVERED, "1734200501")):
        parcel = shipment_world.note_parcel(session, coop, account, now, lot=lot.public_id)
        parcel.state, parcel.ext_number = state, number


def _coop(session: Session, manager: Account) -> world.Coop:
    org = session.get_one(Organisation, manager.org_id)
    household = _one(session, Household, col(Household.org_id) == org.id)
    plot = _one(session, Plot, col(Plot.household_id) == household.id)
    return world.Coop(
        org, manager, manager, household, plot, _one(session, Product, col(Product.org_id) == org.id)
    )


def _one(session: Session, table: Any, *rules: Any) -> Any:
    return session.execute(select(table).where(*rules).order_by(col(table.id)).limit(1)).scalar_one()
