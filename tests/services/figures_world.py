"""Random rows of everything figures count, as bare rows: late hours, missing values, units that changed."""

import itertools
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

from sqlmodel import Session, select

from tests import world
from tests.services.test_statistics import make_listing, make_shop
from tests.units import HA_BAC, THANH_HA
from trace.records.allocation import Allocation
from trace.records.certificate import Certificate, CertificateScope, Scheme
from trace.records.consignment import Consignment, ConsignmentState
from trace.records.event import Event
from trace.records.file_exchange import DayTotal
from trace.records.job import Job, JobState
from trace.records.lot import Hold, Lot, LotKind, LotLink, LotState
from trace.records.market_order import MarketOrder, MarketOrderLine, OrderStatus, OrderStatusChange
from trace.records.organisation import Organisation
from trace.records.plot import PackingHouse
from trace.records.problem_report import ProblemReport
from trace.records.product import OcopRating, Product
from trace.records.recall import RecallDrill
from trace.records.scan import GhostDay, Scan, StampSeen
from trace.records.season_plan import SeasonPlan
from trace.records.shop import Listing, Shop, ShopState
from trace.records.stamp import BlockState, KeyState, StampActivation, StampBlock, StampKeyRow, StampVoid
from trace.records.training import TrainingAttendance, TrainingSession
from trace.services.public_id import new_public_id

FIRST, LAST = date(2026, 5, 20), date(2026, 6, 25)
ACROSS_DISTRICTS = "10705"
"""A commune of today whose old ones lay in three districts."""
PLACES = (
    {"commune_code": THANH_HA},
    {"commune_code": THANH_HA, "old_commune_scheme": "2025-01", "old_commune_code": "10867"},
    {"commune_code": HA_BAC},
    {"commune_code": ACROSS_DISTRICTS},
)
STATUSES = (*OrderStatus, *3 * (OrderStatus.COMPLETED, OrderStatus.RETURNED))
VARIETIES = ("thieu", "u_hong", "")
_numbers = itertools.count(1)


@dataclass
class Estate:
    """One cooperative and its rows."""

    org: Organisation
    households: list[Any] = field(default_factory=list)
    plots: list[Any] = field(default_factory=list)
    areas: list[Any] = field(default_factory=list)
    houses: list[Any] = field(default_factory=list)
    products: list[Product] = field(default_factory=list)
    lots: list[Lot] = field(default_factory=list)
    listings: list[Listing] = field(default_factory=list)
    shops: list[Shop] = field(default_factory=list)


class Maker:
    """Makes estates of a random source."""

    def __init__(self, session: Session, chance: Random) -> None:
        self.session, self.chance = session, chance

    def aside(self) -> "Maker":
        """One whose rows leave the draws for all others as they are."""
        state = self.chance.getstate()[1]
        return Maker(self.session, Random(f"{state[:4]} {state[-1]}"))

    def some(self, most: int) -> range:
        return range(self.chance.randint(0, most))

    def maybe(self, value: Any) -> Any:
        return self.chance.choice((value, None))

    def day(self) -> date:
        """A day around the period, some before and after it."""
        return FIRST + timedelta(days=self.chance.randint(-3, 40))

    def at(self) -> datetime:
        """An instant, mostly near midnight in Vietnam."""
        day = self.day()
        midnight = datetime(day.year, day.month, day.day, 17, tzinfo=UTC)
        return midnight + timedelta(seconds=self.chance.choice((-1, 0, 1, 30_000)))

    def place(self) -> dict[str, Any]:
        return self.chance.choice(PLACES)

    def pick(self, values: Any) -> Any:
        return self.chance.choice(list(values))

    def add(self, row: Any) -> Any:
        return world.add(self.session, row)

    def estate(self) -> Estate:
        """A cooperative with rows of every kind; it moves to another commune at the end."""
        one = Estate(world.make_org(self.session, self.at(), **self.place()))
        _land(self, one)
        _plans(self.aside())
        _courses(self.aside(), one)
        _ghosts(self.aside())
        _goods(self, one)
        _shops(self, one)
        for _ in range(self.chance.randint(10, 20)):
            _order(self, one)
        for shop in one.shops:
            _typed(self, one, shop)
        _papers(self, one)
        _stamps(self, one)
        _problems(self.aside(), one)
        for name, value in self.place().items():
            setattr(one.org, name, value)
        self.session.flush()
        return one


def _land(make: Maker, one: Estate) -> None:
    session, org = make.session, one.org
    for _ in make.some(2):
        crop = make.pick(("lychee", "guava"))
        area = world.make_growing_area(session, make.at(), org, crop=crop, market=make.pick(("CN", "JP")))
        area.area_m2 = make.pick((100, 10_000))
        one.areas.append(area)
    for n in range(2):
        values = {"org_id": org.id, "code": f"PH-{org.id}-{n}", "market": "CN", "name": f"Xưởng {n}"}
        one.houses.append(make.add(PackingHouse(**values, **make.place(), created_at=make.at())))
    for _ in range(3):
        home = world.make_household(session, make.at(), org, **make.place())
        one.households.append(home)
        area = make.pick([*one.areas, None])
        crop = make.pick(("lychee", "guava"))
        given = {"growing_area_id": area.id if area else None, "variety": make.pick(VARIETIES)}
        one.plots.append(world.make_plot(session, make.at(), home, crop=crop, area_m2=400, **given))


def _courses(make: Maker, one: Estate) -> None:
    """Three sessions, some on one day or outside the period, some only proposed; households came to none, one
    or two.
    """
    held = [
        make.add(
            TrainingSession(
                held_on=make.day(),
                recorded_at=make.at(),
                confirmed_at=make.pick((make.at(), make.at(), None)),
                **make.place(),
            )
        )
        for _ in range(3)
    ]
    for home in one.households:
        for course in make.chance.sample(held, k=make.chance.randint(0, 2)):
            came = {"session_id": course.id, "household_id": home.id, "org_id": one.org.id}
            make.add(TrainingAttendance(**came, recorded_at=make.at()))


def _plans(make: Maker) -> None:
    """Seasons in the period, across its edges, of another year; some only proposed, some ended."""
    for _ in make.some(4):
        first = make.day() - timedelta(days=make.pick((0, 10, 300)))
        span = {"first_day": first, "last_day": first + timedelta(days=make.pick((0, 6, 25)))}
        values = {"crop": make.pick(("lychee", "lychee", "guava")), "variety": make.pick(VARIETIES)}
        values |= {"weight_g": make.chance.randint(1, 90_000_000), "area_m2": make.chance.randint(1, 90_000)}
        told = {"recorded_at": make.at(), "confirmed_at": make.pick((make.at(), make.at(), None))}
        ended = make.pick((None, None, make.at()))
        make.add(SeasonPlan(**span, **values, **told, **make.place(), ended_at=ended))


def _ghosts(make: Maker) -> None:
    """Looks at codes nobody issued; a day has one row of each kind, whichever estate came first."""
    there = {(one.day, one.state) for one in make.session.exec(select(GhostDay))}
    for state in ("FORGED", "UNALLOCATED"):
        for day in {make.day() for _ in make.some(4)}:
            if (day, state) not in there:
                make.add(GhostDay(day=day, state=state, looks=make.chance.randint(1, 900)))


def _problems(make: Maker, one: Estate) -> None:
    """Reports of stamps of every kind and of codes nobody issued; some answered, one the moment it came."""
    for _ in make.some(6):
        at = make.at()
        product = make.pick([*one.products, None])
        about = {"org_id": make.pick((one.org.id, one.org.id, None)), "product_id": product and product.id}
        over = make.pick((None, timedelta(0), timedelta(hours=7), timedelta(days=40)))
        answer = {"answer": "Đã xem", "answered_at": at + over} if over is not None else {}
        number = {"public_id": new_public_id(), "mark": new_public_id(), "state": "FIRST", "text": "Lạ"}
        make.add(ProblemReport(**number, **about, **answer, reported_at=at))


def _goods(make: Maker, one: Estate) -> None:
    for _ in range(2):
        product = world.make_product(make.session, make.at(), one.org, variety=make.pick(VARIETIES))
        product.ocop_group, product.unit_g = make.pick((None, 1, 2)), make.pick((500, 1000))
        product.brand = make.pick(("", "Vải"))
        if make.chance.random() < 0.6:
            world.add_picture(make.session, make.at(), product)
        one.products.append(product)
        for n in make.some(2):
            values = {"product_id": product.id, "stars": make.pick((2, 3, 4)), "score": 60.0}
            values |= {"decision_number": f"QĐ {n}", "decided_on": make.day() - timedelta(days=20)}
            values |= {"valid_to": make.day() + timedelta(days=15), "created_at": make.at()}
            make.add(OcopRating(**values))
    for _ in range(4):
        plot = make.pick(one.plots)
        lot = _lot(make, one, plot, kind=LotKind.HARVEST, growing_area_id=plot.growing_area_id)
        lot.packed_on = None
        if make.chance.random() < 0.4:
            rule = make.pick(("gate.phi", "gate.banned", "gate.yield"))
            make.add(Hold(lot_id=lot.id, rule=rule, reason="…", opened_at=make.at()))
    for kind in (LotKind.POOL, LotKind.PACK, LotKind.PACK, LotKind.PROCESSED):
        parents = make.chance.sample(one.lots, k=make.chance.randint(0, 3))
        lot = _lot(make, one, make.pick(one.plots), kind=kind, plot_id=None, household_id=None)
        lot.packing_house_id = make.pick([None, *(house.id for house in one.houses)])
        for parent in parents:
            grams = make.chance.randint(1, 90_000)
            make.add(LotLink(parent_id=parent.id, child_id=lot.id, weight_g=grams))


def _lot(make: Maker, one: Estate, plot: Any, **given: Any) -> Lot:
    product = make.pick([*one.products, None])
    values = {"state": make.pick(LotState), "weight_g": make.chance.randint(1, 90_000)}
    values |= {"harvested_on": make.day(), "packed_on": make.day(), "released_at": make.maybe(make.at())}
    lot = world.make_lot(make.session, make.at(), plot, product, **{**values, **make.place(), **given})
    if make.chance.random() < 0.2:
        _event(make, one.org.id, make.at(), act="withdraw", subject_id=lot.id)
    one.lots.append(lot)
    return lot


def _event(make: Maker, org_id: int, happened: datetime, **given: Any) -> None:
    """Something that happened to a lot, written down at once or later."""
    values = {"event_id": f"e{next(_numbers)}", "event_type": "ObjectEvent", "act": "observe"}
    values |= {"subject_kind": "lot", "subject_id": 1, "event_time": happened, "body": "{}", **given}
    lag = timedelta(seconds=make.chance.randint(0, 9_000), milliseconds=make.pick((0, 700)))
    make.add(Event(**values, org_id=org_id, recorded_at=happened + lag))


def _shops(make: Maker, one: Estate) -> None:
    for marketplace in make.chance.sample(("shopee", "memory", "lazada"), k=2):
        shop = make_shop(make.session, make.at(), one, marketplace, f"x{next(_numbers)}")
        shop.state, shop.last_success_at = make.pick(ShopState), make.maybe(make.at())
        one.shops.append(shop)
        for _ in range(make.chance.randint(1, 3)):
            product = make.pick([*one.products, None])
            given = {"product_id": product.id if product else None, "unit_g": make.pick((None, 500, 2000))}
            given |= {
                "on_sale": make.pick((True, True, False)),
                "is_missing": make.pick((True, False, False)),
            }
            listing = make_listing(make.session, make.at(), shop, f"l{next(_numbers)}", **given)
            one.listings.append(listing)
        for _ in make.some(3):
            kind, state = make.pick(("sync_shop", "other")), make.pick(JobState)
            times = {"due_at": make.at(), "finished_at": make.maybe(make.at()), "created_at": make.at()}
            open_ones = (JobState.PENDING, JobState.RUNNING)
            subject = f"{next(_numbers)}" if state in open_ones else ""
            own = None if state is JobState.RUNNING else shop.id
            make.add(Job(kind=kind, shop_id=own, subject=subject, state=state, **times))


def _order(make: Maker, one: Estate) -> None:
    shop = make.pick(one.shops)
    at = make.at()
    number = f"Don{next(_numbers)}"
    values = {"shop_id": shop.id, "ext_order_id": number, "ext_modified_at": at, "status_raw": "x"}
    values |= {"status": make.pick(STATUSES), "ordered_at": at, "day": make.day(), "payload_hash": ""}
    values |= {"is_priced": make.pick((True, True, False)), "first_seen_at": make.at(), "changed_at": at}
    order = make.add(MarketOrder(**values))
    if make.chance.random() < 0.2:
        make.add(MarketOrder(**{**values, "ext_order_id": f" {number.lower()}"}))
    for _ in make.some(2):
        change = {"status_raw": "x", "status": make.pick(OrderStatus), "ext_modified_at": at}
        make.add(OrderStatusChange(order_id=order.id, learned_at=make.at(), **change))
    own = [listing for listing in one.listings if listing.shop_id == shop.id]
    for n in make.some(3 if own else 0):
        quantity = make.chance.randint(0, 9)
        net, price = make.chance.randint(0, quantity), make.chance.randint(0, 90_000)
        line = MarketOrderLine(order_id=order.id, ext_line_id=str(n), listing_id=make.pick(own).id)
        line.quantity, line.net_quantity = quantity, net
        line.unit_price_vnd, line.revenue_vnd = price, net * price if order.is_priced else 0
        make.add(line)
        own_lots = [*(lot.id for lot in one.lots), None]
        for lot_id in make.chance.sample(own_lots, k=make.chance.randint(0, 2)) if net else ():
            part = {"product_id": make.pick(one.products).id, "unit_g": 500, "pieces": net}
            make.add(Allocation(order_id=order.id, ext_line_id=str(n), lot_id=lot_id, **part))


def _typed(make: Maker, one: Estate, shop: Shop) -> None:
    """Totals a person typed in, for days of which no order is known."""
    if make.chance.random() < 0.5:
        return
    product = make.pick([*one.products, None])
    given = {
        "product_id": product.id if product else None,
        "unit_g": make.pick((None, 500)),
        "on_sale": False,
    }
    listing = make_listing(make.session, make.at(), shop, f"tong-{next(_numbers)}", **given)
    for day in {make.day() + timedelta(days=100), FIRST - timedelta(days=200), LAST - timedelta(days=1)}:
        known_days = select(MarketOrder.day).where(MarketOrder.shop_id == shop.id)
        if day in make.session.exec(known_days).all():
            continue
        sums = {"orders": 3, "transactions": 2, "quantity": 5, "revenue_vnd": 70_000, "picture": b"x"}
        ended = make.pick((None, None, make.at()))
        known = {"shop_id": shop.id, "listing_id": listing.id, "day": day}
        make.add(DayTotal(**known, **sums, entered_at=make.at(), ended_at=ended))


def _papers(make: Maker, one: Estate) -> None:
    org = one.org
    for n in make.some(3):
        since = make.day() - timedelta(days=30)
        values = {"org_id": org.id, "scheme": make.pick(Scheme), "number": f"GCN {n}", "valid_from": since}
        values |= {"valid_to": since + timedelta(days=make.pick((20, 60, 200)))}
        values |= {"confirmed_at": make.maybe(make.at()), "created_at": make.at()}
        paper = make.add(Certificate(**values))
        kinds = {"plot_id": one.plots, "growing_area_id": one.areas, "product_id": one.products}
        for kind in [kind for kind, rows in kinds.items() if rows and make.chance.random() < 0.4]:
            make.add(CertificateScope(certificate_id=paper.id, **{kind: make.pick(kinds[kind]).id}))
    for n in make.some(4):
        values = {"public_id": new_public_id(), "org_id": org.id, "number": f"CH-{n}"}
        values |= {"market": make.pick(("VN", "CN", "JP")), "receiver_name": "Bên mua"}
        values |= {"state": make.pick(ConsignmentState), "asked": make.pick((0, 3)), "weight_g": 1000 + n}
        values |= {"dispatched_on": make.maybe(make.day()), "created_at": make.at()}
        make.add(Consignment(**values))
    for _ in make.some(4):
        began = make.at()
        values = {"public_id": new_public_id(), "org_id": org.id, "lot_id": make.pick(one.lots).id}
        values |= {"started_at": began, "searched_ms": make.chance.randint(0, 900), "lots": 1, "weight_g": 1}
        values |= {"stamps": 0, "listings": 0, "contacts": 0}
        values |= {"finished_at": make.maybe(began + timedelta(hours=make.pick((1, 24, 25)), seconds=1))}
        make.add(RecallDrill(**values))
    for _ in make.some(6):
        _event(make, org.id, make.at())


def _stamps(make: Maker, one: Estate) -> None:
    if make.session.get(StampKeyRow, 1) is None:
        make.add(StampKeyRow(kid=1, state=KeyState.ACTIVE, wrapped=b"x", valid_from=make.at()))
    key = make.session.get(StampKeyRow, 1)
    for _ in make.some(3):
        first, count = key.next_serial, make.chance.randint(20, 40)
        key.next_serial = first + count
        product = make.pick([*one.products, None])
        values = {"public_id": new_public_id(), "kid": 1, "first": first, "count": count}
        values |= {"org_id": one.org.id, "product_id": product.id if product else None}
        values |= {"state": make.pick(BlockState), "request_id": f"b{next(_numbers)}"}
        block = make.add(StampBlock(**values, created_at=make.at()))
        _use(make, one, block)
    for serial in make.chance.sample(range(key.next_serial + 1), k=min(12, key.next_serial + 1)):
        _look(make, one, serial)


def _use(make: Maker, one: Estate, block: StampBlock) -> None:
    for low in range(block.first, block.first + block.count - 10, 10):
        words = {"block_id": block.id, "kid": 1, "request_id": f"a{next(_numbers)}"}
        if make.chance.random() < 0.7:
            last = low + make.chance.randint(0, 9)
            lot = make.pick(one.lots)
            make.add(StampActivation(**words, first=low, last=last, lot_id=lot.id, activated_at=make.at()))
        if make.chance.random() < 0.5:
            first = low + make.chance.randint(0, 4)
            make.add(StampVoid(**words, first=first, last=first + 3, reason="lost", voided_at=make.at()))


def _look(make: Maker, one: Estate, serial: int) -> None:
    if make.session.get(StampSeen, (1, serial)) is None and make.chance.random() < 0.8:
        cleared = make.pick((None, make.at()))
        values = {"first_at": make.at(), "first_device": b"", "cleared_at": cleared}
        make.add(StampSeen(kid=1, serial=serial, **values))
    for _ in make.some(3):
        state = make.pick(("FIRST", "SEEN", "CLONE_SUSPECT", "NOT_ACTIVATED"))
        lot, province = make.pick([*one.lots, None]), make.pick(("", "31"))
        values = {"lot_id": lot.id if lot else None, "org_id": one.org.id, "state": state}
        make.add(Scan(kid=1, serial=serial, scanned_at=make.at(), province=province, **values))
