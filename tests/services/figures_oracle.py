"""Every figure a second time, by plain loops over the raw rows; nothing of the figures' own code is used."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlmodel import Session, select

from trace.records.admin_unit import AdminUnit, AdminUnitChange
from trace.records.allocation import Allocation
from trace.records.certificate import Certificate, CertificateScope
from trace.records.consignment import Consignment
from trace.records.event import Event
from trace.records.file_exchange import DayTotal
from trace.records.household import Household
from trace.records.job import Job
from trace.records.lot import Hold, Lot, LotLink
from trace.records.market_order import MarketOrder, MarketOrderLine
from trace.records.organisation import Organisation
from trace.records.plot import GrowingArea, PackingHouse, Plot
from trace.records.problem_report import ProblemReport
from trace.records.product import OcopRating, Product
from trace.records.recall import RecallDrill
from trace.records.rules import YieldRule
from trace.records.scan import GhostDay, Scan, StampSeen
from trace.records.season_plan import SeasonPlan
from trace.records.shop import Listing, Shop
from trace.records.stamp import StampActivation, StampBlock, StampVoid
from trace.records.training import TrainingAttendance, TrainingSession
from trace.services.lot_information import information_of

TABLES = (
    AdminUnit, AdminUnitChange, Allocation, Certificate, CertificateScope, Consignment, DayTotal, Event,
    GhostDay, GrowingArea, Hold, Household, Job, Listing, Lot, LotLink, MarketOrder, MarketOrderLine,
    OcopRating, Organisation, PackingHouse, Plot, ProblemReport, Product, RecallDrill, Scan, SeasonPlan,
    Shop, StampActivation, StampBlock, StampSeen, StampVoid, TrainingAttendance, TrainingSession, YieldRule,
)  # fmt: skip
SOLD = ("placed", "completed")


@dataclass
class Entry:
    """One row of a count: who it is, what it is cut by, what it counts for and weighs."""

    id: Any
    keys: dict[str, Any]
    amount: int | None = 1
    weight: int = 1


@dataclass
class Books:
    """All rows, and the question's days."""

    session: Session
    since: date
    until: date
    rows: dict[type, list[Any]] = field(default_factory=dict)
    by_id: dict[type, dict[int, Any]] = field(default_factory=dict)
    units: dict[tuple[str, str], AdminUnit] = field(default_factory=dict)
    came: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    mistakes: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        for table in TABLES:
            self.rows[table] = list(self.session.exec(select(table)).all())
            if "id" in table.model_fields:
                self.by_id[table] = {row.id: row for row in self.rows[table]}
        for unit in self.rows[AdminUnit]:
            self.units[unit.scheme, unit.code] = unit
        for change in self.rows[AdminUnitChange]:
            self.came[change.new_code].append(change.old_code)
        withdrawn = (one for one in self.rows[Event] if (one.act, one.subject_kind) == ("withdraw", "lot"))
        self.mistakes = {one.subject_id for one in withdrawn}

    def get(self, table: type, number: int | None) -> Any:
        return self.by_id[table].get(number) if number is not None else None

    def within(self, day: date | None) -> bool:
        return day is not None and self.since <= day <= self.until


def vn_day(at: datetime | None) -> date | None:
    return (at + timedelta(hours=7)).date() if at else None


# --- What rows are cut by ------------------------------------------------------------------------


def in_time(day: date | None) -> dict[str, Any]:
    if day is None:
        return {}
    return {"day": f"{day:%Y-%m-%d}", "month": f"{day:%Y-%m}", "season": f"{day:%Y}"}


def where(books: Books, row: Any) -> dict[str, Any]:
    units = books.units
    new = units.get(("2025-07", row.commune_code))
    came = books.came[row.commune_code]
    communes = set(came) if row.old_commune_code is None else {row.old_commune_code}
    districts = {units["2025-01", code].parent_code for code in communes}
    return {
        "commune": row.commune_code,
        "province": new.parent_code if new else None,
        "old_commune": communes.pop() if len(communes) == 1 else None,
        "old_district": districts.pop() if len(districts) == 1 else None,
    }


def whose(books: Books, org_id: int, place: Any = None) -> dict[str, Any]:
    org = books.get(Organisation, org_id)
    return {"cooperative": org.public_id, **where(books, place or org)}


def stars(books: Books, product: Product | None) -> int | None:
    held = [
        rating.stars
        for rating in books.rows[OcopRating]
        if product and rating.product_id == product.id and rating.decided_on <= books.until <= rating.valid_to
    ]
    return max(held, default=None)


def of_product(books: Books, product: Product | None) -> dict[str, Any]:
    if product is None:
        return {}
    return {
        "product": product.public_id,
        "ocop_group": product.ocop_group,
        "stars": stars(books, product),
        **grown(product),
    }


def grown(row: Any) -> dict[str, Any]:
    part = {"thieu": "lychee_main"}.get(row.variety, "lychee_early" if row.variety else "lychee")
    return {"crop": part if row.crop == "lychee" else row.crop, "variety": row.variety}


# --- Sales ---------------------------------------------------------------------------------------


def shop_keys(books: Books, shop_id: int) -> dict[str, Any]:
    shop = books.get(Shop, shop_id)
    return {"marketplace": shop.marketplace, **whose(books, shop.org_id)}


def orders(books: Books, *statuses: str, keep: Callable[[Any], bool] = lambda _: True) -> Iterator[Entry]:
    lines = defaultdict(list)
    for line in books.rows[MarketOrderLine]:
        lines[line.order_id].append(line)
    for order in books.rows[MarketOrder]:
        if order.status not in statuses or not books.within(order.day) or not keep(order):
            continue
        keys = {**in_time(order.day), **shop_keys(books, order.shop_id)}
        for line in lines[order.id] or [None]:
            listing = books.get(Listing, line.listing_id) if line else None
            product = books.get(Product, listing.product_id) if listing else None
            yield Entry(("order", order.id), {**keys, **of_product(books, product)})


def lines(books: Books, amount: Callable[[Any, Any], int | None], *, priced: bool = False) -> Iterator[Entry]:
    for line in books.rows[MarketOrderLine]:
        order, listing = books.get(MarketOrder, line.order_id), books.get(Listing, line.listing_id)
        if order.status not in SOLD or not books.within(order.day):
            continue
        if priced and (not order.is_priced or not listing.unit_g or line.net_quantity == 0):
            continue
        keys = {**in_time(order.day), **shop_keys(books, order.shop_id)}
        keys |= of_product(books, books.get(Product, listing.product_id))
        grams = line.net_quantity * (listing.unit_g or 0)
        yield Entry(("line", line.id), keys, amount(line, listing), grams)


def typed(books: Books, amount: Callable[[Any, Any], int]) -> Iterator[Entry]:
    for row in books.rows[DayTotal]:
        if row.ended_at is None and books.within(row.day):
            listing = books.get(Listing, row.listing_id)
            keys = {**in_time(row.day), **shop_keys(books, row.shop_id)}
            keys |= of_product(books, books.get(Product, listing.product_id))
            yield Entry(("typed", row.id), keys, amount(row, listing))


def counted(books: Books, name: str, *statuses: str) -> list[Entry]:
    return [*orders(books, *statuses), *typed(books, lambda row, _: getattr(row, name))]


def revenue(books: Books) -> list[Entry]:
    earned = lines(books, lambda line, _: line.revenue_vnd)
    return [*earned, *typed(books, lambda row, _: row.revenue_vnd)]


def sold_g(books: Books) -> list[Entry]:
    grams = lines(books, lambda line, listing: line.net_quantity * (listing.unit_g or 0))
    return [*grams, *typed(books, lambda row, listing: row.quantity * (listing.unit_g or 0))]


def price(books: Books) -> Iterator[Entry]:
    def a_kilogram(line: Any, listing: Any) -> int:
        return line.revenue_vnd * 1000 // (line.net_quantity * listing.unit_g)

    return lines(books, a_kilogram, priced=True)


def allocated(books: Books) -> Iterator[Entry]:
    for row in books.rows[Allocation]:
        order = books.get(MarketOrder, row.order_id)
        if row.lot_id is not None and order.status in SOLD and books.within(order.day):
            keys = {**in_time(order.day), **shop_keys(books, order.shop_id)}
            keys |= of_product(books, books.get(Product, row.product_id))
            yield Entry(row.id, keys, row.pieces * row.unit_g)


def twice(books: Books) -> Iterator[Entry]:
    def is_second(order: Any) -> bool:
        return any(
            one.id < order.id
            and (one.shop_id, one.day) == (order.shop_id, order.day)
            and one.ext_order_id.strip().lower() == order.ext_order_id.strip().lower()
            for one in books.rows[MarketOrder]
        )

    return orders(books, "unpaid", "placed", "completed", "cancelled", "returned", "unmapped", keep=is_second)


# --- Households and products -------------------------------------------------------------------------


CONNECTED = ("connected", "needs_login")


def at_shops(books: Books) -> Iterator[Entry]:
    for home in books.rows[Household]:
        for shop in books.rows[Shop]:
            if shop.org_id == home.org_id and shop.state in CONNECTED:
                yield Entry(home.id, {**whose(books, home.org_id, home), "marketplace": shop.marketplace})


def sold_days(books: Books, home: Household, since: date, until: date) -> set[date]:
    """Days on which a completed order took something that holds what the household picked."""
    parents = defaultdict(set)
    for link in books.rows[LotLink]:
        parents[link.child_id].add(link.parent_id)

    def pickers(lot_id: int) -> set[int | None]:
        found = {books.get(Lot, lot_id).household_id}
        for parent in parents[lot_id]:
            found |= pickers(parent)
        return found

    days = set()
    for row in books.rows[Allocation]:
        order = books.get(MarketOrder, row.order_id)
        sold = row.lot_id and order.status == "completed" and since <= order.day <= until
        if sold and home.id in pickers(row.lot_id):
            days.add(order.day)
    return days


def sellers(books: Books) -> Iterator[Entry]:
    for entry in {entry.id: entry for entry in at_shops(books)}.values():
        home = books.get(Household, entry.id)
        sold = bool(sold_days(books, home, books.since, books.until))
        yield Entry(home.id, whose(books, home.org_id, home), int(sold))


def course_days(books: Books, home: Household) -> list[date]:
    """The day of each session its people came to."""
    came = [row.session_id for row in books.rows[TrainingAttendance] if row.household_id == home.id]
    held = [books.get(TrainingSession, number) for number in came]
    return [one.held_on for one in held if one.confirmed_at is not None]


def trained(books: Books) -> Iterator[Entry]:
    for home in books.rows[Household]:
        if any(day <= books.until for day in course_days(books, home)):
            yield Entry(home.id, whose(books, home.org_id, home))


def courses(books: Books, *, selling: bool) -> Iterator[Entry]:
    for home in books.rows[Household]:
        days = [day for day in course_days(books, home) if books.within(day)]
        sold = any(sold_days(books, home, day, day + timedelta(days=90)) for day in days)
        for day in days:
            keys = {**in_time(day), **whose(books, home.org_id, home)}
            yield Entry(home.id, keys, int(sold) if selling else 1)


def shelves(books: Books, *, ocop: bool) -> Iterator[Entry]:
    for listing in books.rows[Listing]:
        product, shop = books.get(Product, listing.product_id), books.get(Shop, listing.shop_id)
        if product is None or not listing.on_sale or listing.is_missing:
            continue
        if ocop and (stars(books, product) or 0) < 3:
            continue
        keys = {**whose(books, product.org_id), **of_product(books, product)}
        yield Entry(product.id, {**keys, "marketplace": shop.marketplace})


def rated(books: Books) -> Iterator[Entry]:
    for product in books.rows[Product]:
        if (stars(books, product) or 0) >= 3:
            yield Entry(product.id, {**whose(books, product.org_id), **of_product(books, product)})


# --- Land and lots -----------------------------------------------------------------------------------


def rule(books: Books, crop: str, variety: str) -> YieldRule | None:
    def covers(one: YieldRule) -> bool:
        return one.valid_from <= books.until and (one.valid_to is None or one.valid_to >= books.until)

    own = [one for one in books.rows[YieldRule] if one.crop == crop and covers(one)]
    exact = [one for one in own if one.variety == variety] or [one for one in own if one.variety == ""]
    return exact[0] if exact else None


def lot_keys(books: Books, lot: Lot, day: date | None) -> dict[str, Any]:
    area, house = books.get(GrowingArea, lot.growing_area_id), books.get(PackingHouse, lot.packing_house_id)
    keys = {**in_time(day), **whose(books, lot.org_id, lot)}
    keys |= of_product(books, books.get(Product, lot.product_id)) | grown(lot)
    return keys | {
        "growing_area": area.code if area else None,
        "packing_house": house.code if house else None,
    }


def counts(books: Books, lot: Lot) -> bool:
    return lot.state != "draft" and lot.id not in books.mistakes


def lots(
    books: Books, day: str, keep: Callable[[Lot], bool], amount: Callable[[Lot], int]
) -> Iterator[Entry]:
    for lot in books.rows[Lot]:
        on = lot.packed_on or lot.harvested_on if day == "made" else getattr(lot, day)
        if counts(books, lot) and books.within(on) and keep(lot):
            yield Entry(lot.id, lot_keys(books, lot, on), amount(lot))


def picked(books: Books, amount: Callable[[Lot], int]) -> Iterator[Entry]:
    return lots(books, "harvested_on", lambda lot: lot.kind == "harvest", amount)


def kept_waiting(books: Books) -> Iterator[Entry]:
    broken = {hold.lot_id for hold in books.rows[Hold] if hold.rule in ("gate.phi", "gate.banned")}
    return (entry for entry in picked(books, lambda lot: 1) if entry.id not in broken)


def area_rule(books: Books, lot: Lot) -> Any:
    area = books.get(GrowingArea, lot.growing_area_id)
    return rule(books, area.crop, "") if area else None


def packs(books: Books, amount: Callable[[Lot], int]) -> Iterator[Entry]:
    return lots(books, "packed_on", lambda lot: lot.kind in ("pack", "processed"), amount)


def stamped_g(books: Books, lot: Lot) -> int:
    live: set[int] = set()
    for row in books.rows[StampActivation]:
        if row.lot_id == lot.id:
            live |= set(range(row.first, row.last + 1))
    for row in books.rows[StampVoid]:
        live -= set(range(row.first, row.last + 1))
    product = books.get(Product, lot.product_id)
    return len(live) * (product.unit_g if product else 0)


def input_g(books: Books, lot: Lot) -> int:
    return sum(link.weight_g for link in books.rows[LotLink] if link.child_id == lot.id)


def fed(books: Books, amount: Callable[[Lot], int]) -> Iterator[Entry]:
    return lots(books, "packed_on", lambda lot: lot.kind != "harvest" and input_g(books, lot) > 0, amount)


def goods(books: Books, amount: Callable[[Lot], int]) -> Iterator[Entry]:
    def goes_out(lot: Lot) -> bool:
        return lot.kind in ("pack", "processed") or lot.released_at is not None

    return lots(books, "made", goes_out, amount)


def complete(books: Books, lot: Lot) -> int:
    items = information_of(books.session, lot, books.get(Product, lot.product_id))
    mine = [one for one in items if one.item.startswith("tt02")]
    return int(bool(mine) and not [one for one in mine if one.answer == "missing"])


def plots(books: Books, amount: Callable[[Plot], int | None]) -> Iterator[Entry]:
    for plot in books.rows[Plot]:
        area, grams = books.get(GrowingArea, plot.growing_area_id), amount(plot)
        if grams is not None:
            keys = {**whose(books, plot.org_id, plot), **grown(plot)}
            yield Entry(plot.id, {**keys, "growing_area": area.code if area else None}, grams)


def expected_g(books: Books, plot: Plot) -> int:
    found = rule(books, plot.crop, plot.variety)
    return round(found.warn_t_ha * 100 * plot.area_m2) if found else 0


def plans_of(books: Books, thing: Plot | Lot) -> list[SeasonPlan]:
    """Plans in force of the years asked about that are of this commune, crop and variety."""

    def is_of(plan: SeasonPlan) -> bool:
        years = range(books.since.year, books.until.year + 1)
        touches = any(day.year in years for day in days_of(plan))
        same = (plan.commune_code, plan.crop) == (thing.commune_code, thing.crop)
        part = plan.old_commune_code is None or plan.old_commune_code == thing.old_commune_code
        counts = plan.confirmed_at is not None and plan.ended_at is None
        return counts and touches and same and part and plan.variety in ("", thing.variety)

    return [plan for plan in books.rows[SeasonPlan] if is_of(plan)]


def days_of(plan: SeasonPlan) -> list[date]:
    return [plan.first_day + timedelta(days=n) for n in range((plan.last_day - plan.first_day).days + 1)]


def part_g(books: Books, plan: SeasonPlan) -> int:
    """The plan handed out day by day, a day's share being what the running sum grows by."""
    days = days_of(plan)
    sums = [plan.weight_g * (n + 1) // len(days) for n in range(len(days))]
    shares = [now - before for now, before in zip(sums, [0, *sums], strict=False)]
    return sum(share for day, share in zip(days, shares, strict=True) if books.within(day))


def planned_or_ruled_g(books: Books, plot: Plot) -> int:
    plans = plans_of(books, plot)
    if not plans:
        return expected_g(books, plot)
    return sum(part_g(books, plan) * plot.area_m2 // plan.area_m2 for plan in plans)


def counts_for_registration(books: Books, lot: Lot) -> int:
    return lot.weight_g if plans_of(books, lot) or rule(books, lot.crop, lot.variety) else 0


def in_planned_season(books: Books, lot: Lot) -> int:
    inside = any(plan.first_day <= lot.harvested_on <= plan.last_day for plan in plans_of(books, lot))
    return lot.weight_g if inside else 0


def plans(books: Books) -> Iterator[Entry]:
    for plan in books.rows[SeasonPlan]:
        if plan.confirmed_at is not None and plan.ended_at is None and part_days(books, plan):
            yield Entry(plan.id, where(books, plan), part_g(books, plan))


def part_days(books: Books, plan: SeasonPlan) -> bool:
    return any(books.within(day) for day in days_of(plan))


def most_g(books: Books, area: GrowingArea) -> int | None:
    found = rule(books, area.crop, "")
    return round(found.block_t_ha * 100 * area.area_m2) if found else None


def areas(books: Books, amount: Callable[[GrowingArea], int]) -> Iterator[Entry]:
    for area in books.rows[GrowingArea]:
        keys = {**whose(books, area.org_id, area), "growing_area": area.code, "market": area.market}
        yield Entry(area.id, keys, amount(area))


def is_over(books: Books, area: GrowingArea) -> int:
    gave = sum(
        lot.weight_g
        for lot in books.rows[Lot]
        if lot.growing_area_id == area.id
        and lot.kind == "harvest"
        and counts(books, lot)
        and books.within(lot.harvested_on)
    )
    most = most_g(books, area)
    return int(most is not None and gave > most)


def covered(books: Books, *, valid: bool) -> Callable[[Plot], int | None]:
    def is_right(paper: Certificate) -> bool:
        if paper.scheme == "lab" or paper.valid_from > books.until:
            return False
        return not valid or (paper.confirmed_at is not None and paper.valid_to >= books.until)

    def area(plot: Plot) -> int | None:
        for paper in books.rows[Certificate]:
            scopes = [one for one in books.rows[CertificateScope] if one.certificate_id == paper.id]
            ours = [
                one
                for one in scopes
                if one.plot_id == plot.id
                or (one.growing_area_id is not None and one.growing_area_id == plot.growing_area_id)
            ]
            if paper.org_id == plot.org_id and is_right(paper) and (ours or not scopes):
                return plot.area_m2
        return None

    return area


def expiring(books: Books) -> Iterator[Entry]:
    for paper in books.rows[Certificate]:
        holds = paper.valid_from <= books.until <= paper.valid_to
        soon = paper.valid_to <= books.until + timedelta(days=90)
        if paper.scheme != "lab" and paper.confirmed_at is not None and holds and soon:
            yield Entry(paper.id, whose(books, paper.org_id))


# --- Stamps and scans ----------------------------------------------------------------------------------


def blocks(books: Books, amount: Callable[[StampBlock], int]) -> Iterator[Entry]:
    for block in books.rows[StampBlock]:
        day = vn_day(block.created_at)
        if block.state != "interrupted" and books.within(day):
            keys = {**in_time(day), **whose(books, block.org_id)}
            keys |= of_product(books, books.get(Product, block.product_id))
            yield Entry(block.id, keys, amount(block))


def serials(books: Books, table: type, block: StampBlock) -> int:
    return sum(row.last - row.first + 1 for row in books.rows[table] if row.block_id == block.id)


def activations(books: Books, *, seen: bool) -> Iterator[Entry]:
    looked = {(row.kid, row.serial) for row in books.rows[StampSeen]}
    for row in books.rows[StampActivation]:
        day, lot = vn_day(row.activated_at), books.get(Lot, row.lot_id)
        if books.within(day):
            keys = {**in_time(day), **whose(books, lot.org_id)}
            keys |= of_product(books, books.get(Product, lot.product_id))
            stamps = range(row.first, row.last + 1)
            yield Entry(row.id, keys, sum(1 for n in stamps if not seen or (row.kid, n) in looked))


def scans(
    books: Books, keep: Callable[[Scan], bool] = lambda _: True, *, stamps: bool = False
) -> Iterator[Entry]:
    for scan in books.rows[Scan]:
        day, lot = vn_day(scan.scanned_at), books.get(Lot, scan.lot_id)
        if books.within(day) and keep(scan):
            keys = {**in_time(day), **whose(books, scan.org_id), "scanned_in": scan.province}
            keys |= of_product(books, books.get(Product, lot.product_id) if lot else None)
            yield Entry((scan.kid, scan.serial) if stamps else scan.id, keys)


def ghosts(books: Books) -> Iterator[Entry]:
    for one in books.rows[GhostDay]:
        if books.within(one.day):
            yield Entry(one.id, in_time(one.day), one.looks)


def looks(books: Books) -> Iterator[Entry]:
    yield from (Entry(("ghost", one.id), one.keys, one.amount) for one in ghosts(books))
    yield from scans(books)


def problems(books: Books, amount: Callable[[ProblemReport], int | None] = lambda _: 1) -> Iterator[Entry]:
    for one in books.rows[ProblemReport]:
        day, made = vn_day(one.reported_at), amount(one)
        if books.within(day) and made is not None:
            keys = {**in_time(day), **(whose(books, one.org_id) if one.org_id else {})}
            yield Entry(one.id, keys | of_product(books, books.get(Product, one.product_id)), made)


def took_to_answer(one: ProblemReport) -> int | None:
    return seconds(one.answered_at, one.reported_at) if one.answered_at else None


def suspects(books: Books) -> Iterator[Entry]:
    cleared = {(row.kid, row.serial): row.cleared_at for row in books.rows[StampSeen]}

    def is_suspect(scan: Scan) -> bool:
        at = cleared.get((scan.kid, scan.serial))
        return scan.state == "CLONE_SUSPECT" and (at is None or at < scan.scanned_at)

    return scans(books, is_suspect, stamps=True)


# --- Sending and syncing -------------------------------------------------------------------------------


def abroad(books: Books, amount: Callable[[Any], int], *, asked: bool = False) -> Iterator[Entry]:
    for one in books.rows[Consignment]:
        gone = one.state in ("dispatched", "received") and one.market != "VN"
        if gone and books.within(one.dispatched_on) and (one.asked or not asked):
            keys = {**in_time(one.dispatched_on), **whose(books, one.org_id), "market": one.market}
            yield Entry(one.id, keys, amount(one))


def seconds(last: datetime, first: datetime) -> int:
    return int(last.timestamp()) - int(first.timestamp())


def drills(books: Books, amount: Callable[[Any], int | None]) -> Iterator[Entry]:
    for drill in books.rows[RecallDrill]:
        day, made = vn_day(drill.started_at), amount(drill)
        if books.within(day) and made is not None:
            yield Entry(drill.id, {**in_time(day), **whose(books, drill.org_id)}, made)


def took(drill: RecallDrill) -> int | None:
    return seconds(drill.finished_at, drill.started_at) if drill.finished_at else None


def in_time_or_none(drill: RecallDrill) -> int | None:
    lasted = took(drill)
    return 1 if lasted is not None and lasted <= 24 * 3600 else None


def events(books: Books) -> Iterator[Entry]:
    for row in books.rows[Event]:
        day = vn_day(row.recorded_at)
        if books.within(day):
            keys = {**in_time(day), **whose(books, row.org_id)}
            yield Entry(row.id, keys, seconds(row.recorded_at, row.event_time))


def ages(books: Books) -> Iterator[Entry]:
    end = datetime.fromisoformat(f"{books.until + timedelta(days=1)}T00:00:00+07:00")
    for shop in books.rows[Shop]:
        if shop.state in CONNECTED:
            yield Entry(
                shop.id, shop_keys(books, shop.id), seconds(end, shop.last_success_at or shop.created_at)
            )


def runs(books: Books, *states: str) -> Iterator[Entry]:
    for job in books.rows[Job]:
        day = vn_day(job.finished_at)
        if job.kind == "sync_shop" and job.shop_id and job.state in states and books.within(day):
            yield Entry(job.id, {**in_time(day), **shop_keys(books, job.shop_id)})


# --- The catalogue ---------------------------------------------------------------------------------------

Entries = Callable[[Books], Any]
MADE = ("completed", "returned", "placed", "cancelled")
TOTALS: dict[str, tuple[Entries | None, ...]] = {
    "households_on_platforms": (at_shops,),
    "active_sellers": (sellers, at_shops),
    "households_trained": (trained,),
    "trained_then_selling": (lambda b: courses(b, selling=True), lambda b: courses(b, selling=False)),
    "products_on_platforms": (lambda b: shelves(b, ocop=False),),
    "ocop_on_platforms": (lambda b: shelves(b, ocop=True),),
    "ocop_coverage": (lambda b: shelves(b, ocop=True), rated),
    "transactions": (lambda b: counted(b, "transactions", "completed"),),
    "orders": (lambda b: counted(b, "orders", *SOLD),),
    "revenue": (revenue,),
    "sold": (sold_g,),
    "price": (
        lambda b: lines(b, lambda line, _: line.revenue_vnd, priced=True),
        lambda b: lines(b, lambda line, listing: line.net_quantity * listing.unit_g, priced=True),
    ),
    "unpriced": (lambda b: orders(b, *SOLD, keep=lambda order: not order.is_priced),),
    "cancelled": (lambda b: orders(b, "cancelled"), lambda b: orders(b, *MADE)),
    "returned": (lambda b: orders(b, "returned"), lambda b: orders(b, "returned", "completed")),
    "traceable_share": (allocated, sold_g),
    "harvested": (lambda b: picked(b, lambda lot: lot.weight_g),),
    "lot_registration": (
        lambda b: picked(b, lambda lot: counts_for_registration(b, lot)),
        lambda b: plots(b, lambda plot: planned_or_ruled_g(b, plot)),
    ),
    "plan_reached": (lambda b: picked(b, lambda lot: in_planned_season(b, lot)), plans),
    "stamped_share": (
        lambda b: packs(b, lambda lot: stamped_g(b, lot)),
        lambda b: packs(b, lambda lot: lot.weight_g),
    ),
    "stamps_used": (
        lambda b: blocks(b, lambda block: serials(b, StampActivation, block)),
        lambda b: blocks(b, lambda block: block.count),
    ),
    "stamps_void": (
        lambda b: blocks(b, lambda block: serials(b, StampVoid, block)),
        lambda b: blocks(b, lambda block: block.count),
    ),
    "ghost_scans": (ghosts, looks),
    "early_scans": (lambda b: scans(b, lambda scan: scan.state == "NOT_ACTIVATED"), scans),
    "scan_reach": (lambda b: activations(b, seen=True), lambda b: activations(b, seen=False)),
    "scans": (scans,),
    "suspected_copies": (suspects, lambda b: scans(b, stamps=True)),
    "waiting_times_kept": (kept_waiting, lambda b: picked(b, lambda lot: 1)),
    "mass_balance_gap": (
        lambda b: fed(b, lambda lot: input_g(b, lot) - lot.weight_g),
        lambda b: fed(b, lambda lot: input_g(b, lot)),
    ),
    "area_utilisation": (
        lambda b: picked(b, lambda lot: lot.weight_g if area_rule(b, lot) else 0),
        lambda b: areas(b, lambda area: most_g(b, area) or 0),
    ),
    "areas_over": (lambda b: areas(b, lambda area: is_over(b, area)),),
    "certified_area": (
        lambda b: plots(b, covered(b, valid=True)),
        lambda b: plots(b, covered(b, valid=False)),
    ),
    "certificates_expiring": (expiring,),
    "export_complete": (
        lambda b: abroad(b, lambda one: one.weight_g, asked=True),
        lambda b: abroad(b, lambda one: one.weight_g),
    ),
    "exported": (lambda b: abroad(b, lambda one: one.weight_g),),
    "export_consignments": (lambda b: abroad(b, lambda one: 1),),
    "drills_in_time": (lambda b: drills(b, in_time_or_none), lambda b: drills(b, lambda _: 1)),
    "complete_lots": (lambda b: goods(b, lambda lot: complete(b, lot)), lambda b: goods(b, lambda _: 1)),
    "sync_failed": (
        lambda b: runs(b, "failed", "dead"),
        lambda b: runs(b, "failed", "dead", "done"),
    ),
    "duplicate_orders": (twice,),
    "consumer_reports": (problems, scans),
}
QUANTILES: dict[str, tuple[tuple[Entries, float], ...]] = {
    "price_spread": ((price, 0.9), (price, 0.1)),
    "trace_time": ((lambda b: drills(b, lambda drill: drill.searched_ms), 0.5),),
    "drill_time": ((lambda b: drills(b, took), 0.5),),
    "capture_lag": ((events, 0.5),),
    "report_answer_time": ((lambda b: problems(b, took_to_answer), 0.5),),
    "sync_age": ((ages, 1.0),),
}


def counts_of(books: Books, name: str) -> list[tuple[list[Entry] | None, float | None]]:
    """The entries of a figure's counts; with a share where they make a quantile."""
    if name in QUANTILES:
        return [(list(entries(books)), share) for entries, share in QUANTILES[name]]
    return [(None if entries is None else list(entries(books)), None) for entries in TOTALS[name]]


def number_of(entries: list[Entry] | None, share: float | None) -> int | None:
    """What entries make: each thing once."""
    if entries is None:
        return None
    once = {entry.id: entry for entry in entries}.values()
    if share is None:
        return sum(entry.amount or 0 for entry in once)
    weighed = sorted((entry.amount, entry.weight) for entry in once)
    reached, wanted = 0, share * sum(weight for _, weight in weighed)
    for amount, weight in weighed:
        reached += weight
        if reached >= wanted:
            return amount
    return None


def cut(entries: list[Entry] | None, by: str) -> dict[str, list[Entry]]:
    """Entries by their value of a dimension, as text; what has none under the empty one."""
    groups: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries or ():
        value = entry.keys.get(by)
        groups["" if value is None else str(value)].append(entry)
    return groups
