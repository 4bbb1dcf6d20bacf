"""Every night sums are held against their rows: a difference is an alarm until it is mended."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import select, update
from sqlmodel import Session, col

from tests.services.figures_world import Maker
from trace.db import Database, reading, transaction
from trace.jobs import clock
from trace.jobs.desk import Desk
from trace.jobs.work import run_one
from trace.records.job import Job, Schedule
from trace.records.scan import Alarm
from trace.records.sums import ScanMonth, ShopDay
from trace.services import recounting, schedules
from trace.services.rules import load_defaults
from trace.settings import Settings
from trace.standards.local_time import VN


@pytest.fixture
def desk(database: Database, now: datetime, tmp_path: Path) -> Desk:
    with transaction() as session:
        load_defaults(session)
        Maker(session, Random(9)).estate()
        recounting.recount(session)
    return Desk(Settings(instance=tmp_path), "test", now=lambda: now)


def compare(desk: Desk) -> Job:
    with transaction() as session:
        number = schedules.run_now(session, "check_sums", "", desk.now())
    run_one(desk, number)
    with reading() as session:
        return session.get_one(Job, number)


def alarms(session: Session) -> list[Alarm]:
    return list(session.execute(select(Alarm)).scalars())


def test_where_all_agrees_nothing_is_raised(desk: Desk) -> None:
    job = compare(desk)
    assert (job.state, json.loads(job.stats)["differences"]) == ("done", 0)
    with reading() as session:
        assert (alarms(session), recounting.standing(session)) == ([], None)


def test_sums_that_differ_are_one_alarm_until_they_are_mended(desk: Desk) -> None:
    with transaction() as session:
        session.execute(update(ScanMonth).values(scans=ScanMonth.scans + 1))
        session.execute(update(ShopDay).where(col(ShopDay.orders) > 0).values(orders=0))
        wrong = recounting.differences(session).count
    for _ in range(2):
        assert json.loads(compare(desk).stats)["differences"] == wrong
    with reading() as session:
        (alarm,) = alarms(session)
        told = json.loads(alarm.detail)
        assert (alarm.kind, alarm.times, told["differences"]) == ("sums_differ", 2, wrong)
        assert set(told["tables"]) == {"scan_month", "shop_day"}
        assert recounting.standing(session) == (wrong, desk.now())
    with transaction() as session:
        recounting.recount(session)
    compare(desk)
    with reading() as session:
        assert alarms(session)[0].cleared_at == desk.now()
        assert recounting.standing(session) is None


def test_the_comparison_is_due_at_night_once_a_day(sqlite: Database, tmp_path: Path) -> None:
    noon = datetime(2026, 6, 12, 5, tzinfo=UTC)
    desk = Desk(Settings(instance=tmp_path), "test", now=lambda: noon)
    clock.plan_house(desk)
    with reading() as session:
        due = session.execute(select(Schedule).where(col(Schedule.kind) == "check_sums")).scalar_one()
    assert (due.next_due_at.astimezone(VN).hour, due.every_s) == (2, 86_400)
    assert noon < due.next_due_at < noon + timedelta(days=1)
