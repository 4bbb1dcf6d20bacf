"""A year of sales and scans of any size, written straight into the tables: what figures are measured on.

400 cooperatives in every commune, two shops each with four listings, orders of one to two lines whose
pieces come from lots, stamps looked at twice. Rows are as long as real ones; nothing went through an act,
so that all sums are missing: ``fill`` has them recounted. No chance: the same size is the same world.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import Connection, insert, select, text
from sqlmodel import Session, SQLModel, col

from tests import world
from tests.bench.registry import unlogged
from trace.db import transaction
from trace.records.admin_unit import AdminUnit
from trace.records.allocation import Allocation
from trace.records.columns import NEW_SCHEME
from trace.records.household import Household
from trace.records.lot import Hold, Lot
from trace.records.market_order import MarketOrder, MarketOrderLine
from trace.records.organisation import Organisation
from trace.records.plot import GrowingArea
from trace.records.product import Product
from trace.records.scan import Scan, StampSeen
from trace.records.season_plan import SeasonPlan
from trace.records.shop import Listing, Shop, ShopState
from trace.services.admin_units import load_units

COOPS, SHOPS, SHELF = 400, 2, 4
MARKETS = ("shopee", "lazada", "tiktok", "tiki", "sendo", "alibaba")
FIRST, DAYS = date(2025, 7, 1), 365
LAST = FIRST + timedelta(days=DAYS - 1)
STATUSES = (*("completed",) * 16, "placed", "placed", "cancelled", "returned")
VARIETIES = ("thieu", "u_hong")
BEGUN = datetime.combine(FIRST, time(), UTC)
HOMES = 340
"""Households of a cooperative: 136,000 in all."""
SEASON_DAYS = 81
UNITS = (500, 1000, 3000, 5000)
KID = 0
AT_ONCE = 200_000
_OFF = ("cancelled", "returned")
_DAYS = [(FIRST + timedelta(days=n)).isoformat() for n in range(DAYS)]
_CLOCK = [f" {n // 60:02}:{n % 60:02}:00.000000" for n in range(1440)]

Rows = Iterator[tuple[Any, ...]]


@dataclass(frozen=True)
class Size:
    """How many order lines, scans and harvest lots; the defaults are the bar's."""

    lines: int = 5_000_000
    scans: int = 20_000_000
    lots: int = 1_000_000

    @property
    def orders(self) -> int:
        """Every fourth has a second line."""
        return self.lines * 4 // 5

    @property
    def of_product(self) -> int:
        """Lots of one product, one after the other through the year."""
        return max(self.lots // (COOPS * SHELF), 1)

    def tenth(self) -> Size:
        """A world with a tenth of the rows over the same shops and days."""
        return Size(self.lines // 10, self.scans // 10, self.lots // 10)

    def fewer_orders(self) -> Size:
        """A world in which the same harvest sold a tenth as often."""
        return Size(self.lines // 10, self.scans, self.lots)


@dataclass(frozen=True)
class _Shelf:
    """What rows point at; numbers rise without gaps, in this order of cooperative, shop, listing."""

    org: int
    product: int
    shop: int
    listing: int
    lot: int
    area: int
    home: int


def fill(size: Size, now: datetime) -> None:
    """Fill the database in use, which has its tables and nothing else; sums are left to a recount."""
    with transaction() as session:
        coop, lot, places = _firsts(session, now)
    base = _Shelf(coop.org.id + 1, coop.product.id + 1, 1, 1, lot.id + 1, 1, coop.household.id + 1)
    with unlogged() as connection:
        _things(connection, base, coop, places, now)
    _write(Lot, _LOT, _lots(size, base, lot, places))
    _write(Hold, _HOLD, _holds(size, base))
    _write(MarketOrder, _ORDER, _orders(size, base))
    _write(MarketOrderLine, _LINE, _lines(size, base))
    _write(Allocation, _SHARE, _shares(size, base))
    _write(Scan, _SCAN, _scans(size, base))
    _write(StampSeen, _FIRST_LOOK, _seen(size))
    with unlogged() as connection:
        _settle(connection)


def _firsts(session: Session, now: datetime) -> tuple[world.Coop, Lot, list[str]]:
    """One of everything, as its acts make it, and the communes of Hải Phòng."""
    load_units(session)
    communes = select(col(AdminUnit.code)).where(
        col(AdminUnit.scheme) == NEW_SCHEME, col(AdminUnit.parent_code) == "31"
    )
    places = list(session.execute(communes.order_by(col(AdminUnit.code))).scalars())
    coop = world.make_coop(session, now)
    lot = world.make_lot(session, now, coop.plot, coop.product)
    return coop, lot, places


def _things(connection: Connection, base: _Shelf, coop: world.Coop, places: list[str], now: datetime) -> None:
    coops = range(COOPS)
    _copies(connection, coop.org, ({"id": base.org + n, "public_id": f"o{n}", "name": f"HTX {n}",
            "commune_code": places[n % len(places)]} for n in coops))  # fmt: skip
    _copies(connection, coop.household, ({"id": base.home + n, "org_id": base.org + n // HOMES,
            "code": f"h{n}"} for n in range(COOPS * HOMES)))  # fmt: skip
    goods = range(COOPS * SHELF)
    _copies(connection, coop.product, ({"id": base.product + n, "org_id": base.org + n // SHELF,
            "public_id": f"p{n}", "sku": f"p{n}", "ocop_group": n % 6 + 1,
            "variety": VARIETIES[n % 2]} for n in goods))  # fmt: skip
    shop = {"ext_shop_id": "", "name": "Gian hàng", "state": ShopState.CONNECTED, "created_at": BEGUN}
    _copies(connection, Shop(org_id=0, marketplace="", **shop), ({"id": base.shop + n, "ext_shop_id": f"s{n}",
            "org_id": base.org + n // SHOPS, "marketplace": MARKETS[n * 5 % len(MARKETS)]}
            for n in range(COOPS * SHOPS)))  # fmt: skip
    listing = Listing(shop_id=0, ext_listing_id="", created_at=now, updated_at=now)
    _copies(connection, listing, (_listing(n, base) for n in range(COOPS * SHOPS * SHELF)))
    for record, rows in ((GrowingArea, _areas(base, places, now)), (SeasonPlan, _plans(places, now))):
        connection.execute(insert(record), list(rows))


def _areas(base: _Shelf, places: list[str], now: datetime) -> Iterable[dict[str, Any]]:
    """One a cooperative."""
    for n in range(COOPS):
        place = {"commune_scheme": NEW_SCHEME, "commune_code": places[n % len(places)], "created_at": now}
        yield {"id": base.area + n, "org_id": base.org + n, "code": f"VN-{n:04}", "market": "CN", "name": "",
               "crop": "lychee", "area_m2": 1_000_000, "status": "active", **place}  # fmt: skip


def _plans(places: list[str], now: datetime) -> Iterable[dict[str, Any]]:
    """Lychee in each commune, its own days of this season."""
    for n, place in enumerate(places):
        days = {"first_day": LAST - timedelta(days=60 + n % 20), "last_day": LAST - timedelta(days=n % 10)}
        yield {"commune_scheme": NEW_SCHEME, "commune_code": place, "crop": "lychee", **days,
               "weight_g": 10**9, "area_m2": 10**7, "recorded_at": now, "confirmed_at": now}  # fmt: skip


def _listing(n: int, base: _Shelf) -> dict[str, Any]:
    product = base.product + n // (SHOPS * SHELF) * SHELF + n % SHELF
    given = {"unit_g": UNITS[n % SHELF], "product_id": product} if n % 20 else {}
    return {"id": base.listing + n, "shop_id": base.shop + n // SHELF, "ext_listing_id": f"g{n}", **given}


def _copies(connection: Connection, base: SQLModel, rows: Iterable[dict[str, Any]]) -> None:
    table = type(base).__table__  # type: ignore[attr-defined]
    known = {column.name: getattr(base, column.name) for column in table.c}
    connection.execute(insert(table), [{**known, **row} for row in rows])


def _shop(order: int) -> int:
    """Neighbours in time are of shops far apart."""
    return order * 7919 % (COOPS * SHOPS)


_LOT = (
    *("id", "public_id", "org_id", "code", "search_key", "kind", "state", "product_id", "crop", "variety"),
    *("weight_g", "household_id", "plot_id", "growing_area_id", "harvested_on", "yield_reason", "acted_for"),
    *("version", "request_id", "created_at", "released_at", "commune_scheme", "commune_code"),
)


def _lots(size: Size, base: _Shelf, one: Lot, places: list[str]) -> Rows:
    """Two seasons of each product: a third of its lots a year ago; every fourth was released."""
    many = size.of_product
    for n in range(COOPS * SHELF * many):
        product, turn = n // many, n % many
        coop, is_old = product // SHELF, turn < many // 3
        share = turn / (many // 3) if is_old else (turn - many // 3) / (many - many // 3)
        day = LAST - timedelta(days=SEASON_DAYS - 1 - int(share * SEASON_DAYS) + 365 * is_old)
        at, home = f"{day} 05:00:00.000000", base.home + coop * HOMES + n * 7919 % HOMES
        yield (base.lot + n, f"l{n}", base.org + coop, f"l{n}", f"l{n}", "harvest", "released",
               base.product + product, "lychee", VARIETIES[product % 2], 500_000 + n % 1000, home,
               one.plot_id, base.area + coop, day.isoformat(), "", False, 1, f"l{n}", at,
               at if n % 4 == 0 else None, NEW_SCHEME, places[coop % len(places)])  # fmt: skip


_HOLD = ("id", "lot_id", "rule", "reason", "figures", "opened_at", "lifted_at", "result", "lift_reason")


def _holds(size: Size, base: _Shelf) -> Rows:
    """One of a hundred lots was stopped; of those every fiftieth still is."""
    for number, n in enumerate(range(0, COOPS * SHELF * size.of_product, 100), start=1):
        at = f"{LAST} 05:00:00.000000"
        yield number, base.lot + n, "gate.phi", "", "", at, at if number % 50 else None, "", ""


_ORDER = (
    *("id", "shop_id", "ext_order_id", "ext_modified_at", "status_raw", "status", "ordered_at", "day"),
    *("currency", "is_priced", "caution", "payload_hash", "first_seen_at", "changed_at"),
)


def _orders(size: Size, base: _Shelf) -> Rows:
    for n in range(size.orders):
        day = _DAYS[n * DAYS // size.orders]
        at, status = day + _CLOCK[n % 1440], STATUSES[n * 7 % 20]
        yield (n + 1, base.shop + _shop(n), f"26{n:012}", at, status, status, at, day,
               "VND", n % 100 != 7, "", f"{n:064x}", at, at)  # fmt: skip


def _pieces(size: Size) -> Iterator[tuple[int, int, int, int, bool]]:
    """Order, line, which listing of the shop, how many pieces, and whether they were called off."""
    for n in range(size.orders):
        is_off = STATUSES[n * 7 % 20] in _OFF
        yield n, 0, n % SHELF, n % 3 + 1, is_off
        if n % 4 == 0:
            yield n, 1, (n // 4 + 1) % SHELF, 1, is_off


_LINE = (
    *("id", "order_id", "ext_line_id", "listing_id", "quantity", "net_quantity"),
    *("unit_price_vnd", "revenue_vnd"),
)


def _lines(size: Size, base: _Shelf) -> Rows:
    """Prices of a listing move between five steps through the year."""
    for number, (n, place, which, pieces, is_off) in enumerate(_pieces(size), start=1):
        price = 45_000 + which * 30_000 + n * DAYS // size.orders % 5 * 1_000
        net = 0 if is_off else pieces
        listing = base.listing + _shop(n) * SHELF + which
        yield (number, n + 1, f"{n}-{place}", listing, pieces, net, price, price * net if n % 100 != 7 else 0)


_SHARE = ("id", "order_id", "ext_line_id", "product_id", "lot_id", "pieces", "unit_g", "by_hand", "told")


def _shares(size: Size, base: _Shelf) -> Rows:
    number = 0
    for n, place, which, pieces, is_off in _pieces(size):
        if is_off:
            continue
        number += 1
        product = _shop(n) // SHOPS * SHELF + which
        lot = base.lot + product * size.of_product + n * size.of_product // size.orders if n % 10 else None
        yield (
            number,
            n + 1,
            f"{n}-{place}",
            base.product + product,
            lot,
            pieces,
            UNITS[which],
            False,
            pieces,
        )


_SCAN = ("id", "kid", "serial", "lot_id", "org_id", "scanned_at", "state", "province")


def _scans(size: Size, base: _Shelf) -> Rows:
    """Every stamp twice, the second time some days later; lots of one time are looked at together."""
    products, late = COOPS * SHELF, size.scans // 100
    for n in range(size.scans):
        serial = (n // 2 - (n % 2) * late) % max(size.scans // 2, 1)
        product = serial * 7919 % products
        state = "NOT_ACTIVATED" if n % 50 == 3 else "CLONE_SUSPECT" if n % 97 == 5 else "SEEN"
        at = _DAYS[n * DAYS // size.scans] + _CLOCK[n % 1440]
        lot = base.lot + product * size.of_product + n * size.of_product // size.scans
        yield n + 1, KID, serial, lot, base.org + product // SHELF, at, state, ""


_FIRST_LOOK = ("kid", "serial", "first_at", "first_device", "province", "devices", "scans", "clear_note")


def _seen(size: Size) -> Rows:
    for serial in range(size.scans // 2):
        yield KID, serial, _DAYS[serial * DAYS * 2 // size.scans] + _CLOCK[0], b"", "", 2, 2, ""


def _write(record: type[SQLModel], names: Sequence[str], rows: Rows) -> None:
    """Past everything between us and the driver, the indices after the rows: there are forty million."""
    table: Any = record.__table__  # type: ignore[attr-defined]
    listed = ", ".join(names)
    with unlogged() as connection:
        for index in table.indexes:
            index.drop(connection)
    while some := list(islice(rows, AT_ONCE)):
        with unlogged() as connection:
            driver: Any = connection.connection.driver_connection
            if connection.dialect.name == "postgresql":
                with driver.cursor().copy(f"COPY {table.name} ({listed}) FROM STDIN") as copy:
                    for row in some:
                        copy.write_row(row)
                continue
            driver.execute("PRAGMA synchronous = OFF")
            marks = ", ".join("?" * len(names))
            driver.executemany(f"INSERT INTO {table.name} ({listed}) VALUES ({marks})", some)
    for index in table.indexes:
        with unlogged() as connection:
            index.create(connection)


def _settle(connection: Connection) -> None:
    """Let the database count what it has, and go on numbering after it."""
    if connection.dialect.name == "postgresql":
        for record in (Organisation, Product, Shop, Listing, Lot, Hold, GrowingArea, Household, *_MANY):
            name = record.__tablename__
            connection.execute(text(f"SELECT setval('{name}_id_seq', (SELECT max(id) FROM {name}))"))
    connection.execute(text("ANALYZE"))


_MANY: Sequence[type[SQLModel]] = (MarketOrder, MarketOrderLine, Allocation, Scan)
