"""Registering a harvest: what is kept, what is asked, who may."""

from datetime import date, datetime, timedelta

import pytest
from sqlmodel import select

from tests import world
from tests.services import farm
from trace.db import Database, transaction
from trace.errors import Conflict, Invalid, NotAllowed, NotFound, Refused
from trace.records.account import Role
from trace.records.event import Event
from trace.records.lot import Lot, LotState
from trace.services import harvesting, holding, intake, releasing
from trace.services.admission import actor_of
from trace.services.logging_acts import body_of
from trace.standards import epcis


@pytest.fixture
def coop(database: Database, now: datetime) -> world.Coop:
    with transaction() as session:
        return farm.found(session, now)


def test_a_lot_is_numbered_by_crop_day_and_order(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        codes = [farm.harvest(session, coop, now, kg=100).code for _ in range(3)]
    assert codes == ["VT-0612-01", "VT-0612-02", "VT-0612-03"]


def test_each_cooperative_numbers_its_own_lots(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        other = world.make_coop(session, now)
        farm.harvest(session, coop, now)
        assert farm.harvest(session, other, now).code == "VT-0612-01"


def test_sending_again_gives_the_same_lot(coop: world.Coop, now: datetime) -> None:
    given = farm.lot_in(coop.plot)
    with transaction() as session:
        first = harvesting.register_lot(session, coop.hand, given, now)
    with transaction() as session:
        assert harvesting.register_lot(session, coop.hand, given, now).id == first.id
        assert farm.count(session, Lot) == 1
        assert farm.count(session, Event) == 1


def test_the_same_request_with_another_weight_is_refused(coop: world.Coop, now: datetime) -> None:
    given = farm.lot_in(coop.plot)
    with transaction() as session:
        harvesting.register_lot(session, coop.hand, given, now)
    other = given.model_copy(update={"weight_g": 501_000})
    with pytest.raises(Conflict), transaction() as session:
        harvesting.register_lot(session, coop.hand, other, now)


@pytest.mark.parametrize(
    ("typed", "grams"),
    [("1.500", 1_500_000), ("1,5", 1_500), ("1 tấn 5 tạ", 1_500_000), ("480", 480_000), (480, 480)],
)
def test_a_typed_weight_is_read_as_kilograms(typed: object, grams: int) -> None:
    values = {"plot_id": 1, "weight_g": typed, "harvested_on": "2026-06-12", "request_id": "abcdefgh"}
    assert intake.read(harvesting.LotIn, values).weight_g == grams


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("weight_g", "-5"),
        ("weight_g", "0"),
        ("weight_g", "nhiều"),
        ("weight_g", ""),
        ("weight_g", 2**80),
        ("plot_id", "x"),
        ("plot_id", 2**70),
        ("harvested_on", "2026-06-12T10:30:00"),
        ("harvested_on", "32/13/2026"),
        ("crates", "-1"),
        ("crates", "1,5"),
        ("request_id", "a b"),
        ("yield_reason", "x" * 401),
        ("yield_reason", "a\x00b"),
        ("state", "released"),
    ],
)
def test_what_does_not_fit_is_named_by_its_field(field: str, value: object) -> None:
    values = {"plot_id": 1, "weight_g": "480", "harvested_on": "2026-06-12", "request_id": "abcdefgh"}
    with pytest.raises(Invalid) as refused:
        intake.read(harvesting.LotIn, {**values, field: value})
    assert [problem.field for problem in refused.value.problems] == [field]


def test_a_day_to_come_is_refused_and_today_is_vietnams(coop: world.Coop, now: datetime) -> None:
    before_midnight = datetime.fromisoformat("2026-06-12T23:59:00+07:00")
    tomorrow = farm.lot_in(coop.plot, harvested_on=date(2026, 6, 13))
    with pytest.raises(Invalid) as refused, transaction() as session:
        harvesting.register_lot(session, coop.hand, tomorrow, before_midnight)
    assert refused.value.problems[0].key == "lot.future"
    with transaction() as session:
        harvesting.register_lot(session, coop.hand, tomorrow, before_midnight + timedelta(minutes=1))


def test_a_second_lot_of_plot_and_day_is_a_question_only_when_asked(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        farm.harvest(session, coop, now)
        farm.harvest(session, coop, now)
    with pytest.raises(Refused) as refused, transaction() as session:
        farm.harvest(session, coop, now, ask_twin=True)
    assert (refused.value.key, refused.value.params["lot"]) == ("lot.twin.day", "VT-0612-02")


def test_another_cooperatives_plot_reads_like_an_absent_one(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        other = world.make_coop(session, now)
    answers = []
    for plot_id in (other.plot.id, 999_999):
        given = farm.lot_in(coop.plot, plot_id=plot_id)
        with pytest.raises(NotFound) as refused, transaction() as session:
            harvesting.register_lot(session, coop.hand, given, now)
        answers.append((refused.value.key, refused.value.params))
    assert answers[0] == answers[1]


def test_another_cooperatives_product_is_unknown(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        other = world.make_coop(session, now)
    with pytest.raises(Invalid) as refused, transaction() as session:
        farm.harvest(session, coop, now, product=other.product.public_id)
    assert refused.value.problems[0].field == "product"


def test_a_farmer_writes_for_the_own_household_only(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        household = {"org_id": coop.org.id, "household_id": coop.household.id}
        farmer = actor_of(world.make_account(session, now, Role.FARMER, **household))
        neighbour = world.make_plot(session, now, world.make_household(session, now, coop.org))
        assert harvesting.register_lot(session, farmer, farm.lot_in(coop.plot), now).created_by
    with pytest.raises(NotFound), transaction() as session:
        harvesting.register_lot(session, farmer, farm.lot_in(neighbour), now)


def test_the_digital_team_is_recorded_as_writing_for_somebody(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        team = actor_of(world.make_account(session, now, Role.DIGITAL_TEAM, commune_code=world.THANH_HA))
        away = actor_of(world.make_account(session, now, Role.DIGITAL_TEAM, commune_code="10816"))
        farm.agree_to_help(session, coop, now)
        assert harvesting.register_lot(session, team, farm.lot_in(coop.plot), now).acted_for
        with pytest.raises(NotFound):
            harvesting.register_lot(session, away, farm.lot_in(coop.plot), now)


@pytest.mark.parametrize("role", [Role.OFFICE, Role.ADMIN, Role.PACKING_HOUSE, Role.COMMUNE_OFFICER])
def test_readers_write_no_lots(coop: world.Coop, now: datetime, role: Role) -> None:
    place = {"org_id": coop.org.id} if role is Role.PACKING_HOUSE else {}
    place |= {"commune_code": world.THANH_HA} if role is Role.COMMUNE_OFFICER else {}
    with transaction() as session:
        reader = actor_of(world.make_account(session, now, role, **place))
        with pytest.raises(NotAllowed):
            harvesting.register_lot(session, reader, farm.lot_in(coop.plot), now)


def test_the_harvest_event_keeps_the_standard(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        lot = farm.harvest(session, coop, now, kg=480)
        event = session.exec(select(Event)).one()
        body = body_of(event)
    assert (event.act, event.subject_id, event.org_id) == ("harvest", lot.id, coop.org.id)
    assert body["quantityList"][0]["quantity"] == 480
    assert body["quantityList"][0]["epcClass"].endswith(f"/id/lot/{coop.org.public_id}/{lot.code}")
    assert epcis.validate(body, now) == []


def test_a_draft_is_asked_by_the_gates_when_it_is_opened(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        lot = farm.harvest(session, coop, now, draft=True)
        assert lot.state == LotState.DRAFT
        opened = harvesting.open_draft(session, coop.hand, lot.public_id, now)
        assert (opened.state, opened.version) == (LotState.OPEN, 2)
        with pytest.raises(Refused):
            harvesting.open_draft(session, coop.hand, lot.public_id, now)


@pytest.mark.parametrize("was_released", [False, True])
def test_opening_is_for_drafts_and_lifts_no_hold(coop: world.Coop, now: datetime, was_released: bool) -> None:
    """A held lot that was open went back to open by whoever pressed, and could be let out."""
    with transaction() as session:
        lot = farm.harvest(session, coop, now)
        if was_released:
            releasing.release_lot(session, coop.boss, lot.public_id, now)
        given = holding.HoldIn(reason="Chờ kết quả mẫu")
        holding.hold_lot(session, farm.OFFICE, lot.public_id, given, now)
        with pytest.raises(Refused, match=r"lot\.cannot_move"):
            harvesting.open_draft(session, coop.hand, lot.public_id, now)
        assert lot.state == LotState.HOLD
        with pytest.raises(Refused, match=r"gate\.hold"):
            releasing.release_lot(session, coop.boss, lot.public_id, now)
