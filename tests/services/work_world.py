"""What tests of work lists share: one case in each list, in a commune of one's own."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlmodel import Session

from tests import world
from trace.records.account import Role
from trace.records.certificate import Certificate, Scheme
from trace.records.job import Schedule
from trace.records.lot import LotKind, LotLink
from trace.records.product import OcopRating
from trace.records.scan import Alarm
from trace.records.shop import Shop, ShopState
from trace.records.sums import ShopDay
from trace.services import holding
from trace.services.admission import Actor, actor_of
from trace.services.shop_circuit import SYNC
from trace.services.work_lists import listing
from trace.services.work_lists.catalogue import BY_SLUG
from trace.services.work_lists.item import Look
from trace.services.work_lists.listing import View
from trace.standards.local_time import local_day

SLUGS = tuple(BY_SLUG)
WHY = holding.HoldIn(reason="Chờ kết quả mẫu")


@dataclass
class Desk:
    """A session and its moment, with whoever sits at the desk."""

    session: Session
    now: datetime
    actor: Actor

    @property
    def today(self) -> date:
        return local_day(self.now)

    def look(self, days: int = 0, **narrow: str) -> Look:
        return Look(self.session, self.actor, self.now + timedelta(days=days), **narrow)

    def names(self, slug: str, view: View = View.OPEN, days: int = 0, **narrow: str) -> list[str]:
        found = listing.page(self.look(days, **narrow), BY_SLUG[slug], view)
        return [one.told.name for one in found.items]


def officer(session: Session, now: datetime, commune: str) -> Actor:
    return actor_of(world.make_account(session, now, Role.COMMUNE_OFFICER, commune_code=commune))


def office(session: Session, now: datetime) -> Desk:
    return Desk(session, now, actor_of(world.make_office(session, now)))


def held(desk: Desk, coop: world.Coop, **given: Any) -> Any:
    lot = world.make_lot(desk.session, desk.now, coop.plot, coop.product, **given)
    return holding.hold_lot(desk.session, coop.hand, lot.public_id, WHY, desk.now), lot


def area(desk: Desk, coop: world.Coop, tonnes: int) -> Any:
    """One hectare that gave so many tonnes yesterday."""
    row = world.make_growing_area(desk.session, desk.now, coop.org, area_m2=10_000)
    day = desk.today - timedelta(days=1)
    given = {"growing_area_id": row.id, "weight_g": tonnes * 1_000_000, "harvested_on": day}
    world.make_lot(desk.session, desk.now, coop.plot, None, packed_on=None, **given)
    return row


def paper(desk: Desk, coop: world.Coop, left: int, **given: Any) -> Any:
    end = desk.today + timedelta(days=left)
    values = {"org_id": coop.org.id, "scheme": Scheme.VIETGAP, "number": f"VG-{left}", "valid_to": end}
    values |= {"valid_from": desk.today - timedelta(days=300), "confirmed_at": desk.now}
    return world.add(desk.session, Certificate(**{**values, "created_at": desk.now, **given}))


def rating(desk: Desk, coop: world.Coop, left: int) -> Any:
    row = OcopRating(product_id=coop.product.id, stars=4, score=75.0, created_at=desk.now)
    row.decision_number, row.valid_to = f"QĐ-{left}", desk.today + timedelta(days=left)
    row.decided_on = desk.today - timedelta(days=900)
    return world.add(desk.session, row)


def shop(desk: Desk, coop: world.Coop, **given: Any) -> Shop:
    """A shop of a year ago that works."""
    began = desk.now - timedelta(days=365)
    values = {"org_id": coop.org.id, "marketplace": "shopee", "ext_shop_id": str(coop.org.id), "name": "Gian"}
    values |= {"state": ShopState.CONNECTED, "created_at": began, "last_success_at": desk.now}
    row: Shop = world.add(desk.session, Shop(**{**values, **given}))
    turn = {"kind": SYNC, "subject": str(row.id), "shop_id": row.id, "every_s": 300, "next_due_at": desk.now}
    world.add(desk.session, Schedule(**turn))
    return row


def sold(desk: Desk, row: Shop, days_ago: int) -> None:
    day = desk.today - timedelta(days=days_ago)
    sums = {"orders": 1, "transactions": 0, "quantity": 1, "revenue_vnd": 1}
    world.add(desk.session, ShopDay(shop_id=row.id, day=day, **sums))


def alarm(desk: Desk, coop: world.Coop | None, kind: str, subject: str, **given: Any) -> Alarm:
    values = {"kind": kind, "subject": subject, "org_id": coop.org.id if coop else None}
    values |= {"raised_at": desk.now, "last_at": desk.now, **given}
    row: Alarm = world.add(desk.session, Alarm(**values))
    return row


def packed(desk: Desk, coop: world.Coop, **given: Any) -> Any:
    """A pack of one harvest, which has all that is asked for but what its product lacks."""
    harvest = world.make_lot(desk.session, desk.now, coop.plot, None, packed_on=None, state="open")
    values = {"kind": LotKind.PACK, "state": "open", "plot_id": None, "household_id": None, **given}
    lot = world.make_lot(desk.session, desk.now, coop.plot, coop.product, **values)
    world.add(desk.session, LotLink(parent_id=harvest.id, child_id=lot.id, weight_g=lot.weight_g))
    return lot


def one_of_each(desk: Desk, coop: world.Coop) -> None:
    """A case in every list."""
    held(desk, coop)
    area(desk, coop, 500)
    paper(desk, coop, 20)
    shop(desk, coop, last_success_at=desk.now - timedelta(days=2))
    alarm(desk, coop, "clone_suspect", f"clone/1/{coop.org.id}", detail='{"rule": "c1", "devices": 9}')
    bare = world.make_product(desk.session, desk.now, coop.org)
    packed(desk, coop, product_id=bare.id)
