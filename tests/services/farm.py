"""What tests of lots share: a founded instance with its rules, a cooperative, inputs in one line."""

import itertools
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, select

from tests import world
from trace.records.account import Role
from trace.records.household import Purpose
from trace.records.lot import Hold, Lot
from trace.records.plot import Plot
from trace.services import diary, harvesting, households, instance_facts, pack_inputs, rules
from trace.services.admission import Actor

DAY = date(2026, 6, 12)
OFFICE = Actor(None, Role.OFFICE)
_numbers = itertools.count(1)


def found(session: Session, now: datetime) -> world.Coop:
    instance_facts.found(session, public_url="https://id.example.vn", is_demo=False)
    rules.load_defaults(session)
    coop = world.make_coop(session, now)
    world.add_picture(session, now, coop.product)
    return coop


def count(session: Session, table: Any) -> int:
    return len(session.exec(select(table)).all())


def all_of(session: Session, table: Any) -> list[Any]:
    return list(session.exec(select(table).order_by(table.id)).all())


def holds_of(session: Session, lot: Lot) -> list[Hold]:
    return list(session.exec(select(Hold).where(Hold.lot_id == lot.id)).all())


def request_id() -> str:
    return f"yeu-cau-{next(_numbers):06}"


def lot_in(plot: Plot, kg: int = 500, **given: Any) -> harvesting.LotIn:
    values = {"plot_id": plot.id, "weight_g": kg * 1000, "harvested_on": DAY, "request_id": request_id()}
    return harvesting.LotIn(**{**values, **given})


def pack_in(*parents: Lot, units: int | None = 100, **given: Any) -> pack_inputs.PackIn:
    draws = given.pop("draws", [{"lot": parent.public_id} for parent in parents])
    values = {"parents": draws, "units": units, "packed_on": DAY, "request_id": request_id()}
    return pack_inputs.PackIn(**{**values, **given})


def spray_in(plot: Plot, day: date, **given: Any) -> diary.DiaryEntryIn:
    values = {"plot_id": plot.id, "kind": "spray", "done_on": day, "material": "Abamectin"}
    return diary.DiaryEntryIn(**{**values, "request_id": request_id(), **given})


def agree_to_help(session: Session, coop: world.Coop, now: datetime) -> None:
    """The household of the cooperative lets the digital team write for it."""
    said = households.ConsentIn(purpose=Purpose.HELP, how="spoken", said_on=DAY)
    households.give_consent(session, coop.hand, coop.household.id, said, now)


def harvest(session: Session, coop: world.Coop, now: datetime, kg: int = 500, **given: Any) -> Lot:
    values = {"product": coop.product.public_id, **given}
    return harvesting.register_lot(session, coop.hand, lot_in(coop.plot, kg, **values), now)
