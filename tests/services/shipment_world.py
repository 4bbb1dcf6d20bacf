"""An account at a carrier and parcels of a cooperative, without calling anybody."""

from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from marketplaces.carriers.values import CarrierEvent, Login, Pass
from tests import world
from tests.marketplaces.carrier_stall import SECRET
from trace.records.carrier import CarrierAccount
from trace.records.shipment import Shipment
from trace.services import carrier_accounts, carrier_secrets, instance_facts, shipping
from trace.services.carrier_accounts import SenderIn
from trace.services.carrier_secrets import HookIn
from trace.services.intake import read
from trace.services.shipment_given import ParcelIn, SubjectIn

BOX = {"content": "Vải thiều tươi", "weight_g": "5", "goods_vnd": "250.000", "service": "VCN"}
SENDER = {
    "sender_name": "HTX Vải Thanh Hà",
    "sender_phone": "02203811001",
    "sender_address": "Thôn 1, xã Thanh Hà, Hải Phòng",
}
LOGIN = Login("htx-thanh-ha", "mat khau dai 9")


def connect_account(
    session: Session, coop: world.Coop, now: datetime, token: Pass | None = None, login: Login | None = LOGIN
) -> CarrierAccount:
    """With a secret for its pushes whose place is not known yet."""
    instance_facts.found(session, public_url="https://id.example.vn", is_demo=False)  # for what is told
    given, token = read(SenderIn, SENDER), token or Pass("token-cua-htx", now + timedelta(days=900))
    account = carrier_accounts.connect(session, coop.boss, "viettelpost", login, token, given, now)
    carrier_secrets.set_hook(session, coop.boss, "viettelpost", HookIn(secret=SECRET))
    session.flush()
    return account


def note_parcel(
    session: Session, coop: world.Coop, account: CarrierAccount, now: datetime, **subject: Any
) -> Shipment:
    """Written down as it is before the carrier is called; ``cod_vnd`` may be given."""
    box = {**BOX, "cod_vnd": subject.pop("cod_vnd", "")}
    return shipping.intend(session, coop.boss, account, SubjectIn(**subject), read(ParcelIn, box), now)


def told(shipment: Shipment, code: str, at: datetime, ext_number: str = "1734200501") -> CarrierEvent:
    """What the carrier says of a parcel."""
    return CarrierEvent(ext_number, shipment.number, code, at)
