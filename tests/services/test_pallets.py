"""Boxes on pallets: one step, no circle, a box is where its pallet is, and sums come out."""

from datetime import datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from tests import world
from tests.services import consignment_world as export
from tests.services import farm
from trace.db import Database, reading, transaction
from trace.errors import Conflict, Invalid, NongsanError, NotFound, Refused
from trace.records.consignment import Consignment, ReceiptDifference
from trace.records.event import Event
from trace.records.logistic_unit import LogisticUnit
from trace.records.lot import Lot
from trace.services import consigning, dispatching, logistic_units, pallets, receiving
from trace.services.consigning import ConsignmentIn
from trace.services.consignment_pages import sent_page
from trace.services.dispatching import CancelIn
from trace.services.logging_acts import body_of
from trace.services.lot_room import room_g
from trace.services.pallets import PalletsIn
from trace.services.receiving import ReceiptIn
from trace.services.tracing.contacts import contacts_of
from trace.standards import epcis

CALLED_OFF = CancelIn(reason="Xe hỏng, hàng quay về")
BUYER = ConsignmentIn(receiver_name="Công ty Quả Tươi")


@pytest.fixture
def coop(database: Database, now: datetime) -> world.Coop:
    with transaction() as session:
        return farm.found(session, now)


def stacked(
    session: Session,
    now: datetime,
    coop: world.Coop,
    boxes: list[LogisticUnit],
    consignment: str = "",
    **more: int,
) -> list[LogisticUnit]:
    given_in = PalletsIn(boxes=[box.id for box in boxes], request_id=farm.request_id(), **more)
    return pallets.stack(session, coop.hand, given_in, now, consignment)


def test_boxes_go_on_pallets_in_one_event_each(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        boxes = export.boxes(session, now, coop, export.lot(session, now, coop), count=5)
        made = stacked(session, now, coop, boxes, per_pallet=3)
        assert [one.number for one in made] == ["P000006", "P000007"]
        assert [box.pallet_id for box in boxes] == [made[0].id] * 3 + [made[1].id] * 2
        events = [body_of(one) for one in session.exec(select(Event).where(Event.act == "stack")).all()]
    assert [len(one["childEPCs"]) for one in events] == [3, 2]
    assert events[0]["parentID"].endswith("/P000006")
    assert events[0]["childEPCs"][0].endswith("/T000001")
    assert [fault for one in events for fault in epcis.validate(one, now)] == []


def test_a_pallet_takes_its_boxes_with_it_and_is_counted_once(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        goods = export.lot(session, now, coop)
        boxes = export.boxes(session, now, coop, goods, count=4, kg=10)
        (pallet,) = stacked(session, now, coop, boxes)
        one = consigning.draft(session, coop.hand, BUYER, now)
        assert consigning.put_in(session, coop.hand, one.public_id, [pallet.id]) == 1
        page = sent_page(session, coop.hand, one.public_id, now)
        assert (page.unit_count, page.weight_g, len(page.rows)) == (5, 40_000, 1)
        dispatching.dispatch(session, coop.hand, one.public_id, now)
        body = body_of(session.exec(select(Event).where(Event.act == "dispatch")).one())
        assert [name[-7:] for name in body["epcList"]] == ["P000005", *(f"T00000{n}" for n in (1, 2, 3, 4))]
        assert one.weight_g == 40_000
        (found,) = contacts_of(session, coop.boss, [goods.id])
        assert (found.pieces, found.grams, found.state) == (4, 40_000, "dispatched")
        dispatching.cancel(session, coop.hand, one.public_id, CALLED_OFF, now)
        assert {box.consignment_id for box in (*boxes, pallet)} == {None}
        assert {box.pallet_id for box in boxes} == {pallet.id}


def test_a_box_on_a_pallet_is_moved_by_its_pallet_alone(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        boxes = export.boxes(session, now, coop, export.lot(session, now, coop), count=2)
        one = consigning.draft(session, coop.hand, BUYER, now)
        (pallet,) = stacked(session, now, coop, boxes, one.public_id)
        assert {unit.consignment_id for unit in (pallet, *boxes)} == {one.id}
        for act in (
            lambda: consigning.put_in(session, coop.hand, one.public_id, [boxes[0].id]),
            lambda: consigning.take_out(session, coop.hand, one.public_id, [boxes[0].id]),
            lambda: stacked(session, now, coop, boxes, one.public_id),
        ):
            with pytest.raises(Refused) as refused:
                act()
            assert (refused.value.key, refused.value.params["number"]) == ("unit.on_pallet", pallet.number)
        consigning.take_out(session, coop.hand, one.public_id, [pallet.id])
        with pytest.raises(Refused, match=r"unit\.on_pallet"):
            logistic_units.open_unit(session, coop.hand, boxes[0].id, now)


def test_an_opened_pallet_gives_its_boxes_back_as_they_are(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        goods = export.lot(session, now, coop)
        boxes = export.boxes(session, now, coop, goods, count=2, kg=10)
        (pallet,) = stacked(session, now, coop, boxes)
        logistic_units.open_unit(session, coop.hand, pallet.id, now)
        assert [(box.pallet_id, box.opened_at) for box in boxes] == [(None, None)] * 2
        assert room_g(session, goods) == 480_000
        (again,) = stacked(session, now, coop, boxes)
        assert boxes[0].pallet_id == again.id


def test_no_pallet_stands_on_anything(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        goods = export.lot(session, now, coop)
        boxes = export.boxes(session, now, coop, goods, count=1)
        (pallet,) = stacked(session, now, coop, boxes)
        with pytest.raises(Refused, match=r"pallet\.not_box"):
            stacked(session, now, coop, [pallet])
    with pytest.raises(IntegrityError), transaction() as session:
        session.get_one(LogisticUnit, pallet.id).pallet_id = pallet.id


def test_the_same_request_gives_the_same_pallets(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        boxes = export.boxes(session, now, coop, export.lot(session, now, coop), count=3)
        asked = PalletsIn(boxes=[box.id for box in boxes[:2]], request_id=farm.request_id())
        first = pallets.stack(session, coop.hand, asked, now)
        assert [one.id for one in pallets.stack(session, coop.hand, asked, now)] == [first[0].id]
        with pytest.raises(Conflict):
            pallets.stack(session, coop.hand, asked.model_copy(update={"boxes": [boxes[2].id]}), now)


def test_nobody_else_stacks_them(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        stranger = world.make_coop(session, now)
        boxes = export.boxes(session, now, coop, export.lot(session, now, coop))
        with pytest.raises(NotFound):
            stacked(session, now, stranger, boxes)


def test_boxes_of_another_consignment_are_not_stacked(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        one = export.loaded(session, now, coop, export.lot(session, now, coop))
        other = consigning.draft(session, coop.hand, BUYER, now)
        for where in (other.public_id, ""):
            with pytest.raises(Refused, match=r"unit\.under_way"):
                stacked(session, now, coop, list(consigning.units_in(session, one)), where)
        dispatching.dispatch(session, coop.hand, one.public_id, now)
        with pytest.raises(Refused, match=r"consignment\.not_draft"):
            stacked(session, now, coop, list(consigning.units_in(session, one)), one.public_id)


def palletised(session: Session, now: datetime, coop: world.Coop) -> tuple[Consignment, LogisticUnit, list]:
    boxes = export.boxes(session, now, coop, export.lot(session, now, coop), count=3, kg=10)
    one = consigning.draft(session, coop.hand, BUYER, now)
    (pallet,) = stacked(session, now, coop, boxes, one.public_id)
    return dispatching.dispatch(session, coop.hand, one.public_id, now), pallet, boxes


def test_a_missing_pallet_is_missing_with_its_boxes(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        one, pallet, _ = palletised(session, now, coop)
        said = ReceiptIn(number="BB-1", differences=({"unit": pallet.id, "kind": "missing"},))
        receiving.receive_for(session, coop.hand, one.public_id, said, now)
        rows = session.exec(select(ReceiptDifference).order_by(ReceiptDifference.unit_id)).all()
    assert [(row.kind, row.weight_g) for row in rows] == [("missing", 10_000)] * 3 + [("missing", 0)]


def test_part_of_what_stands_on_a_pallet_is_told_by_box(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        one, pallet, boxes = palletised(session, now, coop)
        for rows, key in (
            ([{"unit": pallet.id, "kind": "short", "weight_g": 5}], "receipt.name_boxes"),
            ([{"unit": n, "kind": "missing"} for n in (pallet.id, boxes[0].id)], "receipt.twice"),
        ):
            said = ReceiptIn(number="BB-1", differences=tuple(rows))
            with pytest.raises(Invalid) as invalid:
                receiving.receive_for(session, coop.hand, one.public_id, said, now)
            assert invalid.value.problems[0].key == key


ACTS = st.lists(
    st.tuples(st.sampled_from(("stack", "open", "put", "out", "send")), st.integers(0, 9)), max_size=14
)


@settings(deadline=None, max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=ACTS)
def test_a_box_is_always_where_its_pallet_is(coop: world.Coop, now: datetime, acts: list) -> None:
    with transaction() as session:
        goods = export.lot(session, now, coop)
        units = [box.id for box in export.boxes(session, now, coop, goods, count=4, kg=1)]
        drafts = [consigning.draft(session, coop.hand, BUYER, now).public_id for _ in range(2)]
    for act, at in acts:
        unit, draft = units[at % len(units)], drafts[at % 2]
        try:
            with transaction() as session:
                if act == "stack":
                    some = [session.get_one(LogisticUnit, one) for one in {unit, units[(at * 7) % 4]}]
                    units += [one.id for one in stacked(session, now, coop, some, draft if at % 3 else "")]
                elif act == "open":
                    logistic_units.open_unit(session, coop.hand, unit, now)
                elif act == "put":
                    consigning.put_in(session, coop.hand, draft, [unit])
                elif act == "out":
                    consigning.take_out(session, coop.hand, draft, [unit])
                else:
                    dispatching.dispatch(session, coop.hand, draft, now)
        except NongsanError:
            pass
        with reading() as session:
            rows = {one.id: one for one in session.exec(select(LogisticUnit)).all()}
            on = [(one, rows[one.pallet_id]) for one in rows.values() if one.pallet_id]
            assert all(box.consignment_id == pallet.consignment_id for box, pallet in on)
            assert all(pallet.kind == "pallet" and pallet.opened_at is None for _, pallet in on)
            assert room_g(session, session.get_one(Lot, goods.id)) >= 0
