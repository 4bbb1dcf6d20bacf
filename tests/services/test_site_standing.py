"""A code that does not stand stops the goods of its days, and only those."""

from datetime import date, datetime, timedelta

import pytest
from sqlmodel import Session

from tests import world
from tests.services import farm
from trace.db import Database, transaction
from trace.errors import Refused
from trace.records.lot import Lot, LotState
from trace.records.plot import GrowingArea, PackingHouse, SiteStatus, SiteStatusChange
from trace.services import holding, packing, releasing, sites
from trace.services.going_out import refuse_unfit
from trace.services.site_standing import standing_on
from trace.texts.catalogs import t

LIFT = holding.LiftIn(result="BB 07/2026", reason="Bán trong nước, không dùng mã")


@pytest.fixture
def coop(database: Database, now: datetime) -> world.Coop:
    with transaction() as session:
        coop = farm.found(session, now)
        area = world.make_growing_area(session, now, coop.org)
        coop.plot.growing_area_id = area.id
        began = date(2026, 1, 1)
        world.add(
            session, SiteStatusChange(growing_area_id=area.id, status="active", since=began, recorded_at=now)
        )
        coop.extra["area"] = area
        return coop


def house_of(session: Session, coop: world.Coop, now: datetime) -> PackingHouse:
    given = sites.PackingHouseIn(code="VN-HDPH-901", market="CN", name="Nhà đóng gói")
    return sites.add_packing_house(session, coop.hand, given, now - timedelta(days=30))


def suspend(
    session: Session,
    coop: world.Coop,
    site: GrowingArea | PackingHouse,
    since: date,
    now: datetime,
    status: SiteStatus = SiteStatus.SUSPENDED,
) -> None:
    given = sites.StatusIn(status=status, since=since, reason="Phát hiện dư lượng")
    sites.change_status(session, coop.hand, type(site), site.id, given, now)


def rules_of(session: Session, lot: Lot) -> list[str]:
    return [hold.rule for hold in holding.open_holds(session, lot)]


@pytest.mark.parametrize(
    ("since", "state"),
    [(farm.DAY - timedelta(days=1), "hold"), (farm.DAY, "hold"), (farm.DAY + timedelta(days=1), "open")],
)
@pytest.mark.parametrize("status", [SiteStatus.SUSPENDED, SiteStatus.REVOKED])
def test_a_harvest_is_stopped_from_the_day_of_the_suspension_on(
    coop: world.Coop, now: datetime, since: date, state: str, status: SiteStatus
) -> None:
    with transaction() as session:
        suspend(session, coop, coop.extra["area"], since, now + timedelta(days=1), status)
        assert farm.harvest(session, coop, now).state == state


def test_a_hold_says_code_market_day_and_reason(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        suspend(session, coop, coop.extra["area"], date(2026, 6, 10), now)
        lot = farm.harvest(session, coop, now)
        hold = holding.open_holds(session, lot)[0]
        why = holding.why(hold)
        said = t("vi", why.key, **why.params)
    assert hold.rule == "gate.area.suspended"
    assert said == hold.reason
    for word in (coop.extra["area"].code, "Trung Quốc", "10/06/2026", "Phát hiện dư lượng", "12/06/2026"):
        assert word in said


@pytest.mark.parametrize(("since", "state"), [(farm.DAY, "hold"), (farm.DAY + timedelta(days=1), "released")])
def test_a_standing_written_down_late_stops_what_is_out_already(
    coop: world.Coop, now: datetime, since: date, state: str
) -> None:
    with transaction() as session:
        lot = farm.harvest(session, coop, now, kg=100)
        pack = packing.pack_lot(session, coop.hand, farm.pack_in(lot, units=100), now)
        releasing.release_lot(session, coop.boss, pack.public_id, now)
        suspend(session, coop, coop.extra["area"], since, now + timedelta(days=3))
        assert pack.state == state


def test_the_office_lifts_it_with_result_and_reason_and_it_stays_lifted(
    coop: world.Coop, now: datetime
) -> None:
    with transaction() as session:
        suspend(session, coop, coop.extra["area"], farm.DAY, now)
        lot = farm.harvest(session, coop, now, kg=100)
        pack = packing.pack_lot(session, coop.hand, farm.pack_in(lot, units=100), now)
        hold = holding.open_holds(session, lot)[0]
        holding.lift_hold(session, farm.OFFICE, hold.id, LIFT, now)
        assert releasing.release_lot(session, coop.boss, pack.public_id, now).state == LotState.RELEASED
        refuse_unfit(session, pack, coop.product)
        assert (hold.result, hold.lift_reason) == (LIFT.result, LIFT.reason)


def test_another_suspension_of_the_same_code_stops_anew(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        suspend(session, coop, coop.extra["area"], date(2026, 6, 1), now)
        lot = farm.harvest(session, coop, now)
        holding.lift_hold(session, farm.OFFICE, holding.open_holds(session, lot)[0].id, LIFT, now)
        suspend(session, coop, coop.extra["area"], date(2026, 6, 11), now, SiteStatus.REVOKED)
        assert rules_of(session, lot) == ["gate.area.suspended"]


def test_a_restored_code_stands_again_from_its_day_on(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        area = coop.extra["area"]
        suspend(session, coop, area, date(2026, 6, 1), now)
        suspend(session, coop, area, farm.DAY, now, SiteStatus.ACTIVE)
        assert farm.harvest(session, coop, now).state == LotState.OPEN
        assert farm.harvest(session, coop, now, harvested_on=date(2026, 6, 11)).state == LotState.HOLD
        assert standing_on(session, area, date(2025, 12, 31)) is None


@pytest.mark.parametrize(("since", "rules"), [(farm.DAY, ["gate.house.suspended"]), (date(2026, 6, 13), [])])
def test_a_packing_house_is_asked_on_the_packing_day(
    coop: world.Coop, now: datetime, since: date, rules: list[str]
) -> None:
    with transaction() as session:
        house = house_of(session, coop, now)
        suspend(session, coop, house, since, now + timedelta(days=1))
        given = farm.pack_in(farm.harvest(session, coop, now), packing_house_id=house.id)
        pack = packing.pack_lot(session, coop.hand, given, now)
        assert rules_of(session, pack) == rules


def test_goods_of_another_area_go_on(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        lot = farm.harvest(session, coop, now)
        other = world.make_growing_area(session, now, coop.org)
        world.add(
            session,
            SiteStatusChange(growing_area_id=other.id, status="active", since=farm.DAY, recorded_at=now),
        )
        suspend(session, coop, other, farm.DAY, now)
        assert lot.state == LotState.OPEN


def test_a_code_that_fell_before_this_gate_was_there_is_refused_at_the_stamps(
    coop: world.Coop, now: datetime
) -> None:
    with transaction() as session:
        lot = farm.harvest(session, coop, now)
        releasing.release_lot(session, coop.boss, lot.public_id, now)
        area = coop.extra["area"]
        line = {"status": "suspended", "since": farm.DAY, "reason": "Mất điều kiện", "recorded_at": now}
        world.add(session, SiteStatusChange(growing_area_id=area.id, **line))
        with pytest.raises(Refused) as refused:
            refuse_unfit(session, lot, coop.product)
        assert refused.value.key == "gate.area.suspended"
        assert "Mất điều kiện" in t("en", refused.value.key, phone="0", **refused.value.params)
