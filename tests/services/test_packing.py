"""Packing and pooling: the sums come out, dates follow, the worst input counts."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import select

from tests import world
from tests.services import farm
from trace.db import Database, transaction
from trace.errors import Conflict, Invalid, NotFound, Refused
from trace.records.event import Event
from trace.records.lot import LotKind, LotLink, LotState
from trace.services import holding, packing
from trace.services.lineage import ancestors, descendants, drawn_g
from trace.services.logging_acts import body_of
from trace.standards import epcis


@pytest.fixture
def coop(database: Database, now: datetime) -> world.Coop:
    with transaction() as session:
        return farm.found(session, now)


def test_boxes_of_a_product_weigh_what_the_product_says(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        lot = farm.harvest(session, coop, now, kg=480)
        pack = packing.pack_lot(session, coop.hand, farm.pack_in(lot, units=420), now)
        assert (pack.weight_g, pack.crates, pack.kind, pack.state) == (420_000, 420, "pack", "open")
        assert (pack.best_before, pack.plot_id) == (farm.DAY + timedelta(days=7), coop.plot.id)
        assert (lot.state, drawn_g(session, lot.id)) == (LotState.OPEN, 420_000)
        body = body_of(session.exec(select(Event).where(Event.act == "pack")).one())
    assert epcis.validate(body, now) == []
    assert body["inputQuantityList"][0]["quantity"] == body["outputQuantityList"][0]["quantity"] == 420


def test_a_lot_that_is_used_up_is_consumed(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        lot = farm.harvest(session, coop, now, kg=100)
        packing.pack_lot(session, coop.hand, farm.pack_in(lot, units=60), now)
        packing.pack_lot(session, coop.hand, farm.pack_in(lot, units=40), now)
        assert lot.state == LotState.CONSUMED
        with pytest.raises(Refused) as refused:
            packing.pack_lot(session, coop.hand, farm.pack_in(lot, units=1), now)
    assert refused.value.key == "gate.balance"


def test_more_than_there_is_is_refused_with_the_figures(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        lot = farm.harvest(session, coop, now, kg=100)
    with pytest.raises(Refused) as refused, transaction() as session:
        packing.pack_lot(session, coop.hand, farm.pack_in(lot, units=101), now)
    params = refused.value.params
    assert (refused.value.key, params["kg_max"], params["kg"], params["kg_over"]) == (
        "gate.balance",
        100,
        101,
        1,
    )


def test_pooling_takes_what_is_left_of_every_input(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        lots = [farm.harvest(session, coop, now, kg=kg) for kg in (100, 50)]
        given = farm.pack_in(*lots, units=None, weight_g=140_000, kind="pool")
        pool = packing.pack_lot(session, coop.hand, given, now)
        links = session.exec(select(LotLink)).all()
        assert sorted(link.weight_g for link in links) == [50_000, 100_000]
        assert (pool.weight_g, pool.kind) == (140_000, LotKind.POOL)
        assert [lot.state for lot in lots] == [LotState.CONSUMED] * 2
        body = body_of(session.exec(select(Event).where(Event.act == "pack")).one())
    assert body["nongsan:lossGrams"] == 10_000


def test_more_out_than_in_is_refused_beyond_what_scales_differ(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        lots = [farm.harvest(session, coop, now, kg=100) for _ in range(2)]
        with pytest.raises(Refused) as refused:
            packing.pack_lot(session, coop.hand, farm.pack_in(*lots, units=None, weight_g=201_001), now)
        assert refused.value.key == "pool.over"
        packing.pack_lot(session, coop.hand, farm.pack_in(*lots, units=None, weight_g=201_000), now)


def test_a_large_loss_needs_a_reason(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        lots = [farm.harvest(session, coop, now, kg=100) for _ in range(2)]
        with pytest.raises(Refused) as refused:
            packing.pack_lot(session, coop.hand, farm.pack_in(*lots, units=149), now)
        assert refused.value.key == "pool.loss"
        packing.pack_lot(session, coop.hand, farm.pack_in(*lots, units=149, loss_reason="mưa đá"), now)


def test_packing_before_picking_is_refused(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        lot = farm.harvest(session, coop, now)
    with pytest.raises(Refused) as refused, transaction() as session:
        packing.pack_lot(session, coop.hand, farm.pack_in(lot, packed_on=date(2026, 6, 11)), now)
    assert refused.value.key == "gate.date"


def test_packing_tomorrow_is_refused(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        lot = farm.harvest(session, coop, now)
    with pytest.raises(Invalid), transaction() as session:
        packing.pack_lot(session, coop.hand, farm.pack_in(lot, packed_on=date(2026, 6, 13)), now)


def test_two_crops_do_not_go_into_one_lot(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        carrots = world.make_plot(session, now, coop.household, crop="carrot", variety="")
        lots = (farm.harvest(session, coop, now), world.make_lot(session, now, carrots))
        with pytest.raises(Refused) as refused:
            packing.pack_lot(session, coop.hand, farm.pack_in(*lots), now)
    assert refused.value.key == "pack.mixed"


def test_a_pack_of_a_held_lot_is_held_and_freed_with_it(coop: world.Coop, now: datetime) -> None:
    lift = holding.LiftIn(result="KQ-1", reason="Mẫu đạt, xem phiếu")
    with transaction() as session:
        good, bad = (farm.harvest(session, coop, now, kg=100) for _ in range(2))
        hold = holding.hold_lot(session, coop.boss, bad.public_id, holding.HoldIn(reason="chờ mẫu"), now)
        pack = packing.pack_lot(session, coop.hand, farm.pack_in(good, bad, units=200), now)
        assert (pack.state, bad.state) == (LotState.HOLD, LotState.HOLD)
        holding.lift_hold(session, farm.OFFICE, hold.id, lift, now)
        assert (pack.state, bad.state) == (LotState.OPEN, LotState.CONSUMED)


def test_sending_again_packs_once(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        lot = farm.harvest(session, coop, now, kg=100)
        given = farm.pack_in(lot, units=100)
        first = packing.pack_lot(session, coop.hand, given, now)
    with transaction() as session:
        assert packing.pack_lot(session, coop.hand, given, now).id == first.id
        other = given.model_copy(update={"units": 99})
        with pytest.raises(Conflict):
            packing.pack_lot(session, coop.hand, other, now)


def test_another_cooperatives_lot_is_not_there(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        other = world.make_coop(session, now)
        theirs = farm.harvest(session, other, now)
        ours = farm.harvest(session, coop, now)
        for wanted in ((theirs,), (ours, theirs)):
            with pytest.raises(NotFound):
                packing.pack_lot(session, coop.hand, farm.pack_in(*wanted), now)


def test_the_graph_is_walked_both_ways_however_deep(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        lots = [farm.harvest(session, coop, now, kg=100) for _ in range(2)]
        first = packing.pack_lot(session, coop.hand, farm.pack_in(*lots, units=200), now)
        chain = [first]
        for _ in range(5):
            chain.append(packing.pack_lot(session, coop.hand, farm.pack_in(chain[-1], units=200), now))
        assert descendants(session, lots[0].id) == sorted([lots[0].id, *(lot.id for lot in chain)])
        assert ancestors(session, chain[-1].id) == sorted(lot.id for lot in (*lots, *chain))


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(draws=st.lists(st.integers(1, 60), min_size=1, max_size=8))
def test_whatever_is_drawn_no_lot_gives_more_than_it_weighs(
    coop: world.Coop, now: datetime, draws: list[int]
) -> None:
    with transaction() as session:
        about = {"weight_g": 100_000, "state": LotState.OPEN, "code": farm.request_id()}
        lot = world.make_lot(session, now, coop.plot, coop.product, **about)
        given_out = 0
        for units in draws:
            fits = given_out + units <= 100
            try:
                packing.pack_lot(session, coop.hand, farm.pack_in(lot, units=units), now)
            except Refused:
                assert not fits
            else:
                assert fits
                given_out += units
        assert drawn_g(session, lot.id) == given_out * 1000
        assert (lot.state == LotState.CONSUMED) is (given_out == 100)


def test_a_pack_entered_late_does_not_happen_before_its_harvest(coop: world.Coop, now: datetime) -> None:
    evening = now.replace(hour=11)  # six in the evening in Vietnam
    with transaction() as session:
        lot = farm.harvest(session, coop, evening, kg=100)
        next_day = evening + timedelta(days=1)
        packing.pack_lot(session, coop.hand, farm.pack_in(lot, units=10), next_day)
        told = {event.act: event.event_time for event in session.exec(select(Event)).all()}
    assert told["harvest"] <= told["pack"] < next_day
