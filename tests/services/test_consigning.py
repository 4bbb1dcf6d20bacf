"""Boxes and consignments: the sums come out, a box is in one place, the other party says what arrived."""

import threading
from datetime import date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, select

from tests import world
from tests.services import consignment_world as export
from tests.services import farm
from trace.db import Database, reading, transaction
from trace.errors import Conflict, Invalid, NongsanError, NotFound, Refused
from trace.records.account import Role
from trace.records.consignment import Consignment, ReceiptDifference
from trace.records.event import Event
from trace.records.logistic_unit import LogisticUnit
from trace.records.lot import Lot
from trace.records.organisation import OrgKind
from trace.services import consigning, dispatching, logistic_units, packing, recalling, receiving
from trace.services.admission import Actor, actor_of
from trace.services.dispatching import CancelIn
from trace.services.logging_acts import body_of
from trace.services.lot_room import room_g
from trace.services.recalling import RecallIn
from trace.services.receiving import ReceiptIn
from trace.services.tracing.contacts import contacts_of
from trace.standards import epcis

CALLED_OFF = CancelIn(reason="Xe hỏng, hàng quay về")


@pytest.fixture
def coop(database: Database, now: datetime) -> world.Coop:
    with transaction() as session:
        return farm.found(session, now)


def packer(session: Session, now: datetime) -> Actor:
    """Somebody of a packing house that goods can be sent to."""
    org = world.make_org(session, now, OrgKind.PACKING_HOUSE, name="Nhà đóng gói Thanh Bình")
    return actor_of(world.make_account(session, now, Role.PACKING_HOUSE, org_id=org.id))


def sent(session: Session, now: datetime, coop: world.Coop, **given: str) -> Consignment:
    one = export.loaded(session, now, coop, export.lot(session, now, coop), **given)
    return dispatching.dispatch(session, coop.hand, one.public_id, now)


def acts_of(session: Session, one: Consignment) -> list[str]:
    mine = (Event.subject_kind == "consignment", Event.subject_id == one.id)
    return [event.act for event in session.exec(select(Event).where(*mine).order_by(Event.id))]


def test_boxes_take_room_from_the_lot_and_opening_them_gives_it_back(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        goods = export.lot(session, now, coop)
        made = export.boxes(session, now, coop, goods, count=3, kg=20)
        assert [unit.number for unit in made] == ["T000001", "T000002", "T000003"]
        assert room_g(session, goods) == 440_000
        logistic_units.open_unit(session, coop.hand, made[0].id, now)
        assert room_g(session, goods) == 460_000
        events = session.exec(select(Event).where(Event.act.in_(("box", "unbox")))).all()
    assert len(events) == 4
    assert [fault for event in events for fault in epcis.validate(body_of(event), now)] == []


def test_the_same_request_gives_the_same_boxes(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        goods = export.lot(session, now, coop)
        asked = export.units_in(goods)
        first = logistic_units.box_goods(session, coop.hand, asked, now)
        again = logistic_units.box_goods(session, coop.hand, asked, now)
        assert [one.id for one in first] == [one.id for one in again]
        with pytest.raises(Conflict):
            logistic_units.box_goods(session, coop.hand, asked.model_copy(update={"count": 3}), now)


def test_more_than_the_lot_has_is_refused_with_the_figures(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        goods = export.lot(session, now, coop)
        export.boxes(session, now, coop, goods, count=49, kg=10)
        with pytest.raises(Refused) as refused:
            export.boxes(session, now, coop, goods, count=2, kg=10)
        assert refused.value.key == "gate.balance"
        assert (refused.value.params["kg_max"], refused.value.params["kg_over"]) == (10, 10)
        with pytest.raises(Refused):
            packing.pack_lot(session, coop.hand, farm.pack_in(goods, units=11), now)


ACTS = st.lists(
    st.tuples(st.sampled_from(("box", "open", "pack", "send", "cancel")), st.integers(1, 300)), max_size=12
)


@settings(deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=ACTS)
def test_no_row_of_acts_takes_more_than_there_is(coop: world.Coop, now: datetime, acts: list) -> None:
    with transaction() as session:
        goods = export.lot(session, now, coop)
    made: list[int] = []
    going: list[str] = []
    for act, kg in acts:
        try:
            with transaction() as session:
                lot = session.get_one(Lot, goods.id)
                if act == "box":
                    made += [unit.id for unit in export.boxes(session, now, coop, lot, count=1, kg=kg)]
                elif act == "open" and made:
                    logistic_units.open_unit(session, coop.hand, made[kg % len(made)], now)
                elif act == "pack":
                    packing.pack_lot(session, coop.hand, farm.pack_in(lot, units=kg), now)
                elif act == "send" and made:
                    given_to = consigning.ConsignmentIn(receiver_name="Công ty Quả Tươi")
                    one = consigning.draft(session, coop.hand, given_to, now)
                    consigning.put_in(session, coop.hand, one.public_id, [made[kg % len(made)]])
                    going.append(dispatching.dispatch(session, coop.hand, one.public_id, now).public_id)
                elif act == "cancel" and going:
                    dispatching.cancel(session, coop.hand, going[kg % len(going)], CALLED_OFF, now)
        except NongsanError:
            pass
        with reading() as session:
            assert room_g(session, session.get_one(Lot, goods.id)) >= 0


def test_a_box_stands_in_one_consignment_at_a_time(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        one = export.loaded(session, now, coop, export.lot(session, now, coop))
        other = consigning.draft(session, coop.hand, consigning.ConsignmentIn(receiver_name="Bên khác"), now)
        box = consigning.units_in(session, one)[0]
        with pytest.raises(Refused) as refused:
            consigning.put_in(session, coop.hand, other.public_id, [box.id])
        assert (refused.value.key, refused.value.params["number"]) == ("unit.elsewhere", one.number)
        with pytest.raises(Refused):
            logistic_units.open_unit(session, coop.hand, box.id, now)
        consigning.take_out(session, coop.hand, one.public_id, [box.id])
        assert consigning.put_in(session, coop.hand, other.public_id, [box.id]) == 1


def test_two_consignments_wanting_one_box_at_once_get_it_once(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        box = export.boxes(session, now, coop, export.lot(session, now, coop), count=1)[0]
        buyer = consigning.ConsignmentIn(receiver_name="Công ty Quả Tươi")
        names = [consigning.draft(session, coop.hand, buyer, now).public_id for _ in range(4)]
    answers: list[str] = []

    def take(public_id: str) -> None:
        try:
            with transaction() as session:
                consigning.put_in(session, coop.hand, public_id, [box.id])
                dispatching.dispatch(session, coop.hand, public_id, now)
            answers.append("sent")
        except Refused as error:
            answers.append(error.key)

    threads = [threading.Thread(target=take, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["sent", "unit.elsewhere", "unit.elsewhere", "unit.elsewhere"]


def test_dispatching_twice_at_once_is_one_dispatch(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        one = export.loaded(session, now, coop, export.lot(session, now, coop))

    def send() -> None:
        with transaction() as session:
            dispatching.dispatch(session, coop.hand, one.public_id, now)

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with reading() as session:
        assert acts_of(session, one) == ["dispatch"]


def test_a_dispatch_says_who_gives_what_to_whom_under_which_paper(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        one = sent(session, now, coop)
        body = body_of(session.exec(select(Event).where(Event.act == "dispatch")).one())
        number = one.number
        assert (one.state, one.weight_g) == ("dispatched", 20_000)
    assert epcis.validate(body, now) == []
    assert (body["bizStep"], body["disposition"]) == ("shipping", "in_transit")
    org = f"https://id.example.vn/id/party/{coop.org.public_id}"
    assert {"type": "owning_party", "source": org} in body["sourceList"]
    assert body["bizTransactionList"][0]["type"] == "desadv"
    assert body["bizTransactionList"][0]["bizTransaction"].endswith(number)
    assert body["nongsan:buyer"] == "Công ty Quả Tươi"
    units = [f"https://id.example.vn/id/unit/{coop.org.public_id}/T00000{n}" for n in (1, 2)]
    assert body["epcList"] == units


def test_nothing_is_dispatched_empty_held_or_recalled(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        goods = export.lot(session, now, coop)
        one = export.loaded(session, now, coop, goods)
        empty = consigning.draft(session, coop.hand, consigning.ConsignmentIn(receiver_name="Bên mua"), now)
        with pytest.raises(Refused, match=r"consignment\.empty"):
            dispatching.dispatch(session, coop.hand, empty.public_id, now)
        recalling.open_recall(
            session, coop.boss, goods.public_id, RecallIn(reason="Nghi còn thuốc", phone="02203811001"), now
        )
        with pytest.raises(Refused, match=r"gate\.recalled"):
            dispatching.dispatch(session, coop.hand, one.public_id, now)
        with pytest.raises(Refused, match=r"gate\.recalled"):
            export.boxes(session, now, coop, goods)


def test_an_open_lot_may_be_boxed_and_waits_for_its_release(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        one = export.loaded(session, now, coop, export.lot(session, now, coop, state="open"))
        with pytest.raises(Refused, match=r"consignment\.lot_state"):
            dispatching.dispatch(session, coop.hand, one.public_id, now)


def test_the_other_party_receives_with_each_difference_named(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        them = packer(session, now)
        org = session.get_one(world.Organisation, them.org_id)
        one = sent(session, now, coop, receiver=org.public_id)
        first, second = consigning.units_in(session, one)
        said = ReceiptIn(
            number="PN-7",
            differences=(
                {"unit": first.id, "kind": "missing"},
                {"unit": second.id, "kind": "short", "weight_g": 1_500, "note": "Thùng rách"},
            ),
        )
        with pytest.raises(Refused, match=r"consignment\.theirs_to_say"):
            receiving.receive_for(session, coop.hand, one.public_id, said, now)
        receiving.receive(session, them, one.public_id, said, now)
        receiving.receive(session, them, one.public_id, said, now)
        rows = session.exec(select(ReceiptDifference).order_by(ReceiptDifference.id)).all()
        assert [(row.kind, row.weight_g) for row in rows] == [("missing", 10_000), ("short", 1_500)]
        assert acts_of(session, one) == ["dispatch", "receive"]
        body = body_of(session.exec(select(Event).where(Event.act == "receive")).one())
        with pytest.raises(Refused, match=r"consignment\.arrived"):
            dispatching.cancel(session, coop.hand, one.public_id, CALLED_OFF, now)
    assert epcis.validate(body, now) == []
    assert body["bizStep"] == "receiving"
    assert {one["type"] for one in body["bizTransactionList"]} == {"desadv", "recadv"}
    assert body["nongsan:differences"] == "T000001:missing:10kg; T000002:short:1.5kg"


@pytest.mark.parametrize(
    ("difference", "key"),
    [
        ({"kind": "short", "weight_g": 10_001}, "receipt.over"),
        ({"kind": "short"}, "receipt.how_much"),
        ({"kind": "missing", "unit": 987_654}, "receipt.not_inside"),
    ],
)
def test_a_difference_that_cannot_be_is_refused(
    coop: world.Coop, now: datetime, difference: dict, key: str
) -> None:
    with transaction() as session:
        one = sent(session, now, coop)
        row = {"unit": consigning.units_in(session, one)[0].id, **difference}
        with pytest.raises(Invalid) as invalid:
            receiving.receive_for(
                session, coop.hand, one.public_id, ReceiptIn(number="BB-1", differences=(row,)), now
            )
        assert invalid.value.problems[0].key == key


def test_the_sender_writes_down_what_an_outside_business_signed(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        one = sent(session, now, coop)
        with pytest.raises(Invalid):
            receiving.receive_for(session, coop.hand, one.public_id, ReceiptIn(), now)
        receiving.receive_for(session, coop.hand, one.public_id, ReceiptIn(number="BB-1"), now)
        assert (one.state, one.receipt_number) == ("received", "BB-1")


def test_a_called_back_dispatch_is_declared_wrong_and_frees_its_boxes(
    coop: world.Coop, now: datetime
) -> None:
    with transaction() as session:
        one = sent(session, now, coop)
        dispatching.cancel(session, coop.hand, one.public_id, CALLED_OFF, now)
        dispatching.cancel(session, coop.hand, one.public_id, CALLED_OFF, now)
        assert acts_of(session, one) == ["dispatch", "void_dispatch", "void_dispatch"]
        events = [body_of(e) for e in session.exec(select(Event).order_by(Event.id)).all()]
        free = session.exec(select(LogisticUnit.consignment_id)).all()
    void, declared = events[-2:]
    assert void["bizStep"] == "void_shipping"
    assert declared["eventID"] == one.dispatch_event
    assert declared["errorDeclaration"]["correctiveEventIDs"] == [void["eventID"]]
    assert epcis.validate(declared, now) == []
    assert free == [None, None]


def test_nobody_else_sees_changes_or_receives_it(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        stranger = world.make_coop(session, now)
        them = packer(session, now)
        org = session.get_one(world.Organisation, them.org_id)
        draft = export.loaded(session, now, coop, export.lot(session, now, coop), receiver=org.public_id)
        box = consigning.units_in(session, draft)[0]
        own = consigning.draft(session, stranger.hand, consigning.ConsignmentIn(receiver_name="Bên mua"), now)
        for act in (
            lambda: dispatching.dispatch(session, stranger.hand, draft.public_id, now),
            lambda: dispatching.cancel(session, stranger.hand, draft.public_id, CALLED_OFF, now),
            lambda: consigning.put_in(session, stranger.hand, own.public_id, [box.id]),
            lambda: logistic_units.open_unit(session, stranger.hand, box.id, now),
            lambda: receiving.receive(session, stranger.hand, draft.public_id, ReceiptIn(), now),
            lambda: receiving.receive(session, them, draft.public_id, ReceiptIn(), now),
        ):
            with pytest.raises(NotFound):
                act()


def test_a_day_to_come_is_no_packing_day(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        goods = export.lot(session, now, coop)
        tomorrow: date = now.date() + timedelta(days=2)
        with pytest.raises(Invalid):
            export.boxes(session, now, coop, goods, packed_on=tomorrow)


def test_a_recall_names_every_business_that_boxes_went_to(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        goods = export.lot(session, now, coop)
        one = export.loaded(session, now, coop, goods)
        assert contacts_of(session, coop.boss, [goods.id]) == []
        dispatching.dispatch(session, coop.hand, one.public_id, now)
        found = contacts_of(session, coop.boss, [goods.id])
        told = [(row.way, row.who, row.number, row.lots, row.pieces, row.grams) for row in found]
        assert told == [("partner", "Công ty Quả Tươi", one.number, (goods.code,), 2, 20_000)]
        dispatching.cancel(session, coop.hand, one.public_id, CALLED_OFF, now)
        assert contacts_of(session, coop.boss, [goods.id]) == []
