"""What programs recorded about a lot stands on its page, by whom and when; the lot does not follow it."""

from datetime import datetime

from sqlmodel import Session

from tests import world
from tests.epcis.client import Program, seen, token_of
from tests.epcis.conftest import HOST, Two
from trace.db import reading, transaction
from trace.records.account import Role
from trace.records.lot import Lot, LotState
from trace.records.organisation import Organisation, OrgKind
from trace.records.plot import PackingHouse
from trace.services.lot_life import life_of
from trace.standards import epcis

PACKER = "Nhà đóng gói Sông Hương"


def house_of(session: Session, packer: Organisation, now: datetime) -> PackingHouse:
    house = PackingHouse(org_id=packer.id, code="PH-1", market="CN", name=PACKER)
    house.commune_code, house.created_at = packer.commune_code, now
    return world.add(session, house)


def test_a_lots_page_tells_what_programs_recorded_of_it(two: Two, now: datetime) -> None:
    """Its own program's and its packing house's; a neighbour's lot of the same code shows none of them."""
    with transaction() as session:
        packer = world.make_org(session, now, OrgKind.PACKING_HOUSE, name=PACKER)
        given = {"code": "VT-0612-77", "packing_house_id": house_of(session, packer, now).id}
        lot = world.make_lot(session, now, two.coop.plot, two.coop.product, **given)
        twin = world.make_lot(session, now, two.other.plot, two.other.product, code=lot.code)
        account = world.make_account(session, now, Role.PACKING_HOUSE, org_id=packer.id)
        theirs = Program(two.app, token_of(session, account, now))
    goods = [{"epcClass": epcis.lot_id(HOST, two.coop.org.public_id, lot.code), "quantity": 5, "uom": "KGM"}]
    for n, (program, step) in enumerate([(two.mine, "storing"), (theirs, "destroying")]):
        sent = seen(n, bizStep=step, quantityList=goods)
        assert program.post("/events", sent).status_code == 201
    with reading() as session:
        mine, other = (life_of(session, session.get_one(Lot, one.id)) for one in (lot, twin))
        assert session.get_one(Lot, lot.id).state == LotState.RELEASED
    assert [line.what.params["step"] for line in mine] == ["storing", "destroying"]
    assert [line.notes[0].params["org"] for line in mine] == [two.coop.org.name, PACKER]
    assert other == []
    client = world.sign_in(two.app.test_client(), two.coop.manager)
    shown = client.get(f"/htx/lo/{lot.public_id}?lang=vi").get_data(as_text=True)
    assert "Chương trình ghi: destroying" in shown
    assert f"{PACKER}, " in shown
    assert "không đổi trạng thái của lô" in shown
