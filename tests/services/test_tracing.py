"""Traces: every source and every stamp at any depth as one report, whose grams come out."""

from datetime import datetime

import pytest

from tests import stamped, world
from tests.effort import effort
from tests.services import farm
from tests.services.lot_world import DOWN, UP, bare, chain, codes, link, pool, traced
from trace.db import Database, reading, transaction
from trace.errors import Invalid, NotAllowed, NotFound, Refused
from trace.records.account import Role
from trace.records.lot import LotKind, LotState
from trace.services import holding, packing, recalling
from trace.services.admission import Actor
from trace.services.tracing import graph
from trace.services.tracing.starts import find_start


@pytest.fixture
def coop(database: Database, now: datetime) -> world.Coop:
    with transaction() as session:
        return farm.found(session, now)


def test_a_pack_is_traced_to_every_source_with_its_grams(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        one, two, three = (farm.harvest(session, coop, now, kg=kg) for kg in (100, 60, 80))
        first = pool(session, coop, now, (one, 60), (two, 40), kg=90)
        second = pool(session, coop, now, (first, 90), (three, 10), kg=100)
        pack = packing.pack_lot(session, coop.hand, farm.pack_in(second, units=50), now)
    with reading() as session:
        report = traced(session, coop.hand, UP, pack)
    parts = {node.lot.id: node.part_g for node in report.sources}
    assert parts == {one.id: 27_000, two.id: 18_000, three.id: 5_000}
    assert report.by_id[first.id].part_g == 45_000
    assert [report.by_id[lot.id].layer for lot in (one, first, second, pack)] == [0, 1, 2, 3]
    assert report.by_id[one.id].lot.plot == coop.plot.code
    assert report.by_id[one.id].lot.household == coop.household.code


def test_a_harvest_is_traced_to_everything_made_of_it_with_its_share(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        one, two = (farm.harvest(session, coop, now, kg=100) for _ in range(2))
        first = pool(session, coop, now, (one, 75), (two, 25), kg=80)
        pack = packing.pack_lot(session, coop.hand, farm.pack_in(first, units=40), now)
    with reading() as session:
        report = traced(session, coop.hand, DOWN, one)
    assert codes(report) == {one.code, first.code, pack.code}
    assert (report.by_id[first.id].part_g, report.by_id[pack.id].part_g) == (60_000, 30_000)


def test_every_lot_shows_what_went_in_out_got_lost_and_is_left(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        one, two = (farm.harvest(session, coop, now, kg=100) for _ in range(2))
        mixed = pool(session, coop, now, (one, 70), (two, 30), kg=95)
        packing.pack_lot(session, coop.hand, farm.pack_in(mixed, units=40), now)
    with reading() as session:
        # Asked from one input only: the other one's grams are in the sums all the same.
        report = traced(session, coop.hand, DOWN, one)
    node = report.by_id[mixed.id]
    assert (node.in_g, node.lot.weight_g, node.loss_g, node.drawn_g) == (100_000, 95_000, 5_000, 40_000)
    assert node.left_g == 55_000
    assert report.by_id[one.id].in_g is None


def test_stamps_are_shown_without_those_withdrawn(
    coop: world.Coop, now: datetime, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with transaction() as session:
        lot = bare(session, now, coop, LotKind.HARVEST, 500_000)
        block = stamped.make_block(session, now, coop, tmp_path_factory.mktemp("keys"))
        for first, last in ((0, 9), (10, 39)):
            stamped.activate(session, now, block, lot, block.first + first, block.first + last)
        stamped.void(session, now, block, block.first + 5, block.first + 6)
    with reading() as session:
        node = traced(session, coop.hand, DOWN, lot).by_id[lot.id]
    ends = [(one.range.first - block.first, one.range.last - block.first) for one in node.stamps]
    assert ends == [(0, 4), (7, 39)]
    assert node.stamp_count == 38


def test_any_depth_takes_the_same_few_statements(database: Database, coop: world.Coop, now: datetime) -> None:
    statements = []
    for depth in (2, 9):
        with transaction() as session:
            first, last = chain(session, now, coop, depth, 6)
        with effort(database) as spent, reading() as session:
            up = traced(session, coop.hand, UP, last[0])
            down = traced(session, coop.hand, DOWN, first[0])
        assert max(node.layer for node in up.nodes) == max(node.layer for node in down.nodes) == depth
        statements.append(spent.statements)
        assert sum(node.part_g for node in up.sources) == last[0].weight_g
    assert statements[0] == statements[1] < 70


def test_many_inputs_are_one_report(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        harvests = [farm.harvest(session, coop, now, kg=10) for _ in range(12)]
        mixed = pool(session, coop, now, *((lot, 10) for lot in harvests), kg=120)
    with reading() as session:
        report = traced(session, coop.hand, UP, mixed)
    assert {node.lot.id for node in report.sources} == {lot.id for lot in harvests}
    assert len(report.links) == 12


def test_the_worst_input_is_named_where_it_began(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        one, two = (farm.harvest(session, coop, now, kg=100) for _ in range(2))
        mixed = pool(session, coop, now, (one, 50), (two, 50), kg=100)
        pack = packing.pack_lot(session, coop.hand, farm.pack_in(mixed, units=50), now)
        holding.hold_lot(session, farm.OFFICE, two.public_id, holding.HoldIn(reason="chờ kết quả"), now)
    with reading() as session:
        held = traced(session, coop.hand, UP, pack)
    assert [node.lot.code for node in held.worst] == [two.code]
    with transaction() as session:
        words = recalling.RecallIn(reason="Dư lượng thuốc", phone="0220 111 222")
        recalling.open_recall(session, farm.OFFICE, one.public_id, words, now)
    with reading() as session:
        recalled = traced(session, coop.hand, UP, pack)
        alone = traced(session, coop.hand, UP, mixed)
    assert [node.lot.code for node in recalled.worst] == [one.code]
    assert [node.lot.code for node in alone.worst] == [one.code]


def test_a_neighbours_lot_is_named_one_step_and_no_further(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        other = world.make_coop(session, now)
        far = bare(session, now, other, LotKind.HARVEST, 100_000)
        theirs = bare(session, now, other, LotKind.POOL, 100_000)
        mine = bare(session, now, coop, LotKind.PACK, 50_000)
        link(session, far, theirs, 100_000)
        link(session, theirs, mine, 50_000)
    with reading() as session:
        report = traced(session, coop.hand, UP, mine)
        whole = traced(session, farm.OFFICE, UP, mine)
        below = traced(session, other.hand, DOWN, far)
    partner = report.by_id[theirs.id].lot
    assert codes(report) == {mine.code, theirs.code}
    assert (partner.org, partner.state, partner.weight_g, partner.plot) == (other.org.name, "", 0, "")
    assert report.by_id[theirs.id].part_g == 50_000
    assert codes(whole) == {mine.code, theirs.code, far.code}
    assert (codes(below), below.by_id[mine.id].lot.is_partner) == ({far.code, theirs.code, mine.code}, True)
    assert below.by_id[mine.id].part_g == 50_000


def test_a_foreign_lot_and_an_absent_one_are_the_same(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        theirs = bare(session, now, world.make_coop(session, now), LotKind.HARVEST, 1_000)
    with reading() as session:
        for number in (theirs.id, 999_999):
            with pytest.raises(NotFound):
                traced(session, coop.hand, UP, theirs.model_copy(update={"id": number}))
        with pytest.raises(NotAllowed):
            traced(session, Actor(None, Role.ADMIN), UP, theirs)


def test_a_report_that_would_be_too_long_says_so(
    coop: world.Coop, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    with transaction() as session:
        _first, last = chain(session, now, coop, 4, 4)
    monkeypatch.setattr(graph, "MOST_LOTS", 5)
    with reading() as session:
        report = traced(session, coop.hand, UP, last[0])
    assert (len(report.nodes), report.is_cut) == (5, True)
    assert report.nodes[-1].lot.id == last[0].id


def test_links_in_a_circle_are_refused_and_named(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        one, two, three = (bare(session, now, coop, LotKind.POOL, 1_000) for _ in range(3))
        for parent, child in ((one, two), (two, three), (three, two)):
            link(session, parent, child, 10)
    with reading() as session, pytest.raises(Refused) as refused:
        traced(session, coop.hand, DOWN, one)
    assert refused.value.params["lots"] == sorted([two.code, three.code])


def test_a_trace_begins_at_a_lot_a_stamp_or_a_plot(
    coop: world.Coop, now: datetime, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with transaction() as session:
        lot = bare(session, now, coop, LotKind.HARVEST, 500_000)
        later = bare(session, now, coop, LotKind.HARVEST, 500_000)
        block = stamped.make_block(session, now, coop, tmp_path_factory.mktemp("keys"))
        stamped.activate(session, now, block, lot, block.first, block.first + 9)
        code = stamped.code_of(session, block.kid, block.first + 3)
    stamp = f"{block.kid}:{block.first + 3}"
    with reading() as session:
        begun = {
            said: find_start(session, coop.hand, said)
            for said in (lot.code, lot.public_id, code, f"000.00{block.first + 3}", stamp, coop.plot.code)
        }
    assert [start.kind for start in begun.values()] == ["lot", "lot", "stamp", "stamp", "stamp", "plot"]
    assert {start.lot_ids for start in list(begun.values())[:5]} == {(lot.id,)}
    assert begun[coop.plot.code].lot_ids == (later.id, lot.id)
    assert begun[code].name == stamp


def test_a_neighbour_finds_none_of_it(
    coop: world.Coop, now: datetime, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with transaction() as session:
        other = world.make_coop(session, now)
        lot = bare(session, now, coop, LotKind.HARVEST, 500_000)
        block = stamped.make_block(session, now, coop, tmp_path_factory.mktemp("keys"))
        stamped.activate(session, now, block, lot)
        code = stamped.code_of(session, block.kid, block.first)
    with reading() as session:
        for said in (lot.code, lot.public_id, code, f"{block.kid}:{block.first}", coop.plot.code):
            with pytest.raises(NotFound) as refused:
                find_start(session, other.hand, said)
            assert refused.value.key == "trace.unknown"


def test_one_code_in_two_cooperatives_is_asked_again(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        other = world.make_coop(session, now)
        twins = [bare(session, now, one, LotKind.HARVEST, 1_000, code="VT-0612-99") for one in (coop, other)]
    with reading() as session:
        with pytest.raises(Invalid) as refused:
            find_start(session, farm.OFFICE, "vt-0612-99")
        assert find_start(session, farm.OFFICE, twins[1].public_id).lot_ids == (twins[1].id,)
        assert find_start(session, coop.hand, "VT-0612-99").lot_ids == (twins[0].id,)
        for one, twin in zip((coop, other), twins, strict=True):
            for said in (
                f"{one.org.public_id}/VT-0612-99",
                f"{one.org.public_id}/vt-0612-99 ({one.org.name})",
            ):
                assert find_start(session, farm.OFFICE, said).lot_ids == (twin.id,)
        with pytest.raises(NotFound):
            find_start(session, coop.hand, f"{other.org.public_id}/VT-0612-99")
    assert refused.value.key == "trace.which"
    assert refused.value.problems[0].params["choices"] == [
        f"{one.org.public_id}/VT-0612-99 ({one.org.name})" for one in (coop, other)
    ]


def test_a_destroyed_lot_has_nothing_left(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        lot = bare(session, now, coop, LotKind.HARVEST, 1_000, state=LotState.DESTROYED)
    with reading() as session:
        assert traced(session, coop.hand, DOWN, lot).by_id[lot.id].left_g == 0
