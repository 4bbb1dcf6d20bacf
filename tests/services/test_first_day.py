"""A first day is ticked by what the registry holds, one organisation by itself."""

from datetime import datetime
from pathlib import Path

import pytest

from tests import stamped, world
from trace.db import Database, reading, transaction
from trace.errors import Invalid, NotAllowed
from trace.records.account import Role
from trace.records.household import Purpose
from trace.records.lot import LotState
from trace.records.scan import StampSeen
from trace.records.stamp import PrintRun
from trace.services import first_day, households, organisations
from trace.services.admission import Actor, actor_of
from trace.services.first_day import Step
from trace.services.intake import read

FARM = {"name": "Nguyễn Văn An", "crop": "vải", "area_m2": "5 sào"}
GOOD = {"name": "Vải thiều hộp 1 kg", "unit_g": "1 kg", "crop": "vải", "standards": "TCCS 01:2026"}


@pytest.fixture
def boss(database: Database, now: datetime) -> Actor:
    with transaction() as session:
        org = world.make_org(session, now)
        return actor_of(world.make_account(session, now, Role.COOP_MANAGER, org_id=org.id))


def done(boss: Actor) -> set[Step]:
    with reading() as session:
        return {one.step for one in first_day.first_day(session, boss).stages if one.is_done}


def test_each_step_is_ticked_by_its_own_fact(boss: Actor, now: datetime, tmp_path: Path) -> None:
    assert done(boss) == set()
    with transaction() as session:
        said = read(organisations.ContactIn, {"phone": "0220 371 1111"})
        organisations.set_contact(session, boss, said, now)
    assert done(boss) == {Step.CONTACT}
    with transaction() as session:
        plot = first_day.add_farm(session, boss, read(first_day.FarmIn, {**FARM, "agrees": True}), now)
        assert households.agrees_to(session, plot.household_id, Purpose.REGISTRY)
        good = first_day.add_good(session, boss, read(first_day.GoodIn, GOOD), now)
    assert done(boss) == {Step.CONTACT, Step.FARM}
    with transaction() as session:
        world.add_picture(session, now, good)
        lot = world.make_lot(session, now, plot, good, state=LotState.OPEN, packed_on=None)
    assert done(boss) == {Step.CONTACT, Step.FARM, Step.PRODUCT, Step.LOT}
    with reading() as session:
        following = first_day.first_day(session, boss).next
        assert following is not None
        assert (following.step, following.subject) == (Step.PACK, lot.public_id)
    with transaction() as session:
        packed = world.make_lot(session, now, plot, good, released_at=now)
        coop = world.make_coop(session, now)
        coop.org = organisations.own(session, boss)
        block = stamped.make_block(session, now, coop, tmp_path)
    assert set(Step) - done(boss) == {Step.PRINT, Step.CHECK}
    with transaction() as session:
        run = {"public_id": "in1", "block_id": block.id, "org_id": boss.org_id, "request_id": "r-in-0001"}
        run |= {"state": "ready", "first": block.first, "last": block.last, "format": "pdf"}
        run |= {"stock": "tomy-145", "start_cell": 1, "asked_at": now}
        world.add(session, PrintRun(**run))
        world.add(session, StampSeen(kid=block.kid, serial=block.first, first_at=now, first_device=b""))
    assert done(boss) == set(Step)
    assert packed.org_id == boss.org_id
    with reading() as session:
        assert first_day.first_day(session, boss).is_over


def test_what_neighbours_did_ticks_nothing(boss: Actor, now: datetime, tmp_path: Path) -> None:
    with transaction() as session:
        other = world.make_coop(session, now)
        world.add_picture(session, now, other.product)
        world.make_lot(session, now, other.plot, other.product, released_at=now)
        block = stamped.make_block(session, now, other, tmp_path)
        world.add(session, StampSeen(kid=block.kid, serial=block.first, first_at=now, first_device=b""))
    assert done(boss) == set()
    with reading() as session:
        assert {one.subject for one in first_day.first_day(session, boss).stages} == {""}


def test_codes_are_the_next_free_ones(boss: Actor, now: datetime) -> None:
    with transaction() as session:
        plots = [first_day.add_farm(session, boss, read(first_day.FarmIn, FARM), now) for _ in range(3)]
        goods = [first_day.add_good(session, boss, read(first_day.GoodIn, GOOD), now) for _ in range(2)]
        assert first_day.usual_crop(session, boss) == "lychee"
    assert [plot.code for plot in plots] == ["H-001-1", "H-002-1", "H-003-1"]
    assert [good.sku for good in goods] == ["SP-01", "SP-02"]


@pytest.mark.parametrize("phone", ["1900 1234", "1800 6838", "0912345678", "0220.371.1111"])
def test_a_number_people_can_call_is_kept_as_it_was_typed(boss: Actor, now: datetime, phone: str) -> None:
    with transaction() as session:
        said = read(organisations.ContactIn, {"phone": phone})
        assert organisations.set_contact(session, boss, said, now).phone == phone


@pytest.mark.parametrize("phone", ["", "123", "0123 456 789", "gọi anh An"])
def test_what_is_no_number_is_refused(phone: str) -> None:
    with pytest.raises(Invalid):
        read(organisations.ContactIn, {"phone": phone})


def test_who_keeps_no_registry_has_no_first_day(database: Database, now: datetime) -> None:
    with transaction() as session:
        org = world.make_org(session, now)
        packer = actor_of(world.make_account(session, now, Role.PACKING_HOUSE, org_id=org.id))
        with pytest.raises(NotAllowed):
            first_day.first_day(session, packer)
